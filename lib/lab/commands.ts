import { cidr } from "./cidr/commands.ts";
import { handshake } from "./handshake/commands.ts";

/** The lessons. */
export const commands = {
  "lab handshake": handshake,
  "lab cidr": cidr,
};
