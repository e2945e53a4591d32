// Clients that describe themselves at their client_id, keys at a jwks_uri, and security case 61: what the server fetches
// for strangers, and what not.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { SignJWT } from 'jose';
import { authorize, callback, exchange, newPkce, postToken } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { startPublisher } from './support/publisher.mjs';
import { forEachStore } from './support/stores.mjs';

const publisher = await startPublisher();
after(() => publisher.close());

/** A document of its own for each test: documents are cached. */
let number = 0;
function publish(change = {}) {
  const path = `/client-${(number += 1)}.json`;
  const url = `${publisher.origin}${path}`;
  publisher.pages[path] = {
    client_id: url,
    client_name: 'Self-made <b>app</b>',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    ...change,
  };
  return { path, url };
}

const askWith = (server, person, clientId, more = {}) =>
  authorize(server, person, { client_id: clientId, code_challenge: newPkce().challenge, ...more });

const env = { SIGMA_CLIENT_ID_METADATA_DOCUMENTS: 'on', SIGMA_DYNAMIC_REGISTRATION: 'open' };
const reaching = { ...env, SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow', SIGMA_OUTBOUND_CA_FILE: publisher.caFile };

forEachStore('client metadata documents', { env: reaching }, (context) => {
  test('sign-in from a client that nobody registered', async () => {
    const { server } = context;
    const { url } = publish({ scope: 'openid profile offline_access' });
    const discovery = await server.request('GET', '/api/auth/.well-known/openid-configuration');
    assert.equal(discovery.json.client_id_metadata_document_supported, true);
    const person = await newPerson(server);
    for (let turn = 0; turn < 2; turn += 1) {
      const { verifier, challenge } = newPkce();
      const asked = await authorize(server, person, {
        client_id: url,
        code_challenge: challenge,
        scope: 'openid profile offline_access',
      });
      assert.match(asked.location, /\/consent\?/, `the person is asked each time: ${asked.describe()}`);
      const shown = await server.request('GET', `/api/auth/oauth2/public-client?client_id=${encodeURIComponent(url)}`);
      assert.equal(shown.json.client_name, 'Self-made <b>app</b>');
      assert.equal(shown.json.verified, false);
      const agreed = await person.request(server, 'POST', '/api/auth/oauth2/consent', {
        json: { accept: true, oauth_query: new URL(asked.location, server.base).search },
      });
      const code = new URL(agreed.json.url).searchParams.get('code');
      const tokens = await exchange(server, { code, verifier, redirectUri: callback, clientId: url });
      const userinfo = await server.request('GET', '/api/auth/oauth2/userinfo', {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
      assert.equal(userinfo.status, 200, userinfo.describe());
      const refreshed = await postToken(server, {
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        client_id: url,
      });
      assert.equal(refreshed.status, 200, refreshed.describe());
    }
    const kept = await server.admin('GET', `/admin/clients/${encodeURIComponent(url)}`);
    assert.equal(kept.status, 200, kept.describe());
    const off = await server.admin('PATCH', `/admin/clients/${encodeURIComponent(url)}`, { json: { disabled: true } });
    assert.equal(off.status, 200, off.describe());
    assert.equal((await askWith(server, person, url)).status, 400);
  });

  test('private_key_jwt with the keys at a jwks_uri', async () => {
    const { server } = context;
    const pair = (kid) => ({ kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) });
    const jwk = ({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' });
    const first = pair('first');
    const before_ = publisher.asked.filter((path) => path === '/jwks').length;
    publisher.pages['/jwks'] = { keys: [jwk(first)] };
    const client = await server.createClient({
      client_id: 'machine',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${publisher.origin}/jwks`,
      scope: 'profile',
    });
    assert.equal(client.jwks_uri, `${publisher.origin}/jwks`);
    const ask = async ({ kid, privateKey }) => {
      const assertion = await new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer('machine')
        .setSubject('machine')
        .setAudience(server.issuer)
        .setJti(crypto.randomUUID())
        .setExpirationTime('2m')
        .sign(privateKey);
      return postToken(server, {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      });
    };
    const lookups = async (outcome) => {
      const { text } = await server.admin('GET', '/metrics', { token: null });
      return Number(new RegExp(`^sigma_cache_lookups_total\\{cache="client_documents",outcome="${outcome}"\\} (\\d+)`, 'm').exec(text)[1]);
    };
    const [hits, misses] = [await lookups('hit'), await lookups('miss')];
    for (let i = 0; i < 3; i += 1) assert.equal((await ask(first)).status, 200);
    assert.equal(publisher.asked.filter((path) => path === '/jwks').length, before_ + 1, 'fetched once');
    assert.deepEqual([(await lookups('hit')) - hits, (await lookups('miss')) - misses], [2, 1], 'and the metrics say so');
    const unknown = await ask(pair('unknown'));
    assert.equal(unknown.status, 401, unknown.describe());
    assert.equal(unknown.json.error, 'invalid_client');
  });

  test('a sector identifier must name every redirect URI', async () => {
    const { server } = context;
    const redirect_uris = [callback, 'https://other.example.com/cb'];
    const register = (sector) =>
      server.request('POST', '/api/auth/oauth2/register', {
        json: { redirect_uris, subject_type: 'pairwise', sector_identifier_uri: `${publisher.origin}${sector}`, token_endpoint_auth_method: 'none' },
      });
    publisher.pages['/sector'] = redirect_uris;
    publisher.pages['/half-a-sector'] = [callback];
    publisher.pages['/no-sector'] = { redirect_uris };
    const good = await register('/sector');
    assert.equal(good.status, 201, good.describe());
    assert.equal(good.json.sector_identifier_uri, `${publisher.origin}/sector`);
    for (const bad of ['/half-a-sector', '/no-sector', '/nowhere']) {
      const answer = await register(bad);
      assert.equal(answer.status, 400, answer.describe());
      assert.equal(answer.json.error, 'invalid_client_metadata');
      assert.match(answer.json.error_description, /sector_identifier_uri/);
    }
  });

  test('case 61: documents that are none, or of somebody else', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const other = publish();
    const send = (status, headers, body) => (_request, response) => response.writeHead(status, headers).end(body);
    const json = { 'content-type': 'application/json' };
    const served = {
      'names another': publish({ client_id: other.url }).url,
      'holds a secret': publish({ client_secret: 'x' }).url,
      'wants a secret': publish({ token_endpoint_auth_method: 'client_secret_basic' }).url,
      'wants tokens without a person': publish({ grant_types: ['client_credentials'] }).url,
      'has scripts for addresses': publish({ redirect_uris: ['javascript:alert(1)'] }).url,
    };
    for (const [what, page] of Object.entries({
      'no JSON': send(200, json, '<html></html>'),
      'no JSON by its type': send(200, { 'content-type': 'text/html' }, '{}'),
      'not there': send(404, json, '{}'),
      'ten redirects': (request, response) => {
        const step = Number(new URL(request.url, publisher.origin).searchParams.get('step') ?? 0) + 1;
        response.writeHead(302, { location: `${publisher.origin}${request.url.split('?')[0]}?step=${step}` }).end();
      },
      'ten megabytes': (_request, response) => {
        response.writeHead(200, json);
        response.write('[');
        for (let i = 0; i < 160; i += 1) response.write(' '.repeat(65_536));
        response.end(']');
      },
    })) {
      const { path, url } = publish();
      publisher.pages[path] = page;
      served[what] = url;
    }
    for (const [what, url] of Object.entries(served)) {
      const answer = await askWith(server, person, url);
      assert.equal(answer.status, 400, `${what}: ${answer.describe()}`);
      assert.equal(answer.location, undefined);
      const token = await postToken(server, { grant_type: 'refresh_token', refresh_token: 'x', client_id: url });
      assert.equal(token.status, 401, `${what}: ${token.describe()}`);
      assert.equal(token.json.error, 'invalid_client');
      assert.match(token.json.error_description, /document/);
    }
    assert.ok(!publisher.asked.some((path) => path.includes('step=')), 'no redirect is followed');
  });
});

// The same server with its rules in force: everything that leads inside is refused before a connection is made.
const guarded = { ...env, SIGMA_OUTBOUND_CA_FILE: publisher.caFile };
forEachStore('client metadata documents, guarded', { env: guarded }, (context) => {
  let before_;
  before(() => {
    before_ = publisher.connections;
  });
  const inside = (path) => {
    const { port } = publisher;
    return [
      `https://localhost:${port}${path}`,
      `https://127.0.0.1:${port}${path}`,
      `https://[::1]:${port}${path}`,
      `https://[::ffff:127.0.0.1]:${port}${path}`,
      `https://0.0.0.0:${port}${path}`,
      `https://10.0.0.1${path}`,
      `https://192.168.1.1${path}`,
      `https://169.254.169.254/latest/meta-data${path}`,
      `https://[fe80::1]${path}`,
      `https://[fd00:ec2::254]${path}`,
    ];
  };

  test('case 61: no connection for a client_id', async () => {
    const person = await newPerson(context.server);
    const { path } = publish();
    for (const url of [...inside(path), `http://localhost:${publisher.port}${path}`, `https://user@localhost:${publisher.port}${path}`]) {
      const answer = await askWith(context.server, person, url);
      assert.equal(answer.status, 400, `${url}: ${answer.describe()}`);
    }
    assert.equal(publisher.connections, before_);
  });

  test('case 61: no connection for sector_identifier_uri, jwks_uri and logo_uri', async () => {
    const { server } = context;
    const register = (json) =>
      server.request('POST', '/api/auth/oauth2/register', {
        json: { redirect_uris: [callback], token_endpoint_auth_method: 'none', ...json },
      });
    for (const url of inside('/sector')) {
      const sector = await register({ subject_type: 'pairwise', sector_identifier_uri: url });
      assert.equal(sector.status, 400, `${url}: ${sector.describe()}`);
      assert.equal(sector.json.error, 'invalid_client_metadata');
      const keyed = await register({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: url, logo_uri: url });
      assert.equal(keyed.status, 201, keyed.describe());
      const assertion = await new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'x' })
        .setIssuer(keyed.json.client_id)
        .setSubject(keyed.json.client_id)
        .setAudience(server.issuer)
        .setJti('x')
        .setExpirationTime('2m')
        .sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
      const token = await postToken(server, {
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: callback,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      });
      assert.equal(token.status, 401, `${url}: ${token.describe()}`);
      assert.equal(token.json.error, 'invalid_client');
    }
    assert.equal(publisher.connections, before_);
  });
});

forEachStore('client metadata documents, off', { env: { ...reaching, SIGMA_CLIENT_ID_METADATA_DOCUMENTS: 'off' } }, (context) => {
  test('an address is an unknown client_id', async () => {
    const person = await newPerson(context.server);
    const { path, url } = publish();
    const answer = await askWith(context.server, person, url);
    assert.equal(answer.status, 400, answer.describe());
    assert.ok(!publisher.asked.includes(path));
  });
});
