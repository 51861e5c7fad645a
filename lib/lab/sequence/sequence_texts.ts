import type { SegmentEvent, TcpEnd } from "../../app/mod.ts";
import { type Language, twin } from "../../text/languages.ts";

/** What a sequence diagram has at the head of its columns. */
export const ENDS = {
  client: twin({ en: () => "client", zh: () => "客户端" }),
  server: twin({ en: () => "server", zh: () => "服务器" }),
};

/** Segments of which is known when they were sent: a capture may have any number. */
const REMEMBERED = 10_000;

/** Says what each segment means, in the segment's own voice. */
export class SegmentSpeaker {
  readonly #language: Language;
  readonly #hasWindows: boolean;
  #isOpening = false;
  /**
   * When each segment was sent the last time, by its sender's clock, how long after the time before, in ms, and whether
   * a timer had run out.
   */
  readonly #sent = new Map<string, { time: number; after?: number; byTimer?: boolean }>();
  /** What each end has acknowledged, and what it has besides. */
  readonly #ack: Partial<Record<TcpEnd, number>> = {};
  readonly #sack: Partial<Record<TcpEnd, SegmentEvent["sack"]>> = {};
  /** How the acknowledgment of each end's FIN counts, once it has sent one. */
  readonly #finished: Partial<Record<TcpEnd, number>> = {};
  /** How much each end had room for, when it last said so. */
  readonly #window: Partial<Record<TcpEnd, number>> = {};
  /** What each end's clock said last. */
  readonly #clock: Partial<Record<TcpEnd, number>> = {};

  /** @param hasWindows whether each acknowledgment says how much its sender has room for */
  constructor(language: Language, hasWindows = false) {
    this.#language = language;
    this.#hasWindows = hasWindows;
  }

