import { duration, text } from "../cli/mod.ts";
import {
  addressKind,
  encodingOption,
  frameOptions,
  interfaceOption,
  newlineKind,
  outputOptions,
  serverOptions,
  SOCKETS,
} from "../app/options.ts";
import { usageError } from "../errors.ts";
import { WEB_PORTS } from "../net/mod.ts";

/** The ADDRESS of a command that belongs to no mode, and listens. */
export const address = {
  kind: addressKind({ schemes: SOCKETS }),
  help: "HOST:PORT, PORT, udp://…, tls://…, ws://…, wss://… or unix:PATH",
} as const;

/** The same of one that dials. */
export const dialled = { ...address, kind: addressKind({ schemes: SOCKETS, webPorts: WEB_PORTS }) } as const;

/** What `connect` and `listen` have. */
export const endsOptions = {
  newline: { kind: newlineKind, help: "end what is typed with a line feed, or CR and LF" },
  wait: {
    kind: duration(),
    help:
      "after the end of stdin, end once nothing has come for so long (default: when the peer ends; over UDP 2, and " +
      "where connect has dialled a WebSocket)",
  },
  ...frameOptions("line"),
  ...encodingOption,
  ...interfaceOption,
  ...outputOptions,
};

/**
 * Checks what `connect` and `listen` would else pass over.
 *
 * @param isTyped whether stdin is a terminal
 * @throws {PinwireError} `usage`
 */
export function checkEnds({ newline }: { newline?: string }, isTyped: boolean): void {
  if (!newline || isTyped) return;
  throw usageError(
    "--newline ends what is typed, and stdin is no terminal",
    "leave it out, or use pinwire send, which ends each line of a pipe so",
  );
}

/** What a server of one peer has of what every server has. */
export const peerOptions = {
  idleTimeout: serverOptions.idleTimeout,
  tlsCert: serverOptions.tlsCert,
  tlsKey: serverOptions.tlsKey,
};

/** What is sent, where it is given. */
export const message = {
  kind: text("MESSAGE"),
  optional: true,
  help: "without it stdin is sent: its bytes, or over UDP a datagram a line",
} as const;
