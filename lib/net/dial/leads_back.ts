import { type Address, isLoopback } from "../address.ts";
import { canonicalIp, isIpv6, isUnspecified } from "../ip.ts";
import { knownInterfaces } from "../multicast.ts";
import { resolveEndpoints } from "./resolve.ts";

/**
 * Whether what is sent to `target` comes to who listens on `listener`, however the two are written: by a name, by the
 * unspecified address, by another path to the same folder, in another scheme over TCP. `false` where that can't be told,
 * as of our own addresses without `--allow-sys`.
 */
export async function leadsBack(listener: Address, target: Address): Promise<boolean> {
  if (listener.scheme === "unix" || target.scheme === "unix") {
    if (listener.scheme !== "unix" || target.scheme !== "unix") return false;
    return await placeOf(listener.path) === await placeOf(target.path);
  }
  if ((listener.scheme === "udp") !== (target.scheme === "udp")) return false;
  if (listener.port === 0 || listener.port !== target.port) return false;
  const reached = await resolveEndpoints(target).catch(() => []);
  const { hostname } = listener;
  if (isUnspecified(hostname)) {
    const ours = new Set(knownInterfaces().map(({ address }) => canonicalIp(address) ?? address));
    // One of IPv4 alone hears nothing over IPv6.
    const heard = reached.filter((one) => hostname !== "0.0.0.0" || !isIpv6(one.hostname));
    return heard.some((one) => isLoopback(one.hostname) || ours.has(one.hostname));
  }
  // As it is listened on.
  const host = hostname === "localhost" ? "127.0.0.1" : hostname;
  const own = await resolveEndpoints({ ...listener, hostname: host }).catch(() => []);
  return reached.some((one) => own.some((other) => one.hostname === other.hostname));
}

async function placeOf(path: string): Promise<string> {
  const [, folder, name] = path.match(/^(?!\0)(.*[/\\])?([^/\\]+)$/s) ?? [];
  if (name === undefined) return path;
  return `${await Deno.realPath(folder ?? ".").catch(() => folder)}/${name}`;
}
