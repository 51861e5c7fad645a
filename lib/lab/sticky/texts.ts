import type { ReadsEvent } from "../../app/mod.ts";
import { type Twin, twin } from "../../text/languages.ts";

/** What each experiment shows: its title, and what it means. */
export const EXPERIMENTS: Record<ReadsEvent["experiment"], { title: Twin; meaning: Twin }> = {
  stuck: {
    title: twin({ en: () => "Three writes, one read", zh: () => "写三次，读一次" }),
    meaning: twin({
      en: () => "All three were there when the reader came. TCP carries bytes, and knows no messages.",
      zh: () => "读的时候三次写的内容都已到达。TCP 传送的是字节流，不知道什么是一条消息。",
    }),
  },
  torn: {
    title: twin({ en: () => "One write, reads of 10 bytes", zh: () => "写一次，每次读 10 个字节" }),
    meaning: twin({
      en: () => "A read takes what it has room for; the rest waits for the next.",
      zh: () => "一次读只取缓冲区装得下的部分，剩下的留给下一次。",
    }),
  },
  split: {
    title: twin({
      en: () => "One message in two pieces, a read after each",
      zh: () => "一条消息分两段到达，每段后读一次",
    }),
    meaning: twin({
      en: () => "On a network nobody decides where a stream is cut: a segment holds some 1,460 bytes.",
      zh: () => "网络上字节流在哪里断开由不得你：一个报文段最多约 1460 字节。",
    }),
  },
  no_delay: {
    title: twin({
      en: () => "The same three writes with TCP_NODELAY",
      zh: () => "加上 TCP_NODELAY，同样写三次",
    }),
    meaning: twin({
      en: () => "No cure: it decides when bytes are sent, not how they are read.",
      zh: () => "治不了：它只管何时发送，管不了怎么读。",
    }),
  },
  rest: {
    title: twin({
      en: () => "The tutorial's bug: two answers, recv(1024) for each",
      zh: () => "教程里的毛病：两个回答，各用一次 recv(1024) 接收",
    }),
    meaning: twin({
      en: () => "The rest of answer 1 is read as answer 2, and from then on every answer comes one too late.",
      zh: () => "第一个回答剩下的部分被当成了第二个回答，此后每个回答都错后一个。",
    }),
  },
};

/** What stands above the cures, and below all. */
export const CURES = {
  title: twin({
    en: () => "Cures: the sender marks where a message ends, the receiver collects until there",
    zh: () => "解决办法：发送方标明消息到哪里为止，接收方凑够一条再处理",
  }),
  frame: twin({ en: () => "--frame", zh: () => "--frame" }),
  wire: twin({ en: () => '"one" on the wire', zh: () => '"one" 在线路上' }),
  stuck: twin({ en: () => "stuck", zh: () => "粘连" }),
  torn: twin({ en: () => "torn", zh: () => "拆散" }),
  any: twin({ en: () => "anything", zh: () => "任意消息" }),
  score: twin({ en: () => "score", zh: () => "得分" }),
  tests: twin({
    en: () =>
      "stuck: three messages in one write; torn: read byte by byte; anything: messages of any length, none too, with " +
      "newlines, delimiters and zeros in them.",
    zh: () =>
      "粘连：三条消息一次写出；拆散：一个字节一个字节地读；任意消息：长短不一，也有空的，内容里有换行、分隔符和零字节。",
  }),
  word: twin({
    en: () =>
      '"Sticky packets" is no term of TCP: there are no packets in a stream that could stick. What is missing is a ' +
      "border between messages, and that is the program's to draw. struct.pack('i', n) is len:i32le here.",
    zh: () =>
      "“粘包”不是 TCP 的术语：字节流里没有“包”，也就无从粘起。缺的是消息之间的边界，" +
      "而划定边界是应用程序自己的事。教程里的 struct.pack('i', n) 就是这里的 len:i32le。",
  }),
  writes: twin({ en: () => "written", zh: () => "写" }),
  reads: twin({ en: () => "read", zh: () => "读" }),
};
