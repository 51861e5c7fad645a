import type { PinwireError } from "../errors.ts";

/** What is said under a topic, in UTF-8. */
export interface Publication {
  topic: string;
  payload: string;
  /** Whether the broker keeps it for who comes later. */
  retain?: boolean;
}

/** What somebody else said. */
export interface Message {
  topic: string;
  payload: Uint8Array;
  /** Whether the broker had kept it, so that it may be old. */
  isRetained: boolean;
}

/** Who we are to the broker, and what is said for us once we are gone without a word. */
export interface Identity {
  clientId: string;
  user?: string;
  password?: Uint8Array;
  will?: Publication;
  /**
   * Which program we are of those that may have this client id. It stands beside what is said under the topic of the will:
   * brokers don't all tell whom another has thrown out (Mosquitto 2.0.11 doesn't), who so finds it out by what is kept there.
   */
  instance?: string;
  /** Whether this program was in before, and left its instance there. */
  wasIn?: boolean;
}

/** What a {@linkcode MqttSession} tells. */
export interface SessionHandlers {
  /** Topic filters (MQTT 5, section 4.7) that are subscribed to. */
  readonly filters: readonly string[];
  /** We are in and subscribed, and what the broker had kept under our topics has come. */
  onReady(): void;
  onMessage(message: Message): void;
  /** What concerns one topic alone. */
  onError(error: PinwireError): void;
}
