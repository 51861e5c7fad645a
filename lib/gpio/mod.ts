/**
 * GPIO lines as outputs: one small interface, an adapter for the kernel's sysfs and one in memory.
 *
 * @module
 */
export { chooseGpio, type GpioChoice } from "./choose.ts";
export { HEADER, type HeaderPin, type Numbering, parseLine } from "./header.ts";
export { type Change, SimulatedGpio } from "./simulated.ts";
export { SysfsGpio, type SysfsOptions } from "./sysfs.ts";
export type { Gpio, Line, LineState, OutputOptions, OutputPin } from "./types.ts";
