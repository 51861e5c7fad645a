import { dialOptions, type DialSettings, passwordFor } from "../app/mod.ts";
import { usageError } from "../errors.ts";
import type { MqttOptions } from "./client.ts";
import { BROKER, parseBroker } from "./broker.ts";

/** What a command line says of a broker, besides its URL. */
export interface BrokerSettings extends DialSettings {
  passwordFile?: string;
  noReconnect?: boolean;
}

/**
 * How to reach a broker, with the password from `--password-file` or from the environment.
 *
 * @throws {PinwireError} `usage`; `file_unreadable`
 */
export async function mqttSettings(
  url: string,
  settings: BrokerSettings,
): Promise<Pick<MqttOptions, "broker" | "password" | "dialling" | "noReconnect">> {
  const broker = parseBroker(url);
  if (settings.ca !== undefined && broker.address.scheme !== "tls") {
    throw usageError("--ca is for mqtts:// brokers", "write mqtts://HOST");
  }
  if (settings.passwordFile !== undefined && broker.user === undefined) {
    throw usageError("a password needs a name", "write mqtt://USER@HOST");
  }
  const password = await passwordFor(BROKER, settings.passwordFile);
  return {
    broker,
    dialling: await dialOptions(broker.address, settings),
    noReconnect: settings.noReconnect,
    ...broker.user !== undefined && password !== undefined &&
      { password: new TextEncoder().encode(password) },
  };
}
