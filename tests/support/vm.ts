import type { Outcome } from "./process.ts";

/** The chips of real Raspberry Pis, as kernels of their time show them. */
const DRESSES = {
  pi3: { image: "6.1", label: "pinctrl-bcm2835", lines: 54, base: 0 },
  pi4: { image: "6.12", label: "pinctrl-bcm2711", lines: 58, base: 512 },
  pi5: { image: "6.12", label: "pinctrl-rp1", lines: 54, base: 569 },
} as const;

/** A Raspberry Pi whose chip gpio-sim can play. */
export type Dress = keyof typeof DRESSES;

const ROOT = `${import.meta.dirname}/../..`;

/** Runs a command in a virtual machine whose gpio-sim is dressed as that of a Raspberry Pi. */
export function runInVm(dress: Dress, command: string[]): Promise<Outcome> {
  const { image, label, lines, base } = DRESSES[dress];
  const options = ["-k", image, "-l", label, "-n", lines, "-b", base].map(String);
  return runScript("run.sh", [...options, "--", ...command]);
}

/** A compiled pinwire for arm64. */
const ARM_BINARY = Deno.env.get("PINWIRE_BIN_AARCH64");

/** Runs a command on an emulated Raspberry Pi 3, which has the binary for arm64, if there is one, as /app/pinwire. */
export function runOnPi3(command: string[]): Promise<Outcome> {
  const binary = ARM_BINARY ? ["-b", ARM_BINARY] : [];
  return runScript("pi3.sh", [...binary, "--", ...command]);
}

/** Why this machine can't; tests never build what they boot. */
export function whyNoVm(dress: Dress): string | undefined {
  return whyNot(DRESSES[dress].image);
}

export function whyNoPi3(): string | undefined {
  return whyNot("pi3");
}

/** Why there is no binary to be run there. */
export const whyNoArmBinary = ARM_BINARY ? undefined : "no runtime stub";

function whyNot(image: "6.1" | "6.12" | "pi3"): string | undefined {
  if (Deno.build.os !== "linux") return "needs Debian";
  const args = [`${ROOT}/tests/vm/build.sh`, "--check", image];
  const { success } = new Deno.Command("bash", { args, stdout: "null", stderr: "null" }).outputSync();
  return success ? undefined : "run tests/vm/build.sh";
}

async function runScript(name: string, args: string[]): Promise<Outcome> {
  const command = new Deno.Command("bash", { args: [`tests/vm/${name}`, ...args], cwd: ROOT });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
