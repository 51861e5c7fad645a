import type { SystemCallEvent } from "../../app/mod.ts";
import { contentOf, showContent } from "./content.ts";

/** A call of a program, and when it is to stand among the segments, in µs since 1970. */
export interface SeenCall {
  time: number;
  event: SystemCallEvent;
}

/** A call that has not come back yet. */
interface Pending {
  name: string;
  text: string;
  time: number;
}

/** Calls that are shown if they are about a socket of the Internet. */
const SHOWN =
  /^(bind|listen|accept4?|connect|send(to|msg|mmsg)?|recv(from|msg|mmsg)?|readv?|writev?|shutdown|close)$/;
/** Those that bring something: they stand where they come back, the others where they begin. */
const WAITING = /^(accept|recv|read)/;
const CREATING = /^(clone3?|v?fork)$/;
const INTERPRETER = /^(python|perl|ruby|node|bash|sh|dash|lua|php|tclsh)[\d.]*$/;

const LINE = /^(\d+) +(\d+)\.(\d+) (.*)$/s;
const RESUMED = /^<\.\.\. \w+ resumed>(.*)$/s;
const CALL = /^(\w+)\((.*)\)\s+= ([^<]+?)(?:<([^>]*)>)?(?: \(.*\))?(?: <([\d.]+)>)?$/s;
/** A file, and what it is. */
const FILE = /^(\d+)<([^>]*)>$/;
/** Arguments: strings, structures and lists are whole. */
const ARGUMENT = /(?:"(?:\\.|[^"\\])*"(?:\.\.\.)?|\{(?:"(?:\\.|[^"\\])*"|[^}"])*\}|\[[^\]]*\]|[^,"{[])+/gs;
const STRING = /"((?:\\.|[^"\\])*)"(\.\.\.)?/gs;
const ADDRESS = /^\{sa_family=AF_INET6?, sin6?_port=htons\((\d+)\),.*?"([^"]*)"/s;

/** Reads what strace(1) writes, a line at a time, and gives the calls that are about connections and datagrams. */
export class CallReader {
  readonly #pending = new Map<string, Pending>();
  /** Which program each process, or thread, is. */
  readonly #programs = new Map<string, string>();
  /** Sockets of IPv4 and IPv6; others are nobody's concern here. */
  readonly #sockets = new Set<string>();

  /** The call that a line ends, if it is to be shown. */
  read(line: string): SeenCall | undefined {
    const [, pid, seconds, micros, rest] = line.match(LINE) ?? [];
    if (pid === undefined) return undefined;
    const now = Number(seconds) * 1e6 + Number(micros.padEnd(6, "0"));
    const pending = this.#pending.get(pid);
    const resumed = pending && rest.match(RESUMED)?.[1];
    if (resumed !== undefined) {
      this.#pending.delete(pid);
      return this.#call(pid, pending!.text + resumed.trimStart(), pending!.time, now);
    }
    const unfinished = rest.match(/^(\w+)\(.*?(?= *<unfinished \.\.\.>$)/s);
    if (unfinished) {
      this.#pending.set(pid, { name: unfinished[1], text: unfinished[0], time: now });
      return undefined;
    }
    return this.#call(pid, rest, now);
  }

  #call(pid: string, text: string, began: number, ended?: number): SeenCall | undefined {
    const [, name, inner, outcome, made, took = "0"] = text.match(CALL) ?? [];
    if (name === undefined || outcome.startsWith("?")) return undefined;
    const result = outcome.trim();
    const args = (inner.match(ARGUMENT) ?? []).map((argument) => argument.trim());
    if (name === "execve") {
      if (result === "0") this.#programs.set(pid, programOf(args[1]));
      return undefined;
    }
    if (CREATING.test(name)) {
      this.#programs.set(result, this.#programOf(pid));
      return undefined;
    }
    if (name === "socket") {
      if (made && /^AF_INET6?$/.test(args[0])) this.#sockets.add(made);
      return undefined;
    }
    const socket = args[0]?.match(FILE)?.[2];
    if (socket === undefined || !this.#sockets.has(socket) || !SHOWN.test(name)) return undefined;
    if (made) this.#sockets.add(made);
    const back = ended ?? began + Number(took) * 1e6;
    return {
      time: Math.round(WAITING.test(name) ? back : began),
      event: {
        event: "system_call",
        pid: Number(pid),
        program: this.#programOf(pid),
        call: `${callText(name, args)} = ${result}`,
      },
    };
  }

  #programOf(pid: string): string {
    let program = this.#programs.get(pid);
    if (program === undefined) {
      // A child may be on its way before the call that makes it has come back.
      const [parent] = [...this.#pending].find(([, { name }]) => CREATING.test(name)) ?? [];
      program = this.#programs.get(parent ?? "") ?? `pid ${pid}`;
    }
    return program;
  }
}

/** The name of a program by its arguments; of one that an interpreter runs, that of its file. */
function programOf(list = ""): string {
  const [file = "", script = ""] = (list.match(STRING) ?? []).map((text) => nameOf(text));
  return INTERPRETER.test(file) && script && !script.startsWith("-") ? script : file;
}

/** Of a long path strace shows the beginning alone. */
const nameOf = (text: string) => text.replace(/^"|"(\.\.\.)?$/g, "").split("/").at(-1)!;

/** A call as it stands in a program: without what only the system needs. */
function callText(name: string, all: string[]): string {
  const args = all.map(argumentText).filter((argument) => !/^\[\d+( => \d+)?\]$/.test(argument));
  const [file, first = "", size = "", , address = "NULL"] = args;
  switch (name) {
    case "accept":
    case "accept4":
    case "bind":
    case "connect":
      return first && first !== "NULL" ? `${name.replace("4", "")}(${file}, ${first})` : `accept(${file})`;
    case "sendto":
    case "recvfrom":
      if (address === "NULL") return `${name.slice(0, 4)}(${file}, ${first}, ${size})`;
      return `${name}(${file}, ${first}, ${size}, ${address})`;
    default:
      return `${name}(${args.join(", ")})`;
  }
}

function argumentText(argument: string): string {
  const [, file] = argument.match(FILE) ?? [];
  if (file !== undefined) return file;
  const [, port, address] = argument.match(ADDRESS) ?? [];
  if (port !== undefined) return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return argument.replace(STRING, (_, escaped: string, more = "") => {
    return showContent(contentOf(bytesOf(escaped), more !== "")) + (more && "…");
  });
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", v: "\v", f: "\f" };

/** The bytes of a string as C writes it. */
function bytesOf(escaped: string): Uint8Array {
  const latin = escaped.replace(/\\([0-7]{1,3}|.)/gs, (_, code: string) => {
    return /^[0-7]/.test(code) ? String.fromCharCode(parseInt(code, 8)) : ESCAPES[code] ?? code;
  });
  return Uint8Array.from(latin, (character) => character.charCodeAt(0));
}
