import { twin } from "../../text/languages.ts";
import type { SequenceStyle } from "../sequence/sequence_style.ts";
import { SCENES, SEGMENTS, SIZE } from "./loss.ts";

/** How lost segments are drawn: what each part of the lesson is about, and what it comes to. */
export const LOSS_STYLE: SequenceStyle = {
  isBrief: true,
  scenes: {
    [SCENES.timeout]: twin({
      en: () => "1. A message is lost, and nothing follows it: only the timer notices",
      zh: () => "1. 一条消息丢了，后面没有别的：只有定时器能发现",
    }),
    [SCENES.fast]: twin({
      en: () => `2. The third of ${SEGMENTS} segments is lost: the others tell of it`,
      zh: () => `2. ${SEGMENTS} 个报文段中的第 3 个丢了：后面到的会让人发现它丢了`,
    }),
    [SCENES.chosen]: twin({
      en: () => `${SEGMENTS} segments of ${SIZE} bytes, of which those get lost that you have chosen`,
      zh: () => `${SEGMENTS} 个报文段，每个 ${SIZE} 字节，丢掉你指定的那些`,
    }),
  },
  foot: twin({
    en: () =>
      "What nothing follows is missed by the timer alone, which waits twice as long each time (RTO, RFC 6298). " +
      "When others follow, their acknowledgments stay at the missing byte and say what came besides (SACK): it is " +
      "sent again at once (fast retransmit: by RFC 5681 at the third duplicate acknowledgment, by RFC 8985 after a time).",
    zh: () =>
      "后面没有数据的报文段丢了，只能等定时器超时才重发，每次等待的时间加倍（RTO，RFC 6298）。" +
      "后面还有数据时，确认号会一直停在缺的那个字节上，并说明还收到了哪些（SACK）：发送方立刻重发，" +
      "不等定时器（快速重传：RFC 5681 规定收到三个重复的确认就重发，RFC 8985 改为按时间判断）。",
  }),
};
