/**
 * Runs the tests:
 *
 *     deno task test [FILES OR OPTIONS OF deno test]
 *
 * Without arguments these are all tests, in processes that run at the same time, and the last line is
 * "N passed, N failed, N skipped". Unit tests run one after the other, as some of them change the environment or the
 * folder of their process. The virtual machines take longest, and wait for nothing. Types are checked once for all.
 *
 *     PINWIRE_BIN=./pinwire deno task test
 *
 * tests a compiled pinwire in place of the source, by those tests alone that start it.
 *
 * A file of which a test failed beside others runs once more, alone: a machine on which everything runs at once can be
 * too slow for a peer's own patience. What passes then counts, and is named; what fails twice has failed.
 */
import { TextLineStream } from "@std/streams";

const TEST = ["test", "--allow-all", "--trace-leaks"];
const MACHINES = "tests/kernel_pins_test.ts";
const SOURCE_SHARDS = [
  [...TEST, "--no-check", MACHINES],
  [...TEST, "--no-check", "--parallel", `--ignore=${MACHINES}`, "tests"],
  [...TEST, "--no-check", "--doc", "--ignore=tests,build", "."],
  ["check", "--doc"],
];

/** Pages, examples and completions are of the commands, which are the same in a binary: they are tried once. */
const TRIED_ONCE = ["completions_test.ts", "docs_modes_test.ts", "docs_run_test.ts", "examples_test.ts"];

/** The files of tests that import, if only by others, what starts pinwire. */
function processTests(): string[] {
  const folder = new URL("./", import.meta.url);
  const starter = new URL("support/pinwire.ts", folder).href;
  function imports(file: URL): boolean {
    if (file.href === starter) return true;
    const specifiers = Deno.readTextFileSync(file).matchAll(/^(?:import|export|\}).* from "(\.[^"]+)"/gm);
    const files = [...specifiers].map(([, specifier]) => new URL(specifier, file));
    return files.some((one) => one.href.startsWith(folder.href) && imports(one));
  }
  const tests = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    name.endsWith("_test.ts")
  );
  return tests.filter((name) => !TRIED_ONCE.includes(name) && imports(new URL(name, folder))).map((name) =>
    `tests/${name}`
  );
}

/** What a shard ended with. */
interface Outcome {
  code: number;
  /** Passed, failed and skipped; none without a summary of `deno test`. */
  counts?: number[];
  /** What is said of the tests that failed. */
  errors: string;
  /** Failed tests of files that ran beside others, by their files. */
  failures: Map<string, number>;
}

async function runShard(args: string[]): Promise<Outcome> {
  // One more than there are processors, as these tests wait for processes too: many more, and peers run out of patience.
  const jobs = Deno.env.get("DENO_JOBS") ?? `${navigator.hardwareConcurrency + 1}`;
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("..", import.meta.url),
    env: { DENO_JOBS: jobs },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const outcome: Outcome = { code: 0, errors: "", failures: new Map() };
  async function pass(output: ReadableStream<Uint8Array<ArrayBuffer>>) {
    let isError = false;
    for await (const line of output.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      const plain = line.replace(/\p{Cc}\[[\d;]*m/gu, "");
      const summary = plain.match(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?: \| (\d+) ignored)?/);
      if (summary) outcome.counts = summary.slice(1).map((count) => Number(count ?? 0));
      const [, failed] = plain.match(/^\.\/(tests\/\w+_test\.ts) => .* \.\.\. FAILED\b/) ?? [];
      if (failed) outcome.failures.set(failed, (outcome.failures.get(failed) ?? 0) + 1);
      isError ||= plain.trim() === "ERRORS";
      if (isError && !summary) outcome.errors += `${line}\n`;
      else console.log(line);
    }
  }
  const [{ code }] = await Promise.all([child.status, pass(child.stdout), pass(child.stderr)]);
  return { ...outcome, code };
}

async function runAll(): Promise<number> {
  const shards = Deno.env.get("PINWIRE_BIN")
    ? [[...TEST, "--no-check", "--parallel", ...processTests()]]
    : SOURCE_SHARDS;
  const outcomes = await Promise.all(shards.map(runShard));
  // Last, where they are found.
  for (const { errors } of outcomes) if (errors) console.log(errors);
  const sum = [0, 0, 0];
  for (const { code, counts = [0, 0, 0] } of outcomes) {
    // What fails without a test that does counts as one.
    if (code !== 0 && counts[1] === 0) counts[1] = 1;
    counts.forEach((count, i) => sum[i] += count);
  }
  for (const [file, count] of outcomes.flatMap(({ failures }) => [...failures])) {
    console.log(`${file} once more, alone:`);
    if (await runSome(["--no-check", file]) !== 0) continue;
    console.log(`${file} failed beside others, and passes alone`);
    sum[0] += count;
    sum[1] -= count;
  }
  const [passed, failed, skipped] = sum;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

async function runSome(args: string[]): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), { args: [...TEST, "--doc", ...args] });
  return (await command.spawn().status).code;
}

Deno.exit(await (Deno.args.length ? runSome(Deno.args) : runAll()));
