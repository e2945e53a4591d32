// An application on an origin of its own: a page with the unmodified client plugin, and the callback route of the plugin's
// server half. `localhost` is another site than the server's 127.0.0.1 for a browser; 127.0.0.1 is only another origin.
import { createCallbackHandler } from '@sigma-auth/better-auth-plugin/next';
import http from 'node:http';
import path from 'node:path';
import { rolldown } from 'rolldown';

/** A script of this folder with everything it imports, for the browser. */
export async function pack(name) {
  const bundle = await rolldown({ input: path.join(import.meta.dirname, name), platform: 'browser', logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'es' });
  return output[0].code;
}

export async function startApp({ host = 'localhost', key, clientId }) {
  const scripts = { '/app.js': await pack('app-client.mjs'), '/cwi.js': await pack('cwi-client.mjs') };
  let base = '';
  const page = (script) => `<!doctype html><title>An application</title><h1>An application</h1>
<script>globalThis.process = { env: { NEXT_PUBLIC_SIGMA_AUTH_URL: ${JSON.stringify(base)} } };</script><script type="module" src="${script}"></script>`;

  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://app');
    const send = (type, text, status = 200) => response.writeHead(status, { 'content-type': type }).end(text);
    if (pathname === '/api/auth/sigma/callback' && request.method === 'POST') {
      const chunks = await request.toArray();
      const handle = createCallbackHandler({ issuerUrl: base, clientId, memberPrivateKey: key.wif, callbackPath: '/auth/sigma/callback' });
      const headers = { 'content-type': 'application/json', 'x-forwarded-host': request.headers.host, 'x-forwarded-proto': 'http' };
      const answer = await handle(new Request(`http://${request.headers.host}${pathname}`, { method: 'POST', headers, body: Buffer.concat(chunks) }));
      send('application/json', await answer.text(), answer.status);
    } else if (scripts[pathname]) send('text/javascript', scripts[pathname]);
    else if (pathname === '/' || pathname === '/auth/sigma/callback') send('text/html', page('/app.js'));
    else if (pathname === '/cwi') send('text/html', page('/cwi.js'));
    else if (pathname === '/favicon.ico') send('image/svg+xml', '');
    else send('text/plain', 'not found', 404);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const origin = `http://${host}:${server.address().port}`;
  return {
    origin,
    callback: `${origin}/auth/sigma/callback`,
    /** Which server it signs people in at. */
    use: (address) => (base = address),
    stop: () => new Promise((done) => (server.close(done), server.closeAllConnections())),
  };
}
