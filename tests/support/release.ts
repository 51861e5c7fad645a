import config from "../../deno.json" with { type: "json" };
import { LOOPBACK } from "./connection.ts";

/** The version that a release of this tree has. */
export const VERSION = config.version;

/** What the project's releases page has, on loopback. */
export interface ReleasesPage extends AsyncDisposable {
  url: string;
  /** Resolves once an archive has been asked for. */
  asked: Promise<void>;
}

/**
 * Serves the archives of `folder` as the releases page does: the newest version is told by a redirection. An archive
 * whose name is in `endless` begins and never ends.
 */
export function serveReleases(folder: string, endless = ""): ReleasesPage {
  const asked = Promise.withResolvers<void>();
  const options = { hostname: LOOPBACK, port: 0, onListen() {} };
  const server = Deno.serve(options, async ({ url }) => {
    const { origin, pathname } = new URL(url);
    if (pathname === "/latest") return Response.redirect(`${origin}/tag/v${VERSION}`);
    if (pathname === `/tag/v${VERSION}`) return new Response("The newest release");
    const name = pathname.match(`^/download/v${VERSION}/([\\w.-]+)$`)?.[1];
    if (name === undefined) return new Response("no such page", { status: 404 });
    if (name !== "SHA256SUMS") asked.resolve();
    if (name === endless) {
      return new Response(new ReadableStream({ start: (pipe) => pipe.enqueue(new Uint8Array(1000)) }));
    }
    try {
      return new Response((await Deno.open(`${folder}/${name}`)).readable);
    } catch {
      return new Response("no such file", { status: 404 });
    }
  });
  return {
    url: `http://${LOOPBACK}:${server.addr.port}`,
    asked: asked.promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
