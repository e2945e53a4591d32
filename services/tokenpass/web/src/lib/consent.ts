// What stands in the address of the consent page, checked: the token goes to the site it is for, and nowhere else.

import { isScope } from './words';

export interface Wish {
  host: string;
  origin: string;
  returnUrl: URL;
  scopes: string[];
  icon: string;
}

/** A wish that can be answered, or why it cannot. */
export function readWish(search: string): Wish | string {
  const query = new URLSearchParams(search);
  const host = (query.get('host') ?? '').toLowerCase();
  if (!host) return 'The link does not say which site it is for.';
  let returnUrl: URL;
  try {
    returnUrl = new URL(query.get('returnURL') ?? '');
  } catch {
    return 'The link does not say where to go back to.';
  }
  if (!['http:', 'https:'].includes(returnUrl.protocol)) return 'The link leads back to something that is no web page.';
  if (returnUrl.username || returnUrl.password) return 'The link leads back to an address with a password in it.';
  const defaultPort = returnUrl.protocol === 'https:' ? ':443' : ':80';
  const named = host.endsWith(defaultPort) ? host.slice(0, -defaultPort.length) : host;
  if (named !== returnUrl.host) return `The link asks for ${host} but would lead back to ${returnUrl.host}.`;
  // What we do not know is not given, and what a link says of itself is not shown as if we had said it.
  const scopes = (query.get('scopes') ?? '').split(',').map((scope) => scope.trim());
  return {
    host: named,
    origin: returnUrl.origin,
    returnUrl,
    scopes: [...new Set(scopes)].filter(isScope),
    icon: iconOf(query.get('icon') ?? '', returnUrl.origin),
  };
}

/** The icon of the very site that the answer goes to, or one that came in the link: no others are loaded. */
function iconOf(icon: string, origin: string): string {
  if (/^data:image\//.test(icon)) return icon;
  try {
    return new URL(icon).origin === origin ? icon : '';
  } catch {
    return '';
  }
}

/** Where the answer goes: to the page that opened this one, and if there is none back by address. */
export function deliver(wish: Wish, answer: { accessToken: string; expireTime: number } | { error: string }): void {
  if (window.opener) {
    (window.opener as Window).postMessage({ type: 'tokenpass', host: wish.host, ...answer }, wish.origin);
    window.close();
    return;
  }
  const url = new URL(wish.returnUrl);
  if ('error' in answer) url.searchParams.set('error', answer.error);
  else url.searchParams.set('tokenPass', answer.accessToken);
  location.replace(url);
}
