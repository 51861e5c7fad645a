export const ON = { do: "on" } as const;
export const OFF = { do: "off" } as const;
export const TOGGLE = { do: "toggle" } as const;
