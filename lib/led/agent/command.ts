import { PinwireError, usageError } from "../../errors.ts";
import {
  type CommonOptions,
  type Context,
  dialOptions,
  type DialSettings,
  openConsole,
  openContext,
  untilCode,
  type WatchOptions,
} from "../../app/mod.ts";
import { STREAMS } from "../../app/options.ts";
import { type Address, parseAddress, WEB_PORTS } from "../../net/mod.ts";
import { readToken } from "../../session/token.ts";
import { Agent } from "./client.ts";
import { IgnoredWords } from "./ignored_words.ts";
import { Device } from "../pins/device.ts";
import { type GpioOptions, linesOf, openGpio } from "../options.ts";
import { DEFAULT_PORT, nameOfHost } from "../protocol.ts";
import { isMoving } from "../verbs.ts";
import { LampRow, linkSentence, screenOf } from "../view.ts";

/** What `led agent` is told. */
export interface AgentsOptions extends CommonOptions, GpioOptions, WatchOptions, DialSettings {
  name?: string;
  initial: "on" | "off" | "keep";
  onDisconnect: "hold" | "off" | "blink";
  onExit: "off" | "keep";
  interactive: boolean;
  tokenFile?: string;
  noReconnect: boolean;
}

/**
 * Runs an agent for each pin, all on one controller, until the context stops.
 *
 * @throws {PinwireError} why a pin can't be had, or what is wrong with the token's file
 * @returns the exit code
 */
export async function runAgents(address: Address, options: AgentsOptions): Promise<number> {
  const pins = namedLines(options);
  const devices = new Map<string, Device>();
  const screen = screenOf(options.noColor);
  const row = new LampRow(() => [...devices.values()], screen);
  let said = "";
  await using context = await openContext({
    program: "pinwire led",
    role: "client",
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

  const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile);
  const dialling = await dialOptions(address, options, context.form);
  const gpio = openGpio(options, context);
  const { activeLow, initial, onExit } = options;
  const agents = new Map<string, Agent>();
  // One controller says the same to all pins.
  const ignored = new IgnoredWords(reporter);
  try {
    for (const { name, line } of pins) {
      const onState = (on: boolean) => {
        reporter.report({ event: "state", on, pin: line.name, device: name });
        agents.get(name)?.report(on);
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
      agents.set(name, new Agent(device, { ...options, dialling, token, ignored }, context));
      onState(device.on);
    }
    const controller = options.interactive
      ? await askAddress(address, [...devices.values()], context, options.json)
      : address;
    // Before the links close, so that the controller hears of it.
    if (onExit === "off") {
      stop.signal.addEventListener("abort", () => {
        for (const device of devices.values()) device.apply({ do: "off" });
      });
    }
    // With --no-reconnect one that has lost its link ends them all.
    await Promise.all([...agents.values()].map((agent) => agent.run(controller).finally(() => stop.now())));
    return untilCode(options, context);
  } finally {
    for (const device of devices.values()) await device.close(onExit);
    // The row has no newline.
    if (screen.isTerminal && !options.json) reporter.print("");
  }
}

function namedLines({ name, ...options }: AgentsOptions) {
  const lines = linesOf(options);
  if (name !== undefined && lines.some((line) => line.name !== undefined)) {
    throw usageError("the pins have names of their own", "leave --name out");
  }
  return lines.map((one) => ({ ...one, name: one.name ?? name ?? nameOfHost(Deno.hostname()) }));
}

/** A word alone, or a number, is a typo more often than a host, which would be dialled again and again. */
const ADDRESS = /[.:]/;

const noAddress = (word: string) =>
  usageError(
    `"${word}" is no address`,
    "write HOST:PORT, 1 for on, 2 for off, or an empty line for the usual one",
  );

/**
 * Asks for the controller as the tutorial's client does: `ip:port`, or an empty line for `usual`. Until then `1`
 * switches the pins on, and `2` off.
 */
async function askAddress(
  usual: Address,
  devices: Device[],
  { reporter, stop }: Context,
  isJson: boolean,
): Promise<Address> {
  const defaults = { port: DEFAULT_PORT, schemes: STREAMS, webPorts: WEB_PORTS };
  const console = await openConsole(isJson ? "" : "REMOTEHOST>", stop, (text) => reporter.write(text));
  try {
    console.prompt();
    for await (const line of console.lines) {
      const word = line.trim();
      if (word === "1" || word === "2") {
        for (const device of devices) {
          device.apply({ do: word === "1" ? "on" : "off" });
          // The prompt takes the place of the row of lamps.
          if (console.isTerminal && !isJson) console.print(`${device.name} is ${device.on ? "on" : "off"}`);
        }
      } else if (word === "") {
        return usual;
      } else {
        try {
          if (!ADDRESS.test(word)) throw noAddress(word);
          return parseAddress(word, defaults);
        } catch (error) {
          if (!(error instanceof PinwireError)) throw error;
          if (isJson) reporter.error(error);
          else console.print(error.sentence);
        }
      }
      console.prompt();
    }
    return usual;
  } finally {
    console.close();
  }
}
