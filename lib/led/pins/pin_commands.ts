import type { Line } from "deno-gpio";
import { PinwireError } from "../../errors.ts";
import { type Context, dialOptions, type DialSettings, openContext } from "../../app/mod.ts";
import type { Address } from "../../net/mod.ts";
import { readToken } from "../../session/token.ts";
import { askController } from "../controller_query.ts";
import { Device } from "./device.ts";
import { type GpioOptions, linesOf, openGpio } from "../options.ts";
import type { SteadyVerb } from "../verbs.ts";
import { deviceTable, drawLamp, linkSentence, screenOf } from "../view.ts";

/** What is shown, and how. */
export interface OutputOptions {
  json: boolean;
  quiet: boolean;
  trace: boolean;
  record?: string;
  force: boolean;
  noColor: boolean;
  /** How a trace cuts what crosses the link: lines if it isn't given. */
  frame?: string;
}

/** Does one thing with pins of this machine, and shows what they are then. */
export async function onThisMachine(
  options: OutputOptions,
  act: (context: Context) => Promise<void>,
): Promise<void> {
  await using context = await openShortContext(options);
  await act(context);
}

/**
 * Has a controller carry out one line, and shows what its devices are then.
 *
 * @throws {PinwireError} what is wrong with the token's file; what asking the controller throws
 */
export async function throughController(
  line: string,
  via: Address,
  options: OutputOptions & DialSettings & { tokenFile?: string },
): Promise<void> {
  await using context = await openShortContext(options);
  const { reporter } = context;
  const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile);
  const dialling = await dialOptions(via, options, context.form);
  const devices = await askController(via, line, { ...dialling, token }, context);
  if (!options.json) {
    if (!devices.length) reporter.note("no device is connected\n");
    else for (const row of deviceTable(devices)) reporter.print(row);
    return;
  }
  for (const { name, index, on, ...more } of devices) {
    const device = name ?? String(index);
    if (on === undefined) reporter.report({ event: "device", device, index, ...more });
    else reporter.report({ event: "state", on, device, index, ...more });
  }
}

/**
 * Switches pins of this machine. They stay exported: given back to the kernel, they might become inputs.
 *
 * @throws {PinwireError} why a pin can't be had
 */
export async function switchPins(
  { level }: SteadyVerb,
  options: GpioOptions,
  context: Context,
): Promise<void> {
  const lines = linesOf(options);
  const gpio = openGpio(options, context);
  const { activeLow } = options;
  // Known before the pin is opened, it has this level from its first moment on.
  const initial = level(true) === level(false) ? level(false) : "keep";
  for (const { name, line } of lines) {
    const consumer = name ?? line.label;
    const pin = await gpio.openOutput(line, { activeLow, initial, consumer, signal: context.stop.signal });
    try {
      const on = initial === "keep" ? level(pin.read()) : initial;
      if (initial === "keep") pin.write(on);
      reportState(context, { name, line }, on);
    } finally {
      pin.close(false);
    }
  }
}

/**
 * Blinks pins of this machine until the count is reached or the context stops; then they are off.
 *
 * @throws {PinwireError} why a pin can't be had
 */
export async function blinkPins(
  { hz, count, ...options }: GpioOptions & { hz: number; count?: number },
  context: Context,
): Promise<void> {
  const lines = linesOf(options);
  const gpio = openGpio(options, context);
  const { stop } = context;
  const devices: Device[] = [];
  const stopped = Promise.withResolvers<void>();
  using _stopping = stop.onStop(() => stopped.resolve());
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
        clock: context.clock,
      }, stop.signal);
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

/** What a command works with that shows devices and ends. */
export function openShortContext(options: OutputOptions): Promise<Context> {
  const screen = screenOf(options.noColor);
  return openContext({
    program: "pinwire led",
    role: "client",
    show(event) {
      if (event.event === "state") {
        return `${drawLamp({ name: event.device ?? `pin ${event.pin}`, on: event.on }, screen)}\n`;
      }
      const sentence = linkSentence(event);
      return sentence && `${sentence}\n`;
    },
  }, { encoding: "utf-8", frame: "text", maxFrame: LONGEST_ANSWER, ...options });
}

/** The longest line of a controller's answer, in bytes. */
const LONGEST_ANSWER = 4096;
