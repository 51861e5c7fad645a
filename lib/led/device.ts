import type { Gpio, Line, OutputPin } from "deno-gpio";
import type { PinwireError } from "../errors.ts";
import type { Command } from "./protocol.ts";

/** What a device is: a pin under a name. */
export interface DeviceOptions {
  name: string;
  gpio: Gpio;
  line: Line;
  /** On is the low level. */
  activeLow: boolean;
  /** What it is from its first moment on. */
  initial: boolean | "keep";
  /** Is told what the pin is, after every change and when it is back. */
  onState(on: boolean): void;
  /** Is told once when the pin is lost. It comes back by itself, if it can be had again. */
  onLost(error: unknown): void;
}

/** Ms between two looks whether the pin is still there, or there again. */
const LOOK = 1_000;

/** A pin that does what it is told: on, off, toggle, and blinking by itself. */
export class Device implements AsyncDisposable {
  readonly name: string;
  readonly line: Line;
  readonly chip: string;
  #options: DeviceOptions;
  #pin?: OutputPin;
  #on = false;
  #hz = 0;
  #flash?: ReturnType<typeof setTimeout>;
  #looking: ReturnType<typeof setInterval>;
  #opening?: Promise<void>;
  #closing = new AbortController();

  /** @throws {PinwireError} why the pin can't be had */
  static async open(options: DeviceOptions, signal?: AbortSignal): Promise<Device> {
    const { gpio, line, activeLow, initial, name } = options;
    const pin = await gpio.openOutput(line, { activeLow, initial, consumer: name, signal });
    return new Device(options, pin);
  }

  private constructor(options: DeviceOptions, pin: OutputPin) {
    this.name = options.name;
    this.line = options.line;
    this.chip = options.gpio.chip;
    this.#options = options;
    this.#pin = pin;
    this.#on = options.initial === "keep" ? pin.read() : options.initial;
    this.#looking = setInterval(() => this.#look(), LOOK);
  }

  /** What it was told to be last, or is while it blinks. */
  get on(): boolean {
    return this.#on;
  }

  /** How often it blinks a second; 0 if it doesn't. */
  get hz(): number {
    return this.#hz;
  }

  /** Does what it is told, at once. */
  apply(command: Command): void {
    if (command.do === "blink") return this.blink(command.hz);
    this.#stopBlinking();
    this.#set(command.do === "toggle" ? !this.#on : command.do === "on");
  }

  /**
   * Blinks, beginning with on. While it blinks as fast already it goes on as it is.
   *
   * @param count flashes, after which it is off and `onDone` is called; without it there is no end
   */
  blink(hz: number, count: number = Infinity, onDone?: () => void): void {
    if (hz === this.#hz) return;
    this.#stopBlinking();
    this.#hz = hz;
    const half = 500 / hz;
    let next = performance.now();
    let changes = 0;
    const change = () => {
      this.#set(changes % 2 === 0);
      changes++;
      if (changes === count * 2) {
        this.#hz = 0;
        return onDone?.();
      }
      // Counted on from when it should have been, so that late timers don't add up; but after a long sleep
      // nothing is made up for.
      const now = performance.now();
      next = next + half > now ? next + half : now + half;
      this.#flash = setTimeout(change, next - now);
    };
    change();
  }

  /**
   * Leaves the pin.
   *
   * @param exit `off` switches it off and gives it back to the kernel; `keep` leaves it as it is
   */
  async close(exit: "off" | "keep"): Promise<void> {
    clearInterval(this.#looking);
    this.#stopBlinking();
    this.#closing.abort();
    await this.#opening;
    if (exit === "off") this.#set(false);
    this.#pin?.close(exit === "off");
    this.#pin = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close("keep");
  }

  #set(on: boolean): void {
    const isChange = on !== this.#on;
    // Without a pin this is what it will be when it is there again.
    this.#on = on;
    if (!this.#pin) return;
    try {
      // Another program may have changed it meanwhile, so it is written even if it should be so already.
      this.#pin.write(on);
      if (isChange) this.#options.onState(on);
    } catch (error) {
      this.#lose(error);
    }
  }

  #stopBlinking(): void {
    clearTimeout(this.#flash);
    this.#hz = 0;
  }

  #look(): void {
    if (!this.#pin) {
      this.#opening ??= this.#openAgain().finally(() => this.#opening = undefined);
      return;
    }
    try {
      this.#pin.read();
    } catch (error) {
      this.#lose(error);
    }
  }

  #lose(error: unknown): void {
    this.#pin?.close(false);
    this.#pin = undefined;
    this.#options.onLost(error as PinwireError);
  }

  async #openAgain(): Promise<void> {
    const { gpio, line, activeLow, name, onState } = this.#options;
    const { signal } = this.#closing;
    try {
      // Off until it is open, which may take a while: only then is it known what was told meanwhile.
      this.#pin = await gpio.openOutput(line, { activeLow, initial: "keep", consumer: name, signal });
      this.#pin.write(this.#on);
      onState(this.#on);
    } catch {
      // Told once when it was lost; the next look tries again.
    }
  }
}
