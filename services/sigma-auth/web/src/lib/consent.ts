// What the consent page says about an application, in plain words.
import { accessText, consentText } from '../texts/access';

export interface PublicClient {
  client_id: string;
  client_name?: string;
  logo_uri?: string;
  client_uri?: string;
  policy_uri?: string;
  tos_uri?: string;
  /** False: nobody vouches for it (it registered itself, or not at all). */
  verified?: boolean;
}

const known = ['openid', 'profile', 'email', 'offline_access'] as const;

/** A scope in plain words; a scope we do not know is named as it is. */
export function meaningOf(scope: string): string {
  const name = known.find((item) => item === scope);
  return name ? accessText.get()[name] : accessText.get().other({ scope });
}

/**
 * What the application would get. The server says it (`ba_scope`, signed): the request's own `scope` may be left out,
 * hold names that mean nothing, and leave out what the `claims` parameter asks for.
 */
export const grantedScopes = (query: URLSearchParams): string[] => scopesOf(query.get('ba_scope') ?? '');

/** A list of scopes as the server writes it. */
export const scopesOf = (list: string): string[] => list.split(' ').filter((scope) => scope !== '');

/** Where the person will be sent, said so that a look-alike address stands out. */
export function destinationOf(redirectUri: string | null): string {
  let url: URL;
  try {
    url = new URL(redirectUri ?? '');
  } catch {
    return consentText.get().unknownAddress;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return consentText.get().appHere({ address: url.protocol });
  if (['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return consentText.get().appHere({ address: url.host });
  return url.host;
}

/**
 * The identity that the answer is for, by the server's own rule: the one the application asked for when it is the
 * person's, unless they have just chosen (`ba_sel`); else the session's current one.
 */
export function concernedIdentity(owned: string[], active: string | null | undefined, query: URLSearchParams): string | undefined {
  const wanted = query.get('bapId') || query.get('bap_id');
  if (wanted && owned.includes(wanted) && query.get('ba_sel') !== '1') return wanted;
  return active ?? undefined;
}

/** A picture that can be shown without asking another host: our own origin or inline. */
export function showableLogo(logo: string | undefined, origin = location.origin): string | undefined {
  if (logo === undefined) return undefined;
  if (/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/.test(logo)) return logo;
  try {
    return new URL(logo).origin === origin ? logo : undefined;
  } catch {
    return undefined;
  }
}

/** A link that is safe to offer. */
export function webLink(uri: string | undefined): string | undefined {
  try {
    return uri !== undefined && ['https:', 'http:'].includes(new URL(uri).protocol) ? uri : undefined;
  } catch {
    return undefined;
  }
}

/** One or two letters that stand for a name. */
export function initialsOf(name: string): string {
  const letters = name
    .split(/[\s._-]+/u)
    .map((word) => [...word][0] ?? '')
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  return letters.slice(0, 2).join('').toUpperCase() || '?';
}
