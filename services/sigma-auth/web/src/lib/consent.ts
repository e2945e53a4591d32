// What the consent page says about an application, in plain words.

export interface PublicClient {
  client_id: string;
  client_name?: string;
  logo_uri?: string;
  client_uri?: string;
  policy_uri?: string;
  tos_uri?: string;
}

const meanings: ReadonlyMap<string, string> = new Map([
  ['openid', 'Know who you are: the id of the identity you chose and its public key'],
  ['profile', 'See your profile: your name, your picture and your public BAP profile'],
  ['email', 'See your e-mail address, if you have given one'],
  ['offline_access', 'Stay connected when you are away, until you withdraw it'],
]);

/** A scope in plain words; a scope we do not know is named as it is. */
export const meaningOf = (scope: string): string => meanings.get(scope) ?? `Use the permission “${scope}”`;

export const scopesOf = (query: URLSearchParams): string[] => [
  ...new Set((query.get('scope') ?? 'openid').split(' ').filter((scope) => scope !== '')),
];

/** Where the person will be sent, said so that a look-alike address stands out. */
export function destinationOf(redirectUri: string | null): string {
  let url: URL;
  try {
    url = new URL(redirectUri ?? '');
  } catch {
    return 'an unknown address';
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `an app on this device (${url.protocol})`;
  if (['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return `an app on this device (${url.host})`;
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
