/** Where a person, or a script in place of one, types lines. */
export interface Console {
  /** Whether there is a person: stdin and stdout are both terminals. */
  readonly isTerminal: boolean;
  /** The lines typed, until the end of stdin. One reader only. */
  readonly lines: AsyncIterable<string>;
  /** Prints a line above the one being typed, which stays. */
  print(line: string): void;
  /** Shows the prompt, for the next line. */
  prompt(): void;
  /** From now on prompts so, the line being typed too. */
  retitle(prompt: string): void;
  close(): void;
}

/** What keys do on a terminal, besides editing. */
export interface ConsoleKeys {
  /** What the line typed could go on to, a whole line each: Tab. */
  complete?(line: string): string[];
  /** Ctrl-C; the line being typed is given up. Without it Ctrl-C stops the command. */
  interrupt?(): void;
  /** Whether a line that was typed before its prompt is shown once more behind that. */
  repeats?: boolean;
}
