// In the place of services/sigma-auth/web/src/lib/i18n.ts: the same texts, in the one language of these pages.
import { readable } from 'svelte/store';

type Texts = Record<string, unknown>;

export const i18n = <T extends Texts>(_name: string, texts: T) => readable(texts);

export const params =
  (text: string) =>
  (values: Record<string, string | number>): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
