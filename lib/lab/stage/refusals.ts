import type { Refusal } from "../../system/private_network.ts";
import { type Twin, twin } from "../../text/languages.ts";

/** For each thing that keeps the lab from a network of its own: what it is, and what would allow it. */
export const REFUSALS: Record<Refusal, Twin<[detail: string]>> = {
  no_unshare: twin({
    en: () => "no private network is to be had without unshare(1) of Linux: on Linux, install util-linux",
    zh: () => "没有 Linux 的 unshare(1)，建不了私有网络：在 Linux 上请安装 util-linux",
  }),
  apparmor: twin({
    en: () =>
      "AppArmor keeps private networks from ordinary users here, as in Ubuntu 24.04: " +
      "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 allows them, or run the lab with sudo",
    zh: () =>
      "这台机器的 AppArmor 不许普通用户建私有网络（Ubuntu 24.04 起如此）：" +
      "可用 sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 放开，或用 sudo 运行",
  }),
  unprivileged_userns_clone: twin({
    en: () =>
      "this system keeps private networks from ordinary users: " +
      "sudo sysctl kernel.unprivileged_userns_clone=1 allows them, or run the lab with sudo",
    zh: () =>
      "这个系统不许普通用户建私有网络：" +
      "可用 sudo sysctl kernel.unprivileged_userns_clone=1 放开，或用 sudo 运行",
  }),
  max_user_namespaces: twin({
    en: () =>
      "this system allows no more user namespaces: sudo sysctl user.max_user_namespaces=1000 allows them, " +
      "or run the lab with sudo",
    zh: () =>
      "这个系统不许再建用户命名空间：可用 sudo sysctl user.max_user_namespaces=1000 放开，或用 sudo 运行",
  }),
  seccomp: twin({
    en: () =>
      "this container may not make a private network: " +
      "start it with --security-opt seccomp=unconfined --device /dev/net/tun",
    zh: () =>
      "这个容器不许建私有网络：启动容器时请加 --security-opt seccomp=unconfined --device /dev/net/tun",
  }),
  no_tun: twin({
    en: () =>
      "there is no /dev/net/tun here: sudo modprobe tun makes it, in a container --device /dev/net/tun",
    zh: () => "这里没有 /dev/net/tun：用 sudo modprobe tun 加载，容器则加 --device /dev/net/tun",
  }),
  unknown: twin({
    en: (detail: string) => `no private network is to be had (${detail}): run the lab with sudo`,
    zh: (detail: string) => `建不了私有网络（${detail}）：请用 sudo 运行`,
  }),
};

/** What is shown in place of a lesson that can't be played. */
export const RECORDED = twin({
  en: (why: string) => `${why}. What follows is a recording.`,
  zh: (why: string) => `${why}。下面是一段录好的过程。`,
});
