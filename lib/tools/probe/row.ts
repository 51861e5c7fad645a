import { green, red, yellow } from "@std/fmt/colors";
import { type ProbeEvent, tcpInfoText, type TlsFacts } from "../../app/mod.ts";
import { type Address, formatAddress } from "../../net/mod.ts";
import { visible } from "../../text/mod.ts";

/** Room for `12345.6 ms`. */
const MS_WIDTH = 10;

/**
 * How to print what was found at these addresses, a line each: in columns for people, with a tab between two fields for
 * programs.
 */
export function rowPrinter(
  addresses: readonly Address[],
  { aligned, coloured }: { aligned: boolean; coloured: boolean },
): (event: ProbeEvent) => string {
  const addressWidth = Math.max(...addresses.map((address) => visible(formatAddress(address)).length));
  const stateWidth = addresses.some(({ scheme }) => scheme === "udp")
    ? "open or silent".length
    : "no answer".length;
  return (event) => {
    const paint = coloured ? COLORS[event.state] : (text: string) => text;
    const address = visible(event.address);
    const ms = `${event.ms.toFixed(event.ms < 10 ? 2 : 1)} ms`;
    const rest = visible(detailsOf(event));
    const fields = aligned
      ? [address.padEnd(addressWidth), paint(event.state.padEnd(stateWidth)), ms.padStart(MS_WIDTH), rest]
      : [address, paint(event.state), ms, rest];
    return fields.filter(Boolean).join(aligned ? "  " : "\t");
  };
}

const COLORS = { open: green, "open or silent": yellow, "no answer": yellow, closed: red };

function detailsOf({ tcp, tls, reason, hint }: ProbeEvent): string {
  if (tcp) return tcpInfoText(tcp);
  const why = hint === undefined ? reason : `${reason}: ${hint}`;
  if (!tls) return why ?? "";
  const parts = [...factsOf(tls), tls.trusted ? "trusted" : "not trusted"];
  return parts.join("; ") + (why === undefined ? "" : ` (${why})`);
}

function factsOf({ version, cipher, alpn, names, issuer, days_left }: TlsFacts): string[] {
  const agreed = [version, cipher, alpn].filter(Boolean).join(" ");
  return [
    ...agreed ? [agreed] : [],
    ...names ? [names.length ? `for ${names.map(quoted).join(", ")}` : "for no name"] : [],
    ...issuer === undefined
      ? []
      : [`by ${issuer.includes(";") ? JSON.stringify(issuer) : issuer || "no name"}`],
    ...days_left === undefined ? [] : [daysText(days_left)],
  ];
}

// A name with a comma in it would pass for two, and one with a semicolon for other facts.
const quoted = (name: string) => /^[^\s,;"]+$/.test(name) ? name : JSON.stringify(name);

const daysText = (days: number) => days < 0 ? `expired ${plural(-days - 1)} ago` : `${plural(days)} left`;

const plural = (days: number) => days === 1 ? "1 day" : `${days} days`;
