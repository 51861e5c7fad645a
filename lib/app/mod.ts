/**
 * What a command works with: its context, the events that it tells of, its console, the clock, and being asked to
 * stop.
 *
 * @module
 */
export { CommandConsole } from "./console/command_console.ts";
export type { Console } from "./console/types.ts";
export { openConsole, openQuestions, openSharedConsole, readableLines } from "./console.ts";
export { type CommonOptions, type Context, openContext, plainContext } from "./context.ts";
export { fileTrouble, isThere, makeFiles, writeThrough } from "./new_file.ts";
export { encodingHint } from "./encoding_hint.ts";
export { encodeText, messageEvent, showMessage, showText } from "./messages.ts";
export {
  dialOptions,
  type DialSettings,
  parseService,
  passwordFor,
  serverAddress,
  type Service,
  type ServiceKind,
} from "./dialling.ts";
export { formOf } from "./websocket/form.ts";
export { FrameErrors } from "./frame_errors.ts";
export { MessageWatch, untilCode, type WatchOptions } from "./message_watch.ts";
export { unwritable, writeAll } from "./output.ts";
export type {
  ArrivalEvent,
  BadWireEvent,
  DatagramEvent,
  Fate,
  FloodEvent,
  SegmentEvent,
  TcpEnd,
} from "./events/wire.ts";
export {
  type CallEvent,
  type CureEvent,
  type DeliveryEvent,
  type ErrorEvent,
  type Event,
  type LabEvent,
  type LayerEvent,
  type LayerField,
  type MessageEvent,
  type NetworkEvent,
  type ProbeEvent,
  type ReadsEvent,
  type SameNetworkEvent,
  type SceneEvent,
  type SystemCallEvent,
  type TcpSocketEvent,
  type TcpStateEvent,
  type TlsFacts,
} from "./events.ts";
export type { DataEvent, DataPiece } from "./events/data.ts";
export { type StateEvent } from "./events/led.ts";
export { printEvent, Reporter, type ReporterOptions } from "./reporter.ts";
export { notUtf8, type ReadPiece, standardInput, stdinReads } from "./stdin.ts";
export { Stop } from "./stop.ts";
export { tcpInfoText } from "./trace/tcp_info.ts";
export { exitAt, hasColors, isDumb } from "./terminal.ts";
