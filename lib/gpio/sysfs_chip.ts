import { PinwireError } from "../errors.ts";
import { translateSysfsError } from "./sysfs_errors.ts";
import { readFile } from "./sysfs_pin.ts";

/** The chips that the header's pins belong to: on a Pi 0 to 3, a Pi 4, a Pi 5. */
const PI_CHIPS = ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"];

/** A chip as sysfs shows it, and where the files of its lines are. */
export interface SysfsChip {
  readonly label: string;
  /** The number of its lines. */
  readonly lines: number;
  /** The file that takes a line into user space when its number is written there. */
  readonly exportPath: string;
  readonly unexportPath: string;
  /** What is written into these two for a line. */
  number(offset: number): string;
  /** The folder that a line has while it is exported. */
  folder(offset: number): string;
}

/**
 * The chips of this machine, whichever of the kernel's two layouts it has: numbers counted over all chips
 * (`gpiochip512`, whose lines begin with its number), or, from Linux 6.17 on, offsets within each (`chip0`).
 * See Documentation/ABI/obsolete/sysfs-gpio. The older one is used where both are there.
 *
 * @param root where sysfs is mounted, or a stand-in for its `class/gpio`
 * @throws {PinwireError} `no_gpio` where there is no such folder
 */
function listChips(root: string): SysfsChip[] {
  const { folder, names } = classFolder(root);
  const legacy = names.includes("export") ? names.filter((name) => /^gpiochip\d+$/.test(name)) : [];
  const chips = legacy.length
    ? legacy.map((name) => legacyChip(folder, name))
    : names.filter((name) => /^chip\d+$/.test(name)).map((name) => localChip(`${folder}/${name}`));
  return chips.filter((chip) => chip !== undefined);
}

/**
 * The chip with this label; without a label, the header's. Numbers change, labels don't.
 *
 * @throws {PinwireError} `no_chip`, naming the chips that are there
 */
export function findChip(root: string, label: string | undefined): SysfsChip {
  const chips = listChips(root);
  const chip = chips.find((chip) =>
    label === undefined ? PI_CHIPS.includes(chip.label) : chip.label === label
  );
  if (chip) return chip;
  const there = chips.map((chip) => chip.label).join(", ") || "none";
  throw new PinwireError(
    "no_chip",
    label === undefined
      ? "there is no chip of a Raspberry Pi's header"
      : `there is no GPIO chip with the label "${label}"`,
    { hint: `the chips here are: ${there}; name one with --chip, its lines with --numbering line` },
  );
}

/** The folder of the GPIO class, and what is in it. A kernel without GPIO has no such folder. */
function classFolder(root: string): { folder: string; names: string[] } {
  for (const folder of [`${root}/class/gpio`, root]) {
    const names = namesIn(folder);
    if (names.some((name) => /^(export|chip\d+)$/.test(name))) return { folder, names };
  }
  throw new PinwireError("no_gpio", `there are no GPIO chips at ${root}`, {
    hint: "this kernel has no GPIO in sysfs; use --gpio simulated, or name another mount: --gpio sysfs:ROOT",
  });
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw translateSysfsError(error, "GPIO", folder);
  }
}

function legacyChip(folder: string, name: string): SysfsChip | undefined {
  const [label, base, lines] = ["label", "base", "ngpio"].map((file) =>
    readLine(`${folder}/${name}/${file}`)
  );
  if (label === undefined || base === undefined) return undefined;
  const number = (offset: number) => String(Number(base) + offset);
  return {
    label,
    lines: Number(lines ?? 0),
    exportPath: `${folder}/export`,
    unexportPath: `${folder}/unexport`,
    number,
    folder: (offset) => `${folder}/gpio${number(offset)}`,
  };
}

function localChip(folder: string): SysfsChip | undefined {
  const [label, lines] = ["label", "ngpio"].map((file) => readLine(`${folder}/${file}`));
  if (label === undefined) return undefined;
  return {
    label,
    lines: Number(lines ?? 0),
    exportPath: `${folder}/export`,
    unexportPath: `${folder}/unexport`,
    number: String,
    folder: (offset) => `${folder}/gpio${offset}`,
  };
}

// A chip may be unplugged while it is being read.
function readLine(path: string): string | undefined {
  try {
    return readFile(path, "GPIO");
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}
