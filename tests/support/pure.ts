/** A test that may do nothing but compute. */
export function pure(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** Done when all that can happen now has happened. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
