type FakeFiles = Record<string, string | number | undefined>;

/** How a kernel shows its chips: by numbers over all of them, or, from Linux 6.17 on, each with its offsets. */
export type Layout = "legacy" | "local";

export interface FakeChip {
  label: string;
  /** The number of its first line, in the legacy layout. */
  base: number;
  lines: number;
}

/** The files of an exported line; those that are undefined are not there. */
export interface FakeLine {
  direction?: string;
  value?: string;
  active_low?: string;
}

export interface FakeSysfsOptions {
  layout?: Layout;
  /** The tests use the first one. */
  chips?: FakeChip[];
  /** What the root stands for: a mount of sysfs, or the folder of its GPIO class itself. */
  place?: "mount" | "class";
}

export const PI_4: FakeChip = { label: "pinctrl-bcm2711", base: 512, lines: 58 };

/** A temporary folder that stands in for sysfs. Its files keep what is written to them and do nothing else. */
export class FakeSysfs implements AsyncDisposable {
  /** What the adapter is given. */
  readonly root = Deno.makeTempDirSync({ prefix: "pinwire-" });
  readonly #layout: Layout;
  readonly #base: number;
  readonly #class: string;
  /** Where the files are that export the lines of the first chip, and its lines. */
  readonly #chip: string;
  #watcher?: Deno.FsWatcher;
  #watching?: Promise<void>;

  constructor({ layout = "legacy", chips = [PI_4], place = "mount" }: FakeSysfsOptions = {}) {
    this.#layout = layout;
    this.#base = chips.length && layout === "legacy" ? chips[0].base : 0;
    this.#class = place === "mount" ? `${this.root}/class/gpio` : this.root;
    this.#chip = layout === "legacy" ? this.#class : `${this.#class}/chip0`;
    Deno.mkdirSync(this.#class, { recursive: true });
    if (layout === "legacy") makeFiles(this.#class, { export: "", unexport: "" });
    for (const [at, { label, base, lines }] of chips.entries()) {
      const folder = `${this.#class}/${layout === "legacy" ? `gpiochip${base}` : `chip${at}`}`;
      const more = layout === "legacy" ? { base } : { export: "", unexport: "" };
      makeFiles(folder, { label, ngpio: lines, ...more });
    }
  }

  /** The folder of an exported line. */
  folder(offset: number): string {
    return `${this.#chip}/gpio${this.#base + offset}`;
  }

  /** Makes a line that is exported. */
  add(offset: number, files: FakeLine): void {
    const unseen = `${this.root}/unseen`;
    makeFiles(unseen, { ...files });
    // With a kernel the folder never lacks its files.
    Deno.renameSync(unseen, this.folder(offset));
  }

  /** What is in a line's files now. */
  line(offset: number): FakeLine {
    const names = [...Deno.readDirSync(this.folder(offset))].map(({ name }) => name);
    return Object.fromEntries(names.map((name) => [name, read(`${this.folder(offset)}/${name}`)]));
  }

  /** What was last written to `export`. */
  get exported(): string {
    return read(`${this.#chip}/export`);
  }

  get unexported(): string {
    return read(`${this.#chip}/unexport`);
  }

  /** From now on `act` does what a kernel would do for an exported line. */
  onExport(act: (offset: number) => void): void {
    this.#watcher = Deno.watchFs(`${this.#chip}/export`);
    this.#watching = this.#watch(this.#watcher, act);
  }

  async #watch(watcher: Deno.FsWatcher, act: (offset: number) => void): Promise<void> {
    let seen = "";
    for await (const _ of watcher) {
      // One write is several events.
      if (this.exported === seen || this.exported === "") continue;
      seen = this.exported;
      act(Number(seen) - this.#base);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watcher?.close();
    await this.#watching;
    Deno.removeSync(this.root, { recursive: true });
  }
}

const read = (path: string) => Deno.readTextFileSync(path).trim();

function makeFiles(folder: string, files: FakeFiles): void {
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    if (text !== undefined) Deno.writeTextFileSync(`${folder}/${name}`, `${text}\n`);
  }
}
