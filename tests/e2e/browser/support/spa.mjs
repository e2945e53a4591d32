// Single-page applications with oidc-client-ts. Each lives below a path of its own, at two addresses: for a browser
// `localhost` is another site than the server's 127.0.0.1, and 127.0.0.1 the same site on another origin.
import http from 'node:http';
import { publicClient } from '../../support/oauth.mjs';
import { pack } from './app.mjs';

/** @param applications id → settings of oidc-client-ts beyond addresses */
export async function startSpa(applications) {
  const script = await pack('spa-client.mjs');
  let authority = '';
  const page = (origin, id) => {
    const base = `${origin}/${id}`;
    const settings = { authority, client_id: id, silentRequestTimeoutInSeconds: 60, redirect_uri: `${base}/callback`, post_logout_redirect_uri: `${base}/signed-out`, ...applications[id] };
    return `<!doctype html><title>${id}</title><h1>An application</h1>
<script>globalThis.settings = ${JSON.stringify(settings)}</script><script type="module" src="/spa.js"></script>`;
  };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://spa');
    const id = pathname.split('/')[1];
    const send = (type, text, status = 200) => response.writeHead(status, { 'content-type': type }).end(text);
    if (pathname === '/spa.js') send('text/javascript', script);
    else if (id in applications) send('text/html', page(`http://${request.headers.host}`, id));
    else send('image/svg+xml', '');
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const origins = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${server.address().port}`);
  return {
    otherSite: origins[0],
    sameSite: origins[1],
    origins,
    /** Registrations of all of them. */
    clients: (more = {}) =>
      Object.keys(applications).map((id) =>
        publicClient(id, {
          redirect_uris: origins.map((origin) => `${origin}/${id}/callback`),
          post_logout_redirect_uris: origins.map((origin) => `${origin}/${id}/signed-out`),
          ...more[id],
        }),
      ),
    /** Which server people sign in at. */
    use: (issuer) => (authority = issuer),
    stop: () => new Promise((done) => (server.close(done), server.closeAllConnections())),
  };
}
