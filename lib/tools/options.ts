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

/** The ADDRESS of a command that belongs to no mode. */
export const address = {
  kind: addressKind({ schemes: SOCKETS }),
  help: "HOST:PORT, PORT, udp://…, tls://… or unix:PATH",
} as const;

/** What `connect` and `listen` have. */
export const endsOptions = {
  newline: { kind: newlineKind, help: "end what is typed with a line feed, or CR and LF" },
  wait: { kind: duration(), help: "over UDP: wait so long for answers after the end of stdin (default 2)" },
  ...frameOptions("line"),
  ...encodingOption,
  ...interfaceOption,
  ...outputOptions,
};

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
