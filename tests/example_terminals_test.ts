import { assertEquals } from "@std/assert";
import { has, isWindows, LOOPBACK, PYTHON } from "./support.ts";
import { GREETING } from "./support/chat.ts";
import { run } from "./support/process.ts";

/** Sets a terminal's title, and paints what follows. */
const EVIL = "\x1b]0;x\x07\x1b[31m";
const SHOWN = "?]0;x??[31m";

const HELLO = 'hello {"role":"controller","version":1}';
const ENTERED = JSON.stringify({ nick: "amy", room: EVIL, session: "s", log: "l", line: 0, past: 0 });

/** What a peer of each kind says at once, and what is shown of it. */
const PEERS = {
  "echo_client.py, an answer": { args: ["line", "x"], says: [EVIL], shows: SHOWN },
  "led_control.py, a name": {
    args: ["status"],
    says: [HELLO, `device ${JSON.stringify({ index: 0, name: EVIL, on: true })}`, "ok"],
    shows: `${SHOWN} on`,
  },
  "led_control.py, an error": {
    args: ["on", "x"],
    says: [HELLO, `error ${JSON.stringify({ message: EVIL })}`],
    shows: `led_control: ${SHOWN}`,
  },
  "led_control.py, a refusal": {
    args: ["status"],
    says: [`refused ${EVIL}`],
    shows: `led_control: refused ${SHOWN}`,
  },
  "chat_client.py, a room and a line": {
    args: ["amy"],
    says: [GREETING, `/pinwire ${ENTERED}`, `#1 bob:\t${EVIL}`, `/bye ${EVIL}`],
    shows: `* in ${SHOWN} as amy\nbob:\t${SHOWN}\n* ${SHOWN}`,
  },
};

for (const [what, { args, says, shows }] of Object.entries(PEERS)) {
  Deno.test({
    name: `examples/${what} does nothing to the terminal (needs ${PYTHON})`,
    ignore: isWindows || !has(PYTHON),
    async fn() {
      using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
      const program = `${import.meta.dirname}/../examples/${what.split(",")[0]}`;
      const running = run(PYTHON, [program, `${LOOPBACK}:${listener.addr.port}`, ...args]);
      using conn = await listener.accept();
      await conn.write(new TextEncoder().encode(says.map((line) => `${line}\n`).join("")));
      const { stdout, stderr } = await running;
      assertEquals(stdout + stderr, `${shows}\n`);
    },
  });
}
