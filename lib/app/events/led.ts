/** A device has said hello, or is known and has not said what its pin is. */
export interface DeviceEvent extends OfBroker {
  event: "device";
  device: string;
  /** The device's number at its controller. */
  index?: number;
  peer?: string;
}

/** What is known of a device that was found at an MQTT broker. */
export interface OfBroker {
  /** The agent, or controller, that it belongs to. */
  node?: string;
  online?: boolean;
  /** How often a second it blinks, if it does. */
  blink?: number;
}

/** A pin has changed, or a device says what its pin is. */
export interface StateEvent extends OfBroker {
  event: "state";
  on: boolean;
  /** The pin, as it was named on the command line. */
  pin?: string;
  /** The device that it belongs to, by its name. */
  device?: string;
  /** The device's number at its controller. */
  index?: number;
  peer?: string;
}
