// The cookies of one browser (RFC 6265 §5.3–5.4, as far as an identity provider needs it).

export class CookieJar {
  #cookies = new Map();

  absorb(answer) {
    for (const line of answer.headers['set-cookie'] ?? []) this.#set(answer.url, line);
  }

  #set(url, line) {
    const [pair, ...rest] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const attributes = Object.fromEntries(
      rest.map((part) => {
        const [name, ...value] = part.split('=');
        return [name.toLowerCase(), value.join('=')];
      }),
    );
    const cookie = {
      name: pair.slice(0, at),
      value: pair.slice(at + 1),
      domain: attributes.domain ? attributes.domain.replace(/^\./, '').toLowerCase() : undefined,
      host: url.hostname,
      path: attributes.path?.startsWith('/') ? attributes.path : '/',
      secure: 'secure' in attributes,
      expires: expiryOf(attributes),
    };
    if (cookie.secure && url.protocol !== 'https:') return;
    const key = `${cookie.domain ?? cookie.host} ${cookie.path} ${cookie.name}`;
    if (cookie.expires <= Date.now()) this.#cookies.delete(key);
    else this.#cookies.set(key, cookie);
  }

  /** The Cookie header for a request to `url`, or undefined. */
  header(url) {
    const fitting = [...this.#cookies.values()].filter(
      (cookie) =>
        cookie.expires > Date.now() &&
        (cookie.domain ? `.${url.hostname}`.endsWith(`.${cookie.domain}`) : url.hostname === cookie.host) &&
        (url.pathname === cookie.path || url.pathname.startsWith(cookie.path.replace(/\/?$/, '/'))) &&
        (!cookie.secure || url.protocol === 'https:'),
    );
    fitting.sort((a, b) => b.path.length - a.path.length);
    return fitting.length > 0 ? fitting.map(({ name, value }) => `${name}=${value}`).join('; ') : undefined;
  }
}

function expiryOf(attributes) {
  if (attributes['max-age'] !== undefined) return Date.now() + Number(attributes['max-age']) * 1000;
  if (attributes.expires !== undefined) return Date.parse(attributes.expires) || 0;
  return Number.POSITIVE_INFINITY;
}
