import { ChatClient, type Message } from "../chat/client/client.ts";
import { ChatServer } from "../chat/serve.ts";
import { Painter } from "../chat/view.ts";
import type { Context } from "../app/mod.ts";
import { type Connection, dial, listen, parseAddress } from "../net/mod.ts";
import { serveConnections } from "../session/mod.ts";
import { openEncoding, utf8 } from "../text/mod.ts";
import { Happenings, sceneContext } from "./scene.ts";

/**
 * The chat mode's scene: three members of one room, one of whom writes GBK, and a link that breaks.
 *
 * @param print takes each line
 */
export async function chatScene(print: (line: string) => void, coloured: boolean): Promise<void> {
  const notices = new Happenings<string>();
  const server = sceneContext("text", (event) => event.event === "notice" && notices.add(event.text));
  const { reporter, stop } = server;
  const joined = (nick: string) => notices.next((text) => text === `${nick} has joined`);
  const limits = { history: 100, maxQueue: 65_536, rate: 0 };
  await using chat = new ChatServer({ ...limits, timestamps: false, greeting: "on" }, server);
  const listener = await listen(parseAddress("0", TCP));
  const links: Connection[] = [];
  const serving = serveConnections(listener, {
    reporter,
    clock: server.clock,
    signal: stop.signal,
    maxClients: 10,
    idleTimeout: 0,
    handle(connection) {
      links.push(connection);
      return chat.serveConnection(connection);
    },
  });
  const address = parseAddress(listener.address, TCP);
  const painter = new Painter(coloured);
  const show = (line: string) => print(`     ${painter.line(line)}`);

  print("Chat: whoever connects is in, each with the program at hand.\n");
  print("1. A server takes a free port. In a shell of yours: pinwire chat serve 0");
  print(`   pinwire chat: listening on ${listener.address}\n`);

  print("2. amy comes with pinwire, 小明 too but with GBK on the wire, and bob with nc:");
  const amy = new Guest("amy", sceneContext("text"));
  const gbk = await openEncoding("gbk");
  const ming = new Guest("小明", { ...sceneContext("text"), encoding: gbk });
  const running: Promise<void>[] = [];
  for (const guest of [amy, ming]) {
    const isThere = joined(guest.nick);
    running.push(guest.client.run(address));
    await isThere;
  }
  print("   pinwire chat connect --nick amy");
  print("   pinwire chat connect --nick 小明 -e gbk");
  print(`   nc ${listener.address.replace("tcp://", "").replace(":", " ")}\n`);
  const bob = await dial(address);
  await bob.write(utf8.encode("/nick bob\n").bytes);

  print("3. They talk, and amy sees:");
  let heard = amy.heard.next(({ nick }) => nick === "bob");
  await bob.write(utf8.encode("hello from plain nc\n").bytes);
  await heard;
  heard = amy.heard.next(({ nick }) => nick === "小明");
  await ming.client.say(HELLO);
  await heard;
  for (const line of amy.shown.splice(0)) show(line);
  print(`   ${HELLO} left 小明 as ${gbk.encode(HELLO).bytes.toHex()}, and reached amy and bob as`);
  print(`   ${utf8.encode(HELLO).bytes.toHex()}: everybody gets a line as it writes itself.\n`);

  print("4. The link of amy breaks, and bob goes on talking. She comes back by herself, and misses nothing:");
  const isBack = amy.heard.next(({ text }) => text === "can you hear me?");
  links[0].close();
  await bob.write(utf8.encode("amy?\ncan you hear me?\n").bytes);
  await isBack;
  for (const line of amy.shown.splice(0)) show(line);

  amy.stop();
  ming.stop();
  bob.close();
  stop.now();
  await Promise.all([serving, ...running]);
  print("\nNow you: pinwire chat serve in one shell, pinwire chat connect or nc in others.");
}

const TCP = { schemes: ["tcp"] } as const;
const HELLO = "你好";

/** Somebody with a client of ours, and what it shows. */
class Guest {
  readonly client: ChatClient;
  readonly shown: string[] = [];
  readonly heard = new Happenings<Message>();
  readonly nick: string;
  #context: Context;

  constructor(nick: string, context: Context) {
    this.nick = nick;
    this.#context = context;
    this.client = new ChatClient({ nick }, context, {
      message: (message) => {
        this.shown.push(message.line);
        this.heard.add(message);
      },
      notice() {},
      placed() {},
    });
  }

  stop(): void {
    this.#context.stop.now();
  }
}
