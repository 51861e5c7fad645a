import { resolveEndpoints } from "../../net/mod.ts";

type Resolve = typeof resolveEndpoints;

/**
 * Finds the addresses of each host once, however many of its ports are asked for; one that isn't known is asked for again
 * the next time.
 */
export function openResolver(resolve: Resolve = resolveEndpoints): Resolve {
  const known = new Map<string, Promise<string[]>>();
  return async (address, signal) => {
    const { hostname, port } = address;
    let hosts = known.get(hostname);
    if (!hosts) {
      hosts = resolve(address, signal).then((found) => found.map(({ hostname }) => hostname));
      known.set(hostname, hosts);
      hosts.catch(() => known.delete(hostname));
    }
    return (await hosts).map((hostname) => ({ hostname, port }));
  };
}
