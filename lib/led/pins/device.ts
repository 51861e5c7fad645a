import type { Gpio, Line, OutputPin } from "deno-gpio";
import type { Clock, Timer } from "../../net/mod.ts";
import { type Command, type Moved, VERBS } from "../verbs.ts";

/** What a device is: a pin under a name. */
export interface DeviceOptions {
  name: string;
  gpio: Gpio;
  line: Line;
  /** On is the low level. */
  activeLow: boolean;
  /** What the pin is from its first moment on. */
  initial: boolean | "keep";
  /** Hears what the pin is, after every change and when it is back. */
  onState(on: boolean): void;
  /** Hears once that the pin is lost. The device takes it again as soon as that is possible. */
  onLost(error: unknown): void;
  clock: Clock;
}

/** Milliseconds between two looks whether the pin is still there, or there again. */
const LOOK = 1_000;

/** A pin that does what the verbs say, and blinks by itself. */
export class Device implements AsyncDisposable, Moved {
  readonly name: string;
  readonly line: Line;
  readonly chip: string;
  #options: DeviceOptions;
  #pin?: OutputPin;
  #on = false;
  #hz = 0;
  #clock: Clock;
  #flash?: Timer;
  #looking: Timer;
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
    this.#clock = options.clock;
    this.#looking = this.#clock.every(LOOK, () => this.#look());
  }

  /** What the pin is; while the pin is lost, what it will be. */
  get on(): boolean {
    return this.#on;
  }

  /** What it does, as a command that has it do the same again. */
  get doing(): Command {
    return this.#hz ? { do: "blink", amount: this.#hz } : { do: this.#on ? "on" : "off" };
  }

  /** Does what it is told, at once. */
  apply({ do: word, amount }: Command): void {
    const verb = VERBS[word];
    if (verb.amount) return verb.move(this, amount ?? verb.amount.usual);
    this.#stopBlinking();
    this.#set(verb.level(this.#on));
  }

  /**
   * Blinks, and begins with on. If it blinks at this rate already, nothing changes.
   *
   * @param hz flashes a second
   * @param count how many flashes; then the pin is off and `onDone` is called. Without it there is no end
   */
  blink(hz: number, count: number = Infinity, onDone?: () => void): void {
    if (hz === this.#hz) return;
    this.#stopBlinking();
    this.#hz = hz;
    const half = 500 / hz;
    let next = this.#clock.now();
    let changes = 0;
    const change = () => {
      this.#set(changes % 2 === 0);
      changes++;
      if (changes === count * 2) {
        this.#hz = 0;
        return onDone?.();
      }
      // Counted from when this change was due, so that late timers don't add up. After a long sleep of the
      // machine, changes that it slept through are left out.
      const now = this.#clock.now();
      next = next + half > now ? next + half : now + half;
      this.#flash = this.#clock.after(next - now, change);
    };
    change();
  }

  /**
   * Gives the pin up.
   *
   * @param exit `off` switches it off and gives it back to the kernel; `keep` leaves it as it is
   */
  async close(exit: "off" | "keep"): Promise<void> {
    this.#looking.cancel();
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
    // While the pin is lost, this is what it will be.
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
    this.#flash?.cancel();
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
    this.#options.onLost(error);
  }

  async #openAgain(): Promise<void> {
    const { gpio, line, activeLow, name, onState } = this.#options;
    const { signal } = this.#closing;
    try {
      // Opening may take a while, and what the device is told meanwhile counts: so it is written after that.
      this.#pin = await gpio.openOutput(line, { activeLow, initial: "keep", consumer: name, signal });
      this.#pin.write(this.#on);
      onState(this.#on);
    } catch {
      // `onLost` has heard of it already; the next look tries again.
    }
  }
}
