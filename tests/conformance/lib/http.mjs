// One request, one answer: nothing is followed, no cookie is kept, nothing is added. Http and https.
import http from 'node:http';
import https from 'node:https';

class ClosedMeanwhile extends Error {}

export class Http {
  #agents;

  /** @param ca PEM of certificate authorities to trust beside the system's own */
  constructor({ ca } = {}) {
    const options = { keepAlive: true, maxSockets: 64 };
    this.#agents = {
      'http:': [http, new http.Agent(options)],
      'https:': [https, new https.Agent({ ...options, ...(ca ? { ca } : {}) })],
    };
  }

  /** `form` takes an object, a list of pairs or URLSearchParams and sets body and content type. */
  async request(method, url, { headers = {}, form, json, body, timeout = 30_000 } = {}) {
    const target = new URL(url);
    const sent = { accept: 'application/json', ...headers };
    if (form !== undefined) {
      body = new URLSearchParams(form).toString();
      sent['content-type'] ??= 'application/x-www-form-urlencoded';
    } else if (json !== undefined) {
      body = JSON.stringify(json);
      sent['content-type'] ??= 'application/json';
    }
    if (body !== undefined || method === 'POST') sent['content-length'] = Buffer.byteLength(body ?? '');
    try {
      return await this.#send(target, { method, headers: sent, timeout }, body);
    } catch (error) {
      // A server may close a kept connection in the moment in which it is used again (RFC 9112 §9.3.1).
      if (error instanceof ClosedMeanwhile) return this.#send(target, { method, headers: sent, timeout }, body);
      throw error;
    }
  }

  #send(target, options, body) {
    const [client, agent] = this.#agents[target.protocol] ?? [];
    const where = `${options.method} ${target.origin}${target.pathname}`;
    if (!client) return Promise.reject(new Error(`${where}: only http and https can be asked`));
    return new Promise((resolve, reject) => {
      const outgoing = client.request(target, { ...options, agent });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${options.timeout} ms`)));
      outgoing.on('error', (error) => {
        const meanwhile = outgoing.reusedSocket && error.code === 'ECONNRESET';
        reject(meanwhile ? new ClosedMeanwhile() : new Error(`${where}: ${error.message}`));
      });
      outgoing.on('response', (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          resolve(new Answer(options.method, target, incoming, Buffer.concat(chunks).toString('utf8')));
        });
      });
      outgoing.end(body);
    });
  }

  close() {
    for (const [, agent] of Object.values(this.#agents)) agent.destroy();
  }
}

/** What came back. `json` is undefined when the body is no JSON. */
export class Answer {
  constructor(method, url, incoming, text) {
    this.method = method;
    this.url = url;
    this.status = incoming.statusCode;
    this.headers = incoming.headers;
    this.text = text;
    try {
      this.json = JSON.parse(text);
    } catch {
      this.json = undefined;
    }
  }

  /** The media type, lower case, without parameters. */
  get mediaType() {
    return (this.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  }

  /** For the report: what a reader of a failed run needs, on one line. */
  describe() {
    const where = `${this.method} ${this.url.origin}${this.url.pathname} → ${this.status}`;
    const location = this.headers.location ? ` to ${this.headers.location.slice(0, 300)}` : '';
    const body = this.mediaType === 'text/html' ? '(page)' : this.text.slice(0, 300);
    return `${where}${location} ${body}`.trim();
  }
}
