import { BareSockets } from "../../system/bare_sockets.ts";
import type { Stage } from "../stage/stage.ts";
import { backlog } from "./backlog.ts";
import type { Bench } from "./bench.ts";
import { epipe } from "./epipe.ts";
import { halfOpen } from "./half_open.ts";
import { nagle } from "./nagle.ts";
import { type Pitfall, PITFALLS, SCENES } from "./names.ts";
import { reset } from "./reset.ts";
import { synFlood } from "./syn_flood.ts";
import { timeWait } from "./time_wait.ts";

const EXPERIMENTS: Record<Pitfall, (bench: Bench) => Promise<void>> = {
  "time-wait": timeWait,
  "half-open": halfOpen,
  "epipe": epipe,
  "backlog": backlog,
  "nagle": nagle,
  "reset": reset,
  "syn-flood": synFlood,
};

/** Falls into a pitfall, and out of it again; without a name into all of them. */
export const pitfalls = (name: Pitfall | undefined) => async (stage: Stage): Promise<void> => {
  // A probe for a lost last segment (RFC 8985) would come while one waits on the wire.
  stage.set("tcp_early_retrans", "0");
  using sockets = new BareSockets();
  for (const one of name ? [name] : PITFALLS) {
    await EXPERIMENTS[one]({ stage, sockets });
    stage.scene(SCENES.cure);
  }
};
