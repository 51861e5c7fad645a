import type { Context } from "../../app/mod.ts";
import { openShortContext, type OutputOptions } from "../pins/pin_commands.ts";
import { type Command, isLit, isMoving } from "../verbs.ts";
import { levelWord, tableOf } from "../view.ts";
import type { BrokerMessage, Publication } from "./node.ts";
import { type BrokerDevice, BrokerQuery, parseWhich, pathOf } from "./query.ts";

/** What is done at a broker, and heard there. */
export interface BrokerErrand {
  readonly filters: readonly string[];
  onMessage(message: BrokerMessage): void;
  act(publish: (publication: Publication) => void): Promise<BrokerDevice[]>;
}

/** Does it, over a link of its own. */
export type VisitBroker = (errand: BrokerErrand, context: Context) => Promise<BrokerDevice[]>;

/**
 * Has a broker's device do something, or only asks for it, and shows what it is then.
 *
 * @param which `DEVICE` or `NODE/DEVICE`; all devices if it is not given
 * @throws {PinwireError} `usage`; what visiting the broker and {@linkcode BrokerQuery} throw
 */
export async function throughBroker(
  command: Command | undefined,
  which: string | undefined,
  visit: VisitBroker,
  options: OutputOptions,
): Promise<void> {
  const meant = which === undefined ? undefined : parseWhich(which);
  await using context = await openShortContext({ ...options, frame: "raw" });
  const query = new BrokerQuery(meant, context.clock);
  const devices = await visit({
    filters: query.filters,
    onMessage: (message) => query.onMessage(message),
    act: async (publish) => command ? [await query.tell(command, publish)] : query.devices(),
  }, context);
  const { reporter } = context;
  if (options.json) return devices.forEach((device) => report(device, context));
  if (!devices.length) reporter.note("the broker knows no device\n");
  for (const row of tableOf(devices.map(cellsOf))) reporter.print(row);
}

function cellsOf({ node, device, doing, isThere }: BrokerDevice): string[] {
  return [
    pathOf({ node, device }),
    isThere ? "online" : "away",
    levelWord(doing && isLit(doing)),
    doing && isMoving(doing) ? `blink ${doing.amount}` : "",
  ];
}

function report({ node, device, doing, isThere }: BrokerDevice, { reporter }: Context): void {
  const more = { node, online: isThere, ...doing && isMoving(doing) && { blink: doing.amount } };
  if (doing) reporter.report({ event: "state", on: isLit(doing), device, ...more });
  else reporter.report({ event: "device", device, ...more });
}
