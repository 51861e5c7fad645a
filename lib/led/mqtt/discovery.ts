import { createHash } from "node:crypto";
import { BLINK } from "../verbs.ts";
import { effectOf, NO_EFFECT, topicsOf } from "./topics.ts";

/** Rates in Hz that Home Assistant offers; any other is understood. */
const RATES = [1, 2, 5].filter((hz) => hz <= BLINK.amount.most);

/** A device of a node, for {@linkcode discoveryOf}. */
export interface DiscoveredDevice {
  name: string;
  /** Whether it has a status of its own, since it can be away while the node is there. */
  canBeAway: boolean;
}

/** The topic under which Home Assistant looks for a node. */
export const discoveryTopic = (prefix: string, node: string) =>
  `${prefix}/device/pinwire_${idOf(node)}/config`;

/**
 * What Home Assistant is told of a node: one device, with a light for each LED (its "device discovery" for MQTT, whose
 * abbreviations these are). A node without a device is none: then nothing is told, which takes it away.
 *
 * @param gone the names of devices that are no more: Home Assistant keeps what is only left out
 */
export function discoveryOf(
  node: string,
  devices: readonly DiscoveredDevice[],
  gone: Iterable<string> = [],
): string {
  if (!devices.length) return "";
  const topics = topicsOf(node);
  const lights = devices.map(({ name, canBeAway }) => [idOf(name), {
    p: "light",
    schema: "json",
    uniq_id: `pinwire_${idOf(node, name)}`,
    name,
    stat_t: topics.state(name),
    cmd_t: topics.set(name),
    sup_clrm: ["onoff"],
    effect: true,
    fx_list: [NO_EFFECT, ...RATES.map(effectOf)],
    avty: [{ t: topics.status }, ...canBeAway ? [{ t: topics.deviceStatus(name) }] : []],
    avty_mode: "all",
  }]);
  return JSON.stringify({
    dev: { ids: `pinwire_${idOf(node)}`, name: node, mf: "pinwire" },
    o: { name: "pinwire" },
    qos: 1,
    cmps: Object.fromEntries([...lights, ...[...gone].map((name) => [idOf(name), { p: "light" }])]),
  });
}

/**
 * An id that Home Assistant takes, which has letters, digits, `_` and `-` alone: other characters become `_`. A hash of the
 * names follows where another name could have come to the same: behind a character that had to go, and where a name has
 * itself the `_` that stands between two.
 */
export function idOf(...names: string[]): string {
  const own = names.length > 1 ? /[^A-Za-z0-9-]/ : /[^A-Za-z0-9_-]/;
  const id = names.join("_").replaceAll(/[^A-Za-z0-9_-]/gu, "_");
  if (!names.some((name) => own.test(name))) return id;
  return `${id}_${createHash("sha256").update(names.join("/")).digest("hex").slice(0, 8)}`;
}
