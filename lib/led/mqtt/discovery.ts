import { BLINK } from "../verbs.ts";
import { effectOf, topicsOf } from "./topics.ts";

/** Rates in Hz that Home Assistant offers; any other is understood. */
const RATES = [1, 2, 5].filter((hz) => hz <= BLINK.amount.most);

/** A device of a node, for {@linkcode discoveryOf}. */
export interface DiscoveredDevice {
  name: string;
  /** Whether it has a status of its own, since it can be away while the node is there. */
  canBeAway: boolean;
}

/** The topic under which Home Assistant looks for a node. */
export const discoveryTopic = async (prefix: string, node: string) =>
  `${prefix}/device/${await idOf("pinwire", node)}/config`;

/**
 * What Home Assistant is told of a node: one device, with a light for each LED (its "device discovery" for MQTT). The
 * abbreviations are Home Assistant's own.
 *
 * @param version of the program
 */
export async function discoveryOf(
  node: string,
  devices: readonly DiscoveredDevice[],
  version: string,
): Promise<string> {
  const topics = topicsOf(node);
  const id = await idOf("pinwire", node);
  const lights = await Promise.all(devices.map(async ({ name, canBeAway }) => {
    const light = {
      p: "light",
      schema: "json",
      uniq_id: await idOf("pinwire", node, name),
      name,
      stat_t: topics.state(name),
      cmd_t: topics.set(name),
      sup_clrm: ["onoff"],
      effect: true,
      fx_list: RATES.map(effectOf),
      ...canBeAway && {
        avty: [{ t: topics.status }, { t: topics.deviceStatus(name) }],
        avty_mode: "all",
      },
    };
    return [await idOf(name), light] as const;
  }));
  return JSON.stringify({
    dev: { ids: id, name: node, mf: "pinwire", sw: version },
    o: { name: "pinwire", sw: version },
    ...!devices.some(({ canBeAway }) => canBeAway) && { avty_t: topics.status },
    qos: 1,
    cmps: Object.fromEntries(lights),
  });
}

/**
 * An id that Home Assistant takes, which has letters, digits, `_` and `-` alone: other characters become `_`, and so that
 * two names never have one id, a hash of the name follows then.
 */
export async function idOf(...names: string[]): Promise<string> {
  const plain = names.map((name) => name.replaceAll(/[^A-Za-z0-9_-]/gu, "_")).join("_");
  if (plain === names.join("_")) return plain;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(names.join("/")));
  return `${plain}_${new Uint8Array(digest).subarray(0, 4).toHex()}`;
}
