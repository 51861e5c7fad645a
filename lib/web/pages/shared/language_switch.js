import { html, useEffect, useState } from "../preact.js";
import { LANGUAGE_TAGS, languageOf } from "./language.js";

const KEY = "pinwire-language";

/** The language that the reader has, and what chooses another one, which is kept. */
export function useLanguage() {
  const [language, setLanguage] = useState(() => languageOf(kept(), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[language];
  }, [language]);
  const choose = (chosen) => {
    keep(chosen);
    setLanguage(chosen);
  };
  return [language, choose];
}

/** The button to the other language, which says so in that language. */
export function LanguageSwitch({ language, choose }) {
  const other = language === "en" ? "zh" : "en";
  const name = { en: "English", zh: "中文" }[other];
  return html`
    <button type="button" class="plain" lang=${LANGUAGE_TAGS[other]} onClick=${() =>
      choose(other)}>${name}</button>
  `;
}

// A browser may forbid a page to keep anything.
function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Then the choice lasts as long as the page.
  }
}
