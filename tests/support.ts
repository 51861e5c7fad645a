export * from "./support/binary.ts";
export * from "./support/connection.ts";
export * from "./support/machine.ts";
export * from "./support/pinwire.ts";
export * from "./support/process.ts";
export * from "./support/python.ts";
export * from "./support/world.ts";
