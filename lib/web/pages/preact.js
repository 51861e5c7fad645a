// For checkers and tests. A browser that asks for /preact.js gets that module itself.
export * from "htm/preact/standalone";
