import type { Fate } from "../../app/mod.ts";
import { LINK_TYPES } from "../../packet/mod.ts";
import { SegmentReader } from "../sequence/segments.ts";
import { PORT } from "../stage/stage.ts";
import { LOCAL, type Passing, REMOTE } from "../stage/wire.ts";
import type { Onlooker } from "./bad_wire.ts";
import { NUMBERS } from "./fates.ts";
import { Ledger } from "./ledger.ts";
import { closing, numberIn, type Sending, sendNumbers, type Teller } from "./sending.ts";

/** Sends the numbers over TCP, a segment each, until the other program has them all. */
export async function overTcp(sending: Sending): Promise<void> {
  const { wire, size, teller } = sending;
  using listener = Deno.listen({ hostname: LOCAL, port: PORT });
  const segments = new Segments(size, teller);
  wire.begin(segments);
  const [client, server] = await wire.until(
    Promise.all([Deno.connect({ hostname: REMOTE, port: PORT }), listener.accept()]),
  );
  using _sockets = closing(client, server);
  client.setNoDelay(true);
  segments.server = server;
  await sendNumbers(sending, async (number, message) => {
    segments.ledger.sent(number);
    for (let at = 0; at < message.length;) at += await client.write(message.subarray(at));
  });
  for (await wire.passAll(); !segments.isComplete; await wire.passAll()) await wire.sent();
}

class Segments implements Onlooker {
  readonly ledger = new Ledger("tcp");
  /** Where the program reads, once there is a connection. */
  server?: Deno.TcpConn;
  readonly #size: number;
  readonly #teller: Teller;
  readonly #segments = new SegmentReader();
  /** What the program has read. */
  readonly #stream: Uint8Array<ArrayBuffer>;
  #bytes = 0;
  /** What has arrived, and up to which number nothing is missing. */
  readonly #there = new Set<number>();
  #readable = 0;
  #count = 0;

  constructor(size: number, teller: Teller) {
    this.#size = size;
    this.#teller = teller;
    this.#stream = new Uint8Array(size * NUMBERS);
  }

  get isComplete(): boolean {
    return this.#bytes === this.#stream.length;
  }

  sent({ packet, segment }: Passing, fate: Fate): void {
    if (!segment) return;
    this.#teller.record(packet);
    const captured = {
      number: ++this.#count,
      offset: 0,
      interface: 0,
      linkType: LINK_TYPES.raw,
      comments: [],
    };
    const read = this.#segments.read({ ...captured, bytes: packet, length: packet.length });
    if (!read) return;
    const { event } = read;
    const isNumber = event.from === "client" && event.bytes > 0;
    if (isNumber) this.#teller.step();
    this.#teller.tell({ ...event, ...isNumber && { number: numberIn(segment.payload) }, ...fate });
  }

  arrived({ segment }: Passing): void {
    const number = numberIn(segment!.payload);
    this.ledger.arrived(number);
    this.#there.add(number);
    while (this.#there.has(this.#readable + 1)) this.#readable++;
  }

  async read(): Promise<void> {
    for (let got = this.#got; got < this.#readable; got = this.#got) {
      this.#bytes += await this.server!.read(this.#stream.subarray(this.#bytes)) ?? 0;
      for (let i = got; i < this.#got; i++) {
        const message = this.#stream.subarray(i * this.#size, (i + 1) * this.#size);
        this.#teller.tell(this.ledger.got(numberIn(message)));
      }
    }
    this.ledger.hasRead();
  }

  /** How many numbers the program has got. */
  get #got(): number {
    return Math.floor(this.#bytes / this.#size);
  }
}
