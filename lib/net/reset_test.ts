import { assert, assertEquals, assertRejects } from "@std/assert";
import { has, Process, PYTHON } from "../../tests/support.ts";
import { turn } from "../../tests/support/pure.ts";
import { PinwireError } from "../errors.ts";
import { makeCertificate } from "../tools/cert.ts";
import { carriersWith, receiveAll } from "./_carriers.ts";
import { parseAddress } from "./address.ts";
import { prepareReset } from "./connection.ts";
import { listen } from "./listen/listen.ts";

const CARRIERS = carriersWith(await makeCertificate(["127.0.0.1"]));
const isLinux = Deno.build.os === "linux";

const codeOf = async (act: Promise<unknown> | undefined) => {
  assert(act, "it did not fail");
  return (await assertRejects(() => act, PinwireError)).code;
};

for (const { name, connect, ...carrier } of CARRIERS) {
  const isReset = !name.endsWith("unix");
  Deno.test({
    name: `reset over ${name} ends our side as a close does${
      isReset ? ", and the other's with a reset" : ""
    }`,
    ignore: carrier.ignore || !isLinux && name !== "pipe",
    async fn() {
      for (const [from, to] of [["client", "server"], ["server", "client"]] as const) {
        using pair = await connect();
        const { [from]: ours, [to]: theirs } = pair;
        const isRead = Promise.withResolvers<void>();
        const received = ours.receive(() => isRead.resolve());
        const ofOther = isReset ? codeOf(receiveAll(theirs)) : receiveAll(theirs);
        // Over TLS what comes behind the handshake is through then.
        await Promise.all([ours.write(new Uint8Array(1)), theirs.write(new Uint8Array(1)), isRead.promise]);
        const writing = codeOf(ours.write(new Uint8Array(name === "pipe" ? 1 : 1 << 24)));
        assertEquals(ours.reset(), isReset);
        assertEquals(ours.reset(), false);
        assertEquals([await received, await writing], [undefined, "connection_closed"]);
        if (isReset) assertEquals(await ofOther, "connection_reset");
        else await ofOther;
      }
    },
  });
}

/** Says "here" and that it did, reads what comes once it may, and prints how that ended. */
const PEER = `
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"here")
print("sent", flush=True)
try:
    while True:
        if sys.argv[2] == "unsent": sys.stdin.read(1)
        read = s.recv(65536)
        if not read: break
        print("read", flush=True)
    print("end")
except ConnectionResetError:
    print("reset")
`;

for (
  const [state, name] of [
    ["read", "has read everything, and so have we"],
    ["unread", "has read everything, though we have not"],
    ["unsent", "has not read all that we wrote"],
  ]
) {
  Deno.test({
    name: `reset is one for a peer that ${name} (needs python)`,
    ignore: !isLinux || !has(PYTHON),
    async fn() {
      const listener = await listen(parseAddress("0", { schemes: ["tcp"] }));
      await using peer = new Process(PYTHON, ["-c", PEER, listener.address.split(":").at(-1)!, state]);
      const connection = (await listener.accept())!;
      listener.close();
      await peer.line();
      const isRead = Promise.withResolvers<void>();
      const received = state === "unread" ? isRead.resolve() : connection.receive(() => isRead.resolve());
      await isRead.promise;
      const written = connection.write(new Uint8Array(state === "unsent" ? 1 << 26 : 1));
      if (state === "unsent") written!.catch(() => {});
      else await peer.line();
      assertEquals(connection.reset(), true);
      await received;
      if (state === "unsent") assertEquals(await codeOf(written), "connection_closed");
      await peer.end();
      assertEquals((await peer.outcome()).stdout.split("\n").at(-2), "reset");
    },
  });
}

Deno.test({
  name: "reset is a close where libc may not be called",
  permissions: { net: true, read: true, write: true },
  async fn() {
    using pair = await CARRIERS.find(({ name }) => name === "tcp")!.connect();
    const ended = receiveAll(pair.client);
    assertEquals(pair.server.reset(), false);
    assertEquals(await ended, new Uint8Array());
  },
});

Deno.test({
  name: "reset works on after prepareReset, when the permission is given up",
  ignore: !isLinux,
  permissions: { net: true, read: true, write: true, ffi: true },
  async fn() {
    using pair = await CARRIERS.find(({ name }) => name === "tcp")!.connect();
    using _ready = prepareReset();
    Deno.permissions.revokeSync({ name: "ffi" });
    const ended = codeOf(receiveAll(pair.client));
    assertEquals(pair.server.reset(), true);
    assertEquals(await ended, "connection_reset");
  },
});

Deno.test({
  name: "unsent counts the bytes that the other end has not taken, which a reset would lose",
  ignore: !isLinux,
  async fn() {
    using pair = await CARRIERS.find(({ name }) => name === "tcp")!.connect();
    const { client, server } = pair;
    const written = server.write(new Uint8Array(1 << 24));
    while (!server.unsent) await turn();
    const received = receiveAll(client);
    await written;
    await server.closeWrite();
    assertEquals((await received).length, 1 << 24);
    while (server.unsent) await turn();
    client.close();
    server.close();
    assertEquals([server.unsent, client.unsent], [0, 0]);
  },
});
