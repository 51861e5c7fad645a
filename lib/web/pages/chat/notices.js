// @ts-check

/**
 * What the page itself notes in the log.
 *
 * @type {Record<"en" | "zh", Record<string, (...values: any[]) => string>>}
 */
const NOTES = {
  en: {
    in: (room, who) => `in ${room}: ${who.join(", ")}`,
    missed: (count) => count === 1 ? "1 line missed" : `${count} lines missed`,
    anew: () => "the room was made anew",
    back: (seconds) => `back after ${seconds} s`,
    bye: (why) => `the server has ended the session (${why})`,
  },
  zh: {
    in: (room, who) => `${room} 里有：${who.join("、")}`,
    missed: (count) => `漏掉了 ${count} 条消息`,
    anew: () => "房间是重新建立的",
    back: (seconds) => `断开 ${seconds} 秒后又连上了`,
    bye: (why) => `服务器结束了会话（${why}）`,
  },
};

/**
 * The server's notices, which come in English, and what they are in Chinese.
 *
 * @type {[known: RegExp, text: (...parts: string[]) => string][]}
 */
const NOTICES_ZH = [
  [/^(.+) ha(?:s|ve) joined$/, (names) => `${listed(names)} 来了`],
  [/^(.+) ha(?:s|ve) left$/, (names) => `${listed(names)} 走了`],
  [/^(\S+) is now (\S+)$/, (before, after) => `${before} 改名为 ${after}`],
  [/^(\S+) was kicked$/, (nick) => `${nick} 被请出去了`],
  [/^(\S+) was kicked: (.*)$/, (nick, why) => `${nick} 被请出去了：${why}`],
  [/^in (\S+): (.*)$/, (room, names) => `${room} 里有：${listed(names)}`],
  [/^(\S+): (\d+) here$/, (room, count) => `${room}：${count} 人`],
  [/^the name (\S+) is taken\b/, (nick) => `名字 ${nick} 已经有人用了，请换一个`],
  [/^"(.*)" can't be a name\b/, (name) => `“${name}”不能作名字：请用 1 到 24 个文字、数字、_、. 和 -`],
  [/^nobody is called (\S+): /, (nick) => `没有叫 ${nick} 的人，输入 /who 看看谁在`],
  [/^there is no (\/\S*): /, (word) => `没有 ${word} 这个命令，输入 /help 查看全部`],
  [/^something is missing: write (.*)$/, (usage) => `没有写全，应为 ${usage}`],
  [/^that line was too long\b/, () => "这一行太长了，请分几次发"],
  [/^you missed (\d+) lines?, you read too slowly$/, (count) => `读得太慢，漏掉了 ${count} 条消息`],
  [/^only the server's console can do that$/, () => "只有服务器的控制台才能这样做"],
  [/^there are (\d+) rooms already: /, (count) => `已经有 ${count} 个房间了，请进其中一个，/rooms 可以列出`],
  [/^(\/nick NAME +)be called so$/, (usage) => `${usage}改用这个名字`],
  [/^(\/join ROOM +)go to another room, or make it$/, (usage) => `${usage}去另一个房间，没有就新建`],
  [/^(\/who +)who is in this room$/, (usage) => `${usage}看看谁在这个房间`],
  [/^(\/rooms +)the rooms, and how many are in each$/, (usage) => `${usage}所有房间，各有几人`],
  [/^(\/me TEXT +)as in \/me waves$/, (usage) => `${usage}例如 /me 挥挥手`],
  [/^(\/msg NAME TEXT +)to one member alone$/, (usage) => `${usage}只对一个人说`],
  [/^(\/history +)the last lines of this room, once more$/, (usage) => `${usage}再看一遍这个房间最近的消息`],
  [/^(\/\/TEXT +)say something that begins with \/$/, (usage) => `${usage}说一句以 / 开头的话`],
  [/^(\/quit +)leave$/, (usage) => `${usage}离开`],
];

/**
 * A notice in the reader's language, as far as it is known in that.
 *
 * @param {import("./history.js").Entry} entry
 * @param {"en" | "zh"} language
 * @returns {string}
 */
export function noticeText({ note, values = [], notice = "" }, language) {
  if (note !== undefined) return NOTES[language][note](...values);
  if (language !== "zh") return notice;
  for (const [known, text] of NOTICES_ZH) {
    const found = notice.match(known);
    if (found) return text(...found.slice(1));
  }
  return notice;
}

/** @param {string} names as `amy, bob and 7 others` */
const listed = (names) =>
  names.split(/, | and /).map((name) => name.replace(/^(\d+) (?:others|more)$/, "另外 $1 人")).join("、");
