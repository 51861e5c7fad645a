import type { Interface, Key } from "node:readline";

/** How readline takes a key; under this name, which Node keeps for those who change it. */
type TakeKey = (text: string | undefined, key: Partial<Key>) => void;

/**
 * Lets keys move over, and delete, what people take for one character (a grapheme cluster, UAX #29), where readline
 * goes by code points: `❤️` is two of them, a family is seven.
 */
export function useClusters(readline: Interface): void {
  const takeKey: TakeKey = Reflect.get(readline, "_ttyWrite").bind(readline);
  const repeat = (name: string, passed: string) => {
    for (const _ of passed) takeKey(undefined, { name });
  };

  function takeWhole(...typed: Parameters<TakeKey>) {
    const { line, cursor } = readline;
    takeKey(...typed);
    const [before, behind] = [readline.line.slice(0, readline.cursor), readline.line.slice(readline.cursor)];
    const isBack = readline.cursor < cursor;
    if (readline.line === line) {
      const rest = clusterAt(line, readline.cursor);
      if (isBack) repeat("left", rest.before);
      else if (readline.cursor > cursor) repeat("right", rest.behind);
    } else if (readline.line.length < line.length && line.startsWith(before) && line.endsWith(behind)) {
      const rest = clusterAt(line, isBack ? before.length : line.length - behind.length);
      if (isBack) repeat("backspace", rest.before);
      else repeat("delete", rest.behind);
    }
  }

  Object.assign(readline, { _ttyWrite: takeWhole });
}

const SEGMENTER = new Intl.Segmenter();

/** What of the cluster at `index` is before that, and behind; nothing of one that begins there. */
function clusterAt(line: string, index: number): { before: string; behind: string } {
  const { index: start, segment } = SEGMENTER.segment(line).containing(index) ?? { index, segment: "" };
  if (start === index) return { before: "", behind: "" };
  return { before: line.slice(start, index), behind: line.slice(index, start + segment.length) };
}
