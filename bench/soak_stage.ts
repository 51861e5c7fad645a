/** What a scene is given: a server just started. */
export interface Stage {
  readonly port: number;
  /** Milliseconds; for scenes that have no end of their own. */
  readonly duration: number;
  /** The server's memory in MiB; rejects if it is gone. */
  memory(): Promise<number>;
  say(line: string): void;
}

/** One kind of clients that behave badly; `run` rejects if the server takes harm. */
export interface Scene {
  /** The mode whose server it is; `echo` by default. */
  readonly mode?: "echo" | "chat";
  /** Options of the server. */
  readonly options: string[];
  /** How long it lasts by default; for scenes that have no end of their own. */
  readonly minutes?: number;
  run(stage: Stage): Promise<void>;
}
