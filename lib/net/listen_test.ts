import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { tempDir } from "../../tests/support.ts";
import { PinwireError } from "../errors.ts";
import { receiveAll } from "./_carriers.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { dial } from "./dial/dial.ts";
import { listen } from "./listen/listen.ts";

const LOOPBACK = parseAddress("0", { schemes: ["tcp"] });
const onUnix = Deno.build.os !== "windows";

const unix = (path: string) => ({ scheme: "unix", path } as const);

const refusal = (act: Promise<unknown>) => assertRejects(() => act, PinwireError);

Deno.test("listen takes a free port for port 0, and says which", async () => {
  for (const text of ["0", "[::1]:0"]) {
    const listener = await listen(parseAddress(text, { schemes: ["tcp"] }));
    assertMatch(listener.address, /^tcp:\/\/(127\.0\.0\.1|\[::1\]):[1-9]\d*$/);
    const client = await dial(parseAddress(listener.address, { schemes: ["tcp"] }));
    const server = (await listener.accept())!;
    assertEquals([server.local.name, server.peer.name], [listener.address, client.local.name]);
    client.close();
    server.close();
    listener.close();
  }
});

Deno.test({
  name: "an abstract socket is listened on and dialled by its name, has no file, and frees its name",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const address = parseAddress(`unix:@pinwire-${crypto.randomUUID()}`, { schemes: ["unix"] });
    const name = formatAddress(address);
    for (let i = 0; i < 2; i++) {
      const listener = await listen(address);
      assertEquals(listener.address, name);
      assertEquals((await refusal(listen(address))).code, "address_taken");
      const client = await dial(address);
      const server = (await listener.accept())!;
      const [peer, own] = [client.peer, server.peer];
      assertEquals([peer.name, own.name, server.local.name], [name, "unix:#1", name]);
      assertEquals([peer, own].map(({ abstractName }) => `unix:@${abstractName}`), [name, name]);
      await server.write(new Uint8Array([7]));
      server.close();
      assertEquals(await receiveAll(client), new Uint8Array([7]));
      client.close();
      listener.close();
      assertEquals((await refusal(dial(address))).code, "refused");
    }
  },
});

Deno.test("accept of a listener gives nothing once it is closed, which may be done twice", async () => {
  const listener = await listen(LOOPBACK);
  const accepting = listener.accept();
  listener.close();
  listener.close();
  assertEquals([await accepting, await listener.accept()], [undefined, undefined]);
});

Deno.test("listen says that a port is taken, on Linux by whom", async () => {
  const listener = await listen(LOOPBACK);
  const error = await refusal(listen(parseAddress(listener.address, { schemes: ["tcp"] })));
  assertEquals([error.code, error.exitCode], ["address_taken", 1]);
  const holder = Deno.build.os === "linux" ? ` by \\S+ \\(process ${Deno.pid}\\)` : "";
  assertMatch(error.message, new RegExp(`^${listener.address} is taken${holder}$`));
  assertEquals(error.hint, "stop it or choose another port");
  listener.close();
});

Deno.test("listen says that an address is not ours", async () => {
  // 192.0.2.0/24 is for documentation (RFC 5737).
  const error = await refusal(listen({ scheme: "tcp", hostname: "192.0.2.1", port: 0 }));
  assertEquals(error.code, "address_not_ours");
});

