/** Why a private network isn't to be had. */
export type Refusal =
  /** Other systems have none. */
  | "not_linux"
  /** unshare(1) isn't there, or may not be run. */
  | "no_unshare"
  /** AppArmor keeps user namespaces from programs without a profile, as in Ubuntu 24.04. */
  | "apparmor"
  /** Debian's and Arch's `kernel.unprivileged_userns_clone` is 0. */
  | "unprivileged_userns_clone"
  /** `user.max_user_namespaces` is 0. */
  | "max_user_namespaces"
  /** `user.max_net_namespaces` is 0. */
  | "max_net_namespaces"
  /** As many namespaces as may be are in use, or this process is in one of the 32nd level (user_namespaces(7)). */
  | "no_more_namespaces"
  /** A filter of system calls, as containers have. */
  | "seccomp"
  /** There is no /dev/net/tun, or nothing behind it. */
  | "no_tun"
  /** /dev/net/tun isn't to be opened: by its mode, or in a container that wasn't given it. */
  | "tun_denied"
  | "unknown";

/** Options of unshare(1) for a network of one's own, or why there is none. */
export type PrivateNetwork = { flags: readonly string[] } | { refusal: Refusal; detail: string };

/** An ordinary user is root in a user namespace of its own, and may do there what only root may do elsewhere. */
const AS_USER = ["--user", "--map-root-user", "--net"];
/** Root needs no other user namespace, if it may do there what it is root for (capabilities(7)). */
const AS_ROOT = ["--net"];
const CAP_NET_ADMIN = 1n << 12n;

/** What is wanted besides a network. */
export interface PrivateNetworkOptions {
  /** More options of unshare(1), and what will do where those are refused. */
  more?: readonly (readonly string[])[];
  /** Whether it is to have a TUN device. */
  hasTun?: boolean;
}

/** Finds out, by trying, how a program can be started in a network of its own (network_namespaces(7)). */
export async function findPrivateNetwork(
  { more = [[]], hasTun = true }: PrivateNetworkOptions = {},
): Promise<PrivateNetwork> {
  if (Deno.build.os !== "linux") return { refusal: "not_linux", detail: Deno.build.os };
  let detail = "";
  const ways = await mayConfigure() ? [AS_ROOT, AS_USER] : [AS_USER];
  for (const flags of ways.flatMap((way) => more.map((others) => [...way, ...others]))) {
    const failure = await tryOut(flags);
    if (failure === undefined) return hasTun && openTun() || { flags };
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

/** Whether this process is root, and has the rights of root over networks. */
async function mayConfigure(): Promise<boolean> {
  const capabilities = (await contentOf("/proc/self/status"))?.match(/^CapEff:\s*(\w+)/m)?.[1] ?? "0";
  return Deno.uid() === 0 && (BigInt(`0x${capabilities}`) & CAP_NET_ADMIN) !== 0n;
}

/** What unshare says of these options, or nothing if they work. */
async function tryOut(flags: readonly string[]): Promise<string | undefined> {
  try {
    const args = [...flags, "true"];
    const options = { args, env: { LC_ALL: "C" }, stdin: "null" } as const;
    const { success, stderr } = await new Deno.Command("unshare", options).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim().replace(/^unshare: /, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return NOT_FOUND;
    }
    throw error;
  }
}

const NOT_FOUND = "unshare: not found";

/** Why the device that makes others can't be opened, or nothing if it can. */
function openTun(): PrivateNetwork | undefined {
  try {
    Deno.openSync("/dev/net/tun", { read: true, write: true }).close();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const detail = (error as Error).message.replace(/ \(os error.*/s, "");
    return { refusal: error instanceof Deno.errors.PermissionDenied ? "tun_denied" : "no_tun", detail };
  }
}

async function reasonOf(detail: string): Promise<Refusal> {
  if (detail === NOT_FOUND) return "no_unshare";
  if (/No space left/.test(detail)) {
    if (await contentOf("/proc/sys/user/max_user_namespaces") === "0") return "max_user_namespaces";
    return await contentOf("/proc/sys/user/max_net_namespaces") === "0"
      ? "max_net_namespaces"
      : "no_more_namespaces";
  }
  const isFiltered = /^Seccomp:\s*2/m.test(await contentOf("/proc/self/status") ?? "");
  // A container sees the sysctls of its host, but what refuses the call itself is rather its own filter. AppArmor lets
  // the call pass, and refuses what is done next; busybox writes the call's number before the colon.
  if (isFiltered && /^unshare( failed|\(\w+\)): Operation not permitted/.test(detail)) return "seccomp";
  if (await contentOf("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1") return "apparmor";
  if (await contentOf("/proc/sys/kernel/unprivileged_userns_clone") === "0") {
    return "unprivileged_userns_clone";
  }
  return isFiltered ? "seccomp" : "unknown";
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch {
    return undefined;
  }
}
