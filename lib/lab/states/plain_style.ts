import { type Language, type Twin, twin } from "../../text/languages.ts";
import type { SequenceStyle } from "../sequence/sequence_style.ts";
import { reasonOf } from "./reasons.ts";
import { SCENES } from "./walk.ts";
import { rowsStyle, walkStyle } from "./walk_style.ts";

/**
 * How the walk on plain sockets is drawn, and from some point on a recording of the other one, if the walk gets no further.
 *
 * @param table where the system shows its sockets
 * @param isRecorded whether that is so now
 */
export function plainStyle(table: string, isRecorded: () => boolean): SequenceStyle {
  const [plain, recorded] = [rowsStyle(plainReason, table), walkStyle()];
  return {
    ...plain,
    scenes: TITLES,
    explain: (...about) => (isRecorded() ? recorded : plain).explain!(...about),
    foot: FOOT,
  };
}

function plainReason(state: string, before: string | undefined, language: Language): string {
  return REASONS[`${before} ${state}`]?.[language]() ?? reasonOf(state, before, language);
}

/** Of those states that are made to last, and after one that doesn't. */
const REASONS: Readonly<Record<string, Twin | undefined>> = {
  "CLOSED SYN_SENT": twin({
    en: () =>
      "connect() has sent a SYN. But the server's queue is full, as nobody has accepted those who came before: the " +
      "system drops the SYN, and it will be sent again after 1 s.",
    zh: () =>
      "connect() 发出了 SYN。但服务器的队列满了（前面的连接都还没有 accept()），系统丢弃了这个 SYN，1 秒后会重发。",
  }),
  "LISTEN ESTABLISHED": twin({
    en: () =>
      "a SYN came when there was room, and the handshake was over at once: its SYN_RECV was too short to be seen.",
    zh: () => "SYN 到达时队列有空位，握手瞬间完成：其间的 SYN_RECV 太短，看不到。",
  }),
  "ESTABLISHED FIN_WAIT_1": twin({
    en: () =>
      "it has closed its side. Its FIN waits behind bytes for which the other, who doesn't read, has no room; it can " +
      "still read.",
    zh: () => "关闭了自己这一侧。对方不读数据，窗口满了，FIN 排在没发完的数据后面；自己仍然可以读。",
  }),
  "CLOSE_WAIT LAST_ACK": twin({
    en: () => "it has closed too. Its FIN waits in the same way, and then for the last ACK.",
    zh: () => "自己也关闭了。FIN 同样排在数据后面，发出后等待最后的 ACK。",
  }),
  "FIN_WAIT_1 CLOSING": twin({
    en: () =>
      "the other's FIN came, and its own waits still: both have closed at once. It waits for the ACK.",
    zh: () => "对方的 FIN 先到了，自己的还没发完：双方同时关闭。等待对自己 FIN 的 ACK。",
  }),
};

const TITLES = {
  [SCENES.orderly]: twin({
    en: () => "1. One closes first: nine of the eleven states",
    zh: () => "1. 一方先关闭：十一种状态中的九种",
  }),
  [SCENES.simultaneous]: twin({
    en: () => "2. Both close at once: CLOSING, the tenth",
    zh: () => "2. 双方同时关闭：第十种状态 CLOSING",
  }),
};

const FOOT = twin({
  en: () =>
    "The eleventh is SYN_RECV: pinwire lab handshake shows it. The end that closes first is the one that waits in " +
    "TIME_WAIT; one that stays in CLOSE_WAIT has a program that forgets to close.",
  zh: () =>
    "第十一种是 SYN_RECV，见 pinwire lab handshake。先关闭的一端停在 TIME_WAIT；" +
    "长期停在 CLOSE_WAIT 的，是程序忘了调用 close()。",
});
