import type { Fate } from "../../app/mod.ts";
import { PORT } from "../stage/stage.ts";
import { LOCAL, type Passing, REMOTE } from "../stage/wire.ts";
import type { Onlooker } from "./bad_wire.ts";
import { Ledger } from "./ledger.ts";
import { closing, numberIn, type Sending, sendNumbers, type Teller } from "./sending.ts";

const transport = "udp";

/** Sends the numbers over UDP, a datagram each. */
export async function overUdp(sending: Sending): Promise<void> {
  const { wire, teller } = sending;
  const server = Deno.listenDatagram({ hostname: LOCAL, port: PORT, transport });
  const client = Deno.listenDatagram({ hostname: LOCAL, port: 0, transport });
  using _sockets = closing(client, server);
  const datagrams = new Datagrams(server, teller);
  wire.begin(datagrams);
  await sendNumbers(sending, async (number, message) => {
    datagrams.ledger.sent(number);
    await client.send(message, { hostname: REMOTE, port: PORT, transport });
  });
  await wire.passAll();
}

class Datagrams implements Onlooker {
  readonly ledger = new Ledger("udp");
  readonly #server: Deno.DatagramConn;
  readonly #teller: Teller;
  /** How many have arrived that were not read yet. */
  #unread = 0;

  constructor(server: Deno.DatagramConn, teller: Teller) {
    this.#server = server;
    this.#teller = teller;
  }

  sent({ packet, from, datagram }: Passing, fate: Fate): void {
    if (!datagram) return;
    const { payload, length: bytes } = datagram;
    this.#teller.record(packet);
    this.#teller.tell({ event: "datagram", from, bytes, number: numberIn(payload), ...fate });
  }

  arrived({ datagram }: Passing): void {
    this.ledger.arrived(numberIn(datagram!.payload));
    this.#unread++;
  }

  async read(): Promise<void> {
    for (; this.#unread; this.#unread--) {
      const [message] = await this.#server.receive();
      this.#teller.tell(this.ledger.got(numberIn(message)));
    }
    this.ledger.hasRead();
  }
}
