import { bold, cyan, dim, yellow } from "@std/fmt/colors";
import type { Event, NetworkEvent, SameNetworkEvent } from "../../app/mod.ts";
import { parseCidr } from "../../packet/cidr.ts";
import { type Language, twin } from "../../text/languages.ts";
import { displayWidth, padColumns } from "../../text/width.ts";
import { wrapText } from "../../text/wrap.ts";
import type { LessonView, Look } from "../show.ts";

/** Columns of it all, and of half the bits of an IPv6 address with what stands between them. */
const WIDTH = 80, HALF = 68;

/** Draws the events of `lab cidr`. */
export function cidrView(view: Look): LessonView {
  let before: "whole" | "part" | "relation" | undefined;
  return {
    draw(event: Event) {
      if (event.event !== "network" && event.event !== "same_network") return "";
      const kind = event.event === "same_network" ? "relation" : event.part === undefined ? "whole" : "part";
      const gap = before && (kind === "whole" || kind !== before) ? "\n" : "";
      before = kind;
      if (event.event === "same_network") return gap + drawSameNetwork(event, view);
      return gap + (kind === "whole" ? drawWhole : drawPart)(event, view);
    },
  };
}

/** Whether two addresses are in the same network, and what that means for their packets. */
function drawSameNetwork({ addresses, reaches }: SameNetworkEvent, { language }: Look): string {
  const [one, other] = addresses;
  const isOrdered = reaches[0] || !reaches[1];
  const text = relation(addresses, reaches)[language](isOrdered ? one : other, isOrdered ? other : one);
  return `${wrapText(text, WIDTH).join("\n")}\n`;
}

function relation([one, other]: SameNetworkEvent["addresses"], reaches: SameNetworkEvent["reaches"]) {
  if (one.includes(":") !== other.includes(":")) return TEXTS.mixed;
  if (!reaches[0] && !reaches[1]) return TEXTS.different;
  if (!reaches[0] || !reaches[1]) return TEXTS.disagree;
  return parseCidr(one).prefix === parseCidr(other).prefix ? TEXTS.same : TEXTS.neighbours;
}

const TEXTS = {
  address: twin({ en: () => "address", zh: () => "IP 地址" }),
  mask: twin({ en: () => "mask", zh: () => "子网掩码" }),
  network: twin({ en: () => "network", zh: () => "网络地址" }),
  broadcast: twin({ en: () => "broadcast", zh: () => "广播地址" }),
  first: twin({ en: () => "first host", zh: () => "第一个主机" }),
  last: twin({ en: () => "last host", zh: () => "最后一个主机" }),
  hosts: twin({ en: () => "hosts", zh: () => "可用主机数" }),
  border: twin({
    en: (network: number, host: number) =>
      `The first ${bitsText(network)} say which network, the last ${bitsText(host)} which host in it.`,
    zh: (network: number, host: number) => `前 ${network} 位是网络号，后 ${host} 位是主机号。`,
  }),
  alone: twin({
    en: () => "All bits say which network: it has this one address.",
    zh: () => "所有位都是网络号：这个网络里只有这一个地址。",
  }),
  everything: twin({
    en: () => "No bit says which network: it has every address there is.",
    zh: () => "没有一位是网络号：所有地址都在这个网络里。",
  }),
  anycast: twin({
    en: () => "IPv6 has no broadcast; host bits all 0 are also any router of the network (RFC 4291).",
    zh: () => "IPv6 没有广播；主机号全 0 的地址也代表这个网络的任意一个路由器（RFC 4291）。",
  }),
  less: twin({
    en: () => "(host bits all 0: network; all 1: broadcast)",
    zh: () => "（主机号全 0 是网络本身，全 1 是广播）",
  }),
  link: twin({
    en: () => "(a link between two: no broadcast, both are hosts, RFC 3021)",
    zh: () => "（点对点链路：不需要广播，两个地址都可用，RFC 3021）",
  }),
  same: twin({
    en: (one: string, other: string) =>
      `${one} and ${other}: the same network. They reach each other directly, without a router.`,
    zh: (one: string, other: string) => `${one} 与 ${other}：同一网络，可以直接通信，不经过路由器。`,
  }),
  different: twin({
    en: (one: string, other: string) =>
      `${one} and ${other}: different networks. A router stands between them.`,
    zh: (one: string, other: string) => `${one} 与 ${other}：不同网络，要经过路由器转发。`,
  }),
  disagree: twin({
    en: (one: string, other: string) =>
      `${one} takes ${other} for a neighbour, but not the other way round: one of the two prefixes is wrong.`,
    zh: (one: string, other: string) =>
      `${one} 认为 ${other} 与自己同网，反过来却不是：有一个前缀长度配错了。`,
  }),
  neighbours: twin({
    en: (one: string, other: string) =>
      `${one} and ${other}: each takes the other for a neighbour, but their prefixes differ: one of the two is wrong.`,
    zh: (one: string, other: string) =>
      `${one} 与 ${other}：都认为对方与自己同网，但前缀长度不同：有一个配错了。`,
  }),
  mixed: twin({
    en: (one: string, other: string) =>
      `${one} and ${other}: one is IPv4, one IPv6. These are two separate internets, with no network in common.`,
    zh: (one: string, other: string) => `${one} 与 ${other}：一个是 IPv4，一个是 IPv6，不可能在同一网络。`,
  }),
};

