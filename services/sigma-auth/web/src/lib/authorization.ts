// The authorization request that brought the person here: the page's query, signed by the server, handed back untouched.
import { call } from './api';

/** The query as text, without "?". It goes back to the server byte for byte, or its signature breaks. */
export const oauthQuery = (search = location.search): string => search.replace(/^\?/, '');

/** True when an application sent the person here (the server signs such a query). */
export const isAuthorization = (search = location.search): boolean => new URLSearchParams(search).has('sig');

/** The identity that the application asked for; both spellings are in use. */
export function wantedIdentity(search = location.search): string | undefined {
  const query = new URLSearchParams(search);
  return query.get('bapId') || query.get('bap_id') || undefined;
}

interface Redirect {
  redirect: true;
  url: string;
}

/**
 * Follows the server's next step. Schemes that could run code in this page are refused even from our own server. Answers
 * only when the page stays, with the address: a program on this device was called by a scheme of its own.
 */
async function follow({ url }: Redirect): Promise<string> {
  const target = new URL(url, location.href);
  if (['javascript:', 'data:', 'blob:', 'vbscript:', 'file:', 'about:'].includes(target.protocol)) {
    throw new Error('refused redirect scheme');
  }
  location.assign(target.href);
  // Another page is on its way: whatever waits for this one is busy until it comes.
  return target.protocol === 'https:' || target.protocol === 'http:' ? new Promise(() => {}) : target.href;
}

/** Goes on after signing in or choosing an identity. Answers as `follow` does. */
export async function continueAuthorization(done: 'postLogin' | 'selected'): Promise<string> {
  return follow(await call<Redirect>('POST', '/api/auth/oauth2/continue', { body: { [done]: true, oauth_query: oauthQuery() } }));
}

/** Answers as `follow` does. */
export async function answerConsent(accept: boolean): Promise<string> {
  return follow(await call<Redirect>('POST', '/api/auth/oauth2/consent', { body: { accept, oauth_query: oauthQuery() } }));
}
