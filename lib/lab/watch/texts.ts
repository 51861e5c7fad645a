import type { TcpEnd } from "../../app/mod.ts";
import { ENDS } from "../sequence/sequence_texts.ts";
import { twin } from "../../text/languages.ts";

/** What stands above and between the lines. */
export const TEXTS = {
  join: twin({
    en: () => "A second terminal joins this network; what is started there is seen too:",
    zh: () => "在另一个终端里运行下面的命令就能加入这个网络，那里启动的程序也看得到：",
  }),
  time: twin({ en: () => "seconds", zh: () => "秒" }),
  connection: twin({
    en: (protocol: string, client: string, server: string) =>
      `${protocol}: the client is ${client}, the server ${server}`,
    zh: (protocol: string, client: string, server: string) =>
      `${protocol}：客户端 ${client}，服务器 ${server}`,
  }),
  waits: twin({
    en: (end: TcpEnd, port: string) => `closed by the ${end} first: port ${port} is in TIME_WAIT for 60 s`,
    zh: (end: TcpEnd, port: string) => `${ENDS[end].zh()}先关闭，端口 ${port} 要在 TIME_WAIT 状态等 60 秒`,
  }),
  bytes: twin({
    en: (count: number) => count === 1 ? "1 byte" : `${count} bytes`,
    zh: (count: number) => `${count} 个字节`,
  }),
  again: twin({ en: () => "(again)", zh: () => "（重传）" }),
  probe: twin({ en: () => "(probe)", zh: () => "（探测）" }),
  full: twin({ en: () => "window 0", zh: () => "窗口为 0" }),
  refused: twin({ en: () => "(nobody listens there)", zh: () => "（那个端口没有人监听）" }),
  reset: twin({ en: () => "(connection reset)", zh: () => "（连接被重置）" }),
  absent: twin({
    en: () => "With strace installed (sudo apt install strace) the programs' calls stand here too.",
    zh: () => "装上 strace（sudo apt install strace），这里还能看到程序的系统调用。",
  }),
  untraced: twin({
    en: (why: string) => `The programs' calls can't be shown: ${why}`,
    zh: (why: string) => `看不到程序的系统调用：${why}`,
  }),
  repeats: twin({
    en: (count: number) => count === 1 ? "the same once more" : `the same ${count} times more`,
    zh: (count: number) => `同样的调用又重复了 ${count} 次`,
  }),
  missed: twin({
    en: (count: number) => `${count} packets came too fast to be shown`,
    zh: (count: number) => `有 ${count} 个分组来得太快，没有显示`,
  }),
  notRun: twin({
    en: (why: string) => `${why}. The command was not run`,
    zh: (why: string) => `${why}。命令没有运行`,
  }),
  instead: twin({
    en: () => "pinwire relay LISTEN TARGET stands between two programs and shows what they say",
    zh: () => "可以用 pinwire relay LISTEN TARGET，它在两个程序中间转发，并显示双方说的话",
  }),
};
