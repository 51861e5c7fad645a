import { chatServe } from "./chat.ts";
import { pinwire } from "./pinwire.ts";
import { account, shellServe } from "./shell.ts";

/** Each command that has a console, with what it needs to show its prompt; `home` has the token of `shell`. */
export async function consoles() {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await account());
  const echo = stack.use(await pinwire(["echo", "serve", "127.0.0.1:0", "--json"]));
  const chat = stack.use(await chatServe("--json"));
  const shell = stack.use(await shellServe(home));
  const kept = stack.move();
  return {
    home: home.path,
    commands: [
      ["send"],
      ["connect", echo.address],
      ["echo", "connect", echo.address],
      ["led", "serve", "127.0.0.1:0"],
      ["led", "agent", "-i", "--gpio", "simulated"],
      ["chat", "serve", "127.0.0.1:0"],
      ["chat", "connect", chat.address],
      ["chat", "peer", "127.0.0.1:0", "127.0.0.1:9"],
      ["shell", "connect", shell.address],
    ],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
