import type { Connection } from "./connection.ts";

/** A connection that closes itself when for `ms` nothing was read and no write went through. */
export function withIdleTimeout(
  connection: Connection,
  ms: number,
): Connection & { readonly timedOut: boolean } {
  let last = Date.now();
  let timedOut = false;
  let timer = setTimeout(check, ms);

  // One timer that looks again, and not one for every read.
  function check() {
    const left = last + ms - Date.now();
    if (left > 0) {
      timer = setTimeout(check, left);
    } else {
      timedOut = true;
      connection.close();
    }
  }

  return {
    local: connection.local,
    remote: connection.remote,
    get timedOut() {
      return timedOut;
    },
    async read(buffer) {
      const count = await connection.read(buffer);
      last = Date.now();
      return count;
    },
    async write(bytes) {
      await connection.write(bytes);
      last = Date.now();
    },
    closeWrite: () => connection.closeWrite(),
    close() {
      clearTimeout(timer);
      connection.close();
    },
  };
}
