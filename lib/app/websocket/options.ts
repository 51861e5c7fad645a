import type { Kind } from "../../cli/mod.ts";
import { usageError } from "../../errors.ts";
import { isToken } from "../../framing/http/mod.ts";

/** A field of a request, as `--header` gives it. */
export type HeaderField = readonly [name: string, value: string];

const headerKind: Kind<HeaderField> = {
  meta: "'N: V'",
  parse(value) {
    const [, name, text] = value.match(/^([^:]*):[ \t]*(.*?)[ \t]*$/s) ?? [];
    if (name === undefined || !isToken(name) || !/^[\t -~\x80-\xff]*$/.test(text)) {
      throw usageError(`"${value}" is no header field`, "write NAME: VALUE, as in 'Authorization: Bearer …'");
    }
    const lower = name.toLowerCase();
    const [, own] = OWN_FIELDS.find(([pattern]) => pattern.test(lower)) ?? [];
    if (own !== undefined) throw usageError(`the field ${name} is the handshake's own`, own);
    return [name, text];
  },
};

const OWN_FIELDS: [name: RegExp, hint: string][] = [
  [/^origin$/, "use --origin"],
  [/^sec-websocket-protocol$/, "use --subprotocol"],
  [/^(upgrade|connection|content-length|transfer-encoding|sec-websocket-.*)$/, "leave it out"],
];

const subprotocolKind: Kind<string> = {
  meta: "NAME",
  parse(value) {
    if (isToken(value)) return value;
    throw usageError(`"${value}" is no sub-protocol`, "write one name without spaces or commas");
  },
};

const originKind: Kind<string> = {
  meta: "ORIGIN",
  parse(value) {
    if (/^[!-~]+$/.test(value)) return value;
    throw usageError(`"${value}" is no origin`, "write one as in https://example.com");
  },
};

/** What every client of WebSockets has. */
export const webSocketOptions = {
  subprotocol: {
    kind: subprotocolKind,
    multiple: true,
    common: "",
    help: "offer this sub-protocol; may be given several times (ws://, wss://)",
  },
  header: {
    kind: headerKind,
    multiple: true,
    common: "",
    help: "send this field along with the request; may be given several times (ws://, wss://)",
  },
  origin: { kind: originKind, common: "", help: "say that a page of this origin asks (ws://, wss://)" },
} as const;
