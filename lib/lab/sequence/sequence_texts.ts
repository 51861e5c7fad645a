import type { SegmentEvent, TcpEnd } from "../../app/mod.ts";
import { type Language, twin } from "../../text/languages.ts";

/** What a sequence diagram has at the head of its columns. */
export const ENDS = {
  client: twin({ en: () => "client", zh: () => "客户端" }),
  server: twin({ en: () => "server", zh: () => "服务器" }),
};

/** Says what each segment means, in the segment's own voice. */
export class SegmentSpeaker {
  readonly #language: Language;
  #isOpening = false;

  constructor(language: Language) {
    this.#language = language;
  }

  /** The sentence of the next segment. */
  sentence(event: SegmentEvent): string {
    const say = this.#language;
    const { flags, absolute, ack, bytes, text } = event;
    if (event.again) return TEXTS.again[say]();
    if (flags.includes("RST")) return TEXTS.rst[say]();
    if (flags.includes("SYN")) {
      this.#isOpening = true;
      return (flags.includes("ACK") ? TEXTS.synAck : TEXTS.syn)[say](absolute.seq);
    }
    if (flags.includes("FIN")) return TEXTS.fin[say]();
    if (bytes) return TEXTS.data[say](bytes, text === undefined ? "" : ` ${JSON.stringify(text)}`);
    if (this.#isOpening) {
      this.#isOpening = false;
      return TEXTS.opened[say]();
    }
    return TEXTS.ack[say](ack ?? 0);
  }
}

const TEXTS = {
  syn: twin({
    en: (first: number) => `I want to talk; my bytes count from ${first}`,
    zh: (first: number) => `我想建立连接,我的字节从 ${first} 开始编号`,
  }),
  synAck: twin({
    en: (first: number) => `agreed; mine count from ${first}; next I expect your byte 1`,
    zh: (first: number) => `同意,我的从 ${first} 开始;接下来我等你的第 1 个字节`,
  }),
  opened: twin({
    en: () => "agreed: now both know that both can hear",
    zh: () => "收到:现在双方都知道对方听得见",
  }),
  data: twin({
    en: (count: number, text: string) => `${count === 1 ? "1 byte" : `${count} bytes`}${text}`,
    zh: (count: number, text: string) => `${count} 个字节${text}`,
  }),
  ack: twin({
    en: (next: number) => `I have everything before byte ${next}`,
    zh: (next: number) => `第 ${next} 个字节之前的我都收到了`,
  }),
  fin: twin({
    en: () => "I have nothing more to say (but I still listen)",
    zh: () => "我说完了(但还在听)",
  }),
  rst: twin({
    en: () => "this connection is no more: whatever is under way is lost",
    zh: () => "这个连接作废了,还在路上的数据都丢弃",
  }),
  again: twin({
    en: () => "once more, as no answer came",
    zh: () => "没有回音,再发一次",
  }),
};

/** Who waits at the end, and why. */
export const TIME_WAIT = twin({
  en: (end: string) =>
    `The ${end} closed first and waits in TIME_WAIT for 60 s: if its last ACK is lost, the FIN comes again and somebody ` +
    "must answer it; and no late segment of this connection may get into a new one.",
  zh: (end: string) =>
    `${end}先关闭,要在 TIME_WAIT 状态等 60 秒:最后的 ACK 若丢失,对方会重发 FIN,得有人应答;` +
    "这个连接迟到的报文段也不能混进新的连接。",
});

/** The names of both ends. */
export const endName = (end: TcpEnd, language: Language) => ENDS[end][language]();
