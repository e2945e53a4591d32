// What of two answers is compared, and how.

const origin = 'https://spa.example';
/** A browser's header: with it both sides may answer CORS headers. */
export const fromBrowser = { origin };

const list = (value) =>
  value
    ?.split(',')
    .map((part) => part.trim().toLowerCase())
    .sort()
    .join(', ');

/** Scheme and error of a challenge; words and realms are everybody's own. */
function challenge(value) {
  if (!value) return undefined;
  const error = /\berror="([^"]*)"/.exec(value)?.[1];
  return [value.split(' ')[0].replace(/,$/, ''), error].filter(Boolean).join(' ');
}

/** Where to, and which parameters go along: never their values, but for `error`. */
function shapeOf(location, base) {
  if (location === undefined) return undefined;
  const url = new URL(location, base);
  if (url.origin === base) return 'a page of its own';
  const fragment = new URLSearchParams(url.hash.slice(1));
  const names = (parameters) => [...new Set(parameters.keys())].sort().join(',');
  const target = `${url.origin === 'null' ? url.protocol : url.origin}${url.pathname}`;
  return [target, url.search && `?${names(url.searchParams)}`, url.hash && `#${names(fragment)}`]
    .filter(Boolean)
    .join('');
}

function errorOf(answer, base) {
  if (answer.json?.error !== undefined) return String(answer.json.error);
  if (answer.json?.code !== undefined) return String(answer.json.code);
  if (answer.json?.active !== undefined) return `active:${answer.json.active}`;
  if (answer.location) {
    const url = new URL(answer.location, base);
    return url.searchParams.get('error') ?? new URLSearchParams(url.hash.slice(1)).get('error') ?? undefined;
  }
  if (/^text\/html/.test(answer.headers['content-type'] ?? '')) {
    const posted = /name="error" value="([^"]*)"/.exec(answer.text)?.[1];
    return posted ?? 'a page';
  }
  return undefined;
}

/** The answer as what is compared: a record of texts, without what is not there. */
export function observe(answer, base) {
  const { headers } = answer;
  const all = {
    status: String(answer.status),
    error: errorOf(answer, base),
    'content-type': headers['content-type']?.split(';')[0].trim().toLowerCase(),
    'cache-control': list(headers['cache-control']),
    'www-authenticate': challenge(headers['www-authenticate']),
    location: shapeOf(answer.location, base),
    cors: headers['access-control-allow-origin']?.replace(origin, 'the origin that asked'),
    'cors-credentials': headers['access-control-allow-credentials'],
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** [{field, ours, theirs}] of two observations; what is not there is null. */
export function differences(ours, theirs) {
  const fields = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...fields]
    .filter((field) => ours[field] !== theirs[field])
    .map((field) => ({ field, ours: ours[field] ?? null, theirs: theirs[field] ?? null }));
}
