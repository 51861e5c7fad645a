/** One line of a GPIO chip, and what people call it. */
export interface Line {
  /** The line offset: from 0, within its chip. */
  readonly offset: number;
  /** As the user wrote it: `11`, `GPIO17`. */
  readonly name: string;
  /** For sentences: `pin 11 (GPIO17)`, `line 17`. */
  readonly label: string;
}

/** How a line is opened as an output. */
export interface OutputOptions {
  /** On is the low level: for an LED between the pin and 3.3 V. */
  activeLow?: boolean;
  /** What the line drives from the first moment on. `keep`: what it drives already, or off if it is an input. */
  initial: boolean | "keep";
  /** Who opens it: others that want the line are told this name. */
  consumer: string;
  /** Gives up waiting for the right to use the line. */
  signal?: AbortSignal;
}

/** A line that is open as an output. All of its methods throw a `PinwireError` when the line is lost. */
export interface OutputPin {
  readonly line: Line;
  /** Whether it is on, read at the pin and not at the latch: so a short circuit shows. */
  read(): boolean;
  write(on: boolean): void;
  /**
   * Closes it; the level stays. Never throws, and may be called again.
   *
   * @param release gives the line back to the kernel if opening it had taken it; what the line then drives
   * depends on the chip
   */
  close(release: boolean): void;
}

/** What a line does, told without taking it. */
export interface LineState {
  readonly direction: "in" | "out";
  /** The level at the pin, whether high means on or off. */
  readonly high: boolean;
}

/** The lines of one GPIO chip: an adapter for one way to reach them. */
export interface Gpio {
  readonly kind: "sysfs" | "simulated";
  /** The chip's label, such as `pinctrl-bcm2711`. */
  readonly chip: string;
  /**
   * Opens a line as an output. Level and direction change in one step, so that there is no pulse.
   *
   * @throws {PinwireError} `pin_busy`, `pin_permission`, `pin_direction`, `pin_gone`, `no_such_line`
   */
  openOutput(line: Line, options: OutputOptions): Promise<OutputPin>;
  /** What a line does now; `undefined` if that is unknown, for example because it is not exported. */
  inspect(line: Line): LineState | undefined;
}
