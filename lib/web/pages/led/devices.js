// @ts-check

/**
 * A device as the server tells it: its name, or its number if it has none. `on` is null while nobody knows, `blink` its
 * rate in Hz or null. One that never says what it is, or is away, has what it was told as `desired`.
 *
 * @typedef {{ index: number, device: string, on: boolean | null, blink: number | null, away: boolean,
 *   desired?: string }} Device
 */

/** Everything that the server knows, as it tells it piece by piece. */
export class Devices {
  /** Whether it has told of all that there are. */
  areAll = false;
  /** @type {Map<number, Device>} */
  #devices = new Map();

  /** The server will tell everything anew. */
  clear() {
    this.areAll = false;
    this.#devices.clear();
  }

  /**
   * Takes a device as it is now; with `gone` it will not come back.
   *
   * @param {Device & { gone?: boolean }} device
   */
  told(device) {
    if (device.gone) this.#devices.delete(device.index);
    else this.#devices.set(device.index, device);
  }

  /** By name, numbers in names as numbers; those without a name are last. */
  sorted() {
    return [...this.#devices.values()].sort((a, b) =>
      Number(hasName(b)) - Number(hasName(a)) || compareNames(a.device, b.device)
    );
  }
}

const { compare: compareNames } = new Intl.Collator(undefined, { numeric: true });

/**
 * Whether it has a name: names are never digits alone.
 *
 * @param {Device} device
 */
export const hasName = ({ index, device }) => device !== String(index);

/**
 * The state of a device, as a key of the page's texts.
 *
 * @param {Device} device
 * @returns {"away" | "unknown" | "isOn" | "isOff"}
 */
export function stateOf({ away, on }) {
  if (away) return "away";
  if (on === null) return "unknown";
  return on ? "isOn" : "isOff";
}

/** The most flashes a second that a page should show, since more can cause seizures (WCAG 2.2, 2.3.1). */
const MOST_FLASHES = 3;

/**
 * How long a drawn light takes from one flash to the next, in ms.
 *
 * @param {number} hz
 */
export const periodOf = (hz) => 1000 / Math.min(hz, MOST_FLASHES);
