// A plain HTTP client for tests. Not fetch: Node's fetch sends `Sec-Fetch-Mode: cors`, which turns the redirects of the
// authorization endpoint into JSON (sigma-contract.md §2, fetch mode), and it hides Set-Cookie and follows redirects.
import http from 'node:http';
import { patience } from './sanitized.mjs';

const kept = new http.Agent({ keepAlive: true, maxSockets: 128 });

/** Forgets the kept connections: for servers that close idle ones so soon that a request could cross the close. */
export function dropIdleConnections() {
  kept.destroy();
}

/**
 * One request, one answer; nothing is followed, nothing is added but Host and Content-Length.
 * `agent` keeps connections, or does not.
 * `from` is a local address to send from: loopback has 2^24 of them.
 * `json` and `form` set body and content type; `form` takes an object or a list of pairs (doubled names).
 */
export function request(base, method, path, { headers = {}, body, json, form, from, timeout = 20_000 * patience, agent = kept } = {}) {
  const sent = { ...headers };
  if (json !== undefined) {
    body = JSON.stringify(json);
    sent['content-type'] ??= 'application/json';
  } else if (form !== undefined) {
    body =
      form instanceof URLSearchParams || typeof form === 'string' ? String(form) : new URLSearchParams(form).toString();
    sent['content-type'] ??= 'application/x-www-form-urlencoded';
  }
  const target = new URL(base);
  const begun = Date.now();
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      agent,
      method,
      path,
      host: target.hostname,
      port: target.port,
      localAddress: from,
      headers: { host: target.host, ...sent },
      timeout,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${timeout} ms`)));
    outgoing.on('error', (error) => {
      const how = `${outgoing.reusedSocket ? 'on a kept connection' : 'on a new connection'}, after ${Date.now() - begun} ms`;
      reject(Object.assign(error, { message: `${method} ${path.slice(0, 100)}: ${error.message} (${how})` }));
    });
    outgoing.on('response', (incoming) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve(new Answer(method, path, incoming, Buffer.concat(chunks).toString('utf8'))));
    });
    if (body !== undefined) {
      if (outgoing.getHeader('transfer-encoding') === undefined) {
        outgoing.setHeader('content-length', Buffer.byteLength(body));
      }
      outgoing.write(body);
    } else if (method === 'POST' || method === 'PUT' || method === 'PATCH') {
      outgoing.setHeader('content-length', 0);
    }
    outgoing.end();
  });
}

/** What came back. `json` is undefined when the body is no JSON; `cookies` maps name → {value, attributes}. */
export class Answer {
  constructor(method, path, incoming, text) {
    this.request = `${method} ${path.length > 300 ? `${path.slice(0, 300)}…` : path}`;
    this.status = incoming.statusCode;
    this.headers = incoming.headers;
    this.text = text;
    try {
      this.json = JSON.parse(text);
    } catch {
      this.json = undefined;
    }
    this.cookies = new Map((incoming.headers['set-cookie'] ?? []).map(parseSetCookie));
  }

  get location() {
    return this.headers.location;
  }

  /** For assertion messages: everything that a reader of a failed run needs. */
  describe() {
    const { date: _, ...headers } = this.headers;
    return `${this.request} → ${this.status} ${JSON.stringify(headers)} ${this.text.slice(0, 600)}`;
  }
}

function parseSetCookie(line) {
  const [pair, ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  return [
    pair.slice(0, at),
    {
      value: pair.slice(at + 1),
      attributes: Object.fromEntries(
        attributes.map((item) => {
          const [name, ...rest] = item.split('=');
          return [name.toLowerCase(), rest.join('=') || true];
        }),
      ),
    },
  ];
}

/** A cookie jar of one browser on one origin: enough for Path=/ session cookies. */
export class CookieJar {
  #cookies = new Map();

  absorb(answer) {
    for (const [name, { value, attributes }] of answer.cookies) {
      if (value === '' || attributes['max-age'] === '0') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }

  get(name) {
    return this.#cookies.get(name);
  }

  header() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}
