import type { TcpSocketEvent, TcpStateEvent } from "../../app/mod.ts";
import type { Language, Twin } from "../../text/languages.ts";

/** How a lesson's diagram differs from that of a plain connection. */
export interface SequenceStyle {
  /** What stands above each part of the lesson, by its name; a part that has nothing here isn't drawn. */
  scenes?: Readonly<Record<string, Twin>>;
  /** Whether each header's details are left out. */
  isBrief?: boolean;
  /** Whether each acknowledgment says how much its sender has room for. */
  hasWindows?: boolean;
  /** What is said below a state. */
  explain?(event: TcpStateEvent, language: Language): string[];
  /** What is said of a socket. */
  socket?(event: TcpSocketEvent, language: Language): string;
  /** What is said below it all, in place of who waits and why. */
  foot?: Twin;
}
