// Types of the functions that we use of deno-std, which carries none. Each says what its own documentation says.

declare module "@std/assert" {
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    errorClass?: new (...args: never[]) => E,
    msgIncludes?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    errorClass?: new (...args: never[]) => E,
    msgIncludes?: string,
  ): Promise<E>;
  export function fail(msg?: string): never;
}

declare module "@std/bytes/concat" {
  export function concat(buffers: Uint8Array[]): Uint8Array<ArrayBuffer>;
}

declare module "@std/cli/parse-args" {
  export interface ParseOptions {
    string?: string[];
    boolean?: string[];
    collect?: string[];
    negatable?: string[];
    alias?: Record<string, string[]>;
    "--"?: boolean;
    unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  }
  export function parseArgs(
    args: string[],
    options?: ParseOptions,
  ): { _: string[]; "--"?: string[]; [name: string]: unknown };
}

declare module "@std/text/closest-string" {
  export function closestString(word: string, possibleWords: string[]): string | undefined;
}

declare module "@std/fmt/colors" {
  export function dim(text: string): string;
  export function green(text: string): string;
  export function yellow(text: string): string;
  export function magenta(text: string): string;
  export function cyan(text: string): string;
  export function red(text: string): string;
  export function bold(text: string): string;
}

declare module "@std/streams" {
  export function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>>;
  export function toTransformStream<I, O>(
    transformer: (source: ReadableStream<I>) => Iterable<O> | AsyncIterable<O>,
  ): TransformStream<I, O>;
  export class TextLineStream extends TransformStream<string, string> {
    constructor(options?: { allowCR?: boolean });
  }
}

declare module "@std/text/levenshtein-distance" {
  export function levenshteinDistance(str1: string, str2: string): number;
}

declare module "@std/yaml" {
  export function parse(content: string): unknown;
}
