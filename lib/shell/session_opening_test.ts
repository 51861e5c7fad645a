import { assert, assertEquals } from "@std/assert";
import { FakeClock, turn } from "../app/_testing.ts";
import { Token } from "../session/token.ts";
import { bytes, codeOf, posix, world } from "./_session_testing.ts";
import { LONGEST_BEFORE_READY, TYPE } from "./protocol.ts";
import { makeFrame, makeJsonFrame } from "./wire/frame.ts";

const HELLO = { version: 1, nonce: "A".repeat(43) };
const hello = (fields = {}) => makeJsonFrame(TYPE.hello, 0, { ...HELLO, ...fields });

posix(
  "ShellSession answers any frame but the opening's with an error, and closes",
  async () => {
    const exec = makeJsonFrame(TYPE.exec, 1, { argv: ["true"] });
    const wrong: Record<string, Uint8Array[]> = {
      "a command": [exec],
      "a command behind hello": [hello(), exec],
      "a ping": [makeFrame(TYPE.ping, 0)],
      "a type that could be passed over": [makeFrame(200, 0)],
      "a proof": [makeJsonFrame(TYPE.proof, 0, { proof: "x" })],
      "a hello on a stream": [makeJsonFrame(TYPE.hello, 1, HELLO)],
      "two hellos": [hello(), hello()],
      "a hello that is none": [makeFrame(TYPE.hello, 0, bytes("{}"))],
      "a proof that is none": [hello(), makeFrame(TYPE.proof, 0, bytes("{}"))],
    };
    await using on = await world();
    await Promise.all(
      Object.entries(wrong).map(async ([name, frames]) => {
        const peer = on.peer();
        peer.send(...frames);
        if (frames.length === 2) assert((await peer.next()).startsWith("challenge 0 {"), name);
        assertEquals([await peer.next(), await peer.next()], ["error 0 bad_frame", "end"], name);
        assertEquals(await codeOf(peer.served), "bad_frame", name);
      }),
    );
    assertEquals(on.count.ran, 0);
  },
);

posix("ShellSession takes a frame of 1 KiB before ready, and a longer one as another wire", async () => {
  await using on = await world();
  const frameOf = (length: number) => {
    const frame = hello({ more: "" });
    const missing = length + 4 - frame.length;
    return hello({ more: "x".repeat(missing) });
  };
  const peer = on.peer();
  peer.send(frameOf(LONGEST_BEFORE_READY));
  assert((await peer.next()).startsWith("challenge 0 {"));
  const strangers = [
    frameOf(LONGEST_BEFORE_READY + 1),
    bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    bytes("uptime\n"),
    new Uint8Array(2_000).fill(0xff),
  ];
  for (const said of strangers) {
    const stranger = on.peer();
    stranger.send(said);
    assertEquals([await stranger.next(), await stranger.next()], ["error 0 bad_frame", "end"]);
    assertEquals(await codeOf(stranger.served), "not_shell");
  }
});

posix(
  "ShellSession turns a client away that doesn't know the token, 0.5 s later, and reports it",
  async () => {
    const clock = new FakeClock();
    await using on = await world({}, { clock });
    let code: string | undefined;
    const refused = codeOf(on.client(await Token.from("j".repeat(43)))).then((said) => code = said);
    // The 5 s for the opening, then the answer's delay too.
    while (clock.pending < 2) await turn();
    clock.pass(499);
    await turn();
    assertEquals([code, on.errors()], [undefined, []]);
    clock.pass(1);
    await refused;
    assertEquals(code, "bad_proof");
    assertEquals(on.errors(), [{
      event: "error",
      message: "refused tcp://127.0.0.1:5: the proof is wrong",
      hint: "both ends need the same token; if something stands in between, such as a relay, use tls://",
      peer: "tcp://127.0.0.1:5",
    }]);
  },
);

posix("ShellSession turns away another version", async () => {
  await using on = await world();
  const peer = on.peer();
  peer.send(hello({ version: 2 }));
  assertEquals([await peer.next(), await peer.next()], ["error 0 bad_version", "end"]);
  await peer.served;
  assertEquals(on.errors().length, 1);
});

for (const scheme of ["tcp", "a carrier of tomorrow"]) {
  posix(`ShellSession takes nothing from another machine over ${scheme} without encryption`, async () => {
    await using on = await world({}, { from: { scheme, host: "192.0.2.1", isLocal: false } });
    const peer = on.peer();
    peer.send(hello());
    assertEquals([await peer.next(), await peer.next()], ["error 0 tls_needed", "end"]);
    await peer.served;
  });
}

posix("ShellSession lets in no more clients than the limit, and another one when one has gone", async () => {
  await using on = await world({}, { maxClients: 1 });
  const first = await on.peer().enter();
  assertEquals(await codeOf(on.client()), "too_many_clients");
  first.close();
  await first.served;
  await on.peer().enter();
});

posix(
  "ShellSession tells a client that has proven nothing yet that the server stops",
  async () => {
    await using on = await world();
    const peer = on.peer();
    peer.send(hello());
    await peer.next();
    on.context.stop.now();
    assertEquals(await peer.next(), "error 0 stopping");
  },
);