  /** The sentence of the next segment. */
  sentence(event: SegmentEvent): string {
    const say = this.#language;
    const { from, flags, absolute, seq, ack = 0, bytes, text, window } = event;
    const windowBefore = this.#window[from];
    this.#window[from] = window;
    const probe = this.#probe(event);
    const again = this.#again(event);
    const sack = event.sack?.filter(([from]) => from > ack).toSorted(([one], [other]) => one - other);
    if (flags.includes("ACK")) {
      this.#ack[from] = ack;
      this.#sack[from] = sack;
    }
    if (again !== undefined) return again;
    if (flags.includes("RST")) return TEXTS.rst[say]();
    if (flags.includes("SYN")) {
      this.#isOpening = true;
      return (flags.includes("ACK") ? TEXTS.synAck : TEXTS.syn)[say](absolute.seq);
    }
    if (flags.includes("FIN")) {
      this.#finished[from] = seq + bytes + 1;
      return (ack === this.#finished[otherEnd(from)] ? TEXTS.finToo : TEXTS.fin)[say]();
    }
    if (text !== undefined) return TEXTS.text[say](bytes, JSON.stringify(text));
    if (bytes) return TEXTS.data[say](bytes, seq, seq + bytes - 1);
    if (sack?.length) return TEXTS.sack[say](ack, sack.map(([from, to]) => `${from}–${to - 1}`).join(", "));
    if (this.#isOpening) {
      this.#isOpening = false;
      return TEXTS.opened[say]();
    }
    if (probe !== undefined) return probe;
    if (ack === this.#finished[otherEnd(from)]) return TEXTS.finished[say]();
    if (!window) return TEXTS.full[say](ack);
    if (windowBefore === 0) return TEXTS.update[say](window);
    return (this.#hasWindows ? TEXTS.room : TEXTS.ack)[say](ack, window);
  }

  /** Why a segment asks for an answer, if it does. */
  #probe({ from, options, probe }: SegmentEvent): string | undefined {
    const say = this.#language;
    const [time, before] = [clockOf(options), this.#clock[from]];
    this.#clock[from] = time;
    if (!probe) return undefined;
    if (this.#window[otherEnd(from)] !== 0) return TEXTS.alive[say]();
    return time === undefined || before === undefined ? TEXTS.probe[say]() : TEXTS.asked[say](time - before);
  }

  /** Why a segment comes again, if it does. */
  #again({ from, seq, options, again }: SegmentEvent): string | undefined {
    const say = this.#language;
    const key = `${from} ${seq}`;
    const before = this.#sent.get(key);
    const time = clockOf(options);
    const after = before && time !== undefined ? time - before.time : undefined;
    const other = otherEnd(from);
    const isMissing = seq >= (this.#ack[other] ?? 0) && this.#sack[other]?.some(([start]) => start > seq);
    const isFast = again && isMissing && before?.after === undefined;
    if (time !== undefined) this.#sent.set(key, { time, after: again && after, byTimer: again && !isFast });
    if (this.#sent.size > REMEMBERED) this.#sent.delete(this.#sent.keys().next().value!);
    if (!again) return undefined;
    if (isFast) return TEXTS.fast[say]();
    if (after === undefined) return TEXTS.again[say]();
    const ratio = after / (before?.byTimer ? before.after! : Infinity);
    return (Math.round(ratio) === 2 ? TEXTS.doubled : TEXTS.late)[say](after);
  }
}

const otherEnd = (end: TcpEnd): TcpEnd => end === "client" ? "server" : "client";

/** What a sender's clock said, in the ms of Linux and most others (RFC 7323, section 5.4). */
export function clockOf(options: string[]): number | undefined {
  const stamps = options.find((option) => option.startsWith("timestamps "));
  return stamps === undefined ? undefined : Number(stamps.split(" ")[1]);
}

const TEXTS = {
  syn: twin({
    en: (first: number) => `I want to talk; my sequence numbers start at ${first}`,
    zh: (first: number) => `我想建立连接，我的序号从 ${first} 开始`,
  }),
  synAck: twin({
    en: (first: number) => `agreed; mine start at ${first}; next I expect your byte 1`,
    zh: (first: number) => `同意，我的从 ${first} 开始；接下来我等你的第 1 个字节`,
  }),
  opened: twin({
    en: () => "agreed: now both know that both can hear",
    zh: () => "收到：现在双方都知道对方听得见",
  }),
  text: twin({
    en: (count: number, text: string) => `${bytesText(count)} ${text}`,
    zh: (count: number, text: string) => `${count} 个字节 ${text}`,
  }),
  data: twin({
    en: (count: number, first: number, last: number) => `${bytesText(count)}, ${first} to ${last}`,
    zh: (count: number, first: number, last: number) => `${count} 个字节，第 ${first} 到 ${last} 个`,
  }),
  sack: twin({
    en: (next: number, blocks: string) =>
      `byte ${next} is missing still; but I have ${blocks} besides (SACK)`,
    zh: (next: number, blocks: string) => `第 ${next} 个字节还没到，不过后面的 ${blocks} 已经有了（SACK）`,
  }),
  ack: twin({
    en: (next: number, _window: number) => `I have everything before byte ${next}`,
    zh: (next: number, _window: number) => `第 ${next} 个字节之前的我都收到了`,
  }),
  room: twin({
    en: (next: number, window: number) =>
      `I have everything before byte ${next}, and room for ${window} more`,
    zh: (next: number, window: number) => `第 ${next} 个字节之前的我都收到了，还能容纳 ${window} 个`,
  }),
  full: twin({
    en: (next: number) => `I have everything before byte ${next}, but no room: send no more (window 0)`,
    zh: (next: number) => `第 ${next} 个字节之前的我都收到了，但没有空间了，先别发（窗口为 0）`,
  }),
  update: twin({
    en: (window: number) => `there is room again, for ${window} bytes: go on (window update)`,
    zh: (window: number) => `又有空间了，能容纳 ${window} 个字节，接着发吧（窗口更新）`,
  }),
  probe: twin({
    en: () => "is there room again? (a probe: its number is an old one, so that an answer must come)",
    zh: () => "有空间了吗？（窗口探测：故意用旧的序号，对方必须应答）",
  }),
  asked: twin({
    en: (ms: number) =>
      `${ms} ms later: is there room again? (a probe, by an old number: it must be answered)`,
    zh: (ms: number) => `过了 ${ms} 毫秒：有空间了吗？（窗口探测：旧序号，对方必答）`,
  }),
  alive: twin({
    en: () => "are you still there? (a probe, by an old number: it must be answered)",
    zh: () => "你还在吗？（保活探测，故意用旧的序号，对方必须应答）",
  }),
  fin: twin({
    en: () => "I have nothing more to say (this closes my direction only)",
    zh: () => "我说完了（只关闭我发送的方向）",
  }),
  finToo: twin({
    en: () => "I have nothing more to say either (now both directions close)",
    zh: () => "我也说完了（两个方向就都关闭了）",
  }),
  finished: twin({
    en: () => "I have your FIN too, which counts like a byte",
    zh: () => "你的 FIN 我也收到了（它占一个序号）",
  }),
  rst: twin({
    en: () => "this connection is no more: whatever is under way is lost",
    zh: () => "这个连接作废了，还在路上的数据都丢弃",
  }),
  again: twin({
    en: () => "once more, as no answer came",
    zh: () => "没有回音，再发一次",
  }),
  late: twin({
    en: (ms: number) => `no answer for ${ms} ms: once more`,
    zh: (ms: number) => `${ms} 毫秒没有回音：再发一次`,
  }),
  doubled: twin({
    en: (ms: number) => `no answer for ${ms} ms, twice as long as before: once more`,
    zh: (ms: number) => `又等了 ${ms} 毫秒，是上次的两倍，仍没有回音：再发一次`,
  }),
  fast: twin({
    en: () => "what is behind it came, this didn't: once more, at once (fast retransmit)",
    zh: () => "后面的都到了，唯独缺它：不等定时器，立刻再发一次（快速重传）",
  }),
};

const bytesText = (count: number) => count === 1 ? "1 byte" : `${count} bytes`;

/** What stands beside a segment that never arrives. */
export const LOST = twin({ en: () => "lost", zh: () => "丢失" });

/** What the details of each header mean. */
export const LEGEND = twin({
  en: () =>
    "On the arrows seq and ack count from 0; below them are the numbers of the header. PSH: give it to the program " +
    "at once. window: bytes that the sender of the segment has room for. MSS: the most bytes that a segment may " +
    "carry, its options included. SACK: see pinwire lab loss. window scale: later windows are times 2 to that power, as they are shown here.",
  zh: () =>
    "箭头上的 seq 和 ack 从 0 数起，箭头下面是首部里的原值。PSH：请立即交给程序；window：这一方还能接收多少字节；" +
    "MSS：一个报文段最多带多少字节（选项也算）；SACK：见 pinwire lab loss；" +
    "window scale：此后的 window 要乘以 2 的这么多次方（图中已经乘过）。",
});

/** Who waits at the end, and why. */
export const TIME_WAIT = twin({
  en: (end: string) =>
    `The ${end} closed first and waits in TIME_WAIT for 60 s: if its last ACK is lost, the FIN comes again and somebody ` +
    "must answer it; and no late segment of this connection may get into a new one.",
  zh: (end: string) =>
    `${end}先关闭，要在 TIME_WAIT 状态等 60 秒：最后的 ACK 若丢失，对方会重发 FIN，得有人应答；` +
    "这个连接迟到的报文段也不能混进新的连接。",
});

/** The names of both ends. */
export const endName = (end: TcpEnd, language: Language) => ENDS[end][language]();
