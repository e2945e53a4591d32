// In the place of services/sigma-auth/web/src/lib/i18n.ts: the same texts, in the one language of these pages, save for
// those that are about another place where keys are.
import { readable } from 'svelte/store';

type Texts = Record<string, unknown>;

export const params =
  (text: string) =>
  (values: Record<string, string | number>): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

const ours: Record<string, Texts> = {
  common: {
    newPassword: 'New password',
    newPasswordHint: params('At least {least} characters. Nobody can reset it for you: only the words restore a wallet whose password is lost.'),
  },
};

export const i18n = <T extends Texts>(name: string, texts: T) => readable<T>({ ...texts, ...ours[name] });
