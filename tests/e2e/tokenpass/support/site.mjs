// A site on an origin of its own.
import http from 'node:http';
import path from 'node:path';
import { rolldown } from 'rolldown';

let script;
async function packed() {
  if (script) return script;
  const bundle = await rolldown({ input: path.join(import.meta.dirname, 'site-client.mjs'), platform: 'browser', logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'es' });
  script = output[0].code;
  return script;
}

export async function startSite(t) {
  const code = await packed();
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    const send = (type, text) => response.writeHead(200, { 'content-type': type }).end(text);
    if (pathname === '/site.js') send('text/javascript', code);
    else if (pathname === '/icon.svg') send('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#0a7"/></svg>');
    else send('text/html', '<!doctype html><title>A site</title><h1>A site</h1><script type="module" src="/site.js"></script>');
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  t.after(() => new Promise((done) => (server.close(done), server.closeAllConnections())));
  const { port } = server.address();
  return { host: `localhost:${port}`, origin: `http://localhost:${port}`, other: `http://127.0.0.1:${port}` };
}

/** The page of a site, its signer towards `server` ready for `call()`. */
export async function siteFor(person, site, server) {
  const page = await person.context.newPage();
  await page.goto(site.origin);
  await page.waitForFunction(() => globalThis.signerFor !== undefined);
  await page.evaluate((base) => (globalThis.signer = globalThis.signerFor(base)), server.base);
  return page;
}
export const call = (page, method, ...given) => page.evaluate(([name, args]) => globalThis.signer[name](...args), [method, given]);
