import { PinwireError, usageError } from "../../errors.ts";
import { type Context, dialOptions, type DialSettings, openConsole } from "../../app/mod.ts";
import { STREAMS } from "../../app/options.ts";
import { type Address, parseAddress, WEB_PORTS } from "../../net/mod.ts";
import { readToken } from "../../session/token.ts";
import { type GpioOptions, linesOf } from "../options.ts";
import type { Device } from "../pins/device.ts";
import { DEFAULT_PORT, nameOfHost } from "../protocol.ts";
import { Agent, type AgentOptions } from "./client.ts";
import type { NamedLine } from "./command.ts";
import { IgnoredWords } from "./ignored_words.ts";
import type { OpenSteering, Steering } from "./steering.ts";

/** What `led agent` is told of its controller. */
export interface ControllerOptions
  extends DialSettings, Omit<AgentOptions, "token" | "ignored" | "dialling"> {
  interactive: boolean;
  json: boolean;
  tokenFile?: string;
}

/** The pins, each under its own name, or one under the name of the agent, which is that of this machine if it has none. */
export function namedLines({ name, ...options }: GpioOptions & { name?: string }): NamedLine[] {
  const lines = linesOf(options);
  if (name !== undefined && lines.some((line) => line.name !== undefined)) {
    throw usageError("the pins have names of their own", "leave --name out");
  }
  return lines.map((one) => ({ ...one, name: one.name ?? name ?? nameOfHost(Deno.hostname()) }));
}

/** Has a controller command pins, each over a link of its own. */
export function byController(address: Address, options: ControllerOptions): OpenSteering {
  return async (context) => {
    const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile);
    const dialling = await dialOptions(address, options, context.form);
    // One controller says the same to all pins.
    const ignored = new IgnoredWords(context.reporter);
    return (devices) => steer(devices, { ...options, dialling, token, ignored }, context);
  };

  async function steer(devices: readonly Device[], agent: AgentOptions, context: Context): Promise<Steering> {
    const agents = new Map(devices.map((device) => {
      return [device, new Agent(device, agent, context)];
    }));
    const controller = options.interactive
      ? await askAddress(address, devices, context, options.json)
      : address;
    return {
      report: (device) => agents.get(device)?.report(device.on),
      async run() {
        // With --no-reconnect one that has lost its link ends them all.
        const runs = [...agents.values()].map((agent) =>
          agent.run(controller).finally(() => context.stop.now())
        );
        await Promise.all(runs);
      },
    };
  }
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
  devices: readonly Device[],
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
