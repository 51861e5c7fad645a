import { usageError } from "../../errors.ts";
import { type Address, checkDialable, parseAddress, WEB_PORTS } from "../../net/mod.ts";
import { SOCKETS } from "../../app/options.ts";

/** Ports that one range may have. */
const MOST_PORTS = 1024;

/**
 * The address that `text` is, or with `8000-8010` for its port as many as there are ports in that range.
 *
 * @throws {PinwireError} `usage`
 */
export function parseTargets(text: string): Address[] {
  const addresses = [...spread(text)].map((one) =>
    parseAddress(one, { schemes: SOCKETS, webPorts: WEB_PORTS })
  );
  addresses.forEach(checkDialable);
  return addresses;
}

// A path may end in anything, and so may a host's name, which no colon follows.
function* spread(text: string): Generator<string> {
  const [, before, from, to] = text.match(/^(?!unix:)((?:.*[:/])?)(\d+)-(\d+)$/s) ?? [];
  if (from === undefined) return yield text;
  const [first, last] = [Number(from), Number(to)];
  if (first > last) throw usageError(`"${text}" is not a range`, `write ${before}${to}-${from}`);
  if (last - first >= MOST_PORTS) {
    throw usageError(`"${text}" has ${last - first + 1} ports`, `a range has ${MOST_PORTS} at most`);
  }
  for (let port = first; port <= last; port++) yield before + port;
}
