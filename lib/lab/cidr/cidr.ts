import type { NetworkEvent, Reporter, SameNetworkEvent } from "../../app/mod.ts";
import { type CidrAddress, formatCidrValue, maskOf, networkOf, splitNetwork } from "../../packet/cidr.ts";

/**
 * Explains each address and its network, its parts if it is to be split, and whether any two are in the same network.
 *
 * @throws {PinwireError} `usage` if a network has no such parts
 */
export async function cidr(addresses: readonly CidrAddress[], split: number | undefined, reporter: Reporter) {
  const parts = addresses.map((address) => split === undefined ? [] : splitNetwork(address, split));
  for (const [i, address] of addresses.entries()) {
    reporter.report(networkEvent(address));
    let part = 1;
    for (const one of parts[i]) {
      reporter.report(networkEvent(one, part++));
      await reporter.drained();
      if (reporter.isClosed) return;
    }
  }
  for (const [i, one] of addresses.entries()) {
    for (const other of addresses.slice(i + 1)) {
      reporter.report(sameNetworkEvent(one, other));
      await reporter.drained();
    }
  }
}

function networkEvent(address: CidrAddress, part?: number): NetworkEvent {
  const { version, value, prefix } = address;
  const { network, last, firstHost, lastHost, hosts } = networkOf(address);
  const text = (value: bigint) => formatCidrValue(value, version);
  return {
    event: "network",
    address: text(value),
    prefix,
    network: text(network),
    ...version === 4 && { mask: text(maskOf(address)) },
    ...version === 4 && firstHost !== network && { broadcast: text(last) },
    first: text(firstHost),
    last: text(lastHost),
    hosts: String(hosts),
    ...part !== undefined && { part },
  };
}

function sameNetworkEvent(one: CidrAddress, other: CidrAddress): SameNetworkEvent {
  const text = ({ value, version, prefix }: CidrAddress) => `${formatCidrValue(value, version)}/${prefix}`;
  return {
    event: "same_network",
    addresses: [text(one), text(other)],
    reaches: [reaches(one, other), reaches(other, one)],
  };
}

/** Whether one takes the other for a neighbour: each knows its own mask alone. */
function reaches(one: CidrAddress, other: CidrAddress): boolean {
  const { network, last } = networkOf(one);
  return one.version === other.version && other.value >= network && other.value <= last;
}
