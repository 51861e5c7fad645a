// @ts-check
/** The languages of the pages. */
export const LANGUAGES = /** @type {const} */ (["en", "zh"]);

/** @typedef {typeof LANGUAGES[number]} Language */

/** What `<html lang>` says of them: the Chinese is written in simplified characters. */
export const LANGUAGE_TAGS = { en: "en", zh: "zh-Hans" };

/**
 * The language that somebody reads: the one chosen before, else the first of the browser's that the pages have.
 *
 * @param {string | null} chosen
 * @param {readonly string[]} languages as `navigator.languages` has them
 * @returns {Language}
 */
export function languageOf(chosen, languages) {
  const named = [chosen ?? "", ...languages].map((tag) => tag.toLowerCase().split("-")[0]);
  return LANGUAGES.find((language) => language === named.find(isLanguage)) ?? "en";
}

/** @param {string} word */
const isLanguage = (word) => LANGUAGES.some((language) => language === word);
