/** A command line as a shell takes it apart: the words of each program of the pipe, without redirections. */
export function shellWords(line: string): string[][] {
  const token = /\s+|#.*$|[<>]+\s*\S+|([|&;()])|((?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|&;()<>])+)/gy;
  const programs: string[][] = [[]];
  for (const [, operator, word] of line.matchAll(token)) {
    if (operator) programs.push([]);
    else if (word) programs.at(-1)!.push(word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, "$1$2$3"));
  }
  return programs.filter((words) => words.length);
}
