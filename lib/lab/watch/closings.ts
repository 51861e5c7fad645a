import type { SegmentEvent, TcpEnd } from "../../app/mod.ts";

/** What is known of how a connection ends: each end's FIN, by the number behind it, and who was first. */
interface Closing {
  fins: Partial<Record<TcpEnd, number>>;
  first: TcpEnd;
  /** Whether the second end had not seen the first one's FIN when it sent its own. */
  isTogether: boolean;
}

/** Finds out which end of each connection has closed first: that one waits in TIME_WAIT (RFC 9293, section 3.6). */
export class Closings {
  readonly #closings = new Map<number | undefined, Closing>();

  /** Who waits, when the last FIN has been acknowledged; both, if they closed at the same time. */
  take({ stream, from, flags, seq, ack = 0, bytes }: SegmentEvent): TcpEnd[] | undefined {
    if (flags.includes("SYN") || flags.includes("RST")) {
      this.#closings.delete(stream);
      return undefined;
    }
    const other = from === "client" ? "server" : "client";
    const closing = this.#closings.get(stream);
    if (flags.includes("FIN")) {
      const end = seq + bytes + 1;
      if (!closing) this.#closings.set(stream, { fins: { [from]: end }, first: from, isTogether: false });
      else if (closing.fins[from] === undefined) {
        closing.fins[from] = end;
        closing.isTogether = ack < closing.fins[other]!;
      }
      return undefined;
    }
    const [own, theirs] = [closing?.fins[from], closing?.fins[other]];
    if (!closing || own === undefined || theirs === undefined || ack < theirs) return undefined;
    if (closing.isTogether) {
      // Each acknowledges the other's; the second of the two is the last.
      closing.fins[other] = Infinity;
      if (own !== Infinity) return undefined;
    } else if (from !== closing.first) return undefined;
    this.#closings.delete(stream);
    return closing.isTogether ? ["client", "server"] : [closing.first];
  }
}
