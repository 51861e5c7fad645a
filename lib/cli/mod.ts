/**
 * Commands declared once, as data: parsing, help, completion, errors with a hint and an exit code.
 *
 * @module
 */
export {
  ALL_PERMISSIONS,
  allCommands,
  type Command,
  command,
  type CommandModule,
  type Guide,
  type Kind,
  type Option,
  type Permission,
  type Program,
} from "./command.ts";
export { checkExclusive } from "./exclusive.ts";
export { choice, duration, integer, milliseconds, text } from "./kinds.ts";
export { run } from "./run.ts";
