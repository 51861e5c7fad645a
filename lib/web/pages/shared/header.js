import { html, useEffect } from "../preact.js";
import { LanguageSwitch } from "./language_switch.js";

const TEXTS = {
  en: {
    connecting: "connecting …",
    open: "connected",
    lost: "connection lost, trying again …",
    refused: "not let in",
    ended: "disconnected",
    refusedHelp:
      "This page needs the address with its key, as pinwire prints it in the terminal (http://…/#k=…). " +
      "Each start of the server may have a new one. Open it again from there.",
    endedHelp: "This page has left the server.",
    again: "Connect again",
  },
  zh: {
    connecting: "正在连接…",
    open: "已连接",
    lost: "连接断开，正在重连…",
    refused: "未获准进入",
    ended: "已断开",
    refusedHelp: "打开本页需要带密钥的完整地址，即 pinwire 在终端里打印的 http://…/#k=…。" +
      "服务器每次启动，密钥都可能更换，请从终端重新打开。",
    endedHelp: "本页已离开服务器。",
    again: "重新连接",
  },
};

/**
 * The top of every page: its name, how the link stands, and the language switch.
 *
 * @param {object} props
 * @param {string} props.title what the page is, in the reader's language
 * @param {import("./connection.js").Link} props.link
 * @param {import("./language.js").Language} props.language
 * @param {(language: import("./language.js").Language) => void} props.choose
 * @param {unknown} [props.children] what the page has beside its name
 */
export function Header({ title, link, language, choose, children }) {
  const texts = TEXTS[language];
  const { state } = link;
  return html`
    <header class="top">
      <h1>${title}</h1>
      ${children}
      <p class="link ${state}" role="status"><span class="dot" aria-hidden="true"></span>${texts[state]}</p>
      <${LanguageSwitch} language=${language} choose=${choose} />
    </header>
    ${(state === "refused" || state === "ended") && html`
      <div class="notice" role="alert">
        <p>${state === "refused" ? texts.refusedHelp : texts.endedHelp}</p>
        ${state === "ended" &&
          html`<button type="button" onClick=${() => link.connect()}>${texts.again}</button>`}
      </div>
    `}
  `;
}

/** Keeps the tab's title. */
export function useTitle(title) {
  useEffect(() => {
    document.title = title;
  }, [title]);
}
