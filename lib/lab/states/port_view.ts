import { bold, cyan, dim } from "@std/fmt/colors";
import type { Event, TcpSocketEvent, TcpStateEvent } from "../../app/mod.ts";
import { type Language, type Twin, twin } from "../../text/languages.ts";
import { displayWidth } from "../../text/width.ts";
import { wrapText } from "../../text/wrap.ts";
import type { Look } from "../show.ts";
import { keyOf } from "./port_watch.ts";
import { reasonOf } from "./reasons.ts";

/** How a state is painted. */
const STATE = (text: string) => bold(cyan(text));

/** Columns of a screen, and of what stands before the reason of a change. */
const WIDTH = 80, INDENT = 4;

/** Draws the sockets of a port: a table of those that are there, and a line for each change of a state. */
export class PortView {
  readonly #port: number;
  readonly #language: Language;
  readonly #isColoured: boolean;
  readonly #now: () => number;
  readonly #rows = new Map<string, { socket: TcpSocketEvent; since: number }>();

  /** @param now ms of a clock that never jumps: what a timer has left is counted down by it */
  constructor(
    port: number,
    now: () => number,
    { language, coloured }: Look,
  ) {
    this.#port = port;
    this.#language = language;
    this.#isColoured = coloured;
    this.#now = now;
  }

  /** The line of a change, and why; a socket only gets into the table. */
  draw(event: Event): string {
    if (event.event === "tcp_socket") {
      this.#rows.set(keyOf(event), { socket: event, since: this.#now() });
      return "";
    }
    if (event.event !== "tcp_state") return "";
    if (event.state === "CLOSED") this.#rows.delete(keyOf(event));
    return this.#change(event);
  }

  /** The table as it is now, with at most so many sockets. */
  table(most = Infinity): string {
    const language = this.#language;
    if (!this.#rows.size) return `${TEXTS.nobody[language](this.#port)}\n`;
    const all = [...this.#rows.values()].map((row) => this.#cells(row));
    const head = COLUMNS.map((column) => TEXTS[column][language]());
    const shown = [head, ...all.slice(0, most)];
    const widths = head.map((_, i) => Math.max(...shown.map((cells) => displayWidth(cells[i]))));
    const lines = shown.map((cells) => cells.map((cell, i) => pad(cell, widths[i], i)).join("  ").trimEnd());
    const more = all.length - most;
    if (more > 0) lines.push(TEXTS.more[language](more));
    lines[0] = this.#paint(bold, lines[0]);
    return lines.map((line) => `${line}\n`).join("");
  }

  /** What each state in the table means. */
  explanations(): string {
    const states = new Set([...this.#rows.values()].map(({ socket }) => socket.state));
    return [...states].map((state) => {
      const text = wrapText(
        `${state}${this.#language === "zh" ? "：" : ": "}${reasonOf(state, undefined, this.#language)}`,
        WIDTH,
      );
      return `\n${text.join("\n")}\n`;
    }).join("");
  }

  #cells({ socket, since }: { socket: TcpSocketEvent; since: number }): string[] {
    const { local, remote, state, send_queue, receive_queue, timer, time_left = 0, retransmissions } = socket;
    const left = Math.max(0, time_left - (this.#now() - since) / 1000);
    return [
      local,
      remote,
      state,
      String(send_queue),
      String(receive_queue),
      timer === undefined ? "" : TEXTS.timer[this.#language](timer, left.toFixed(left < 10 ? 1 : 0)) +
        (retransmissions ? ` ×${retransmissions}` : ""),
    ];
  }

  #change({ at, local, remote, state, before }: TcpStateEvent): string {
    const change = `${before === undefined ? "" : `${before} → `}${this.#paint(STATE, state)}`;
    const head = `${TEXTS.end[this.#language](at)} ${local} → ${remote}  ${change}`;
    const reason = wrapText(reasonOf(state, before, this.#language), WIDTH - INDENT);
    return [head, ...reason.map((line) => " ".repeat(INDENT) + this.#paint(dim, line)), ""].join("\n");
  }

  #paint(paint: (text: string) => string, text: string): string {
    return this.#isColoured ? paint(text) : text;
  }
}

const COLUMNS = ["local", "remote", "state", "sendQueue", "receiveQueue", "timerHead"] as const;
/** Those of {@linkcode COLUMNS} that are numbers. */
const NUMBERS: readonly number[] = [3, 4];

function pad(cell: string, width: number, column: number): string {
  const space = " ".repeat(width - displayWidth(cell));
  return NUMBERS.includes(column) ? space + cell : cell + space;
}

const TIMERS: Readonly<Record<string, Twin | undefined>> = {
  "retransmission": twin({ en: () => "resend", zh: () => "重传" }),
  "keepalive": twin({ en: () => "keepalive", zh: () => "保活" }),
  "time wait": twin({ en: () => "wait", zh: () => "等待" }),
  "zero window probe": twin({ en: () => "probe", zh: () => "窗口探测" }),
};

const TEXTS = {
  local: twin({ en: () => "local", zh: () => "本地" }),
  remote: twin({ en: () => "peer", zh: () => "对端" }),
  state: twin({ en: () => "state", zh: () => "状态" }),
  sendQueue: twin({ en: () => "send-q", zh: () => "待确认" }),
  receiveQueue: twin({ en: () => "recv-q", zh: () => "待读" }),
  timerHead: twin({ en: () => "timer", zh: () => "定时器" }),
  timer: twin({
    en: (timer: string, left: string) => `${TIMERS[timer]?.en() ?? timer} ${left} s`,
    zh: (timer: string, left: string) => `${TIMERS[timer]?.zh() ?? timer} ${left} 秒`,
  }),
  end: twin({
    en: (at: "client" | "server") => at,
    zh: (at: "client" | "server") => at === "client" ? "客户端" : "服务器",
  }),
  more: twin({ en: (count: number) => `… and ${count} more`, zh: (count: number) => `……还有 ${count} 个` }),
  nobody: twin({
    en: (port: number) =>
      `No socket of TCP has port ${port} here. Start a server: pinwire echo serve ${port}`,
    zh: (port: number) =>
      `这里没有使用端口 ${port} 的 TCP 套接字。可以启动一个服务器：pinwire echo serve ${port}`,
  }),
};