Deno.test({
  name: "listen on a Unix path lets its owner alone in, and removes the path when it is closed",
  ignore: !onUnix,
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/socket`;
    const listener = await listen(unix(path));
    assertEquals(listener.address, `unix:${path}`);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    const clients = [await dial(unix(path)), await dial(unix(path))];
    const servers = [(await listener.accept())!, (await listener.accept())!];
    assertEquals(servers.map(({ peer }) => peer.name), ["unix:#1", "unix:#2"]);
    assertEquals(clients[0].peer.name, `unix:${path}`);
    await servers[0].write(new Uint8Array([7]));
    servers[0].close();
    assertEquals(await receiveAll(clients[0]), new Uint8Array([7]));
    listener.close();
    await assertRejects(() => Deno.lstat(path), Deno.errors.NotFound);
    for (const one of [...clients, ...servers]) one.close();
  },
});

Deno.test({
  name: "listen replaces a Unix socket that a dead process left",
  ignore: !onUnix,
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/socket`;
    const dead = Deno.listen({ transport: "unix", path });
    await Deno.rename(path, `${path}.kept`);
    dead.close();
    await Deno.rename(`${path}.kept`, path);
    const listener = await listen(unix(path));
    const client = await dial(unix(path));
    (await listener.accept())!.close();
    client.close();
    listener.close();
  },
});

Deno.test({
  name: "listen leaves a Unix socket alone whose server lives",
  ignore: !onUnix,
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/socket`;
    const living = await listen(unix(path));
    const error = await refusal(listen(unix(path)));
    assertEquals(error.code, "address_taken");
    assertEquals(error.sentence, `unix:${path} is taken: stop that server or choose another path`);
    const client = await dial(unix(path));
    client.close();
    living.close();
  },
});

Deno.test({
  name: "listen touches no file that is not a socket",
  ignore: !onUnix,
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/file`;
    await Deno.writeTextFile(path, "kept");
    const error = await refusal(listen(unix(path)));
    assertEquals(error.sentence, `unix:${path} exists and is not a socket: choose another path`);
    assertEquals(await Deno.readTextFile(path), "kept");
    await Deno.symlink(path, `${dir.path}/link`);
    await refusal(listen(unix(`${dir.path}/link`)));
    assertEquals(await Deno.readTextFile(path), "kept");
  },
});

Deno.test({
  name: "listen says what is wrong with a Unix path",
  ignore: !onUnix,
  async fn() {
    await using dir = await tempDir();
    assertEquals((await refusal(listen(unix(`${dir.path}/no/socket`)))).code, "not_found");
    const long = `${dir.path}/${"x".repeat(200)}`;
    assertEquals((await refusal(listen(unix(long)))).code, "path_too_long");
  },
});

Deno.test("dial says that nobody listens", async () => {
  const listener = await listen(LOOPBACK);
  const address = parseAddress(listener.address, { schemes: ["tcp"] });
  listener.close();
  const error = await refusal(dial(address));
  assertEquals([error.code, error.exitCode], ["refused", 1]);
  assertEquals(
    error.sentence,
    `nobody is listening on ${listener.address}: start the server first, or check the port`,
  );
});

Deno.test({
  name: "dial says that there is no Unix socket, or nobody behind it",
  ignore: !onUnix,
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/socket`;
    assertEquals((await refusal(dial(unix(path)))).code, "not_found");
    const dead = Deno.listen({ transport: "unix", path });
    await Deno.rename(path, `${path}.kept`);
    dead.close();
    assertEquals((await refusal(dial(unix(`${path}.kept`)))).code, "refused");
  },
});

Deno.test("dial tells a host name that can't be one from a bug of ours", async () => {
  const error = await refusal(dial({ scheme: "tcp", hostname: "a..b", port: 80 }));
  assertEquals([error.code, error.exitCode], ["unknown_host", 1]);
});

Deno.test("dial tells of port 0, to which nobody can connect, in words", async () => {
  const error = await refusal(dial(LOOPBACK));
  assertStringIncludes(error.message, "tcp://127.0.0.1:0");
});

Deno.test({
  name: "dial says that a Unix path is too long",
  ignore: !onUnix,
  async fn() {
    assertEquals((await refusal(dial(unix(`/tmp/${"x".repeat(200)}`)))).code, "path_too_long");
  },
});

Deno.test("dial and listen are not for UDP", async () => {
  const address = parseAddress("udp://0", { schemes: ["udp"] });
  for (const act of [dial(address), listen(address)]) assert(await act.then(() => false, () => true));
});
