/** Why a private network isn't to be had. */
export type Refusal =
  /** unshare(1) isn't there, or this isn't Linux. */
  | "no_unshare"
  /** AppArmor keeps user namespaces from programs without a profile, as in Ubuntu 24.04. */
  | "apparmor"
  /** Debian's and Arch's `kernel.unprivileged_userns_clone` is 0. */
  | "unprivileged_userns_clone"
  /** `user.max_user_namespaces` is 0, or all are in use. */
  | "max_user_namespaces"
  /** A container's filter of system calls. */
  | "seccomp"
  /** There is no /dev/net/tun. */
  | "no_tun"
  | "unknown";

/** Options of unshare(1) for a network of one's own, or why there is none. */
export type PrivateNetwork = { flags: readonly string[] } | { refusal: Refusal; detail: string };

/** An ordinary user is root in a user namespace of its own, and may do there what only root may do elsewhere. */
const AS_USER = ["--user", "--map-root-user", "--net"];
const AS_ROOT = ["--net"];

/** Finds out, by trying, how a program can be started in a network of its own (network_namespaces(7)). */
export async function findPrivateNetwork(): Promise<PrivateNetwork> {
  if (Deno.build.os !== "linux") return { refusal: "no_unshare", detail: Deno.build.os };
  let detail = "";
  for (const flags of Deno.uid() === 0 ? [AS_ROOT, AS_USER] : [AS_USER]) {
    const failure = await tryOut(flags);
    if (failure === undefined) {
      return await isThere("/dev/net/tun") ? { flags } : { refusal: "no_tun", detail: "/dev/net/tun" };
    }
    detail = failure;
  }
  return { refusal: await reasonOf(detail), detail };
}

/** The network that this process is in: the number of its namespace (namespaces(7)). */
export function networkNamespace(): string {
  return Deno.readLinkSync("/proc/self/ns/net");
}

/** Whether nobody has used this network yet: no interface has an address, not even the loopback one. */
export function isNewNetwork(): boolean {
  return ["fib_trie", "if_inet6"].every((table) => {
    try {
      return Deno.readTextFileSync(`/proc/self/net/${table}`).trim() === "";
    } catch (error) {
      // One that has no IPv6.
      return table === "if_inet6" && error instanceof Deno.errors.NotFound;
    }
  });
}

/** What unshare says of these options, or nothing if they work. */
async function tryOut(flags: readonly string[]): Promise<string | undefined> {
  try {
    const args = [...flags, "true"];
    const options = { args, env: { LC_ALL: "C" }, stdin: "null" } as const;
    const { success, stderr } = await new Deno.Command("unshare", options).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim().replace(/^unshare: /, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NOT_FOUND;
    throw error;
  }
}

const NOT_FOUND = "unshare: not found";

async function reasonOf(detail: string): Promise<Refusal> {
  if (detail === NOT_FOUND) return "no_unshare";
  if (await contentOf("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1") return "apparmor";
  if (await contentOf("/proc/sys/kernel/unprivileged_userns_clone") === "0") {
    return "unprivileged_userns_clone";
  }
  if (/No space left/.test(detail)) return "max_user_namespaces";
  if (/^Seccomp:\s*2/m.test(await contentOf("/proc/self/status") ?? "")) return "seccomp";
  return "unknown";
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch {
    return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
