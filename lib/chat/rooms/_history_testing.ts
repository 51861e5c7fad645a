import { type Event, Reporter } from "../../app/mod.ts";
import { HistoryFile } from "./history_file.ts";
import type { HistoryEntry } from "../protocol.ts";

/** An entry with this number. */
export const entryOf = (line: number, text = `line ${line}`): HistoryEntry => ({
  time: line,
  room: "lobby",
  nick: "amy",
  text,
  isAction: false,
  log: "run",
  line,
});

/** As a history file has them. */
export const printed = (entries: HistoryEntry[]) =>
  entries.map((entry) => JSON.stringify(entry) + "\n").join("");

/** A folder of its own, and a history file in it. */
export class World implements AsyncDisposable {
  readonly events: Event[] = [];
  remembered: HistoryEntry[] = [];
  readonly path: string;
  readonly file: HistoryFile;
  readonly folder = Deno.makeTempDirSync();

  constructor(name = "history.jsonl") {
    this.path = `${this.folder}/${name}`;
    const forward = (event: Event) => void this.events.push(event);
    const reporter = new Reporter({ program: "", role: "server", forward });
    this.file = new HistoryFile(this.path, reporter, () => this.remembered);
  }

  text(): string {
    return Deno.readTextFileSync(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.flushed();
    await Deno.remove(this.folder, { recursive: true });
  }
}
