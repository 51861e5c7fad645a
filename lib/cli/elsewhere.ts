import type { MisspelledWord } from "../errors.ts";

const LISTENING = "use pinwire listen 8000, or pinwire receive 8000, which prints what many send";
const PROBING = "use pinwire probe HOST:20-25, which tells which ports are open and sends nothing";
const RELAYING =
  "use pinwire relay 8001 HOST:PORT, which stands between two programs, shows what they say and " +
  "can disturb it";
const NETCAT = "use pinwire connect HOST:PORT, pinwire listen PORT to wait for a peer, or pinwire probe " +
  "HOST:20-25 to see which ports are open";
const WEBSOCKETS =
  "use pinwire connect ws://HOST/PATH, pinwire listen ws://8000 to wait for a peer, or pinwire relay ws://8001 " +
  "HOST:PORT to let pages speak with a server of plain TCP";
const KEEPING =
  "use pinwire listen 8000 --keep-open, for one peer after the other; other servers take many at once";
const PORT = "a port is part of the address, as in 127.0.0.1:8000, or 8000 alone";
const UDP = "UDP is part of the address, as in udp://127.0.0.1:8000";
const TLS = "TLS is part of the address, as in tls://example.com:443";
const UNIX = "a Unix socket is part of the address, as in unix:/tmp/socket";
const TRACE = "--trace shows what crosses the wire";
const RUNNING =
  "use pinwire shell serve, which runs commands for whoever knows its token; nothing else runs a " +
  "program for a peer";

/** Words that nc, socat and the like have taught people, each with what does it here. */
const COMMANDS = new Map(Object.entries({
  nc: NETCAT,
  ncat: NETCAT,
  netcat: NETCAT,
  telnet: NETCAT,
  websocat: WEBSOCKETS,
  wscat: WEBSOCKETS,
  websockify: "use pinwire relay ws://8001 HOST:PORT, which lets pages speak with a server of plain TCP",
  socat:
    "use pinwire connect, pinwire listen, or pinwire relay LISTEN TARGET between two addresses; each takes " +
    "tcp://, udp://, tls://, ws://, wss:// and unix: addresses",
  scan: PROBING,
  nmap: PROBING,
  proxy: RELAYING,
  forward: RELAYING,
  tunnel: RELAYING,
  toxiproxy: RELAYING,
  mitm: RELAYING,
  mitmproxy: RELAYING,
}));

/** How long to wait, by what a command knows of it. */
const TIMES = ["--connect-timeout", "--timeout", "--wait", "--idle-timeout"];

function waiting(known: readonly string[]): string | undefined {
  const names = TIMES.filter((name) => known.includes(name));
  return names.length ? `a time to wait is ${names.join(" or ")} SECONDS` : undefined;
}

/** A hint that names an option, where the command has it. */
const naming = (option: string, hint: string) => (known: readonly string[]) =>
  known.includes(option) ? hint : undefined;

const CRLF = naming("--newline", "--newline crlf ends lines in CR and LF");
const HEADER = naming("--header", "a field of the request is --header 'N: V'");
const SUBPROTOCOL = naming("--subprotocol", "a sub-protocol is --subprotocol NAME");
const SOURCE = naming("--bind", "the address and port to dial from are --bind HOST[:PORT]");
const HALF_CLOSE = naming("--newline", "leave it out: the end of stdin ends our side of the connection");

/** The same for the options of a command that opens a socket. */
const OPTIONS = new Map<string, string | typeof waiting>(Object.entries({
  "-p": PORT,
  "--port": PORT,
  "-u": UDP,
  "--udp": UDP,
  "-U": UNIX,
  "--ssl": TLS,
  "--tls": TLS,
  "-l": LISTENING,
  "--listen": LISTENING,
  "-k": KEEPING,
  "-z": PROBING,
  "-w": waiting,
  "-v": TRACE,
  "--verbose": TRACE,
  "-C": CRLF,
  "--crlf": CRLF,
  "-s": SOURCE,
  "--source": SOURCE,
  "--source-port": SOURCE,
  "-H": HEADER,
  "--protocol": SUBPROTOCOL,
  "-N": HALF_CLOSE,
  "-c": RUNNING,
  "--exec": RUNNING,
  "--sh-exec": RUNNING,
}));

/** Where a command is missing, what was meant by one letter among several, the telling ones first. */
const LETTERS = Object.entries({ l: LISTENING, k: KEEPING, z: PROBING, u: UDP, p: PORT });

/** An address where a command is missing, as nc has it. */
const ADDRESS = /^\[?[\w.:-]+\]?:\d+$|^\d+(\.\d+){3}$|^\w+:\/\//;
const DIALLING = "use pinwire connect HOST:PORT, or pinwire probe HOST:PORT to see whether it is open";

/** What to do here for a word that another program knows. */
export function elsewhereHint({ word, known }: MisspelledWord): string | undefined {
  if (known.includes("help")) {
    if (ADDRESS.test(word)) return DIALLING;
    if (!/^-\w+$/.test(word)) return COMMANDS.get(word);
    return LETTERS.find(([letter]) => word.includes(letter))?.[1];
  }
  if (!["--trace", "--connect-timeout"].some((name) => known.includes(name))) return undefined;
  const hint = OPTIONS.get(word);
  return typeof hint === "function" ? hint(known) : hint;
}
