// @ts-check

/**
 * What an agent is to dial: on the server's machine, and on another one, where that is known.
 *
 * @param {string} address where the server listens, as it says: `tcp://0.0.0.0:9000`
 * @param {string} hostname by which this page was reached
 * @returns {{ here: string, there?: string }}
 */
export function addressesFor(address, hostname) {
  const [, scheme, host, port] = address.match(/^([a-z]+:\/\/)(.*)(:\d+)$/) ?? [];
  if (port === undefined) return { here: address };
  const before = scheme === "tcp://" ? "" : scheme;
  const isAnywhere = host === "0.0.0.0" || host === "[::]";
  const here = before + (isAnywhere ? "127.0.0.1" : host) + port;
  if (isLoopback(host) || isLoopback(hostname)) return { here };
  return { here, there: before + (isAnywhere ? hostname : host) + port };
}

/** @param {string} host */
const isLoopback = (host) => /^(localhost$|127\.|\[::1\])/.test(host);
