import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import type { TlsFacts } from "../../app/mod.ts";
import { type HostAddress, isIpAddress } from "../../net/mod.ts";
import { altNames } from "./alt_names.ts";

const MS_PER_DAY = 86_400_000;
/** The protocols that are offered, so that a server has something to choose (RFC 7301). */
const PROTOCOLS = ["h2", "http/1.1"];

/** What a TLS server told of itself. */
export interface PeerFacts {
  tls: Omit<TlsFacts, "trusted">;
  /** Whether the certificate names itself as its issuer. */
  isSelfSigned: boolean;
  /** Why nothing of the certificate is told. */
  fault?: string;
}

/** How {@linkcode peerFacts} dials. */
export interface FactsOptions {
  /** Where to connect to, if that is known: an IP address. */
  host?: string;
  /** The IP address of our own end. */
  from?: string;
  signal: AbortSignal;
  /** Ms since 1970. */
  now: number;
}

/**
 * Shakes hands once more, and takes any certificate: the runtime's own TLS tells nothing of the peer's. What is found
 * says nothing of trust, and neither does what `node:tls` thinks of it, which is not what a dial of ours thinks.
 *
 * @param address `hostname` is what the certificate is asked for
 * @returns `undefined` if the peer doesn't shake hands with everybody, or `signal` is aborted before
 */
export async function peerFacts(
  address: HostAddress,
  options: FactsOptions,
): Promise<PeerFacts | undefined> {
  // A server that knows none of the protocols may refuse all TLS with us.
  for (const protocols of [PROTOCOLS, undefined]) {
    const facts = await shakeHands(address, protocols, options);
    if (facts || options.signal.aborted) return facts;
  }
  return undefined;
}

function shakeHands(
  { hostname, port }: HostAddress,
  protocols: string[] | undefined,
  { host = hostname, from, signal, now }: FactsOptions,
): Promise<PeerFacts | undefined> {
  const { promise, resolve } = Promise.withResolvers<PeerFacts | undefined>();
  // The runtime ends the program with a TypeError, if the peer speaks first, where it is given a socket of ours.
  const options = {
    host,
    port,
    localAddress: from,
    // An IP address is no server name (RFC 6066, section 3).
    servername: isIpAddress(hostname) ? "" : hostname,
    rejectUnauthorized: false,
    ALPNProtocols: protocols,
  };
  const socket = connect(options);
  const giveUp = () => void socket.destroy();
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  socket.on("secureConnect", () => {
    resolve(factsOf(socket, now));
    giveUp();
  });
  socket.on("error", giveUp);
  socket.on("close", () => {
    signal.removeEventListener("abort", giveUp);
    resolve(undefined);
  });
  return promise;
}

function factsOf(socket: TLSSocket, now: number): PeerFacts {
  const agreed = {
    // Deno 2.6 knows neither.
    version: socket.getProtocol?.() ?? undefined,
    cipher: socket.getCipher()?.name,
    alpn: socket.alpnProtocol || null,
  };
  try {
    const { isSelfSigned, ...told } = certificateFacts(socket.getPeerCertificate(), now);
    return { tls: { ...agreed, ...told }, isSelfSigned };
  } catch {
    // The runtime gives an empty certificate, or throws, where it can't read a field; what a listener throws ends the program.
    return { tls: agreed, isSelfSigned: false, fault: "bad certificate" };
  }
}

function certificateFacts(certificate: PeerCertificate, now: number) {
  const issuer = nameOf(certificate.issuer);
  const daysLeft = Math.floor((Date.parse(certificate.valid_to) - now) / MS_PER_DAY);
  return {
    names: altNames(certificate.raw),
    issuer,
    // A year that JavaScript can't read leaves the other facts as they are.
    days_left: Number.isNaN(daysLeft) ? undefined : daysLeft,
    isSelfSigned: issuer === nameOf(certificate.subject),
  };
}

/** `CN=My CA, O=Me`, the common name first. */
function nameOf(name: PeerCertificate["issuer"]): string {
  const { CN, ...others } = name;
  return Object.entries({ CN, ...others }).flatMap(([key, values]) =>
    [values ?? []].flat().map((value) => `${key}=${value}`)
  ).join(", ");
}
