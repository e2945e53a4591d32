// What an address must be to be registered for redirects, said while it is typed. The same rules as the server's
// (libs/oauth/src/registration/redirect_uri.cpp), which has the last word.
export type RedirectProblem =
  | 'tooLong'
  | 'notAbsolute'
  | 'fragment'
  | 'userInfo'
  | 'dots'
  | 'noHost'
  | 'wildcard'
  | 'hostDot'
  | 'port'
  | 'loopbackWeb'
  | 'http'
  | 'scheme'
  | 'schemeWeb'
  | 'twice';

const longest = 2_000;
const shape = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/i;
/** RFC 3986: what may stand in a URI; everything else has to be percent-encoded. */
const allowed = /^(?:[a-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9a-f]{2})*$/i;

function decoded(segment: string): string {
  return segment.replace(/%2e/gi, '.');
}

function webProblem(scheme: string, authority: string, native: boolean): RedirectProblem | undefined {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority.toLowerCase()) ?? [];
  if (host === '') return 'noHost';
  if (/[*%]/.test(host)) return 'wildcard';
  if (host.endsWith('.')) return 'hostDot';
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) return 'port';
  if (scheme === 'https') return undefined;
  if (['localhost', '127.0.0.1', '[::1]'].includes(host)) return native ? undefined : 'loopbackWeb';
  return 'http';
}

/** What is wrong with one address; undefined when nothing is. */
export function redirectProblem(uri: string, native: boolean): RedirectProblem | undefined {
  if (uri.length > longest) return 'tooLong';
  const parts = shape.exec(uri);
  if (parts === null || !allowed.test(uri)) return 'notAbsolute';
  const [, scheme = '', authority, path = '', , fragment] = parts;
  if (fragment !== undefined) return 'fragment';
  if (authority?.includes('@')) return 'userInfo';
  if (path.split('/').some((segment) => ['.', '..'].includes(decoded(segment)))) return 'dots';
  const lower = scheme.toLowerCase();
  if (lower === 'https' || lower === 'http') return webProblem(lower, authority ?? '', native);
  // A dot keeps out every scheme that a browser itself acts on: javascript, data, file … (RFC 8252 §7.1).
  if (!lower.includes('.')) return 'scheme';
  return native ? undefined : 'schemeWeb';
}

/** Whether more letters at its end could still make a good address of it: then there is no reason to complain yet. */
export function isUnfinished(uri: string, problem: RedirectProblem): boolean {
  if (['notAbsolute', 'noHost', 'scheme', 'port', 'hostDot'].includes(problem)) return true;
  if (problem === 'dots') return /\/(?:\.|%2e){1,2}$/i.test(uri); // "/." may become "/.well-known"
  return problem === 'http' && ['http://localhost', 'http://127.0.0.1', 'http://[::1]'].some((whole) => whole.startsWith(uri.toLowerCase()));
}

/** One answer for each address of a list; empty ones have none. */
export const redirectProblems = (uris: string[], native: boolean): (RedirectProblem | undefined)[] =>
  uris.map((uri, index) => {
    if (uri.trim() === '') return undefined;
    if (uris.slice(0, index).some((earlier) => earlier.trim() === uri.trim())) return 'twice';
    return redirectProblem(uri.trim(), native);
  });

/** For addresses that are to be web pages or documents. */
export function httpsProblem(uri: string): RedirectProblem | undefined {
  const problem = redirectProblem(uri, false);
  return problem === 'loopbackWeb' || problem === 'scheme' || problem === 'schemeWeb' ? 'http' : problem;
}

/** The lines of a list of addresses that hold something. */
export const filled = (list: string[]): string[] => list.map((uri) => uri.trim()).filter((uri) => uri !== '');
