import type { LayerEvent } from "../../app/mod.ts";
import { twin } from "../../text/languages.ts";

/** The heading of each layer. */
export const LAYERS: Record<LayerEvent["layer"], ReturnType<typeof twin<[count: number]>>> = {
  message: twin({
    en: (count: number) => `Application layer: the message, ${count === 1 ? "1 byte" : `${count} bytes`}`,
    zh: (count: number) => `应用层：消息本身，${count} 字节`,
  }),
  tcp: twin({
    en: (count: number) =>
      `Transport layer: TCP (RFC 9293), a header of ${count} bytes: which program, and which bytes of the stream`,
    zh: (count: number) => `传输层：TCP（RFC 9293），首部 ${count} 字节：交给哪个程序，是流里的哪些字节`,
  }),
  udp: twin({
    en: (count: number) => `Transport layer: UDP (RFC 768), a header of ${count} bytes: which program`,
    zh: (count: number) => `传输层：UDP（RFC 768），首部 ${count} 字节：交给哪个程序`,
  }),
  ip: twin({
    en: (count: number) => `Network layer: IPv4 (RFC 791), a header of ${count} bytes: which machine`,
    zh: (count: number) => `网络层：IPv4（RFC 791），首部 ${count} 字节：送到哪台主机`,
  }),
  ethernet: twin({
    en: (count: number) =>
      `Link layer: Ethernet, a header of ${count} bytes: which card on this cable (the lab's wire has none; on a LAN it would be)`,
    zh: (count: number) =>
      `数据链路层：以太网，首部 ${count} 字节：交给这段网上的哪块网卡（实验的线路没有这一层，局域网上才有）`,
  }),
};

/** Short names, for the border of each layer under the whole. */
export const SHORT: Record<LayerEvent["layer"], ReturnType<typeof twin<[]>>> = {
  message: twin({ en: () => "message", zh: () => "消息" }),
  tcp: twin({ en: () => "TCP", zh: () => "TCP" }),
  udp: twin({ en: () => "UDP", zh: () => "UDP" }),
  ip: twin({ en: () => "IP", zh: () => "IP" }),
  ethernet: twin({ en: () => "Ethernet", zh: () => "以太网" }),
};

/** The fields' names in Chinese textbooks. */
export const FIELDS_ZH: Record<string, string> = {
  "source port": "源端口",
  "destination port": "目的端口",
  "length": "长度",
  "checksum": "校验和",
  "sequence number": "序号",
  "acknowledgment number": "确认号",
  "header length": "首部长度",
  "flags": "标志",
  "window": "窗口",
  "urgent pointer": "紧急指针",
  "options": "选项",
  "version": "版本",
  "DSCP, ECN": "区分服务",
  "total length": "总长度",
  "identification": "标识",
  "fragment offset": "片偏移",
  "time to live": "生存时间",
  "protocol": "协议",
  "header checksum": "首部校验和",
  "source address": "源地址",
  "destination address": "目的地址",
  "destination MAC address": "目的 MAC 地址",
  "source MAC address": "源 MAC 地址",
  "type": "类型",
};

/** What became of the packet. */
export const OUTCOMES = {
  whole: twin({
    en: () => "Physical layer: these bits on the wire, from the outside in:",
    zh: () => "物理层：线路上的比特，从外到内：",
  }),
  flipped: twin({
    en: (bit: number, layer: string, [before, after]: string[]) =>
      `Bit ${bit} is turned over on the way: it is in the ${layer.replace(/^[A-Z]+$/, "$& header")}, ` +
      `where ${before} becomes ${after}.`,
    zh: (bit: number, layer: string, [before, after]: string[]) =>
      `途中第 ${bit} 位被翻转：它在${layer.replace(/^[A-Z]+$/, " $& 首部")}里，${before} 变成了 ${after}。`,
  }),
  delivered: twin({
    en: (text: string) => `The kernel took it apart again, and gave the program ${text}: delivered.`,
    zh: (text: string) => `内核又一层层拆开，把 ${text} 交给了程序：已送达。`,
  }),
  refused: twin({
    en: (counters: string) => `The kernel refused it, and no program got anything: ${counters}.`,
    zh: (counters: string) => `内核拒收，没有程序收到任何东西：${counters}。`,
  }),
  counter: twin({
    en: (name: string, count: number) => `its counter ${name} went up by ${count}`,
    zh: (name: string, count: number) => `内核计数器 ${name} 加 ${count}`,
  }),
  noIp: twin({
    en: () => "its first bits say no version of IP",
    zh: () => "开头几位不是任何 IP 版本",
  }),
  unplayed: twin({
    en: (why: string) => `${why}. So the kernel's part is left out.`,
    zh: (why: string) => `${why}。因此略去内核接收的部分。`,
  }),
  lost: twin({
    en: () => "no counter tells why",
    zh: () => "没有计数器说明原因",
  }),
};
