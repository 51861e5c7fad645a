import { usageError } from "../../errors.ts";
import { formatAddress, type HostAddress } from "../address.ts";
import type { Endpoint } from "../datagram.ts";
import { race } from "../deadline.ts";
import { translateDialError } from "../io_errors.ts";
import { canonicalIp, isIpAddress, isIpv6 } from "../ip.ts";
import { interleaved } from "./first_to_connect.ts";

/**
 * The addresses of a peer, IPv6 and IPv4 in turn (RFC 8305, section 4), each family in the resolver's order (RFC 6724), in
 * their one form; that of an IP address is itself. The unspecified address, which is nobody's, means this machine, as the
 * kernel takes it.
 *
 * @throws {PinwireError} `unknown_host`; for a signal that is aborted by a timeout, `timed_out`
 */
export async function resolveEndpoints(
  address: HostAddress,
  signal?: AbortSignal,
): Promise<Endpoint[]> {
  const { hostname, port } = address;
  if (hostname === "0.0.0.0") return [{ hostname: "127.0.0.1", port }];
  if (hostname === "::") return [{ hostname: "::1", port }];
  if (isIpAddress(hostname)) return [{ hostname, port }];
  const { default: process } = await import("node:process");
  // Deno 2.6 would warn on stderr of a module that its own node:dns loads.
  Object.assign(process, { noDeprecation: true });
  const { lookup } = await import("node:dns/promises");
  const found = await abortable(lookup(hostname, { all: true, verbatim: true }), signal)
    .catch((error) => {
      throw translateDialError(error, formatAddress(address));
    });
  // A hosts file with two lines for a name gives one of its addresses twice, perhaps in another form.
  const hosts = [...new Set(found.map(({ address }) => canonicalIp(address) ?? address))];
  return interleaved(hosts, isIpv6).map((hostname) => ({ hostname, port }));
}

/**
 * The addresses that can be dialled from `bind`.
 *
 * @throws {PinwireError} `usage` if none is of its family
 */
export function checkFamily(endpoints: Endpoint[], bind: Endpoint | undefined, name: string): Endpoint[] {
  if (!bind) return endpoints;
  const isSix = isIpv6(bind.hostname);
  const fitting = endpoints.filter(({ hostname }) => isIpv6(hostname) === isSix);
  if (fitting.length) return fitting;
  const [own, other] = isSix ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"];
  throw usageError(
    `${name} has no ${own} address, and --bind is one`,
    `bind an ${other} address, or dial one of ${own}`,
  );
}

/** The resolver can't be stopped, but nobody need wait for it. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort);
  try {
    return await race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
