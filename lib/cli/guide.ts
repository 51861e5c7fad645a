import type { Guide } from "./command.ts";

/** What people do with pinwire, and what its man page tells beside the commands. */
export const guide: Guide = {
  tasks: [
    { title: "Begin", lines: [["demo", "see it all, in a few seconds"]] },
    {
      title: "Sockets",
      lines: [
        ["echo serve", "answer whoever sends, with the time"],
        ["send 21567 hello", "send that server a message"],
        ["connect 127.0.0.1:8080", "type to any server, or pipe bytes"],
        ["listen 8080", "wait for one peer"],
        ["receive udp://8888", "print what comes, and from whom"],
        ["relay 8001 127.0.0.1:8080", "see what two programs say"],
        ["probe 127.0.0.1:8000-8010", "see which ports are open"],
      ],
    },
    {
      title: "LEDs",
      lines: [
        ["led on", "switch on pin 11 of this Pi"],
        ["led serve --web 8000", "switch devices, on a web page too"],
        ["led agent 192.168.1.10", "be such a device"],
      ],
    },
    {
      title: "Chat",
      lines: [
        ["chat serve", "rooms, for nc and telnet too"],
        ["chat connect", "talk there"],
      ],
    },
    {
      title: "Shell",
      lines: [
        ["shell serve", "let a token's owner run commands"],
        ["shell exec -- uptime", "run one there"],
      ],
    },
    { title: "Learn", lines: [["lab", "see TCP itself, lesson by lesson"]] },
  ],
  date: "2026-11-27",
  description:
    "pinwire is for learning sockets, for LEDs on a Raspberry Pi, and for whoever needs an echo server in two " +
    "seconds. It talks to what is there already: nc, ncat, socat, telnet, and the programs of tutorials. Every " +
    "mode works over the same ways of cutting a stream into messages, and --trace shows them.\n\n" +
    "Servers listen on loopback unless the address says otherwise, and say one line on stderr when they are ready. " +
    "What peers send can't play with the terminal: control characters are shown, not obeyed. With --json every " +
    "command gives its events on stdout, one JSON object a line.",
  sections: {
    ADDRESSES: [
      "An address is one argument. Without a scheme it is a TCP port, and without a host it is on loopback. " +
      "Port 0 takes a free one.",
      [
        ["PORT, :PORT", "on 127.0.0.1"],
        ["HOST:PORT, [::1]:PORT", "a name, an IPv4 or an IPv6 address"],
        ["HOST", "where the command has a port of its own: echo 21567, led 11235, chat 8888, shell 8080"],
        ["0.0.0.0:PORT, [::]:PORT", "a server on all interfaces, so that other machines reach it"],
        ["udp://HOST:PORT", "datagrams"],
        [
          "tls://HOST:PORT",
          "TLS, always verified; a server needs --tls-cert and --tls-key, which pinwire cert makes",
        ],
        ["unix:PATH, unix:@NAME", "a Unix socket: a file, or a name of the abstract namespace (Linux)"],
      ],
    ],
    "FRAME SPEC": [
      "How --frame cuts a stream into messages. The same names serve every command, and --trace and --record " +
      "show where frames begin and end.",
      [
        ["raw", "whatever one read gave"],
        ["line", "up to a newline; a carriage return before it is dropped"],
        ["text", "the same, but a pause of 20 ms ends a message too; text:50 is another pause"],
        ["len:i32le, len:i32be", "a signed length of 4 bytes, little or big end first, then so many bytes"],
        ["len:u32le, len:u32be, len:u16le, len:u16be, len:u8", "the same with an unsigned length"],
        ["netstring", "5:hello,"],
        ["delim:0d0a", "up to these bytes, written in hexadecimal"],
        ["fixed:16", "so many bytes"],
        ["slip, cobs", "as on serial lines (RFC 1055; Cheshire and Baker, 1999)"],
      ],
    ],
    ENVIRONMENT: [[
      ["NO_COLOR", "if it is set, and not empty, nothing has colours"],
      ["TERM", "if it is dumb, no escape sequence is written at all"],
      [
        "LC_ALL, LC_MESSAGES, LANG",
        "the first that is not empty says in which language lab explains: Chinese or English",
      ],
      ["XDG_CONFIG_HOME, HOME", "where shell looks for its token (see FILES); on Windows it is APPDATA"],
      ["PATH", "where shell serve looks for the programs of --allow-command"],
    ]],
    FILES: [[
      [
        "~/.config/pinwire/token",
        "what both ends of shell must know; shell serve makes it on first use, readable by its owner alone",
      ],
      ["/dev/net/tun", "what the wire of lab is made with, in a network of its own"],
      ["/sys/class/gpio", "the pins, for which the account has to be in the group gpio"],
      ["pinwire-cert.pem, pinwire-key.pem", "what pinwire cert makes, in the folder where it runs"],
    ]],
    "EXIT STATUS": [[
      ["0", "done"],
      ["1", "it failed, or nobody was there"],
      ["2", "the command line was wrong"],
      ["130", "it was interrupted a second time while it was stopping"],
      [
        "255",
        "shell exec could not run the command; else its exit status is that of the command, 128+n for a signal",
      ],
    ]],
  },
  seeAlso: ["gpioset(1)", "nc(1)", "ncat(1)", "socat(1)", "ssh(1)", "tcpdump(8)", "tshark(1)"],
};
