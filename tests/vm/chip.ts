/** The chip of a guest of run.sh: its files, its other end, and what the kernel was told to drive. */

export const CLASS = "/sys/class/gpio";
export const SIM = "/sys/kernel/config/gpio-sim/pi";
const TRACE = "/sys/kernel/tracing";

export const read = (path: string) => Deno.readTextFileSync(path).trim();
export const write = (path: string, text: string) => Deno.writeTextFileSync(path, text, { create: false });

if (!Deno.statSync("/run/vm").isDirectory) throw new Error("only in the guest of tests/vm/run.sh");
write(`${TRACE}/events/gpio/enable`, "1");

/** The number that the kernel gives a line. */
export function numberOf(offset: number): number {
  const label = read(`${SIM}/bank0/label`);
  for (const { name } of Deno.readDirSync(CLASS)) {
    const chip = `${CLASS}/${name}`;
    if (name.startsWith("gpiochip") && read(`${chip}/label`) === label) {
      return Number(read(`${chip}/base`)) + offset;
    }
  }
  throw new Error(`no chip ${label}`);
}

export const folderOf = (offset: number) => `${CLASS}/gpio${numberOf(offset)}`;

export function isExported(offset: number): boolean {
  return [...Deno.readDirSync(CLASS)].some(({ name }) => name === `gpio${numberOf(offset)}`);
}

/** The level at the other end of the wire. */
export function wire(offset: number): boolean {
  const chip = `/sys/devices/platform/${read(`${SIM}/dev_name`)}/${read(`${SIM}/bank0/chip_name`)}`;
  return read(`${chip}/sim_gpio${offset}/value`) === "1";
}

/** The levels that the kernel was told to drive since the last call, of all processes. */
export function driven(offset: number): boolean[] {
  const number = numberOf(offset);
  const events = read(`${TRACE}/trace`).matchAll(/gpio_value: (\d+) set (\d)/g);
  const levels = events.filter(([, line]) => Number(line) === number).map(([, , level]) => level === "1");
  const found = [...levels];
  // To truncate it is to empty it.
  write(`${TRACE}/trace`, "");
  return found;
}

/** Exports a line as another program would have. */
export function exportByOther(offset: number, direction: string): void {
  write(`${CLASS}/export`, `${numberOf(offset)}`);
  write(`${folderOf(offset)}/direction`, direction);
}

/** Makes every line an input that nobody has, as unexporting it alone does not. */
export function tidy(): void {
  if (read(`${SIM}/live`) === "1") write(`${SIM}/live`, "0");
  write(`${SIM}/live`, "1");
  write(`${TRACE}/trace`, "");
}
