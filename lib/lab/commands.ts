import { cidr } from "./cidr/commands.ts";
import { handshake } from "./handshake/commands.ts";
import { sticky } from "./sticky/commands.ts";
import { layers } from "./layers/commands.ts";

/** The lessons. */
export const commands = {
  "lab handshake": handshake,
  "lab layers": layers,
  "lab cidr": cidr,
  "lab sticky": sticky,
};
