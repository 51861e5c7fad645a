import type { MisspelledWord } from "../errors.ts";

const LISTENING = "use pinwire listen 8000, or pinwire receive 8000, which prints what many send";
const NETCAT = "use pinwire connect HOST:PORT, or pinwire listen PORT to wait for somebody";
const PORT = "a port is part of the address, as in 127.0.0.1:8000, or 8000 alone";
const UDP = "UDP is part of the address, as in udp://127.0.0.1:8000";
const TRACE = "--trace shows what crosses the wire";

/** Words that nc, socat and the like have taught people, each with what does it here. */
const COMMANDS = new Map(Object.entries({
  "-l": LISTENING,
  nc: NETCAT,
  ncat: NETCAT,
  netcat: NETCAT,
  telnet: NETCAT,
  socat: "use pinwire connect and pinwire listen, which take tcp://, udp://, tls:// and unix: addresses",
  scan: "pinwire send HOST:PORT hello tells whether a port is open; one is tried at a time",
}));

/** The same for the options of a command that opens a socket. */
const OPTIONS = new Map(Object.entries({
  "-p": PORT,
  "--port": PORT,
  "-u": UDP,
  "--udp": UDP,
  "-l": LISTENING,
  "--listen": LISTENING,
  "-v": TRACE,
  "--verbose": TRACE,
}));

/** What to do here for a word that another program knows. */
export function elsewhereHint({ word, known }: MisspelledWord): string | undefined {
  if (known.includes("--trace")) {
    return OPTIONS.get(word);
  }
  return known.includes("help") ? COMMANDS.get(word) : undefined;
}
