import { assertEquals, assertMatch } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { LOOPBACK, refusal, runPinwire } from "./support.ts";

function wrong(name: string, args: string[], said: RegExp): void {
  Deno.test(`wrong command line: ${name}`, async () => assertMatch(await refusal(args, 2), said));
}

wrong("an unknown option", ["echo", "serve", "--fram", "line"], /unknown option --fram.*mean --frame\?/);
wrong("an unknown command", ["ecko"], /unknown command "ecko".*mean echo\?/);
wrong("an unknown word of a command", ["echo", "serv"], /unknown command "echo serv".*mean echo serve\?/);
wrong("an unknown encoding", ["receive", "0", "-e", "gbq"], /unknown encoding "gbq".*gbk/);
wrong("an unknown frame", ["receive", "0", "-f", "lines"], /no frame "lines".*mean line\?/);
wrong("UTF-16 in lines", ["receive", "0", "-e", "utf-16le"], /--frame text can't cut utf-16le/);
wrong(
  "UTF-16 in lines of echo",
  ["echo", "serve", "0", "-f", "line", "-e", "utf-16be"],
  /line can't cut utf-16be/,
);
wrong("a field of --reply", ["echo", "serve", "0", "--reply", "{date}"], /unknown field \{date\}.*\{data\}/);
wrong(
  "an escape of --reply",
  ["echo", "serve", "0", "--reply", "a\\q"],
  /unknown escape \\q in --reply.*\\xNN/,
);
for (const frame of ["line", "text"]) {
  wrong(
    `a newline of --reply in --frame ${frame}`,
    ["echo", "serve", "0", "--frame", frame, "--reply", "ok\\n"],
    new RegExp(`--reply holds a newline, which --frame ${frame} puts.*--frame raw`),
  );
}
wrong("a certificate without its key", ["echo", "serve", "0", "--tls-cert", "c.pem"], /--tls-key/);
wrong("a key without its certificate", ["echo", "serve", "0", "--tls-key", "k.pem"], /--tls-cert/);
wrong("tls:// without files", ["receive", "tls://0"], /--tls-cert.*pinwire cert/);
wrong("--ca without tls://", ["send", "127.0.0.1:7", "hi", "--ca", "c.pem"], /--ca is for tls:\/\//);
wrong("--workers over UDP", ["echo", "serve", "udp://0", "--workers", "2"], /--workers.*TCP/);

// What people type who come from nc, socat and telnet.
for (const port of ["--port", "-p"]) {
  wrong(`${port} of others`, ["echo", "serve", port, "8000"], /part of the address, as in 127\.0\.0\.1:8000/);
}
wrong("-u of others", ["send", "-u", "127.0.0.1:7", "hi"], /unknown option -u: .*udp:\/\/127\.0\.0\.1:8000/);
wrong("-l of others", ["receive", "-l", "8000"], /unknown option -l: .*listen 8000.*receive 8000/);
wrong("-l alone", ["-l", "8000"], /"-l" is not a command: .*listen 8000.*receive 8000/);
wrong("-v of others", ["echo", "connect", "-v", "127.0.0.1:7"], /unknown option -v: --trace shows/);
wrong("-p of listen", ["listen", "-p", "8000"], /unknown option -p: .*part of the address/);
wrong("-lvp of listen", ["listen", "-lvp", "8000"], /unknown option -l: use pinwire listen 8000/);
wrong("-k of others", ["listen", "-k", "8000"], /unknown option -k: .*listen 8000 --keep-open/);
wrong("-z of others", ["connect", "-z", "127.0.0.1:7"], /unknown option -z: .*probe HOST:20-25/);
wrong(
  "-w of others",
  ["connect", "-w", "3", "127.0.0.1:7"],
  /unknown option -w: .*--connect-timeout.* SECONDS/,
);
for (const other of ["nc", "ncat", "netcat", "telnet"]) {
  wrong(other, [other, "127.0.0.1", "7"], /connect HOST:PORT.*listen PORT.*probe HOST:20-25/);
}
wrong("socat", ["socat", "-", "TCP:127.0.0.1:7"], /pinwire listen, or pinwire relay LISTEN TARGET.*unix:/);
wrong("scan", ["scan", "127.0.0.1"], /probe HOST:20-25/);
for (const other of ["proxy", "forward", "tunnel", "toxiproxy", "mitm"]) {
  wrong(other, [other, "8001", "127.0.0.1:7"], /relay 8001 HOST:PORT/);
}
wrong(
  "HOST PORT",
  ["send", "localhost", "7", "hi"],
  /"localhost" and "7" are one argument: write localhost:7\n/,
);
wrong("another HOST PORT", ["receive", "0.0.0.0", "7"], /are one argument: write 0\.0\.0\.0:7\n/);
wrong("an option that is near to none", ["send", "--prot", "7"], /unknown option --prot: --help lists/);

Deno.test("hexadecimal that is none is refused before anything is dialled", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const said = await refusal(["send", `127.0.0.1:${listener.addr.port}`, "--hex", "zz"], 2);
  assertMatch(said, /"zz" is not hexadecimal/);
  using own = await Deno.connect({ hostname: LOOPBACK, port: listener.addr.port });
  using first = await listener.accept();
  assertEquals((first.remoteAddr as Deno.NetAddr).port, own.localAddr.port);
});

Deno.test("--version tells the version where there is no git to ask for the commit", async () => {
  const { code, stdout } = await runPinwire(["--version"], { env: { PATH: "" } });
  assertEquals([code, ...stdout.split(" ", 2)], [0, "pinwire", config.version]);
});
