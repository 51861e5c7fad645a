import { assertEquals, assertMatch } from "@std/assert";
import net from "node:net";
import { pinwire, runPinwire } from "./support.ts";
import { shell } from "./support/shell.ts";

/** A tutorial's server: answers each of its reads, closes after `exit`, and resets the link at `crash`. */
class TutorialServer implements AsyncDisposable {
  links = 0;
  readonly heard: string[] = [];
  readonly #server;

  private constructor() {
    this.#server = net.createServer((socket) => {
      this.links++;
      socket.setEncoding("utf8");
      socket.on("data", (text: string) => {
        this.heard.push(text);
        if (text === "crash") socket.resetAndDestroy();
        else if (text === "exit") socket.end("see you");
        else socket.write(`you said ${text}`);
      });
      socket.on("error", () => {});
    });
  }

  static async start(): Promise<TutorialServer> {
    const server = new TutorialServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

Deno.test("chat connect leaves with 0 when a tutorial's server closes, and dials it no more", async () => {
  await using server = await TutorialServer.start();
  await using client = await pinwire(["chat", "connect", server.address]);
  await client.write("hello\n");
  assertEquals(await client.line(), "you said hello");
  await client.write("exit\n");
  const { code, stdout, stderr } = await client.outcome();
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, "you said hello\nsee you\n* the server has closed the connection\n");
  assertEquals([server.links, server.heard], [1, ["hello", "exit"]]);
});

Deno.test("chat connect ends with 1 if a tutorial's server closed before all was said", async () => {
  await using server = await TutorialServer.start();
  // The client leaves 50 ms between them: no server is as slow as all of these.
  const stdin = "exit\n" + "and more\n".repeat(1_000);
  const { code } = await runPinwire(["chat", "connect", server.address], { stdin });
  assertEquals([code, server.links, server.heard[0]], [1, 1, "exit"]);
});

Deno.test("chat connect dials a tutorial's server again that resets the link, unless --no-reconnect is given", async () => {
  await using server = await TutorialServer.start();
  await using client = await pinwire(["chat", "connect", server.address]);
  await client.write("crash\n");
  await client.sees(/is lost \(connection reset\): it is dialled again and again/, "stderr");
  await using once = await pinwire(["chat", "connect", server.address, "--no-reconnect"]);
  await once.write("crash\n");
  const { code, stderr } = await once.outcome();
  assertEquals(code, 1);
  assertMatch(stderr, /^pinwire: the link to \S+ is lost \(connection reset\)\n$/);
  await client.write("exit\n");
  assertEquals((await client.outcome()).code, 0);
  assertEquals([server.links, server.heard], [3, ["crash", "crash", "exit"]]);
});

Deno.test("--no-reconnect: a lost link is the end of led agent and shell connect too, with 1", async () => {
  await using controller = await pinwire(["led", "serve", "127.0.0.1:0"]);
  const pins = ["--gpio", "simulated", "--pin", "red=11", "--pin", "green=13"];
  await using agent = await pinwire(["led", "agent", controller.address, ...pins, "--no-reconnect"]);
  await controller.sees(/green is off/, "stderr");
  await controller.stop();
  const { code, stderr } = await agent.outcome();
  assertEquals(code, 1);
  assertMatch(stderr, /^pinwire: the link to \S+ is lost\n$/);
  await using on = await shell();
  await using client = await pinwire(["shell", "connect", on.server.address, "--no-reconnect"], {
    env: on.home.env,
  });
  await client.write("echo here\n");
  assertEquals(await client.line(), "here");
  await on.server.stop();
  const { code: lost, stderr: why } = await client.outcome();
  assertEquals(lost, 1, why);
});
