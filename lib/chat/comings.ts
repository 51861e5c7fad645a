/** After somebody was announced, others are gathered for so many ms. */
const GATHER = 500;
/** Names that a gathered notice tells. */
const NAMES = 10;

/**
 * Tells who comes and goes: the first at once, those right behind together. Otherwise a crowd of n that comes in
 * would have n² lines to read about itself.
 */
export class Comings {
  #notice: (text: string) => void;
  #joined = new Set<string>();
  #left = new Set<string>();
  #timer?: ReturnType<typeof setTimeout>;

  constructor(notice: (text: string) => void) {
    this.#notice = notice;
  }

  joined(nick: string): void {
    if (!this.#left.delete(nick)) this.#joined.add(nick);
    this.#tell();
  }

  left(nick: string): void {
    if (!this.#joined.delete(nick)) this.#left.add(nick);
    this.#tell();
  }

  /** Tells now what was gathered. */
  flush(): void {
    for (const [names, verb] of [[this.#left, "left"], [this.#joined, "joined"]] as const) {
      if (names.size) this.#notice(`${listed([...names])} ${names.size === 1 ? "has" : "have"} ${verb}`);
      names.clear();
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#joined.clear();
    this.#left.clear();
  }

  #tell(): void {
    if (this.#timer !== undefined || !this.#joined.size && !this.#left.size) return;
    this.flush();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, GATHER);
  }
}

/** `amy`, `amy and bob`, `amy, bob and 7 others`. */
export function listed(names: readonly string[]): string {
  if (names.length === 1) return names[0];
  const named = names.length > NAMES ? names.slice(0, NAMES) : names.slice(0, -1);
  const others = names.length - named.length;
  return `${named.join(", ")} and ${others === 1 ? names.at(-1) : `${others} others`}`;
}
