// The languages of the pages. English stands beside the code (src/texts); the others are loaded when they are spoken.
// The language is settled once, before anything is drawn: choosing another one loads the page again.
import { createI18n, formatter, type params as libraryParams, transform } from '@nanostores/i18n';
import { atom } from 'nanostores';

/** Each by the name that its speakers give it. */
export const languages = { en: 'English', de: 'Deutsch', es: 'Español' } as const;
export type Language = keyof typeof languages;

const place = 'sigma.language';
const isLanguage = (code: string | null | undefined): code is Language => code != null && Object.hasOwn(languages, code);

/** A cookie, because the server writes pages, too (src/routes/language.cpp). */
function stored(): string | null {
  try {
    const cookies = document.cookie.split('; ').map((cookie) => cookie.split('='));
    return cookies.find(([name]) => name === place)?.[1] ?? null;
  } catch {
    return null; // in a sandbox
  }
}

/** The person's own choice, what the application asked for (`ui_locales`, OpenID Connect Core §3.1.2.1), the browser's. */
export function preferredLanguage(search: string, browser: readonly string[], chosen: string | null): Language {
  const asked = (new URLSearchParams(search).get('ui_locales') ?? '').split(' ');
  const codes = [chosen, ...asked, ...browser].map((tag) => tag?.split('-')[0]?.toLowerCase());
  return codes.find(isLanguage) ?? 'en';
}

export const language: Language =
  typeof document === 'undefined' ? 'en' : preferredLanguage(location.search, navigator.languages, stored());

const aYear = 365 * 24 * 3600;

export function chooseLanguage(code: Language): void {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  try {
    document.cookie = `${place}=${code}; Path=/; Max-Age=${aYear}; SameSite=Lax${secure}`;
  } catch {
    return; // nothing can be remembered here
  }
  location.reload();
}

if (typeof document !== 'undefined') {
  document.documentElement.lang = language;
}

const loaders = { de: () => import('../locales/de.json'), es: () => import('../locales/es.json') };
// A language that cannot be loaded now is no reason to show nothing.
const translations: object = language === 'en' ? {} : await loaders[language]().then((file) => file.default, () => ({}));

const locale = atom(language);
const cache = { [language]: { ...translations } } as Record<Language, Record<string, never>>;
export const i18n = createI18n(locale, { cache, get: async () => ({}) });
/** Texts that most people never see have files of their own; to be awaited before they are defined. */
export async function alsoSpeak(more: Record<keyof typeof loaders, () => Promise<{ default: object }>>): Promise<void> {
  if (language !== 'en') Object.assign(cache[language], await more[language]().then((file) => file.default, () => ({})));
}

export const format = formatter(locale).get();

/** As the library's, but in one pass and with nothing special in the values: they may come from strangers. */
export const params = transform((_locale, text: string, values: Record<string, string | number>) =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '')),
) as unknown as typeof libraryParams;
