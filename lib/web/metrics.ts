import { type Context, serverAddress } from "../app/mod.ts";
import { checkPlainGet, HttpError, type RequestHead } from "../framing/http/mod.ts";
import { hostPort, type InternetAddress, listen, type Listener, type SocketAddress } from "../net/mod.ts";
import { checkHost, namesOfMachine } from "../net/websocket/mod.ts";
import { Counts, type Exporter, type Metric } from "../session/mod.ts";
import type { Answer } from "./door.ts";
import { FORMATS, printMetrics } from "./exposition.ts";
import { PageListener } from "./page_listener.ts";

/** The values of the options that every server with metrics has, as `options.ts` declares them. */
export interface MetricsOptions {
  /** Where they are. */
  metrics: InternetAddress;
  /** Names under which they are asked for, besides those of this machine. */
  webHost?: readonly string[];
  tlsCert?: string;
  tlsKey?: string;
}

/** Where metrics are. */
const PATH = "/metrics";

/**
 * Opens the socket at which metrics are asked for.
 *
 * @throws {PinwireError} why it can't listen there; `usage`, `file_unreadable` … for the files of TLS
 */
export async function openMetrics(options: MetricsOptions, context: Context): Promise<Exporter> {
  const { metrics: where, webHost: given = [] } = options;
  const { address, identity } = await serverAddress(where, options);
  const isEncrypted = address.scheme === "tls";
  // Whoever has opened its socket may give up the right to ask.
  const names = [...namesOfMachine(), where.hostname];
  const listener = await listen(address, { identity });
  const counts = new Counts(context);
  return {
    counts,
    begin(metrics) {
      announce(listener, where.hostname, isEncrypted, context);
      const answer = (head: RequestHead, local: SocketAddress) => {
        checkHost(head, { host: local.host, port: local.port, isEncrypted, names, given });
        return answerOf(head, [...counts.metrics, ...metrics]);
      };
      new PageListener(listener, { answer }, 0, context);
    },
    [Symbol.dispose]() {
      counts[Symbol.dispose]();
      listener.close();
    },
  };
}

function announce(listener: Listener, hostname: string, isEncrypted: boolean, { reporter }: Context): void {
  const port = Number(listener.address.match(/:(\d+)$/)![1]);
  const address = `${isEncrypted ? "https" : "http"}://${hostPort({ hostname, port })}`;
  reporter.report({ event: "listening", address, sockets: listener.sockets, url: `${address}${PATH}` });
}

/** @throws {HttpError} 404, 405 */
function answerOf(head: RequestHead, metrics: readonly Metric[]): Answer {
  checkPlainGet(head, ["GET", "HEAD"]);
  if (head.target.split("?")[0] !== PATH) throw new HttpError(404, `there is nothing here but ${PATH}`);
  // As Prometheus's own libraries do: who doesn't ask for OpenMetrics may not know it.
  const format = head.fields.get("accept")?.includes("application/openmetrics-text")
    ? "openMetrics"
    : "prometheus";
  const body = new TextEncoder().encode(printMetrics(metrics, format));
  return { file: { type: FORMATS[format], body }, isHead: head.method === "HEAD" };
}
