import type { TcpSocketEvent } from "../../app/mod.ts";
import { type Language, twin } from "../../text/languages.ts";
import type { SequenceStyle } from "../sequence/sequence_style.ts";
import { SCENES } from "./window.ts";

/** How a closing window is drawn: with what waits at both ends. */
export const WINDOW_STYLE: SequenceStyle = {
  isBrief: true,
  hasWindows: true,
  scenes: {
    [SCENES.full]: twin({
      en: () => "1. The server doesn't read: its window, what it has room for, shrinks to 0",
      zh: () => "1. 服务器不读：窗口（还能接收的字节数）越来越小，直到为 0",
    }),
    [SCENES.probes]: twin({
      en: () => "2. The client may not send any more, and asks from time to time: probes",
      zh: () => "2. 客户端不能再发，只好隔一阵问一次：窗口探测",
    }),
    [SCENES.open]: twin({
      en: () => "3. The server reads: its window opens again",
      zh: () => "3. 服务器开始读：窗口重新打开",
    }),
  },
  socket: (event: TcpSocketEvent, language: Language) =>
    (event.at === "client" ? TEXTS.client : TEXTS.server)[language](event),
  foot: twin({
    en: () =>
      "The window is what the receiver has room for: it says so in each segment (flow control). When it is zero the " +
      "sender may only probe, at growing intervals, like those of lost segments: else a lost window update would keep " +
      "both waiting for ever.",
    zh: () =>
      "窗口是接收方还能容纳的字节数，每个报文段都会带上（流量控制）。窗口为零时，发送方只能探测，间隔像超时重传那样越来越长：" +
      "否则，窗口更新一旦丢失，双方就会永远等下去。",
  }),
};

const TEXTS = {
  client: twin({
    en: ({ send_queue, timer }: TcpSocketEvent) =>
      `at the client ${send_queue} bytes wait to be sent` + (timer === undefined ? "" : ` (timer: ${timer})`),
    zh: ({ send_queue, timer }: TcpSocketEvent) =>
      `客户端有 ${send_queue} 个字节等着发送` +
      (timer === "zero window probe" ? "（定时器：零窗口探测）" : ""),
  }),
  server: twin({
    en: ({ receive_queue }: TcpSocketEvent) => `at the server ${receive_queue} bytes wait to be read`,
    zh: ({ receive_queue }: TcpSocketEvent) => `服务器有 ${receive_queue} 个字节等着读取`,
  }),
};
