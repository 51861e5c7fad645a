import type { BadWireEvent } from "../../app/mod.ts";
import { twin } from "../../text/languages.ts";
import { BEHIND, NUMBERS, PACE } from "./fates.ts";

const percent = (chance: number) => `${Math.round(chance * 100)}%`;

/** What is said around the picture. */
export const TEXTS = {
  wire: twin({
    en: ({ seed, loss, duplicate, reorder }: BadWireEvent) =>
      [
        `By chance this wire loses ${percent(loss)} of the packets, doubles ${
          percent(duplicate)
        }, and delivers`,
        `${
          percent(reorder)
        } late, behind the next ${BEHIND} (--seed ${seed}). A program sends the numbers 1 to`,
        `${NUMBERS}, one every ${PACE} ms, each in a packet of its own: first over UDP, then over TCP. What the wire`,
        "does to the n-th datagram of UDP, it does to the n-th segment of TCP that carries data.",
      ].join(" "),
    zh: ({ seed, loss, duplicate, reorder }: BadWireEvent) =>
      `这条线路随机丢掉 ${percent(loss)} 的包，把 ${percent(duplicate)} 的包送到两次，` +
      `让 ${percent(reorder)} 的包迟到，排到后面 ${BEHIND} 个包之后（--seed ${seed}）。` +
      `一个程序每隔 ${PACE} 毫秒发一个数，从 1 到 ${NUMBERS}，每个数单独一个包；先用 UDP 发一遍，再用 TCP 发一遍。` +
      "线路怎样对待 UDP 的第 n 个数据报，就怎样对待 TCP 的第 n 个带数据的报文段。",
  }),
  other: twin({
    en: (seed: number) => ` Its wire is that of --seed ${seed}.`,
    zh: (seed: number) => `录像用的是 --seed ${seed} 的线路。`,
  }),
  foot: twin({
    en: () =>
      "UDP passes on whatever comes: what is missing, doubled or out of order is left to the program. TCP numbers its " +
      "bytes, so it can put them in order, drop what it has already, and send again what is missing: after three " +
      "duplicate acknowledgments, or when a timer runs out. The price: what is behind a lost segment has to wait for it, " +
      "though it has arrived (head-of-line blocking).",
    zh: () =>
      "UDP 收到什么就交给程序什么：少了、重了、乱了，都由程序自己处理。TCP 给字节编了号，所以能排好顺序、丢掉重复的、" +
      "重传缺少的：收到三个重复的确认就重传，否则等定时器超时。代价是：一个报文段丢了，" +
      "后面的即使到了也得等它（队头阻塞）。",
  }),
};

/** What a packet is about. */
export const CARRIES = twin({
  en: (number: number) => `the number ${number}`,
  zh: (number: number) => `数 ${number}`,
});

/** The table of packets. */
export const PACKETS = {
  wire: twin({ en: () => "the wire", zh: () => "线路" }),
  sent: twin({ en: () => "sent", zh: () => "发出" }),
  got: twin({ en: () => "program gets", zh: () => "程序收到" }),
  lost: twin({ en: () => "✗ lost", zh: () => "✗ 丢失" }),
  twice: twin({ en: () => "×2 twice", zh: () => "×2 重复" }),
  late: twin({ en: () => "↷ late", zh: () => "↷ 迟到" }),
  again: twin({ en: () => "again", zh: () => "重传" }),
  waits: twin({
    en: (number: number) => `(waits for ${number})`,
    zh: (number: number) => `（等 ${number}）`,
  }),
  dropped: twin({ en: () => "(is there already)", zh: () => "（已有，丢弃）" }),
};

/** What both programs got. */
export const RESULTS = {
  title: twin({
    en: () => "What the program got, in the order in which it got it:",
    zh: () => "程序收到的，按收到的先后：",
  }),
  missing: twin({
    en: (numbers: string) => `✗ missing: ${numbers}`,
    zh: (numbers: string) => `✗ 缺少：${numbers}`,
  }),
  twice: twin({
    en: (numbers: string) => `×2 twice: ${numbers}`,
    zh: (numbers: string) => `×2 重复：${numbers}`,
  }),
  late: twin({
    en: (numbers: string) => `↷ out of order: ${numbers}`,
    zh: (numbers: string) => `↷ 乱序：${numbers}`,
  }),
  whole: twin({
    en: () => "all of them, each once, in order",
    zh: () => "一个不少，一个不重，顺序不乱",
  }),
  segments: twin({
    en: (segments: number) =>
      segments === NUMBERS
        ? `${segments} segments with data for ${NUMBERS} numbers`
        : `${segments} segments with data for ${NUMBERS} numbers: ${segments - NUMBERS} sent again`,
    zh: (segments: number) =>
      segments === NUMBERS
        ? `${NUMBERS} 个数用了 ${segments} 个带数据的报文段`
        : `${NUMBERS} 个数用了 ${segments} 个带数据的报文段，重传 ${segments - NUMBERS} 个`,
  }),
};

/** How long it took. */
export const TIMES = {
  title: twin({
    en: () => "Milliseconds until the program had it: █ on its way, ▒ there, but TCP waits",
    zh: () => "从发出到程序收到，用了多少毫秒：█ 在路上，▒ 到了，但 TCP 还在等前面的",
  }),
  never: twin({ en: () => "never", zh: () => "没收到" }),
};
