import type { TcpStateEvent } from "../../app/mod.ts";
import { type Language, twin } from "../../text/languages.ts";
import type { SequenceStyle } from "../sequence/sequence_view.ts";
import { reasonOf } from "./reasons.ts";
import { SCENES } from "./walk.ts";

/** How the walk is drawn: each state with its reason, when it is new, and with its row in the kernel's table. */
export function walkStyle(): SequenceStyle {
  const told = new Set<string>();
  return {
    isBrief: true,
    scenes: TITLES,
    explain({ state, before, row }: TcpStateEvent, language: Language) {
      const reason = reasonOf(state, before, language);
      const isNew = !told.has(reason);
      told.add(reason);
      return [...isNew ? [reason] : [], row === undefined ? ROWS.none[language]() : ROWS.row[language](row)];
    },
    foot: twin({
      en: () =>
        "These are all eleven. The end that closes first is the one that waits in TIME_WAIT; one that stays in " +
        "CLOSE_WAIT has a program that forgets to close.",
      zh: () =>
        "十一种状态都走到了。先关闭的一端停在 TIME_WAIT；长期停在 CLOSE_WAIT 的，是程序忘了调用 close()。",
    }),
  };
}

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
  row: twin({ en: (row: string) => `/proc/net/tcp: ${row}`, zh: (row: string) => `/proc/net/tcp:${row}` }),
  none: twin({ en: () => "/proc/net/tcp: no row", zh: () => "/proc/net/tcp：没有这一行" }),
};
