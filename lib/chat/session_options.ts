import type { MessageWatch } from "../app/mod.ts";
import type { DelayQueue } from "../session/mod.ts";
import type { Hub } from "./rooms/hub.ts";
import type { LineFormats } from "./rooms/line_format.ts";

/** What the connections of a chat server share. */
export interface ChatOptions {
  hub: Hub;
  watch: MessageWatch;
  formats: LineFormats;
  /** Members that may still say hello: see {@linkcode HELLO_TIME}. */
  newcomers: DelayQueue;
  /** Whether there is a greeting, and so clients of ours. */
  greeting: boolean;
  /** Bytes that may wait for a slow reader. */
  maxQueue: number;
  /** Lines a second that a member may say; 0 is no limit. */
  rate: number;
}
