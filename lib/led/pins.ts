import { chooseGpio, type Gpio, type GpioChoice, type HeaderPin, type LineState } from "deno-gpio";
import { drawHeader, isColoured } from "./view.ts";

/** Prints the header, and what its pins do where that can be told. */
export function printPins({ gpio: choice, chip, noColor }: {
  gpio?: GpioChoice;
  chip?: string;
  noColor: boolean;
}): void {
  const { gpio, reason } = chooseGpio({ ...choice, chip });
  for (const line of drawHeader((pin) => stateOf(gpio, pin), isColoured(noColor))) console.log(line);
  console.log();
  if (reason) console.log(reason);
}

function stateOf(gpio: Gpio, { bcm, name }: HeaderPin): LineState | undefined {
  return bcm === undefined ? undefined : gpio.inspect({ offset: bcm, name, label: name });
}
