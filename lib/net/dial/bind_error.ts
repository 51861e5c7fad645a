import { PinwireError } from "../../errors.ts";
import { hostPort } from "../address.ts";
import type { Endpoint } from "../datagram.ts";

/** Why a connection could not have its own end, from the system's error with its name as `code`. */
export function bindError(error: Error & { code?: string }, bind: Endpoint): PinwireError {
  const make = (code: string, message: string, hint: string) =>
    new PinwireError(code, message, { hint, cause: error });
  if (error.code === "EADDRINUSE") {
    return make(
      "address_taken",
      `${hostPort(bind)} is taken`,
      "leave the port of --bind out, or choose another",
    );
  }
  if (error.code === "EACCES") {
    return make("permission_denied", `you may not dial from port ${bind.port}`, "choose a port from 1024 on");
  }
  return make(
    "address_not_ours",
    `${bind.hostname} is not an address of this machine`,
    "give --bind one that it has",
  );
}
