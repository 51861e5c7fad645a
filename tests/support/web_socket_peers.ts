import { has } from "./machine.ts";
import { Process } from "./process.ts";
import { PYTHON } from "./python.ts";

/** Another program's WebSockets. */
export interface WebSocketPeer {
  /** What must be there for it. */
  needs: string;
  isThere: boolean;
  client(url: string): Process;
  server(): Process;
}

const pathOf = (name: string) => new URL(`../peers/${name}`, import.meta.url).pathname;

/** Whether a command ends well. */
export function works(program: string, args: string[]): boolean {
  if (!has(program)) return false;
  return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
}

/** The libraries that people write their own peers with. */
export const WEB_SOCKET_PEERS: readonly WebSocketPeer[] = [
  {
    needs: "Python's websockets",
    isThere: works(PYTHON, ["-c", "import websockets"]),
    client: (url) => new Process(PYTHON, [pathOf("websocket_client.py"), url]),
    server: () => new Process(PYTHON, [pathOf("websocket_server.py")]),
  },
  {
    needs: "npm's ws",
    isThere: works("node", ["-e", "require('ws')"]),
    client: (url) => new Process("node", [pathOf("websocket_client.cjs"), url]),
    server: () => new Process("node", [pathOf("websocket_server.cjs")]),
  },
];
