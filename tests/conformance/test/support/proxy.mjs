// A proxy in front of oidc-provider that makes one mistake: the server as a careless author would have written it.
import http from 'node:http';
import https from 'node:https';
import { importJWK, SignJWT } from 'jose';
import { decodeJwt } from '../../lib/jose.mjs';
import { Http } from '../../lib/http.mjs';
import { makeProvider } from '../../targets/oidc-provider.mjs';

/**
 * Starts a provider behind a proxy with a mistake.
 * @param mistake {request?, response?, logoutToken?}:
 *   request(exchange, tools)   changes {method, path, query, form, headers} in place, or answers {status, headers,
 *                              body} itself
 *   response(exchange, answer, tools) changes {status, headers, json or body} in place
 *   logoutToken(claims)        changes the claims of logout tokens in place
 *   `tools` are {issuer, clients, memory: Map, resign, withoutKid}
 * @returns {issuer, close}
 */
export async function startWithMistake({ mistake, clients, certificates, signingKeys }) {
  const outer = https.createServer({ cert: certificates.cert, key: certificates.key });
  const inner = http.createServer();
  await Promise.all([outer, inner].map((server) => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))));
  const issuer = `https://127.0.0.1:${outer.address().port}`;
  const outgoing = new Http({ ca: certificates.ca });
  const tools = {
    issuer,
    memory: new Map(),
    clients,
    resign: (jwt, change) => resign(signingKeys, jwt, { change }),
    withoutKid: (jwt) => resign(signingKeys, jwt, { keepKid: false }),
  };
  const fetch = async (url, { method, headers, body }) => {
    const form = new URLSearchParams(String(body));
    if (mistake.logoutToken)
      form.set('logout_token', await tools.resign(form.get('logout_token'), mistake.logoutToken));
    const { status } = await outgoing.request(method, url, {
      headers: Object.fromEntries(headers),
      body: String(form),
    });
    return new Response(null, { status });
  };
  const provider = makeProvider({ issuer, clients: Object.values(clients), signingKeys, fetch });
  inner.on('request', provider.callback());
  const target = `http://127.0.0.1:${inner.address().port}`;
  outer.on('request', (request, response) => {
    pass({ request, target, outgoing, mistake, tools }).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error) => response.writeHead(502).end(error.stack),
    );
  });
  const close = () => {
    outgoing.close();
    return Promise.all(
      [outer, inner].map((server) => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      }),
    );
  };
  return { issuer, close };
}

/** The JWT with its claims changed in place, signed as before. */
async function resign(signingKeys, jwt, { change = () => {}, keepKid = true }) {
  const { header, claims } = decodeJwt(jwt);
  if (!keepKid) delete header.kid;
  change(claims);
  const key = signingKeys.find(({ alg }) => alg === header.alg);
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(key, header.alg));
}

async function pass({ request, target, outgoing, mistake, tools }) {
  const exchange = await read(request);
  const own = await mistake.request?.(exchange, tools);
  if (own) return own;
  const { 'content-length': _, ...headers } = exchange.headers;
  const query = String(exchange.query);
  const answer = await outgoing.request(exchange.method, `${target}${exchange.path}${query && `?${query}`}`, {
    headers: { ...headers, 'x-forwarded-proto': 'https' },
    ...(exchange.form ? { form: exchange.form } : {}),
  });
  const copy = { status: answer.status, headers: { ...answer.headers }, json: answer.json, body: answer.text };
  await mistake.response?.(exchange, copy, tools);
  delete copy.headers['content-length'];
  delete copy.headers['transfer-encoding'];
  return { ...copy, body: copy.json === undefined ? copy.body : JSON.stringify(copy.json) };
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url, 'http://proxy');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    form: isForm ? new URLSearchParams(Buffer.concat(chunks).toString('utf8')) : undefined,
    headers: request.headers,
  };
}
