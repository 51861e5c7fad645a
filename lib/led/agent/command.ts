import { type CommonOptions, openContext, untilCode, type WatchOptions } from "../../app/mod.ts";
import { type GpioOptions, type linesOf, openGpio } from "../options.ts";
import { endsInsideWord } from "../protocol.ts";
import { Device } from "../pins/device.ts";
import { isMoving } from "../verbs.ts";
import { LampRow, linkSentence, screenOf } from "../view.ts";
import type { OpenSteering, Steering } from "./steering.ts";

/** What `led agent` is told. */
export interface AgentsOptions extends CommonOptions, GpioOptions, WatchOptions {
  initial: "on" | "off" | "keep";
  onExit: "off" | "keep";
}

/**
 * Has pins obey until the context stops.
 *
 * @param pins each with the name of its device
 * @throws {PinwireError} why a pin can't be had; what {@linkcode OpenSteering} and {@linkcode Steering} throw
 * @returns the exit code
 */
export async function runAgents(
  pins: readonly NamedLine[],
  openSteering: OpenSteering,
  options: AgentsOptions,
): Promise<number> {
  const devices = new Map<string, Device>();
  const screen = screenOf(options.noColor);
  const row = new LampRow(() => [...devices.values()], screen);
  let said = "";
  await using context = await openContext({
    program: "pinwire led",
    role: "client",
    endsInside: endsInsideWord,
    show(event) {
      if (event.event === "state") {
        const name = event.device!;
        return row.changed({ name, on: event.on }, isMoving(devices.get(name)?.doing));
      }
      const sentence = linkSentence(event);
      // Several pins find, and lose, their controller at the same time: that is said once.
      if (sentence === undefined || sentence === said) return undefined;
      said = sentence;
      return row.above(sentence);
    },
  }, options);
  const { reporter, stop } = context;
  const isShared = screen.isTerminal && Deno.stderr.isTerminal() && !options.json;
  if (isShared) reporter.divert((line) => reporter.write(row.above(line)));

  const steer = await openSteering(context);
  const gpio = openGpio(options, context);
  const { activeLow, initial, onExit } = options;
  let steering: Steering | undefined;
  try {
    for (const { name, line } of pins) {
      const onState = (on: boolean) => {
        reporter.report({ event: "state", on, pin: line.name, device: name });
        const device = devices.get(name);
        if (device) steering?.report(device);
      };
      const device = await Device.open({
        name,
        gpio,
        line,
        activeLow,
        initial: initial === "keep" ? "keep" : initial === "on",
        onState,
        onLost: (error) => reporter.error(error),
        clock: context.clock,
      }, stop.signal);
      devices.set(name, device);
      onState(device.on);
    }
    steering = await steer([...devices.values()]);
    // Before the links close, so that the controller hears of it.
    if (onExit === "off") {
      stop.signal.addEventListener("abort", () => {
        for (const device of devices.values()) device.apply({ do: "off" });
      });
    }
    await steering.run();
    return untilCode(options, context);
  } finally {
    for (const device of devices.values()) await device.close(onExit);
    // The row has no newline.
    if (screen.isTerminal && !options.json) reporter.print("");
  }
}

/** A line with the name of its device. */
export type NamedLine = ReturnType<typeof linesOf>[number] & { name: string };
