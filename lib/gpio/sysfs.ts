import { PinwireError } from "../errors.ts";
import { Reservations } from "./reservations.ts";
import { findChip, type SysfsChip } from "./sysfs_chip.ts";
import { codeOf } from "./sysfs_errors.ts";
import { exists, openFile, readFile, SysfsPin, writeFile } from "./sysfs_pin.ts";
import type { Gpio, Line, LineState, OutputOptions, OutputPin } from "./types.ts";

/** Where the adapter looks. */
export interface SysfsOptions {
  /** Where sysfs is mounted; default `/sys`. For `/sys` Deno wants all permissions, elsewhere read and write. */
  root?: string;
  /** The chip's label; by default the chip of a Raspberry Pi's header. */
  chip?: string;
  /** Milliseconds to wait for the right to use a line once it is exported; default 5,000. */
  patience?: number;
}

/** udev needs up to a second to give an exported line to its group, and more on a busy machine. */
const PATIENCE = 5_000;
const RETRY = 20;

/**
 * The kernel's GPIO as sysfs shows it (Documentation/admin-guide/gpio/sysfs.rst). The chip is looked up anew
 * for every line that is opened, since it may have been unplugged and have come back under another number.
 */
export class SysfsGpio implements Gpio {
  readonly kind = "sysfs";
  readonly chip: string;
  #root: string;
  #patience: number;
  #open = new Reservations();

  /** @throws {PinwireError} `no_gpio`, `no_chip` */
  constructor({ root = "/sys", chip, patience = PATIENCE }: SysfsOptions = {}) {
    this.#root = root;
    this.#patience = patience;
    this.chip = findChip(root, chip).label;
  }

  async openOutput(line: Line, options: OutputOptions): Promise<OutputPin> {
    const chip = this.#chipOf(line);
    this.#open.take(line, options.consumer);
    let isOurs = false;
    const leave = (release: boolean) => {
      if (release && isOurs) unexportLine(chip, line);
      this.#open.free(line);
    };
    try {
      isOurs = exportLine(chip, line);
      return await this.#untilAllowed(options.signal, () => openPin(chip, line, options, leave));
    } catch (error) {
      leave(true);
      throw error;
    }
  }

  inspect(line: Line): LineState | undefined {
    const folder = this.#chipOf(line).folder(line.offset);
    if (!exists(folder)) return undefined;
    const isHigh = (readFile(`${folder}/value`, line.label) === "1") !== isInverted(folder, line);
    return { direction: directionOf(folder, line) === "in" ? "in" : "out", high: isHigh };
  }

  #chipOf(line: Line): SysfsChip {
    const chip = findChip(this.#root, this.chip);
    if (line.offset < chip.lines) return chip;
    throw new PinwireError("no_such_line", `${chip.label} has no ${line.label}`, {
      hint: `its lines are 0 to ${chip.lines - 1}`,
    });
  }

  // Until udev has changed the new files, only root may use them (others get EACCES). A refusal that stays, such
  // as EPERM, is not waited for.
  async #untilAllowed<T>(signal: AbortSignal | undefined, use: () => T): Promise<T> {
    const deadline = performance.now() + this.#patience;
    for (;;) {
      try {
        return use();
      } catch (error) {
        const code = codeOf((error as Error).cause);
        const mayPass = code === "EACCES" || code === "ENOENT";
        if (!mayPass || signal?.aborted || performance.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

/** Exports the line; `true` if it was not exported before: then it is ours, and must be given back. */
function exportLine(chip: SysfsChip, line: Line): boolean {
  const folder = chip.folder(line.offset);
  if (exists(folder)) return false;
  try {
    writeFile(chip.exportPath, chip.number(line.offset), line.label);
    return true;
  } catch (error) {
    // Another program may have been faster. A line that a driver holds has no folder.
    if (error instanceof PinwireError && error.code === "pin_busy" && exists(folder)) return false;
    throw error;
  }
}

function unexportLine(chip: SysfsChip, line: Line): void {
  try {
    writeFile(chip.unexportPath, chip.number(line.offset), line.label);
  } catch {
    // It went with its chip, or another program has given it back.
  }
}

/** Opens every file before the line is touched, so that a missing right changes nothing. */
function openPin(
  chip: SysfsChip,
  line: Line,
  { activeLow = false, initial }: OutputOptions,
  leave: (release: boolean) => void,
): OutputPin {
  const folder = chip.folder(line.offset);
  const direction = directionOf(folder, line);
  const file = openFile(`${folder}/value`, line.label);
  const pin = new SysfsPin(line, file, activeLow !== isInverted(folder, line), leave);
  try {
    if (direction === "in") {
      const on = initial === true;
      writeFile(`${folder}/direction`, on !== activeLow ? "high" : "low", line.label);
    } else if (initial !== "keep") {
      // Writing "out" would drive it low first; writing the level alone makes no such pulse.
      pin.write(initial);
    } else if (direction === undefined) {
      pin.write(pin.read());
    }
    return pin;
  } catch (error) {
    file.close();
    throw direction === undefined ? cannotDrive(error, line) : error;
  }
}

/** `undefined` if the direction can't be changed: then the kernel shows no such file. */
function directionOf(folder: string, line: Line): string | undefined {
  const path = `${folder}/direction`;
  return exists(path) || !exists(folder) ? readFile(path, line.label) : undefined;
}

/** `active_low` is the kernel's own inversion of `value`; it is left as it is. */
function isInverted(folder: string, line: Line): boolean {
  const path = `${folder}/active_low`;
  return exists(path) && readFile(path, line.label) === "1";
}

function cannotDrive(cause: unknown, { label }: Line): PinwireError {
  return new PinwireError("pin_direction", `${label} is an input for good`, {
    hint: "choose another pin",
    cause,
  });
}
