import { assertEquals, assertMatch } from "@std/assert";
import { elsewhereHint } from "./elsewhere.ts";

const FIRST_WORDS = ["echo", "connect", "listen", "help"];
const hint = (word: string, known: string[]) => elsewhereHint({ word, known });

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("elsewhereHint knows what other programs are called, where a command stands", () => {
  const cases: [string[], RegExp][] = [
    [["nc", "ncat", "netcat", "telnet"], /connect HOST:PORT.*listen PORT.*probe HOST:20-25/],
    [["websocat", "wscat"], /connect ws:\/\/HOST.*listen ws:\/\/8000.*relay ws:\/\/8001/],
    [["websockify"], /relay ws:\/\/8001/],
    [["ws://a/b", "wss://a"], /pinwire connect/],
    [["socat"], /connect.*listen.*relay LISTEN TARGET.*unix:/],
    [["scan", "nmap"], /probe HOST:20-25/],
    [["127.0.0.1", "127.0.0.1:80", "localhost:80", "[::1]:80", "tcp://a:1"], /pinwire connect HOST:PORT/],
    [["proxy", "forward", "tunnel", "toxiproxy", "mitm"], /relay 8001 HOST:PORT/],
  ];
  for (const [words, said] of cases) {
    for (const word of words) {
      assertMatch(hint(word, FIRST_WORDS)!, said);
      assertEquals(hint(word, ["echo serve", "echo connect"]), undefined);
    }
  }
});

pure("elsewhereHint takes options without a command for what their most telling letter means", () => {
  for (const word of ["-l", "-lk", "-lvp", "-nlvp"]) assertMatch(hint(word, FIRST_WORDS)!, /listen 8000/);
  assertMatch(hint("-zv", FIRST_WORDS)!, /probe/);
  assertMatch(hint("-u", FIRST_WORDS)!, /udp:\/\//);
  assertMatch(hint("-p", FIRST_WORDS)!, /as in 127\.0\.0\.1:8000/);
  for (const word of ["-v", "-x", "--listen-on"]) assertEquals(hint(word, FIRST_WORDS), undefined);
});

pure("elsewhereHint knows the options of others, at a command that opens a socket and only there", () => {
  const cases: [string[], RegExp][] = [
    [["-p", "--port"], /a port is part of the address/],
    [["-u", "--udp"], /udp:\/\//],
    [["-U"], /unix:/],
    [["--ssl", "--tls"], /tls:\/\//],
    [["-l", "--listen"], /listen 8000/],
    [["-k"], /listen 8000 --keep-open/],
    [["-z"], /probe HOST:20-25/],
    [["-v", "--verbose"], /--trace/],
    [["-c", "--exec", "--sh-exec"], /shell serve/],
  ];
  for (const [words, said] of cases) {
    for (const word of words) {
      for (const own of ["--trace", "--connect-timeout"]) assertMatch(hint(word, [own])!, said, word);
      assertEquals(hint(word, ["--json"]), undefined);
    }
  }
});

pure("elsewhereHint names an option of ours only where the command has it", () => {
  const cases: [string[], string, RegExp][] = [
    [["-C", "--crlf"], "--newline", /--newline crlf/],
    [["-H"], "--header", /--header 'N: V'/],
    [["--protocol"], "--subprotocol", /--subprotocol NAME/],
    [["-N"], "--newline", /the end of stdin ends our side/],
    [["-s", "--source", "--source-port"], "--bind", /--bind HOST\[:PORT\]/],
  ];
  for (const [words, own, said] of cases) {
    for (const word of words) {
      assertMatch(hint(word, ["--trace", own])!, said, word);
      assertEquals(hint(word, ["--trace"]), undefined);
    }
  }
});

pure("elsewhereHint names the times that a command has for -w", () => {
  assertMatch(
    hint("-w", ["--trace", "--connect-timeout", "--wait"])!,
    /is --connect-timeout or --wait SECONDS/,
  );
  assertMatch(hint("-w", ["--trace", "--idle-timeout"])!, /is --idle-timeout SECONDS/);
  assertEquals(hint("-w", ["--trace"]), undefined);
});
