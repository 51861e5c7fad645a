import { type Language, type Twin, twin } from "../text/languages.ts";

/** What the lab teaches, in the order in which to learn it. */
export const LESSONS = {
  handshake: twin({
    en: () => "a connection opened, used and closed, segment by segment",
    zh: () => "一个连接的建立、使用和关闭，逐段来看",
  }),
  states: twin({
    en: () => "the eleven states of TCP, each with what it waits for; or those of a port",
    zh: () => "TCP 的十一种状态，或某个端口的实时状态",
  }),
  loss: twin({
    en: () => "segments that get lost, and how they are sent again",
    zh: () => "报文段丢了会怎样：超时重传与快速重传",
  }),
  window: twin({
    en: () => "a reader that doesn't read: flow control, a window of zero, probes",
    zh: () => "接收方不读数据：流量控制、零窗口探测",
  }),
  udp: twin({
    en: () => "UDP and TCP over the same bad wire: what each program gets, and when",
    zh: () => "同样糟糕的线路，UDP、TCP 各收到什么",
  }),
  layers: twin({
    en: () => "a message wrapped layer by layer, and taken apart by the kernel",
    zh: () => "一条消息逐层封装，再由内核逐层拆开",
  }),
  cidr: twin({
    en: () => "an address and its network, bit by bit",
    zh: () => "IP 地址和它所在的网络，逐位来看",
  }),
  sticky: twin({
    en: () => "why messages stick together or come torn, and every cure, scored",
    zh: () => "“粘包”是怎么回事，各种解决办法逐个打分",
  }),
  pitfalls: twin({
    en: () => "what programs with sockets fall into, each shown, explained and cured",
    zh: () => "套接字编程的常见陷阱：演示、解释、对策",
  }),
  watch: twin({
    en: () => "your own programs, each of their segments as it passes",
    zh: () => "运行你自己的程序，逐个显示它们的报文段",
  }),
} as const satisfies Record<string, Twin>;

/** A lesson's name. */
export type Lesson = keyof typeof LESSONS;

/** How a lesson is shown: as it happens, the same on plain sockets, as it was recorded, or not at all. */
export type Showing = "live" | "plain" | "recording" | "nothing";

/** How those lessons are shown that need no private network; what else there is, is recorded. */
const WITHOUT_NETWORK: Partial<Record<Lesson, Showing>> = {
  states: "plain",
  layers: "live",
  cidr: "live",
  sticky: "live",
  watch: "nothing",
};

/**
 * How a lesson is shown here.
 *
 * @param hasNetwork whether a private network is to be had
 * @param hasTable whether the system shows its sockets
 */
export function showingOf(lesson: Lesson, hasNetwork: boolean, hasTable: boolean): Showing {
  if (hasNetwork) return "live";
  const showing = WITHOUT_NETWORK[lesson] ?? "recording";
  return showing === "plain" && !hasTable ? "recording" : showing;
}

const NEXT = twin({ en: (call: string) => `Next: ${call}`, zh: (call: string) => `下一步：${call}` });

/** What some lessons are told, as an example. */
const ARGUMENTS: Partial<Record<Lesson, string>> = {
  layers: "hello",
  cidr: "192.168.9.193/25",
  watch: "-- python3 server.py",
};

/** How a lesson is begun. */
export function callOf(lesson: Lesson): string {
  return `pinwire lab ${lesson} ${ARGUMENTS[lesson] ?? ""}`.trimEnd();
}

/**
 * What each lesson ends with: the one that comes next, or at the end of all of them the list.
 *
 * @param spoken the language of the environment, which need not be named
 */
export function nextStep(lesson: Lesson | undefined, language: Language, spoken: Language): string {
  const names = Object.keys(LESSONS) as (Lesson | undefined)[];
  const next = names[names.indexOf(lesson) + 1];
  const call = next ? callOf(next) : "pinwire lab";
  if (language === spoken) return NEXT[language](call);
  // What stands behind -- is another program's.
  return NEXT[language](call.replace(/( -- |$)/, ` --lang ${language}$1`));
}
