/// <reference lib="deno.worker" />

import { listen, openContext, serveConnections, Stop } from "../net/mod.ts";
import { Reply } from "./protocol.ts";
import { echoConnection } from "./server.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./worker_messages.ts";

const stop = new Stop();
const say = (message: FromWorker) => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data === "stop") stop.now();
  else run(data.start).catch((error) => say({ failed: error.message }));
};

async function run({ address, options, wantsMessages, clients }: WorkerStart): Promise<void> {
  const context = await openContext(
    {
      program: "",
      role: "server",
      forward: (event) => say({ event }),
      showMessage: wantsMessages ? () => "" : undefined,
    },
    options,
    stop,
  );
  const reply = options.reply === "none"
    ? undefined
    : new Reply(options.reply, (text) => context.encoding.encode(text).bytes);
  const listener = await listen(address, { reusePort: true });
  say("listening");
  const count = new Int32Array(clients);
  await serveConnections(listener, {
    reporter: context.reporter,
    signal: stop.signal,
    maxClients: options.maxClients,
    idleTimeout: options.idleTimeout,
    counter: {
      enter(max) {
        if (Atomics.add(count, 0, 1) < max) return true;
        Atomics.sub(count, 0, 1);
        return false;
      },
      leave: () => void Atomics.sub(count, 0, 1),
    },
    handle: (connection) =>
      echoConnection(context.trace(connection), context, {
        reply,
        once: options.once,
        until: options.until,
        stop: () => say("over"),
      }),
  });
  say("closed");
  self.close();
}
