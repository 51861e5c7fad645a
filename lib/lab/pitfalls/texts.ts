import { type Twin, twin } from "../../text/languages.ts";
import type { Pitfall } from "./names.ts";

/** What is said of a pitfall. */
export interface PitfallTexts {
  /** What a programmer would ask. */
  question: Twin;
  /** What happens here. */
  story: Twin;
  /** Why, and what to do about it. */
  answer: Twin;
  /** The same in Python. */
  code: readonly string[];
}

/** What is said of each pitfall, before it and after. */
export const TEXTS: Record<Pitfall, PitfallTexts> = {
  "time-wait": {
    question: twin({
      en: () => '"Address already in use": why, when the server has ended?',
      zh: () => "“Address already in use”：服务器明明退出了，端口怎么还被占用？",
    }),
    story: twin({
      en: () => "A server has served a client, has ended, and starts again at once.",
      zh: () => "服务器服务完一个客户端就退出，然后马上重新启动。",
    }),
    answer: twin({
      en: () =>
        "Who closes first waits in TIME_WAIT for 60 s, in case its last ACK is lost. So long bind() refuses the port, " +
        "unless the server that has ended and the one that starts have both set SO_REUSEADDR before bind(). Set it in " +
        "every server: it takes no port away from a server that still runs.",
      zh: () =>
        "先关闭的一方要在 TIME_WAIT 状态等 60 秒，以防最后的 ACK 丢失。这段时间里 bind() 会拒绝这个端口，" +
        "除非退出的和新启动的服务器都在 bind() 之前设置了 SO_REUSEADDR。每个服务器都应该设置它：" +
        "它不会抢走仍在运行的服务器的端口。",
    }),
    code: ["s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)", 's.bind(("", 8080))'],
  },
  "half-open": {
    question: twin({
      en: () => "The other machine has lost power: why does my program not notice?",
      zh: () => "对方的机器断电了，我的程序怎么没有发觉？",
    }),
    story: twin({
      en: () => "The server's machine loses power: it sends no FIN, and forgets the connection.",
      zh: () => "服务器所在的机器断电：没有发出 FIN，也不再记得这个连接。",
    }),
    answer: twin({
      en: () =>
        "A connection is only what two systems remember. When one forgets it, the other learns of that from the answer " +
        "to something it sends: a RST, so that its next call fails with ECONNRESET; or no answer at all, and after some " +
        "15 minutes of trying ETIMEDOUT. A program that only reads waits for ever, unless its system asks now and then: keepalive, " +
        "which must be set, and asks for the first time after 2 hours if it isn't told better. Or wait no longer than " +
        "you mean to: s.settimeout(30).",
      zh: () =>
        "所谓连接，只是两边的系统各自记着它（半打开连接：只剩一边还记着）。一边忘了，另一边要等自己发出数据、看到回应才知道：" +
        "收到 RST，下一次调用就以 ECONNRESET 失败；一直没有回音，重试约 15 分钟后以 ETIMEDOUT 失败。" +
        "只读不写的程序会永远等下去，除非让系统隔一阵问一次，这就是保活（keepalive）：要自己打开，" +
        "不另外设置的话，2 小时后才问第一次。也可以限定等待时间：s.settimeout(30)。",
    }),
    code: [
      "s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)",
      "s.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 60)",
      "s.setsockopt(IPPROTO_TCP, TCP_KEEPINTVL, 10)",
      "s.setsockopt(IPPROTO_TCP, TCP_KEEPCNT, 3)",
    ],
  },
  "epipe": {
    question: twin({
      en: () => "The other end has closed: why does only my second write fail?",
      zh: () => "对方已经关闭，为什么第一次写成功，第二次写才出错？",
    }),
    story: twin({
      en: () => "The server closes; the client doesn't look, and writes twice.",
      zh: () => "服务器关闭了连接，客户端没有察觉，又写了两次。",
    }),
    answer: twin({
      en: () =>
        "A FIN says only: I send no more. And write() = 3 says only that the system has the bytes, not that anybody got " +
        "them. No program was there to take them, so the server's system answered with RST, and from then on each write " +
        "fails with EPIPE (and SIGPIPE, which Python ignores): BrokenPipeError. When recv() gives b'' the other end has " +
        "closed; whoever must know that a message has come needs an answer to it.",
      zh: () =>
        "FIN 只表示“我不再发了”；write() = 3 也只表示系统收下了这些字节，不代表对方收到了。" +
        "对方没有程序来接收，它的系统就回 RST，此后每次写都以 EPIPE 失败（还有 SIGPIPE 信号，Python 忽略它），" +
        "即 BrokenPipeError。recv() 返回 b'' 就说明对方已经关闭；要确知消息送到了，只能让对方回答。",
    }),
    code: [
      "try:",
      "    s.sendall(data)",
      "except (BrokenPipeError, ConnectionResetError):",
      "    s.close()",
    ],
  },
  "backlog": {
    question: twin({
      en: () => "The server runs and listens: why does connect() hang?",
      zh: () => "服务器明明在监听，connect() 为什么卡住？",
    }),
    story: twin({
      en: () =>
        "The server has called listen(1), and doesn't get round to accept(). Two connections are open and wait for it, " +
        "as Linux keeps one more than it is asked to. Now a third client comes.",
      zh: () =>
        "服务器调用了 listen(1)，却一直没空调用 accept()。已有两个建立好的连接在排队（Linux 会比要求的多留一个位置）。" +
        "这时来了第三个客户端。",
    }),
    answer: twin({
      en: () =>
        "A full queue refuses nobody: the SYN is thrown away without a word, and the client's system sends it again and " +
        "again, 1 s apart and later twice as long each time, until accept() has made room or it gives up (ETIMEDOUT, " +
        "after some 2 minutes). Accept at once, work in " +
        "a thread, let the queue be longer; and as a client, say how long you will wait.",
      zh: () =>
        "队列满了并不会拒绝谁：SYN 被悄悄丢掉，客户端的系统一遍遍重发（先隔 1 秒，后来间隔加倍），直到 accept() 腾出位置，或者放弃" +
        "（ETIMEDOUT，要两分钟左右）。应当尽快 accept()，把处理交给线程，并把队列设长一些；客户端则应限定等待时间。",
    }),
    code: [
      "s.listen(128)",
      "while True:",
      "    conn, address = s.accept()",
      "    Thread(target=handle, args=(conn,)).start()",
      "",
      'c = create_connection(("10.0.0.2", 8080), timeout=5)',
    ],
  },
  "nagle": {
    question: twin({
      en: () => "The network is fast: why does each message take 40 ms?",
      zh: () => "网络很快，为什么每条消息都要 40 毫秒？",
    }),
    story: twin({
      en: () =>
        "The client sends a message in two writes, a head and a body. The server delays its ACKs (TCP_QUICKACK 0), as " +
        "it does by itself when the two have talked for a while.",
      zh: () =>
        "客户端把一条消息分两次写：先写头，再写正文。服务器采用延迟确认（TCP_QUICKACK 设为 0）；" +
        "双方来回说过几句以后，系统自己也会这样。",
    }),
    answer: twin({
      en: () =>
        "Nagle's algorithm keeps a small segment back as long as another one isn't acknowledged. A receiver delays its " +
        "ACK for some 40 ms, as it hopes for an answer to send it with. Each is good; together they wait for each " +
        "other. Write a message at once. TCP_NODELAY is for what can't be joined, such as keys that somebody presses.",
      zh: () =>
        "Nagle 算法：只要前面还有没得到确认的数据，就先不发小报文段。延迟确认：接收方把 ACK 推迟约 40 毫秒，" +
        "指望能和回答一起发出去。单独看都有道理，凑在一起就互相等。一条消息应当一次写完。" +
        "TCP_NODELAY 用于没法合并的数据，比如逐个按下的键。",
    }),
    code: ["s.sendall(head + body)", "", "s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)"],
  },
  "reset": {
    question: twin({
      en: () => '"Connection reset by peer": what has the peer done?',
      zh: () => "“Connection reset by peer”：对方到底做了什么？",
    }),
    story: twin({
      en: () => "There are two ways to end a connection by RST in place of FIN: by mistake, and by intent.",
      zh: () => "不用 FIN 而用 RST 结束连接，有两种情况：一种是疏忽，一种是有意。",
    }),
    answer: twin({
      en: () =>
        "close() with bytes that nobody has read sends RST, so that the other end doesn't take them for read. " +
        "connect(AF_UNSPEC), or SO_LINGER with 0 s before close(), sends RST in any case, and throws away what wasn't " +
        'sent yet: "two" is gone, though write() said 3. Before you close, say that nothing more comes (FIN), and read ' +
        "until the other end has closed too.",
      zh: () =>
        "还有没读的字节就 close()，系统会发 RST，免得对方以为都读过了。connect(AF_UNSPEC)，或先把 SO_LINGER 设为 0 秒再 " +
        "close()，则一定发 RST，并丢弃还没发出的数据：“two” 就这样没了，尽管 write() 返回了 3。" +
        "关闭之前应当先说明不再发送（FIN），再一直读到对方也关闭为止。",
    }),
    code: ["s.shutdown(SHUT_WR)", "while s.recv(4096):", "    pass", "s.close()"],
  },
  "syn-flood": {
    question: twin({
      en: () => "Somebody sends SYNs without end: why can nobody connect?",
      zh: () => "有人不停地发 SYN，为什么别人就连不上了？",
    }),
    story: twin({
      en: () =>
        "This server has called listen(4), so that only a few connections can be in SYN_RECV at a time. 8 SYNs come from " +
        "addresses that nobody has: no third segment will ever follow.",
      zh: () =>
        "服务器调用了 listen(4)，只容得下几个处于 SYN_RECV 的连接（半连接）。8 个 SYN 来自没有人用的地址，" +
        "握手的第三个报文段永远不会来。",
    }),
    answer: twin({
      en: () =>
        "A SYN cookie is the number that a SYN+ACK counts from: a hash of both addresses and ports, the time and a " +
        "secret. So the server needs to remember nothing (there was no SYN_RECV): the ACK brings the number back, and " +
        "the connection is made of it. What gets lost: the MSS becomes one of 4 values, window scaling and SACK last " +
        "only if the time stamps carry them, and the server can't send its SYN+ACK again. That is why Linux makes cookies " +
        "only while the queue is full. They are on unless somebody has switched them off: 1 or 2 is right here. A " +
        "longer queue fills later.",
      zh: () =>
        "SYN cookie 就是 SYN+ACK 的初始序号，由双方的地址和端口、时间、一个密钥算出（散列）。服务器因此什么都不用记" +
        "（没有出现 SYN_RECV）：ACK 会把这个数带回来，凭它就能建立连接。代价是：MSS 只能取 4 个值之一；窗口扩大和 SACK " +
        "要靠时间戳选项捎带才能保留；服务器不能重发 SYN+ACK。所以 Linux 只在队列满时才用 cookie。" +
        "它默认是打开的：下面的值应为 1 或 2。队列长一些，也就满得慢一些。",
    }),
    code: ["open('/proc/sys/net/ipv4/tcp_syncookies').read()", "s.listen(1024)"],
  },
};
