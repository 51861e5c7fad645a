/**
 * What a command works with: its context, the events that it tells of, its console, the clock, and being asked to
 * stop.
 *
 * @module
 */
export { ask, type Console, openConsole, openSharedConsole } from "./console.ts";
export {
  type CommonOptions,
  type Context,
  dialOptions,
  encodeText,
  messageEvent,
  openContext,
  serverAddress,
  showMessage,
  showText,
  systemClock,
} from "./context.ts";
export { FrameErrors } from "./frame_errors.ts";
export { MessageWatch, type WatchOptions } from "./message_watch.ts";
export { unwritable } from "./output.ts";
export {
  type ErrorEvent,
  type Event,
  type MessageEvent,
  Reporter,
  type ReporterOptions,
  type StateEvent,
} from "./reporter.ts";
export { Stop } from "./stop.ts";
