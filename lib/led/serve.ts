import { PinwireError } from "../errors.ts";
import { type Context, openSharedConsole, type WatchOptions } from "../app/mod.ts";
import { type Address, isLoopback } from "../net/mod.ts";
import { serve, type ServerOptions } from "../session/mod.ts";
import { AdmissionControl, POOL } from "../session/admission.ts";
import { readToken } from "../session/token.ts";
import { completeRequest, CONSOLE_HELP, parseRequest } from "./console.ts";
import type { Command } from "./protocol.ts";
import { type DeviceEntry, labelOf, Registry } from "./registry.ts";
import { serveDevice } from "./session.ts";
import { deviceTable } from "./view.ts";

/** What `led serve` is told. */
export interface ControllerOptions extends ServerOptions, WatchOptions {
  tokenFile?: string;
  json: boolean;
}

/**
 * Runs a controller with its console, until the context stops or somebody types `quit`.
 *
 * @throws {PinwireError} why it can't listen, or what is wrong with the token's file
 */
export async function runController(
  address: Address,
  options: ControllerOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { reporter, stop } = context;
  const { tokenFile, maxClients, once, until } = options;
  const onMade = () => reporter.report({ event: "notice", text: `made ${tokenFile}: copy it to the agents` });
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile, onMade);
  const registry = new Registry((event, forPrograms) => reporter.report(event, forPrograms), maxClients);
  const complete = (line: string) => completeRequest(line, registry.names());
  const console = await openSharedConsole("cmd> ", options.json, context, { complete });
  const answers: Answers = {
    // On stdout there are events alone.
    print: (line) => options.json ? reporter.note(`${line}\n`) : console.print(line),
    fail: (error) => options.json ? reporter.error(error) : console.print(error.sentence),
    quit: () => stop.now(),
  };

  async function answerLines() {
    let count = 0;
    let since = 0;
    for await (const line of console.lines) {
      answer(line, registry, answers);
      console.prompt();
      if (++count < LINES_AT_ONCE) continue;
      // A script's lines come all at once: what they say has to get out in between.
      if (performance.now() - since < AT_ONCE) await new Promise((resolve) => setTimeout(resolve));
      count = 0;
      since = performance.now();
    }
    if (console.isTerminal && !stop.signal.aborted) {
      reporter.note("The console has ended; Ctrl-C ends the controller.\n");
    }
  }

  const share = { registry, token, gate: new AdmissionControl(reporter, maxClients), once, until };
  const isOpen = "hostname" in address && !isLoopback(address.hostname) && !token;
  let answering: Promise<void> | undefined;
  const places = { ...options, maxClients: token ? maxClients + POOL : maxClients };
  await serve(address, places, context, {
    warning: isOpen ? OPEN_TO_ALL : undefined,
    connection: (connection) => serveDevice(connection, context, share),
    datagrams: () => Promise.resolve(),
    opened() {
      opened();
      answering = Promise.resolve().then(() => {
        console.prompt();
        return answerLines();
      });
    },
  });
  console.close();
  await answering;
}

/** Lines that may come within so many ms before the others wait a moment. */
const LINES_AT_ONCE = 50;
const AT_ONCE = 2;
const OPEN_TO_ALL = "whoever reaches it can be a device, and see what is switched: use --token-file";

/** Where the console's answers go. */
interface Answers {
  print(line: string): void;
  fail(error: PinwireError): void;
  quit(): void;
}

function answer(line: string, registry: Registry, { print, fail, quit }: Answers): void {
  try {
    const request = parseRequest(line);
    switch (request.ask) {
      case "nothing":
        return;
      case "quit":
        return quit();
      case "help":
        return print(CONSOLE_HELP);
      case "list":
        return printTable(registry.list());
      case "status":
        return printTable(registry.select(request.which));
      case "name": {
        const entry = selectOne(request.which);
        registry.rename(entry, request.name);
        return print(`number ${entry.index} is ${request.name}`);
      }
      case "switch": {
        const entries = registry.select(request.which);
        if (!entries.length) print(NOBODY);
        for (const entry of entries) switchOne(entry, request.command);
      }
    }
  } catch (error) {
    if (!(error instanceof PinwireError)) throw error;
    fail(error);
  }

  function printTable(entries: DeviceEntry[]) {
    if (!entries.length) return print(NOBODY);
    for (const row of deviceTable(entries.map((entry) => registry.status(entry)))) print(row);
  }

  function selectOne(which: string): DeviceEntry {
    if (which !== "all") return registry.select(which)[0];
    throw new PinwireError("bad_command", "a name is for one device", { hint: "as in name 3 kitchen" });
  }

  // A device that changes says so itself; of the others nothing would be seen.
  function switchOne(entry: DeviceEntry, command: Command) {
    const { on, hello, link } = entry;
    const isSettled = !entry.isToldNews && entry.desired?.do !== "blink";
    registry.command(entry, command);
    const name = labelOf(entry);
    const { desired } = entry;
    if (!link) print(`${name} is away and will be told when it comes back`);
    else if (desired?.do === "blink") {
      print(
        `${name} was told to blink at ${desired.hz} Hz${hello ? "" : ", which a plain client may not know"}`,
      );
    } else if (!hello) print(`${name} was told ${desired?.do}`);
    else if (isSettled && on === (desired?.do === "on")) print(`${name} is ${desired?.do} already`);
  }
}

const NOBODY = "no device is connected: start an agent, or the tutorial's client";
