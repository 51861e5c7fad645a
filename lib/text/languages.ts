/** The languages of what teaches: English, and the Chinese of textbooks. */
export const LANGUAGES = ["en", "zh"] as const;

/** One of {@linkcode LANGUAGES}. */
export type Language = typeof LANGUAGES[number];

/** A text in both languages, with the same parameters: one without its twin does not compile. */
export type Twin<A extends unknown[] = []> = Readonly<Record<Language, (...args: A) => string>>;

/**
 * Declares a text in both languages, side by side.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = twin({ en: (count: number) => `${count} bytes`, zh: (count: number) => `${count} 字节` });
 * assertEquals(bytes.zh(3), "3 字节");
 * ```
 */
export function twin<A extends unknown[]>(texts: Twin<A>): Twin<A> {
  return texts;
}

/** The variables of the environment that say a program's language, the first that isn't empty (locale(7)). */
const VARIABLES = ["LC_ALL", "LC_MESSAGES", "LANG"] as const;

/**
 * The language that the environment asks for: Chinese in whatever script and country, else English.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(languageOf((name) => name === "LANG" ? "zh_CN.UTF-8" : undefined), "zh");
 * ```
 *
 * @param variable gives the value of a variable, if it is set
 */
export function languageOf(variable: (name: string) => string | undefined): Language {
  const locale = VARIABLES.map(variable).find((value) => value);
  return /^zh\b|^zh_/i.test(locale ?? "") ? "zh" : "en";
}
