import { PinwireError } from "../errors.ts";
import { tlsFault } from "../net/mod.ts";

/** The reason code of MQTT 5 (section 2.4) for a client whose place another has taken. */
export const TAKEN_OVER = 0x8e;

/** Others that we know more about than their number. */
const REASON = {
  unsupportedVersion: 0x84,
  badClientId: 0x85,
  badNameOrPassword: 0x86,
  notAuthorized: 0x87,
  unavailable: 0x88,
  busy: 0x89,
  banned: 0x8a,
  shuttingDown: 0x8b,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
} as const;

/** What 3.1.1 answers to a version that it doesn't know (its section 3.2.2.3). */
const OLD_VERSION = 1;

/** What ends a client for good. */
const FINAL = ["broker_refused", "session_taken"];

/** What TLS fails with where no certificate is to blame. */
const NO_TLS = "no TLS";

/** Whether another attempt would end as this one did: so it is with who we are, and with a certificate, not with a broker. */
export function isFinal(error: unknown): boolean {
  const fault = tlsFault(error);
  if (fault !== undefined) return fault !== NO_TLS;
  return error instanceof PinwireError && FINAL.includes(error.code);
}

/** Whether a reason code says that something went wrong. */
export const isRefusal = (reason: number | undefined): boolean => reason !== undefined && reason >= 0x80;

/** Why a broker did not take us in (CONNACK). */
export function refusal(reason: number, broker: string, user: string | undefined): PinwireError {
  switch (reason) {
    case OLD_VERSION:
    case REASON.unsupportedVersion:
      return new PinwireError("broker_too_old", `the broker at ${broker} does not speak MQTT 5`, {
        hint: "use one that does, such as Mosquitto 1.6 or newer",
      });
    case REASON.badNameOrPassword:
    case REASON.notAuthorized:
    case REASON.banned:
      return new PinwireError(
        "broker_refused",
        `the broker at ${broker} refuses ${user ?? "us without a name"}`,
        {
          hint: user === undefined
            ? "write mqtt://USER@HOST, with the password in PINWIRE_MQTT_PASSWORD or --password-file"
            : "check the name, and the password in PINWIRE_MQTT_PASSWORD or --password-file",
        },
      );
    case REASON.badClientId:
      return new PinwireError("bad_client_id", `the broker at ${broker} refuses our client id`, {
        hint: "give a shorter or plainer --name",
      });
    case REASON.unavailable:
    case REASON.busy:
      return new PinwireError("broker_busy", `the broker at ${broker} has no room for us now`);
  }
  return new PinwireError("broker_refuses", `the broker at ${broker} refuses us (reason ${hex(reason)})`, {
    hint: "its log says why",
  });
}

/** Why a broker has sent us away (DISCONNECT); nothing where it only stops. */
export function farewell(reason: number, broker: string): PinwireError | undefined {
  switch (reason) {
    case 0:
    case REASON.shuttingDown:
      return undefined;
    case TAKEN_OVER:
      return new PinwireError("session_taken", `another program took our place at the broker ${broker}`, {
        hint: "two have the same name there: give one of them another with --name",
      });
    case REASON.packetTooLarge:
    case REASON.quotaExceeded:
      return new PinwireError("broker_limit", `the broker at ${broker} has a limit that we passed`, {
        hint: "its log says which",
      });
  }
  return new PinwireError("broker_refuses", `the broker at ${broker} sent us away (reason ${hex(reason)})`, {
    hint: "its log says why",
  });
}

/** A topic that the broker keeps from us. */
export function forbidden(what: "read" | "write", topic: string, reason: number): PinwireError {
  return reason === REASON.notAuthorized
    ? new PinwireError("topic_forbidden", `the broker does not let us ${what} ${topic}`, {
      hint: "allow it in the broker's access control list",
    })
    : new PinwireError(
      "topic_refused",
      `the broker refuses to let us ${what} ${topic} (reason ${hex(reason)})`,
      {
        hint: "its log says why",
      },
    );
}

const hex = (reason: number) => `0x${reason.toString(16)}`;
