/// <reference lib="deno.worker" />

import { openContext, Stop } from "../app/mod.ts";
import { listen } from "../net/mod.ts";
import { serveConnections } from "../session/mod.ts";
import { Reply } from "./protocol.ts";
import { EchoSession, takeOnce } from "./session.ts";
import { CLIENTS, type FromWorker, TAKEN, type ToWorker, type WorkerStart } from "./worker_messages.ts";

const stop = new Stop();
const say = (message: FromWorker) => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data === "stop") stop.now();
  else run(data.start).catch((error) => say({ failed: error.message }));
};

/** Events of a worker on their way to the main thread; while there are more, its clients wait. */
const MANY_EVENTS = 1000;

/** Done once the main thread has caught up with our events. */
async function caughtUp(events: Int32Array<SharedArrayBuffer>): Promise<void> {
  for (let count; (count = Atomics.load(events, 0)) > MANY_EVENTS;) {
    await Atomics.waitAsync(events, 0, count).value;
  }
}

async function run(start: WorkerStart): Promise<void> {
  const { address, options, wantsMessages } = start;
  const shared = new Int32Array(start.shared);
  const events = new Int32Array(start.events);
  const context = await openContext(
    {
      program: "",
      role: "server",
      forward(event) {
        Atomics.add(events, 0, 1);
        say({ event });
      },
      forwarded: () => Atomics.load(events, 0) > MANY_EVENTS ? caughtUp(events) : undefined,
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
  await serveConnections(listener, {
    reporter: context.reporter,
    clock: context.clock,
    signal: stop.signal,
    maxClients: options.maxClients,
    idleTimeout: options.idleTimeout,
    counter: {
      enter(max) {
        if (Atomics.add(shared, CLIENTS, 1) < max) return true;
        Atomics.sub(shared, CLIENTS, 1);
        return false;
      },
      leave: () => void Atomics.sub(shared, CLIENTS, 1),
    },
    handle: (connection, _, owe) =>
      new EchoSession(context.traceAccepted(connection), context, {
        reply,
        replyDelay: options.replyDelay,
        closeAfter: options.closeAfter,
        once: options.once,
        until: options.until,
        takeOnce: options.once ? takeOnce(shared.subarray(TAKEN)) : undefined,
        stop: () => say(context.until.hasPassed ? "passed" : "over"),
      }, owe).run(),
  });
  say("closed");
  self.close();
}
