import type { PrivateNetwork, Refusal } from "../../system/private_network.ts";
import { type Language, type Twin, twin } from "../../text/languages.ts";

/** What is asked of a lesson that matters where it can't be played. */
export interface Asked {
  language: Language;
  /** A file for the segments, which then isn't written. */
  record?: string;
}

/** What keeps the lab from a network of its own, and what would allow it; nothing if there is one to be had. */
export function refusalText(network: PrivateNetwork, { language, record }: Asked): string | undefined {
  if ("flags" in network) return undefined;
  const { refusal, detail } = network;
  const hasMore = SUDO_HELPS.includes(refusal) && Deno.uid() !== 0;
  return REFUSALS[refusal][language](detail) +
    (hasMore ? (refusal === "unknown" ? SUDO_ALONE : SUDO)[language]() : "") +
    (record === undefined ? "" : UNRECORDED[language](record));
}

const REFUSALS: Record<Refusal, Twin<[detail: string]>> = {
  not_linux: twin({
    en: () => "a private network is only to be had on Linux; in a virtual machine too",
    zh: () => "只有 Linux 才能建私有网络（虚拟机里的也行）",
  }),
  no_unshare: twin({
    en: () => "no private network is to be had without unshare(1): install util-linux",
    zh: () => "没有 unshare(1)，建不了私有网络：请安装 util-linux",
  }),
  apparmor: twin({
    en: () =>
      "AppArmor keeps private networks from ordinary users here, as in Ubuntu 24.04: " +
      "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 allows them",
    zh: () =>
      "这台机器的 AppArmor 不许普通用户建私有网络（Ubuntu 24.04 起如此）：" +
      "可用 sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 放开",
  }),
  unprivileged_userns_clone: twin({
    en: () =>
      "this system keeps private networks from ordinary users: " +
      "sudo sysctl kernel.unprivileged_userns_clone=1 allows them",
    zh: () => "这个系统不许普通用户建私有网络：可用 sudo sysctl kernel.unprivileged_userns_clone=1 放开",
  }),
  max_user_namespaces: twin({
    en: () => "this system allows no user namespaces: sudo sysctl user.max_user_namespaces=1000 allows them",
    zh: () => "这个系统不许建用户命名空间：可用 sudo sysctl user.max_user_namespaces=1000 放开",
  }),
  max_net_namespaces: twin({
    en: () =>
      "this system allows no network namespaces: sudo sysctl user.max_net_namespaces=1000 allows them",
    zh: () => "这个系统不许建网络命名空间：可用 sudo sysctl user.max_net_namespaces=1000 放开",
  }),
  no_more_namespaces: twin({
    en: () =>
      "no more namespaces are to be had here, too many are in use or nested: run the lab outside of them",
    zh: () => "命名空间用完了，或嵌套太深，建不了私有网络：请在最外层的系统里运行",
  }),
  seccomp: twin({
    en: () =>
      "a filter of system calls (seccomp) keeps private networks from this container: " +
      "start it with --security-opt seccomp=unconfined --device /dev/net/tun",
    zh: () =>
      "这个容器的系统调用过滤（seccomp）不许建私有网络：" +
      "启动容器时请加 --security-opt seccomp=unconfined --device /dev/net/tun",
  }),
  no_tun: twin({
    en: () =>
      "there is no /dev/net/tun here: sudo modprobe tun makes it, in a container --device /dev/net/tun",
    zh: () => "这里没有 /dev/net/tun：用 sudo modprobe tun 加载，容器则加 --device /dev/net/tun",
  }),
  tun_denied: twin({
    en: (detail: string) =>
      `/dev/net/tun may not be opened here (${detail}): sudo chmod 666 /dev/net/tun allows it, ` +
      "in a container --device /dev/net/tun",
    zh: (detail: string) =>
      `这里打不开 /dev/net/tun（${detail}）：可用 sudo chmod 666 /dev/net/tun 放开，容器则加 --device /dev/net/tun`,
  }),
  unknown: twin({
    en: (detail: string) => `no private network is to be had here (${detail})`,
    zh: (detail: string) => `这里建不了私有网络（${detail}）`,
  }),
};

/** What doesn't keep root from it. */
const SUDO_HELPS: readonly Refusal[] = [
  "apparmor",
  "unprivileged_userns_clone",
  "max_user_namespaces",
  "tun_denied",
  "unknown",
];

const SUDO = twin({ en: () => ", or run the lab with sudo", zh: () => "，或用 sudo 运行" });
/** Where nothing else is known to help. */
const SUDO_ALONE = twin({ en: () => ": try to run the lab with sudo", zh: () => "：可以试试用 sudo 运行" });

const UNRECORDED = twin({
  en: (file: string) => ` (so nothing is recorded in ${file})`,
  zh: (file: string) => `（因此不会写 ${file}）`,
});

/** What is shown in place of a lesson that can't be played. */
export const RECORDED = twin({
  en: (why: string) => `${why}. What follows is a recording.`,
  zh: (why: string) => `${why}。下面是一段录好的过程。`,
});
