import { assertEquals } from "@std/assert";
import {
  has,
  isWindows,
  pinwire,
  pinwireCommand,
  PYTHON,
  python,
  testUnless,
  whyOtherDeno,
} from "./support.ts";
import { CTRL_D, ENTER, onTerminal, shows, terminal } from "./support/terminal.ts";

const CTRL_Z = "\x1a";
const server = () => pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "<{data}>"]);

testUnless(
  whyOtherDeno("takes a permission to stop itself"),
  `Ctrl-Z stops a console, and fg takes it up again (needs bash, ${PYTHON} and its pty module)`,
  async () => {
    await using peer = await server();
    await using shell = python("terminal", ["bash", "--norc", "--noprofile", "--noediting", "-i"]);
    const command = pinwireCommand(["echo", "connect", peer.address]).map((word) => `'${word}'`).join(" ");
    await shell.write(`PS1='$ '; ${command}${ENTER}`);
    await shows(shell, /^> $/m);
    await shell.write(CTRL_Z);
    await shows(shell, /Stopped .*\n\$ $/);
    await shell.write(`fg${ENTER}`);
    await shows(shell, /\n> $/);
    await shell.write(`hello${ENTER}`);
    await shows(shell, /\n<hello>/);
    await shell.write(`${CTRL_D}`);
    await shows(shell, /\n\$ $/);
    await shell.write(`exit${ENTER}`);
    assertEquals((await shell.outcome()).code, 0);
  },
  isWindows || !has("bash") || !has(PYTHON),
);

terminal("Ctrl-Z where no shell waits asks for nothing", async () => {
  await using peer = await server();
  await using client = onTerminal(["echo", "connect", peer.address]);
  await shows(client, /^> $/m);
  // Both are read at once, and while something is asked nothing is shown.
  await client.write(`hello${ENTER}${CTRL_Z}`);
  await shows(client, /hello\n<hello>/);
  await peer.stop();
  await shows(client, /closed the connection/);
  await client.outcome();
});
