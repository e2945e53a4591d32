// The tester's own server: takes logout tokens, and shows request objects to servers that fetch them by URI.
import http from 'node:http';
import https from 'node:https';
import { randomText } from './relying-party.mjs';

const bodyLimit = 64 * 1024;
const keptDeliveries = 1000;

export class Listener {
  #server;
  #deliveries = [];
  #waiting = new Set();
  #objects = new Map();

  /**
   * @param listen 'host:port'; port 0 takes a free one
   * @param url    the base under which others reach it; by default the listening address
   * @param tls    {cert, key} in PEM for https
   */
  static async start({ listen = '127.0.0.1:0', url, tls } = {}) {
    const listener = new Listener();
    const handle = (request, response) => listener.#handle(request, response);
    listener.#server = tls ? https.createServer(tls, handle) : http.createServer(handle);
    const [, host, port] = /^(.*):(\d+)$/.exec(listen) ?? [];
    if (port === undefined) throw new Error(`listen is ${listen}, expected host:port`);
    await new Promise((resolve, reject) => {
      listener.#server.on('error', reject);
      listener.#server.listen(Number(port), host, resolve);
    });
    listener.url = url ?? `${tls ? 'https' : 'http'}://${host}:${listener.#server.address().port}`;
    return listener;
  }

  /** Where logout tokens go: the backchannel_logout_uri to register. */
  get logoutUri() {
    return `${this.url}/backchannel-logout`;
  }

  /** Shows a request object; answers its URI. */
  publish(object) {
    const path = `/request-object/${randomText()}`;
    this.#objects.set(path, object);
    return `${this.url}${path}`;
  }

  /** The first delivery that fits, past or to come; undefined when none came in time. */
  receive(fits, seconds) {
    const past = this.#deliveries.find(fits);
    if (past) return Promise.resolve(past);
    return new Promise((resolve) => {
      const waiting = {
        fits,
        done: (delivery) => (clearTimeout(timer), this.#waiting.delete(waiting), resolve(delivery)),
      };
      const timer = setTimeout(() => waiting.done(undefined), seconds * 1000);
      this.#waiting.add(waiting);
    });
  }

  #handle(request, response) {
    const chunks = [];
    let size = 0;
    request.on('data', (chunk) => {
      size += chunk.length;
      if (size > bodyLimit) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const object = this.#objects.get(request.url);
      if (object) {
        response.writeHead(200, { 'content-type': 'application/oauth-authz-req+jwt' }).end(object);
        return;
      }
      if (request.url !== '/backchannel-logout') {
        response.writeHead(404).end();
        return;
      }
      this.#take(request, Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, { 'cache-control': 'no-store' }).end();
    });
  }

  #take({ method, headers, socket }, body) {
    const delivery = {
      method,
      mediaType: (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase(),
      form: new URLSearchParams(body),
      protocol: socket.getProtocol?.(),
      cipher: socket.getCipher?.().name,
    };
    this.#deliveries.push(delivery);
    if (this.#deliveries.length > keptDeliveries) this.#deliveries.shift();
    for (const waiting of this.#waiting) if (waiting.fits(delivery)) waiting.done(delivery);
  }

  close() {
    for (const waiting of this.#waiting) waiting.done(undefined);
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
