/** Text, or bytes. */
export type MessageKind = "text" | "binary";

/** The kinds of the messages that cross a connection. */
export interface MessageKinds {
  /** That of the last message that came. */
  readonly received: MessageKind | undefined;
  /** From now on each message goes out as `kind` says at that moment, or else as it did. */
  follow(kind: () => MessageKind | undefined): void;
}
