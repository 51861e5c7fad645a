import { assertEquals, assertMatch } from "@std/assert";
import { PullReader } from "../lib/net/_pull_reader.ts";
import { bytes, pinwire, runPinwire } from "./support.ts";
import { echoPeer, tcpPeer } from "./support/bytes.ts";

const NI = new Uint8Array([0xc4, 0xe3]);

Deno.test("send -e gives stdin's characters in that encoding, and the answer's in UTF-8, with their newlines", async () => {
  using peer = await tcpPeer();
  const running = runPinwire(["send", peer.address, "-e", "gbk"], { stdin: "你\r\n" });
  const connection = await peer.accept();
  const got: number[] = [];
  await connection.receive((read) => void got.push(...read));
  assertEquals(got, [...NI, 13, 10]);
  await connection.write(NI.subarray(0, 1));
  await connection.write(new Uint8Array([NI[1], 13, 10, 10]));
  await connection.closeWrite();
  connection.close();
  assertEquals(await running, { code: 0, stdout: "你\r\n\n", stderr: "" });
});

Deno.test("send adds nothing to an answer", async () => {
  await using echo = await echoPeer();
  for (const message of ["hello", "", "two\nlines"]) {
    assertEquals(await runPinwire(["send", echo.address, message]), { code: 0, stdout: message, stderr: "" });
  }
});

Deno.test("send takes a line for a message where an option is about messages", async () => {
  await using echo = await echoPeer();
  const cases: [string[], string][] = [
    [["--newline", "crlf"], "one\r\n\r\ntwo\r\n"],
    [["--repeat", "2"], "oneonetwotwo"],
    [["--frame", "line"], "one\n\ntwo\n"],
    [["--frame", "line", "--newline", "crlf"], "one\r\n\r\ntwo\r\n"],
    [["--frame", "netstring"], "3:one,0:,3:two,"],
    [["--until", "two"], "onetwo"],
  ];
  for (const [options, stdout] of cases) {
    const outcome = await runPinwire(["send", echo.address, ...options], {
      stdin: options[0] === "--until" ? "one\ntwo\nlast" : "one\n\ntwo",
    });
    assertEquals(outcome, { code: 0, stdout, stderr: "" }, options.join(" "));
  }
});

Deno.test("send over UDP gives a line a datagram; with fixed:N exactly N bytes", async () => {
  await using receiver = await pinwire(["receive", "udp://127.0.0.1:0", "--json"]);
  await runPinwire(["send", receiver.address], { stdin: "one\r\n\ntwo" });
  for (const text of ["one", "", "two"]) assertEquals((await receiver.next("message")).text, text);
  await runPinwire(["send", receiver.address, "--frame", "fixed:3"], { stdin: "1\n3456" });
  for (const text of ["1\n3", "456"]) assertEquals((await receiver.next("message")).text, text);
  const { code, stderr } = await runPinwire(["send", receiver.address, "-f", "fixed:3"], { stdin: "1234" });
  assertEquals((await receiver.next("message")).text, "123");
  assertEquals(code, 1);
  assertMatch(stderr, /^pinwire send: [^\n]+\n$/);
});

Deno.test("send --timeout ends it in any case: with 1 where not all was sent, or --wait had no answer", async () => {
  const cases: [string[], number, RegExp][] = [
    [["hi", "--timeout", "0.05"], 0, /^$/],
    [["hi", "--timeout", "0.05", "--wait", "9"], 1, /no answer from \S+ within 0\.05 s/],
    [["--timeout", "0.05"], 1, /not all was sent to \S+ within 0\.05 s/],
  ];
  for (const [options, code, says] of cases) {
    using peer = await tcpPeer();
    await using client = await pinwire(["send", peer.address, ...options]);
    const connection = await peer.accept();
    const outcome = await client.outcome();
    connection.close();
    assertEquals([outcome.code, outcome.stdout], [code, ""]);
    assertMatch(outcome.stderr, says);
  }
});

Deno.test("send waits for --wait after each read, and not only after the first", async () => {
  using peer = await tcpPeer();
  await using client = await pinwire(["send", peer.address, "hi", "--wait", "60", "--no-half-close"]);
  const connection = await peer.accept();
  assertEquals(await new PullReader(connection).text(), "hi");
  for (const part of ["a", "b"]) {
    await connection.write(bytes(part));
    await client.sees(new RegExp(part));
  }
  await connection.closeWrite();
  assertEquals(await client.outcome(), { code: 0, stdout: "ab", stderr: "" });
  connection.close();
});
