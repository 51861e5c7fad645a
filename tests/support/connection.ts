export const LOOPBACK = "127.0.0.1";

export const bytes = (text: string) => new TextEncoder().encode(text);

/** Sends `text` and gives what one read brings back. */
export async function ask(conn: Deno.Conn, text: string): Promise<string> {
  await conn.write(bytes(text));
  const buffer = new Uint8Array(65_536);
  const length = await conn.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
}

/** Everything that comes until the end of the stream, however that comes about. */
export async function restOf(conn: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(65_536);
  try {
    for (let n; (n = await conn.read(buffer)) !== null;) {
      text += new TextDecoder().decode(buffer.subarray(0, n));
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return text;
}

/** A port of loopback where nobody listens, nor can before it is disposed of: one end of a connection has it. */
export async function deafPort(): Promise<{ port: number } & Disposable> {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = listener.addr;
  const [near, far] = await Promise.all([Deno.connect({ hostname: LOOPBACK, port }), listener.accept()]);
  return {
    port: near.localAddr.port,
    [Symbol.dispose]() {
      near.close();
      far.close();
    },
  };
}

/** A port of loopback that answers no more, since nobody accepts and its queue is full (Linux). */
export async function fullPort(): Promise<{ port: number } & Disposable> {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0, tcpBacklog: 1 });
  const { port } = listener.addr;
  // One more than the backlog is taken.
  const waiting = [await Deno.connect({ port }), await Deno.connect({ port })];
  return {
    port,
    [Symbol.dispose]() {
      for (const conn of [listener, ...waiting]) conn.close();
    },
  };
}

export const isGone = (error: unknown) =>
  error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.ConnectionAborted ||
  error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.NotConnected;
