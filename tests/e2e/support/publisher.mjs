// A web server of somebody else, on https with a certificate of its own: what clients publish about themselves.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { selfSigned } from './certificate.mjs';

/**
 * Starts the publisher. `pages` maps a path to a JSON value, or to (request, response) => void.
 * @returns {origin, caFile, pages, asked, connections, close}
 */
export async function startPublisher(pages = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sigma-publisher-'));
  const { cert, key } = selfSigned(folder);
  const publisher = { pages, asked: [], connections: 0, caFile: cert };
  const server = https.createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    publisher.asked.push(request.url);
    const page = publisher.pages[request.url];
    if (page === undefined) return response.writeHead(404).end();
    if (typeof page === 'function') return page(request, response);
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
  });
  server.on('connection', () => {
    publisher.connections += 1;
  });
  server.on('tlsClientError', () => {});
  // On every address of this machine, IPv6 where it has it, so that whoever goes to one that is forbidden is seen.
  await new Promise((resolve) => server.listen(0, resolve));
  publisher.port = server.address().port;
  publisher.origin = `https://localhost:${publisher.port}`;
  publisher.close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => {
        rmSync(folder, { recursive: true });
        resolve();
      });
    });
  return publisher;
}
