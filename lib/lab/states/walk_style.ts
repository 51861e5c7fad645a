import type { TcpStateEvent } from "../../app/mod.ts";
import { type Language, type Twin, twin } from "../../text/languages.ts";
import type { SequenceStyle } from "../sequence/sequence_style.ts";
import { reasonOf } from "./reasons.ts";
import { SCENES } from "./walk.ts";

const LINUX = "/proc/net/tcp";

/** How the walk is drawn: each state with its reason, when it is new, and with its row in the system's table. */
export function walkStyle(): SequenceStyle {
  return { ...rowsStyle(reasonOf, LINUX, ROWS.ends), scenes: TITLES, foot: FOOT };
}

/**
 * The part of it that all walks have.
 *
 * @param reason says why a socket has come into a state
 * @param table where its row is
 * @param note what is said of the first row besides
 */
export function rowsStyle(
  reason: typeof reasonOf,
  table: string,
  note?: Twin,
): Pick<SequenceStyle, "isBrief" | "explain"> {
  const told = new Set<string>();
  let hasRow = false;
  return {
    isBrief: true,
    explain({ state, before, row }: TcpStateEvent, language: Language) {
      const text = reason(state, before, language);
      const isNew = !told.has(text);
      told.add(text);
      const isFirstRow = row !== undefined && !hasRow;
      hasRow ||= isFirstRow;
      return [
        ...isNew ? [text] : [],
        row === undefined ? ROWS.none[language](table) : ROWS.row[language](table, row),
        ...isFirstRow && table === LINUX ? [ROWS.meaning[language]()] : [],
        ...isFirstRow && note ? [note[language]()] : [],
      ];
    },
  };
}

const FOOT = twin({
  en: () =>
    "These are all eleven. The end that closes first is the one that waits in TIME_WAIT; one that stays in " +
    "CLOSE_WAIT has a program that forgets to close.",
  zh: () =>
    "十一种状态都走到了。先关闭的一端停在 TIME_WAIT；长期停在 CLOSE_WAIT 的，是程序忘了调用 close()。",
});

const TITLES = {
  [SCENES.orderly]: twin({
    en: () => "1. One closes first: ten of the eleven states",
    zh: () => "1. 一方先关闭：十一种状态中的十种",
  }),
  [SCENES.simultaneous]: twin({
    en: () => "2. Both close at once, so that their FINs cross: CLOSING, the eleventh",
    zh: () => "2. 双方同时关闭，两个 FIN 在途中交错：第十一种状态 CLOSING",
  }),
};

const ROWS = {
  row: twin({
    en: (table: string, row: string) => `${table}: ${row}`,
    zh: (table: string, row: string) => `${table}：${row}`,
  }),
  meaning: twin({
    en: () => "(in hex: this end, its address from the last byte; the other end; the number of the state)",
    zh: () => "（十六进制：本端，地址的字节倒着写；对端；状态的编号）",
  }),
  ends: twin({
    en: () => "(both ends are on this machine: to itself each is 10.0.0.1, to the other 10.0.0.2)",
    zh: () => "（两端都在本机：自己都是 10.0.0.1，对方都是 10.0.0.2）",
  }),
  none: twin({ en: (table: string) => `${table}: no row`, zh: (table: string) => `${table}：没有这一行` }),
};
