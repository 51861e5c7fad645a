// @ts-check

/** What the page says, in both languages. */
export const TEXTS = {
  en: {
    title: "LEDs",
    all: "all",
    on: "on",
    off: "off",
    toggle: "toggle",
    blink: "blink",
    isOn: "on",
    isOff: "off",
    away: "away",
    unknown: "unknown",
    number: "number ",
    blinking: (/** @type {number} */ hz) => `blinking at ${hz} Hz`,
    told: (/** @type {string} */ word) => `was told ${word}`,
    whenBack: (/** @type {string} */ word) => `${word} when it is back`,
    rate: "Hz, how often to blink a second",
    rename: "rename",
    name: "name",
    save: "save",
    cancel: "cancel",
    close: "close",
    waiting: "Waiting for the server …",
    empty: "No device has called in yet.",
    emptyPi: "On the Raspberry Pi, type",
    emptyAddress: "ADDRESS is that of the machine on which the server runs.",
    emptyTry: "Or, to try it without one, on the server's machine:",
  },
  zh: {
    title: "LED 灯",
    all: "全部",
    on: "开",
    off: "关",
    toggle: "切换",
    blink: "闪烁",
    isOn: "亮",
    isOff: "灭",
    away: "离开",
    unknown: "未知",
    number: "编号 ",
    blinking: (/** @type {number} */ hz) => `每秒闪 ${hz} 次`,
    told: (/** @type {string} */ word) => `已通知：${word}`,
    whenBack: (/** @type {string} */ word) => `回来后：${word}`,
    rate: "Hz，即每秒闪烁几次",
    rename: "改名",
    name: "名称",
    save: "保存",
    cancel: "取消",
    close: "关闭",
    waiting: "正在等待服务器…",
    empty: "还没有设备连上来。",
    emptyPi: "在树莓派上输入：",
    emptyAddress: "其中 ADDRESS 换成服务器所在机器的地址。",
    emptyTry: "手边没有树莓派，也可以在服务器所在的机器上试试：",
  },
};

/** The server's errors, which come in English, and what they are in Chinese; `$1` stands for a name. */
const ERRORS_ZH = /** @type {const} */ ([
  [/^(.+) is away$/, "$1 已离开，等它回来再执行"],
  [
    /^(.+) was told, and has not reported within (\S+) s$/,
    "已通知 $1，但它 $2 秒内没有回报，请检查设备或再试一次",
  ],
  [/^(.+) is number (\d+)$/, "$1 这个名称已归 $2 号设备，请换一个"],
  [
    /^"(.*)" can't be a device's name$/,
    "“$1”不能作名称：最多 32 个文字、数字、_、. 和 -，不能全是数字，也不能是 all",
  ],
  [/^"(.*)" is no rate to blink at$/, "“$1”不是合适的频率：每秒 0.01 到 50 次"],
  [/^there is no device (.+)$/, "没有 $1 这台设备"],
  [/^no device is connected$/, "还没有设备连上来"],
]);

/**
 * An error of the server's in the reader's language, as far as it is known in that.
 *
 * @param {{ message: string, hint?: string }} error
 * @param {"en" | "zh"} language
 */
export function errorText({ message, hint }, language) {
  const [known, text] = language === "zh" ? ERRORS_ZH.find(([known]) => known.test(message)) ?? [] : [];
  if (known && text) return message.replace(known, text);
  return hint ? `${message}: ${hint}` : message;
}
