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
  /** What the line drives from its first moment on. `keep` is what it drives already, or off if it is an input. */
  initial: boolean | "keep";
  /** Who opens it, for whoever wants it too. */
  consumer: string;
  /** Gives up waiting for the right to use the line. */
  signal?: AbortSignal;
}

/** A line that is open as an output. All of its methods throw a `PinwireError` when the line is lost. */
export interface OutputPin {
  readonly line: Line;
  /** Whether it is on, as the pin tells, not the latch: a short circuit shows. */
  read(): boolean;
  write(on: boolean): void;
  /**
   * Closes it; the level stays. Never throws, may be called again.
   *
   * @param release gives the line back to the kernel if opening it had taken it; what the line drives then is up
   * to the chip
   */
  close(release: boolean): void;
}

/** What a line does, told without taking it. */
export interface LineState {
  readonly direction: "in" | "out";
  /** The level at the pin, whatever on and off mean there. */
  readonly high: boolean;
}

/** Lines of one GPIO chip: an adapter for one way to get at them. */
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
  /** What a line does now; `undefined` where that can't be told, as of one that nobody has exported. */
  inspect(line: Line): LineState | undefined;
}
