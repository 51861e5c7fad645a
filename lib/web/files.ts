/**
 * What browsers may fetch: a fixed table, and no file system behind it.
 *
 * Files are imported as text (`with { type: "text" }`): Deno 2.9.5 does that without a flag and without a warning, in
 * `deno run`, under `deno bundle`, which makes strings of them, and so in the compiled binary, whose older Deno sees
 * only those strings. (`type: "bytes"` needs a flag, so a picture is an SVG.) Since a page is imported by `import()`, no
 * other command reads it.
 *
 * @module
 */

/** A page, by the folder that it is in. */
export type PageName = keyof typeof PAGES;

/** What a browser may fetch. */
export interface PageFile {
  /** As `Content-Type` has it. */
  readonly type: string;
  readonly body: Uint8Array;
}

const PAGES = {
  led: () => import("./pages/led/files.ts"),
  chat: () => import("./pages/chat/files.ts"),
  frames: () => import("./pages/frames/files.ts"),
  lab: () => import("./pages/lab/files.ts"),
};

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** The files of a page by their paths; the page itself is `/`. */
export async function filesOf(page: PageName): Promise<ReadonlyMap<string, PageFile>> {
  const [own, shared] = await Promise.all([PAGES[page](), import("./pages/shared/files.ts")]);
  const encoder = new TextEncoder();
  return new Map(
    Object.entries({ ...shared.FILES, ...own.FILES }).map(([path, text]) => {
      const type = TYPES[path.split(".")[1] ?? "html"];
      return [path, { type, body: encoder.encode(text) }];
    }),
  );
}
