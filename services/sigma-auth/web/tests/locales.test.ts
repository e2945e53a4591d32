// Every language says everything, with the same blanks to fill in.
import { messagesToJSON } from '@nanostores/i18n';
import { describe, expect, it } from 'vitest';
import de from '../src/locales/de.json';
import adminDe from '../src/locales/admin/de.json';
import adminEs from '../src/locales/admin/es.json';
import es from '../src/locales/es.json';

type Texts = Record<string, Record<string, unknown>>;
const modules = import.meta.glob<Record<string, never>>('../src/texts/*.ts', { eager: true });
const english = messagesToJSON(...Object.values(modules).flatMap((module) => Object.values(module))) as unknown as Texts;

const blanks = (text: unknown): string[] => [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();
const forms = (text: unknown) => (typeof text === 'object' ? Object.values(text as object).map((form) => [...new Set(blanks(form))]) : [blanks(text)]);

describe.each([
  ['de', { ...de, ...adminDe } as Texts],
  ['es', { ...es, ...adminEs } as Texts],
])('%s', (_, texts) => {
  it('has the texts of English and no others', () => {
    const keys = (all: Texts) => Object.entries(all).flatMap(([page, lines]) => Object.keys(lines).map((line) => `${page}.${line}`)).sort();
    expect(keys(texts)).toEqual(keys(english));
  });
  it('fills in the same values', () => {
    for (const [page, lines] of Object.entries(english))
      for (const [line, text] of Object.entries(lines)) {
        const wanted = forms(text)[0];
        for (const form of forms(texts[page]?.[line])) expect(form, `${page}.${line}`).toEqual(wanted);
      }
  });
});
