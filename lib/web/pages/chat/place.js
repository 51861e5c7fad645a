const KEY = "pinwire-chat";

/**
 * Where this tab was, for a page that is loaded again: its name, its room, and its session, of whose room it wants to
 * hear everything again.
 *
 * @returns {{ nick?: string, room?: string, resume?: { session: string, log: string, line: number } }}
 */
export const keptPlace = () => JSON.parse(sessionStorage.getItem(KEY) ?? "{}");

/** Keeps that, for this tab alone. */
export const keepPlace = (place) => sessionStorage.setItem(KEY, JSON.stringify(place));
