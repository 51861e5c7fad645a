import { assertEquals } from "@std/assert";
import { red } from "@std/fmt/colors";
import type { ProbeEvent } from "../../app/mod.ts";
import { parseAddress } from "../../net/mod.ts";
import { rowPrinter } from "./row.ts";

const pure = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

const ADDRESSES = ["127.0.0.1:80", "tls://example.org:443"].map((text) =>
  parseAddress(text, { schemes: ["tcp", "tls"] })
);
const CLOSED: ProbeEvent = { event: "probe", address: "tcp://127.0.0.1:80", state: "closed", ms: 0.5 };
const OPEN: ProbeEvent = {
  event: "probe",
  address: "tls://example.org:443",
  state: "open",
  ms: 12.345,
  tls: {
    trusted: false,
    version: "TLSv1.3",
    cipher: "AES",
    alpn: "h2",
    names: ["a", "b\x1b"],
    issuer: "CN=Me",
    days_left: -1,
  },
  reason: "expired",
  hint: "make a new one",
};
const FACTS =
  "TLSv1.3 AES h2; for a, b^[; by CN=Me; expired 0 days ago; not trusted (expired: make a new one)";

pure("rowPrinter() for people: columns", () => {
  const row = rowPrinter(ADDRESSES, { aligned: true, coloured: false });
  assertEquals(row(CLOSED), "tcp://127.0.0.1:80     closed        0.50 ms");
  assertEquals(row(OPEN), `tls://example.org:443  open          12.3 ms  ${FACTS}`);
});

pure("rowPrinter() for people: a colour for each state", () => {
  const row = rowPrinter(ADDRESSES, { aligned: true, coloured: true });
  assertEquals(row(CLOSED), `tcp://127.0.0.1:80     ${red("closed   ")}     0.50 ms`);
});

pure("rowPrinter() for programs: a tab between two fields", () => {
  const row = rowPrinter(ADDRESSES, { aligned: false, coloured: false });
  assertEquals(row(CLOSED), "tcp://127.0.0.1:80\tclosed\t0.50 ms");
  assertEquals(row(OPEN), `tls://example.org:443\topen\t12.3 ms\t${FACTS}`);
});

pure("rowPrinter() what TCP measured on the way", () => {
  const row = rowPrinter(ADDRESSES, { aligned: false, coloured: false });
  const tcp = { rtt: 0.041, rttvar: 0.02, retransmissions: 0, window: 65483, cwnd: 10 };
  const open: ProbeEvent = { ...CLOSED, state: "open", tcp };
  const fields = "tcp://127.0.0.1:80\topen\t0.50 ms\tround trip 0.04 ms ± 0.02";
  assertEquals(row(open), `${fields}, window 65483`);
  assertEquals(
    row({ ...open, tcp: { ...tcp, window: undefined, retransmissions: 1 } }),
    `${fields}, 1 segment sent again`,
  );
});

pure("rowPrinter() leaves out what TLS didn't tell", () => {
  const row = rowPrinter(ADDRESSES, { aligned: false, coloured: false });
  const bare = { ...OPEN, tls: { trusted: false }, hint: undefined, reason: "no common version" };
  assertEquals(row(bare), "tls://example.org:443\topen\t12.3 ms\tnot trusted (no common version)");
  const nobody = { ...OPEN, tls: { trusted: false, issuer: "" }, reason: undefined, hint: undefined };
  assertEquals(row(nobody), "tls://example.org:443\topen\t12.3 ms\tby no name; not trusted");
  const { reason: _, hint: __, ...good } = OPEN;
  const trusted = { ...good, tls: { trusted: true, names: [], days_left: 1 } };
  assertEquals(row(trusted), "tls://example.org:443\topen\t12.3 ms\tfor no name; 1 day left; trusted");
});

pure("rowPrinter() quotes a name that would pass for several, or for other facts", () => {
  const row = rowPrinter(ADDRESSES, { aligned: false, coloured: false });
  const names = ["a, b", "c; trusted", "", "*.example.org", "é"];
  const odd = {
    ...OPEN,
    tls: { trusted: false, names, issuer: "CN=a; trusted" },
    reason: undefined,
    hint: undefined,
  };
  const told = `for "a, b", "c; trusted", "", *.example.org, é; by "CN=a; trusted"; not trusted`;
  assertEquals(row(odd), `tls://example.org:443\topen\t12.3 ms\t${told}`);
});
