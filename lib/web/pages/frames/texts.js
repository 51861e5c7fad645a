const { format: number } = new Intl.NumberFormat("en");
const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

/** Why a connection was closed, as servers say it, in Chinese. */
const REASONS_ZH = {
  "end of stream": "对方已发完",
  "connection reset": "连接被重置",
  "connection closed": "连接已断开",
  "idle timeout": "长时间没有数据",
  "server stopped": "服务器已停止",
  "stopped": "已停止",
  "bad frame": "帧有错误",
  "frame malformed": "帧有错误",
  "frame too large": "帧太大",
  "too slow": "对方接收太慢",
  "timed out": "超时",
  "tls failed": "TLS 失败",
};

/** What the page says. */
export const TEXTS = {
  en: {
    title: "Frames",
    pause: "pause",
    paused: (count) => `paused: ${plural(count, "event")} waiting`,
    follow: "follow live",
    filter: "filter by peer",
    tools: "view",
    counts: (connections, reads) => `${plural(connections, "connection")}, ${plural(reads, "read")}`,
    dropped: (count) => `${plural(count, "older read")} no longer kept`,
    leftOut: (count) => `${plural(count, "event")} left out while paused`,
    nothing: "Nobody has connected yet. Type in another terminal:",
    noMatch: "No peer matches the filter.",
    open: "open",
    closed: (reason) => reason ? `closed: ${reason}` : "closed",
    noReads: "connected, and silent so far",
    client: "client",
    server: "server",
    read: (bytes, frames) =>
      frames > 1 ? `${plural(bytes, "byte")} · ${number(frames)} frames stuck` : plural(bytes, "byte"),
    torn: "torn",
    missed: ({ stuck, torn }) =>
      [stuck && plural(stuck, "stuck read"), torn && `${number(torn)} torn`].filter(Boolean).join(", "),
    toLeft: " to the left",
    unframed:
      "These are reads, not messages: start the server with --frame line (or what its messages are) to see them.",
    more: (count) => `and ${plural(count, "more frame")}`,
    outside: "in no frame",
    empty: "(empty)",
    inspector: "inspector",
    close: "close",
    hint: "Point at a block, tap it, or walk with Tab and the arrow keys: its text and bytes show here.",
    legend: {
      whole: "one read that brought one frame",
      read: "one read; where messages begin and end isn't known",
      stuck: "several frames stuck together in one read",
      torn: "a frame that goes on in a later read, and its rest",
    },
    frame: "frame",
    rest: "unfinished: the frame goes on in a later read",
    continued: "the rest of a frame that began in an earlier read",
    middle: "the middle of a frame: it began earlier and goes on later",
    from: { client: "from the client", server: "from the server" },
    place: (from, to, bytes) =>
      `offsets ${number(from)} to ${number(to - 1)} of a read of ${plural(bytes, "byte")}`,
    after: (time) => `${time} after the read before`,
    first: "the first read of this connection",
    stuck: (count) => `${number(count)} frames came in this one read`,
    cut: (count) => `the first ${plural(count, "byte")}`,
    text: "text",
    bytes: "bytes",
  },
  zh: {
    title: "帧",
    pause: "暂停",
    paused: (count) => `已暂停，${number(count)} 个事件在等待`,
    follow: "跟随最新",
    filter: "按对端筛选",
    tools: "视图",
    counts: (connections, reads) => `${number(connections)} 个连接，${number(reads)} 次读取`,
    dropped: (count) => `较早的 ${number(count)} 次读取已不再保留`,
    leftOut: (count) => `暂停期间略去了 ${number(count)} 个事件`,
    nothing: "还没有人连接。在另一个终端里输入：",
    noMatch: "没有符合筛选条件的对端。",
    open: "已连接",
    closed: (reason) => reason ? `已关闭：${REASONS_ZH[reason] ?? reason}` : "已关闭",
    noReads: "已连接，还没有数据",
    client: "客户端",
    server: "服务器",
    read: (bytes, frames) =>
      frames > 1 ? `${number(bytes)} 字节 · ${number(frames)} 帧粘包` : `${number(bytes)} 字节`,
    torn: "被拆开",
    missed: ({ stuck, torn }) =>
      [stuck && `粘包 ${number(stuck)}`, torn && `拆包 ${number(torn)}`].filter(Boolean).join("、"),
    toLeft: "（在左边）",
    unframed:
      "这里只有一次次读取，看不出消息的边界：启动服务器时加上 --frame line（或消息实际的格式），就能看到每条消息。",
    more: (count) => `还有 ${number(count)} 帧`,
    outside: "不属于任何帧",
    empty: "（空）",
    inspector: "详情",
    close: "关闭",
    hint: "指向或点按一个色块，或者用 Tab 键和方向键移动，这里会显示它的文本和字节。",
    legend: {
      whole: "一次读取正好得到一帧",
      read: "一次读取，不知道消息从哪里开始、到哪里结束",
      stuck: "粘包：一次读取得到好几帧",
      torn: "拆包：一帧分在两次读取里",
    },
    frame: "帧",
    rest: "未完：这一帧的后半部分在之后的读取中",
    continued: "这一帧的后半部分，开头在之前的读取中",
    middle: "这一帧的中间部分：开头在之前，结尾在之后",
    from: { client: "来自客户端", server: "来自服务器" },
    place: (from, to, bytes) =>
      `一次读取共 ${number(bytes)} 字节，这里是偏移 ${number(from)} 到 ${number(to - 1)}`,
    after: (time) => `距上一次读取 ${time}`,
    first: "这个连接的第一次读取",
    stuck: (count) => `这一次读取里有 ${number(count)} 帧`,
    cut: (count) => `前 ${number(count)} 个字节`,
    text: "文本",
    bytes: "字节",
  },
};

/**
 * How long something took, in few signs.
 *
 * @param {number} ms
 * @param {"en" | "zh"} language
 */
export function duration(ms, language) {
  const [unit, value] = ms < 1_000 ? ["ms", ms] : ms < 60_000 ? ["s", ms / 1_000] : ["min", ms / 60_000];
  const shown = unit === "ms" || value >= 100 ? Math.round(value) : Number(value.toPrecision(2));
  return `${shown} ${language === "zh" ? { ms: "毫秒", s: "秒", min: "分钟" }[unit] : unit}`;
}
