const KEY = "pinwire-token";

/**
 * The web token: from the address (`#k=…`), which is then without it, else the one that this tab has kept for a
 * reload. `undefined` if there is none.
 *
 * @returns {string | undefined}
 */
export function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("k");
  if (token) {
    sessionStorage.setItem(KEY, token);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY) ?? undefined;
}
