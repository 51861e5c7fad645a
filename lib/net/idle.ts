import { PinwireError } from "../errors.ts";
import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { wrapConnection } from "./wrap_connection.ts";

/** A connection that ends with `idle_timeout` once for `ms` nothing was read and no write went through. */
export function withIdleTimeout(connection: Connection, ms: number, clock: Clock): Connection {
  let last = clock.now();
  let timer: Timer = clock.after(ms, check);
  const moved = () => void (last = clock.now());

  // One timer that looks again, and not one for every read.
  function check() {
    const left = last + ms - clock.now();
    if (left > 0) timer = clock.after(left, check);
    else connection.close(idleTimeout(connection.peer.name, ms));
  }

  return wrapConnection(connection, {
    receive: (sink, options) =>
      connection.receive((bytes) => {
        moved();
        return sink(bytes);
      }, options),
    write(bytes) {
      const written = connection.write(bytes);
      if (written) return written.then(moved);
      moved();
      return undefined;
    },
    close(reason) {
      timer.cancel();
      connection.close(reason);
    },
    reset() {
      timer.cancel();
      return connection.reset();
    },
  });
}

const idleTimeout = (peer: string, ms: number) =>
  new PinwireError("idle_timeout", `nothing moved between us and ${peer} for ${ms / 1000} s`);
