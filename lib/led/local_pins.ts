import { chooseGpio, type Gpio, type Line } from "deno-gpio";
import { PinwireError } from "../errors.ts";
import type { Context } from "../app/mod.ts";
import { Device } from "./device.ts";
import { type GpioOptions, linesOf } from "./options.ts";

/** What a local command does with each of its pins. */
export type LocalAction = "on" | "off" | "toggle";

/** Opens the adapter, and says which it is if nobody asked for it. */
export function openGpio({ gpio, chip }: GpioOptions, { reporter }: Context): Gpio {
  const chosen = chooseGpio({ ...gpio, chip });
  if (chosen.reason) reporter.report({ event: "notice", text: chosen.reason });
  return chosen.gpio;
}

/** Switches pins of this machine, without any network. They stay exported, as they might fall back to inputs. */
export async function switchPins(action: LocalAction, options: GpioOptions, context: Context): Promise<void> {
  const lines = linesOf(options);
  const gpio = openGpio(options, context);
  const { activeLow } = options;
  for (const { name, line } of lines) {
    const initial = action === "toggle" ? "keep" : action === "on";
    const consumer = name ?? line.label;
    const pin = await gpio.openOutput(line, { activeLow, initial, consumer, signal: context.stop.signal });
    try {
      const on = action === "toggle" ? !pin.read() : action === "on";
      if (action === "toggle") pin.write(on);
      reportState(context, { name, line }, on);
    } finally {
      pin.close(false);
    }
  }
}

/** Blinks pins of this machine until the count is reached or the context stops; then they are off. */
export async function blinkPins(
  { hz, count, ...options }: GpioOptions & { hz: number; count?: number },
  context: Context,
): Promise<void> {
  const lines = linesOf(options);
  const gpio = openGpio(options, context);
  const { signal } = context.stop;
  const devices: Device[] = [];
  const stopped = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => stopped.resolve());
  if (signal.aborted) stopped.resolve();
  try {
    for (const { name, line } of lines) {
      const device = await Device.open({
        name: name ?? line.label,
        gpio,
        line,
        activeLow: options.activeLow,
        initial: false,
        onState: (on) => reportState(context, { name, line }, on),
        onLost: (error) => context.reporter.error(error),
      }, signal);
      devices.push(device);
      reportState(context, { name, line }, device.on);
    }
    const done = devices.map((device) =>
      new Promise<void>((resolve) => device.blink(hz, count ?? Infinity, resolve))
    );
    await Promise.race([Promise.all(done), stopped.promise]);
  } finally {
    for (const device of devices) await device.close("off");
  }
}

/**
 * Tells what pins are, without touching them.
 *
 * @throws {PinwireError} `not_exported` if one can't be told
 */
export function tellPins(options: GpioOptions, context: Context): void {
  const lines = linesOf(options);
  const gpio = openGpio(options, context);
  for (const { name, line } of lines) {
    const state = gpio.inspect(line);
    if (!state) {
      throw gpio.kind === "simulated"
        ? new PinwireError("not_exported", "a simulated pin is forgotten when its command ends", {
          hint: "an agent keeps it for as long as it runs",
        })
        : new PinwireError("not_exported", `${line.label} is not in use, so its level can't be told`, {
          hint: "led on, led off or an agent takes it into use",
        });
    }
    reportState(context, { name, line }, state.high !== options.activeLow);
  }
}

function reportState(
  { reporter }: Context,
  { name, line }: { name?: string; line: Line },
  on: boolean,
): void {
  reporter.report({ event: "state", on, pin: line.name, ...name !== undefined && { device: name } });
}