const bitsText = (count: number) => count === 1 ? "bit" : `${count} bits`;

/** An address and its network: what is what, in bits with the border between network and host marked. */
function drawWhole(event: NetworkEvent, { language, coloured }: Look): string {
  const { address, prefix, mask, network, broadcast, first, last } = event;
  const bits = address.includes(":") ? 128 : 32;
  const paint = coloured ? { title: bold, network: cyan, host: yellow, dim } : PLAIN;
  const rows: [label: string, value: string | undefined][] = [
    ["address", address],
    ["mask", mask],
    ["network", network],
    ["broadcast", broadcast],
    ["first", first],
    ["last", last],
  ];
  const labels = [...rows.map(([name]) => name), "hosts"].map((name) => TEXTS[name as "hosts"][language]());
  const labelWidth = Math.max(...labels.map(displayWidth)) + 2;
  const label = (text: string) => padColumns(text, labelWidth);
  const valueWidth = bits === 32 ? "255.255.255.255".length + 2 : 0;
  const lines = [paint.title(`${address}/${prefix}`), ""];
  for (const [i, [, value]] of rows.entries()) {
    if (value === undefined) continue;
    const drawn = drawBits(value, prefix, paint);
    if (bits === 32) {
      lines.push(`${label(labels[i])}${value.padEnd(valueWidth)}${drawn}`);
    } else {
      lines.push(
        `${label(labels[i])}${value}`,
        ...drawn.split("\n").map((line) => " ".repeat(Math.min(labelWidth, WIDTH - HALF)) + line),
      );
    }
  }
  lines.push(`${label(labels[rows.length])}${hostsText(event, bits, language, paint)}`, "");
  const border = prefix === bits ? TEXTS.alone : prefix === 0 ? TEXTS.everything : undefined;
  lines.push(border ? border[language]() : TEXTS.border[language](prefix, bits - prefix));
  // RFC 6164: not on a link between two.
  if (bits === 128 && prefix < 127) lines.push(...wrapText(TEXTS.anycast[language](), WIDTH));
  return lines.join("\n") + "\n";
}

interface Paint {
  title(text: string): string;
  network(text: string): string;
  host(text: string): string;
  dim(text: string): string;
}

const same = (text: string) => text;
const PLAIN: Paint = { title: same, network: same, host: same, dim: same };

/** Bits in a row, and in a group between two dots or colons. */
const LAYOUT = { 32: { row: 32, group: 8, dot: "." }, 128: { row: 64, group: 16, dot: ":" } } as const;

/** The bits of an address, with `│` before the first one of the host's, in place of a dot that would stand there. */
function drawBits(address: string, prefix: number, paint: Paint): string {
  const { value, bits } = parseCidr(`${address}/0`);
  const digits = value.toString(2).padStart(bits, "0");
  const { row, group, dot } = LAYOUT[bits];
  let text = "";
  for (let i = 0; i < bits; i++) {
    if (i && i === prefix) text += "│";
    else if (i % row && i % group === 0) text += dot;
    if (i && i % row === 0) text += "\n";
    text += (i < prefix ? paint.network : paint.host)(digits[i]);
  }
  return text;
}

function hostsText(
  { hosts, prefix, broadcast }: NetworkEvent,
  bits: number,
  language: Language,
  paint: Paint,
) {
  const free = bits - prefix;
  const power = free > 3 ? ` = 2^${free}${broadcast === undefined ? "" : " − 2"}` : "";
  const note = broadcast !== undefined ? TEXTS.less : bits === 32 && prefix === 31 ? TEXTS.link : undefined;
  return `${hosts}${power}${note ? `  ${paint.dim(note[language]())}` : ""}`;
}

function drawPart(
  { part, network, prefix, first, last, hosts }: NetworkEvent,
  { language }: Look,
): string {
  const range = first === last ? first : `${first} – ${last}`;
  return `${String(part).padStart(5)}  ${`${network}/${prefix}`.padEnd(20)}${range.padEnd(36)}` +
    `${TEXTS.hosts[language]()} ${hosts}\n`;
}
