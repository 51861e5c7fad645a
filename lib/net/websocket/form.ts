import type { MessageKind } from "../message_kinds.ts";

/** How the bytes of a stream are the messages of a WebSocket. */
export interface MessageForm {
  /** Which messages that come are lines: they are given a newline at their end, unless they have one. */
  readonly lines: "all" | "text" | "none";
  /** Whether each line that is written is a message, without its newline; else each write is one. */
  readonly cutsLines: boolean;
  /** What is sent; a server's answer has its question's kind, though. Text that is no UTF-8 goes as binary. */
  readonly kind: MessageKind;
  /** The most bytes in a message that comes. */
  readonly maxMessage: number;
}

/** Each write is a message, and each message a read. */
export const PLAIN_FORM: MessageForm = {
  lines: "none",
  cutsLines: false,
  kind: "binary",
  maxMessage: 1 << 20,
};
