import { type Language, type Twin, twin } from "../../text/languages.ts";

/**
 * Why a socket of TCP has come into a state, and what it waits for there (RFC 9293, section 3.3.2).
 *
 * @param before the state before, if that is known
 */
export function reasonOf(state: string, before: string | undefined, language: Language): string {
  return (REASONS[`${before} ${state}`] ?? REASONS[state])?.[language]() ?? "";
}

/** Seconds of TIME_WAIT: twice 15 by macOS, 60 by Linux and most others. */
const WAIT = Deno.build.os === "darwin" ? 30 : 60;

/** By a state, or by two of which the second comes straight after the first. */
const REASONS: Readonly<Record<string, Twin | undefined>> = {
  CLOSED: twin({
    en: () => "nothing is left of it.",
    zh: () => "这个套接字已经不在了。",
  }),
  "undefined CLOSED": twin({
    en: () => "there is no socket: CLOSED is the name for that.",
    zh: () => "还没有套接字：CLOSED 指的就是“没有”。",
  }),
  "LAST_ACK CLOSED": twin({
    en: () => "the last ACK came: nothing is left of the connection, and its row is gone.",
    zh: () => "收到最后的 ACK：连接不复存在，表里那一行也没有了。",
  }),
  "TIME_WAIT CLOSED": twin({
    en: () => `its ${WAIT} s are over: its ports may be used for a new connection.`,
    zh: () => `${WAIT} 秒已满：这对端口可以用来建立新的连接了。`,
  }),
  "SYN_SENT CLOSED": twin({
    en: () => "it was refused by RST, or gave up as no answer came.",
    zh: () => "被对方用 RST 拒绝，或一直没有回音而放弃。",
  }),
  "ESTABLISHED CLOSED": twin({
    en: () => "a RST ended it at once, or its end went by too fast to be seen.",
    zh: () => "被 RST 立即终止，或关闭得太快，中间的状态没有看到。",
  }),
  "CLOSE_WAIT CLOSED": twin({
    en: () => "its program has closed at last, and the last ACK came at once: nothing is left of it.",
    zh: () => "程序终于关闭了它，最后的 ACK 也随即到达：这个套接字已经不在了。",
  }),
  "LISTEN CLOSED": twin({
    en: () => "its program has closed it: whoever connects now is refused.",
    zh: () => "程序关闭了监听：现在来连接的会被拒绝。",
  }),
  LISTEN: twin({
    en: () => "listen(): it waits for a SYN, whoever sends it.",
    zh: () => "listen() 之后，等待任何人发来的 SYN。",
  }),
  SYN_SENT: twin({
    en: () => "connect() has sent a SYN. It waits for SYN+ACK; if none comes, the SYN is sent again.",
    zh: () => "connect() 发出了 SYN，等待对方的 SYN+ACK；等不到就重发 SYN。",
  }),
  SYN_RECV: twin({
    en: () =>
      "a SYN came, and was answered by SYN+ACK. It waits for the third segment; accept() gives nothing before. " +
      "(RFC 9293 writes SYN-RECEIVED.)",
    zh: () =>
      "收到 SYN，已回 SYN+ACK，等待握手的第三个报文段；在那之前 accept() 得不到这个连接。（RFC 9293 写作 SYN-RECEIVED。）",
  }),
  ESTABLISHED: twin({
    en: () => "both ends know that the other hears them: bytes may go both ways, for as long as they like.",
    zh: () => "双方都知道对方听得见，可以互发数据，想保持多久都行。",
  }),
  "SYN_SENT ESTABLISHED": twin({
    en: () => "SYN+ACK came: connect() returns. Bytes may go both ways, for as long as both like.",
    zh: () => "收到 SYN+ACK：connect() 返回。从此可以互发数据，想保持多久都行。",
  }),
  "SYN_RECV ESTABLISHED": twin({
    en: () => "the third segment came: accept() returns. Now both know that both can hear.",
    zh: () => "收到第三个报文段：accept() 返回。现在双方都知道对方听得见。",
  }),
  FIN_WAIT_1: twin({
    en: () => "it has closed its side: a FIN is under way. It waits for the ACK of that, and can still read.",
    zh: () => "关闭了自己这一侧，FIN 已发出。等待对这个 FIN 的 ACK，仍然可以读。",
  }),
  FIN_WAIT_2: twin({
    en: () => "its FIN is acknowledged. It waits for the other's FIN, and can read until then.",
    zh: () => "自己的 FIN 得到了确认。等待对方的 FIN，在那之前都可以读。",
  }),
  CLOSE_WAIT: twin({
    en: () =>
      "the other's FIN came: read() gives 0. It waits for its own program to close; one that forgets to stays here.",
    zh: () => "收到对方的 FIN：read() 返回 0。等待自己的程序调用 close()；程序忘了关，就一直停在这里。",
  }),
  CLOSING: twin({
    en: () =>
      "the other's FIN came before the ACK of its own: both have closed at once. It waits for that ACK.",
    zh: () => "自己的 FIN 还没得到确认，对方的 FIN 先到了：双方同时关闭。等待对自己 FIN 的 ACK。",
  }),
  LAST_ACK: twin({
    en: () => "it has closed too: its FIN is under way. It waits for the last ACK.",
    zh: () => "自己也关闭了，FIN 已发出，等待最后的 ACK。",
  }),
  TIME_WAIT: twin({
    en: () =>
      `it closed first, and waits ${WAIT} s: if its last ACK is lost, the other's FIN comes again and somebody must ` +
      "answer it; and no late segment may get into a new connection.",
    zh: () =>
      `先关闭的一端要等 ${WAIT} 秒：最后的 ACK 若丢失，对方会重发 FIN，得有人应答；迟到的报文段也不能混进新的连接。`,
  }),
  "CLOSING TIME_WAIT": twin({
    en: () => `the ACK of its FIN came. Both closed at once, so both of them wait ${WAIT} s.`,
    zh: () => `自己的 FIN 得到了确认。双方同时关闭，所以两端都要等 ${WAIT} 秒。`,
  }),
};
