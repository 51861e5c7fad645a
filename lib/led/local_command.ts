import { type Context, dialOptions, openContext } from "../app/mod.ts";
import type { Address } from "../net/mod.ts";
import { readToken } from "../session/token.ts";
import { deviceTable, drawLamp, isColoured, linkSentence } from "./view.ts";
import { askController } from "./controller_query.ts";

/** What is shown, and how. */
interface OutputOptions {
  json: boolean;
  quiet: boolean;
  trace: boolean;
  noColor: boolean;
}

/** Does one thing with pins of this machine, and shows what they are then. */
export async function onThisMachine(
  options: OutputOptions,
  act: (context: Context) => Promise<void>,
): Promise<void> {
  await using context = await openOnce(options);
  await act(context);
}

/** Has a controller do one thing, and shows what its devices are then. */
export async function throughController(
  line: string,
  via: Address,
  options: OutputOptions & { ca?: string; tokenFile?: string },
): Promise<void> {
  await using context = await openOnce(options);
  const { reporter } = context;
  const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile);
  const { ca } = await dialOptions(via, options.ca);
  const devices = await askController(via, line, { ca, token }, context);
  if (!options.json) {
    if (!devices.length) reporter.note("no device is connected\n");
    else for (const row of deviceTable(devices)) reporter.print(row);
    return;
  }
  for (const { name, index, on, ...more } of devices) {
    const device = name ?? String(index);
    if (on === undefined) reporter.report({ event: "device", device, index, ...more });
    else reporter.report({ event: "state", on, device, index, ...more });
  }
}

function openOnce(options: OutputOptions): Promise<Context> {
  const coloured = isColoured(options.noColor);
  return openContext({
    program: "pinwire led",
    role: "client",
    show(event) {
      if (event.event === "state") {
        return `${drawLamp({ name: event.device ?? `pin ${event.pin}`, on: event.on }, coloured)}\n`;
      }
      const sentence = linkSentence(event);
      return sentence && `${sentence}\n`;
    },
  }, { encoding: "utf-8", frame: "text", maxFrame: LONGEST_ANSWER, ...options });
}

/** A line of a controller's answer, in bytes. */
const LONGEST_ANSWER = 4096;
