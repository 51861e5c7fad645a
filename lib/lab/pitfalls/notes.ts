import type { TcpSocketEvent, TcpStateEvent } from "../../app/mod.ts";
import { type Language, type Twin, twin } from "../../text/languages.ts";
import { ENDS } from "../sequence/sequence_texts.ts";
import { SCENES } from "./names.ts";

/** What stands above each part of a pitfall. */
export const PARTS: Readonly<Record<string, Twin>> = {
  [SCENES.clientFirst]: twin({
    en: () => "1. The client has closed first: the port is free",
    zh: () => "1. 客户端先关闭：端口可用",
  }),
  [SCENES.serverFirst]: twin({
    en: () => "2. The server closes first: its port is taken",
    zh: () => "2. 服务器先关闭：端口被占用",
  }),
  [SCENES.back]: twin({
    en: () => "1. The machine is up again, and is written to: it answers with RST",
    zh: () => "1. 机器重新启动后，收到数据：回 RST",
  }),
  [SCENES.keepalive]: twin({
    en: () => "2. The machine stays off, and nobody writes: keepalive notices",
    zh: () => "2. 机器不再启动，也没有人写数据：靠保活发现",
  }),
  [SCENES.twoWrites]: twin({
    en: () => "1. Two writes: the second waits for an ACK, and the ACK waits too",
    zh: () => "1. 写两次：第二次要等 ACK，ACK 也在等",
  }),
  [SCENES.noDelay]: twin({
    en: () => "2. With TCP_NODELAY nothing waits",
    zh: () => "2. 设置 TCP_NODELAY：都不用等",
  }),
  [SCENES.oneWrite]: twin({
    en: () => "3. One write: there is nothing to wait for",
    zh: () => "3. 只写一次：没有什么要等",
  }),
  [SCENES.unread]: twin({
    en: () => "1. The server closes, and hasn't read all",
    zh: () => "1. 服务器还没读完就关闭",
  }),
  [SCENES.abort]: twin({
    en: () => "2. The server throws the connection away, with what it has written",
    zh: () => "2. 服务器有意丢弃连接，连同写了还没发出的数据",
  }),
  [SCENES.noCookies]: twin({
    en: () => "1. Without SYN cookies a real client can't get in",
    zh: () => "1. 不用 SYN cookie：真正的客户端进不来",
  }),
  [SCENES.cookies]: twin({
    en: () => "2. With SYN cookies it can, though the queue is full",
    zh: () => "2. 用 SYN cookie：队列满了也进得来",
  }),
};

/** What is said between the columns. */
export const NOTES = {
  later: twin({
    en: (ms: number) => `${ms} ms after the first part`,
    zh: (ms: number) => `比前一部分晚 ${ms} 毫秒`,
  }),
  flood: twin({
    en: ([first, last]: [string, string], halfOpen: number) =>
      `from ${first} to ${last}: now the server has ${halfOpen} connections in SYN_RECV, and room for no more`,
    zh: ([first, last]: [string, string], halfOpen: number) =>
      `来自 ${first} 到 ${last}：服务器有 ${halfOpen} 个连接处于 SYN_RECV，队列满了`,
  }),
  state({ at, before, state }: TcpStateEvent, language: Language): string[] {
    const isGone = at === "server" && before === "ESTABLISHED" && state === "CLOSED";
    return isGone ? [GONE[language]()] : [];
  },
  socket(event: TcpSocketEvent, language: Language): string {
    const { at, state, send_queue: unsent, receive_queue: waiting } = event;
    const rest = state === "LISTEN"
      ? waiting && SOCKETS.waiting[language](waiting)
      : state === "ESTABLISHED"
      ? unsent && SOCKETS.unsent[language](unsent) || waiting && SOCKETS.unread[language](waiting)
      : "";
    return SOCKETS.state[language](ENDS[at][language](), state) + (rest || "");
  },
};

const GONE = twin({
  en: () => "the power is off: the server knows nothing of the connection any more",
  zh: () => "断电：服务器不再知道有这个连接",
});

const SOCKETS = {
  state: twin({
    en: (end: string, state: string) => `the ${end}'s socket: ${state}`,
    zh: (end: string, state: string) => `${end}的套接字：${state}`,
  }),
  waiting: twin({
    en: (count: number) => `, ${count} connections wait for accept()`,
    zh: (count: number) => `，${count} 个连接等待 accept()`,
  }),
  unsent: twin({
    en: (count: number) => `, ${count} bytes written and not acknowledged`,
    zh: (count: number) => `，${count} 个字节已写入、未得到确认`,
  }),
  unread: twin({
    en: (count: number) => `, ${count} bytes not read`,
    zh: (count: number) => `，${count} 个字节未读`,
  }),
};
