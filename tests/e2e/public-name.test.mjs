// The server's public name: behind a proxy that ends TLS, with another issuer, and who the peer is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize, claimsOf, exchange, getCode, newPkce, publicClient, redirected } from './support/oauth.mjs';
import { newPerson, Person } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const origin = 'https://id.example.com';
const clients = [publicClient('my-app')];
const discovery = '/api/auth/.well-known/openid-configuration';

const proxied = { clients, env: { SIGMA_BASE_URL: origin, SIGMA_TRUSTED_PROXIES: '127.0.0.0/8' } };
forEachStore('behind a TLS proxy', proxied, (context) => {
  const secureCookie = '__Secure-better-auth.session_token';

  test('the cookie is Secure and says so in its name', async () => {
    const { server } = context;
    const person = new Person();
    const answer = await person.signIn(server);
    assert.deepEqual([...answer.cookies.keys()], [secureCookie], answer.describe());
    assert.equal(answer.cookies.get(secureCookie).attributes.secure, true);
    assert.equal((await person.session(server))?.session.userId, person.userId);
    const out = await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    assert.equal(out.cookies.get(secureCookie)?.value, '', out.describe());
    const plain = person.jar.header().replace('__Secure-', '');
    const session = await server.request('GET', '/api/auth/get-session', { headers: { cookie: plain } });
    assert.equal(session.text, 'null', 'a cookie without the prefix could have been set over http');
  });

  test('issuer, endpoints and iss carry the public name', async () => {
    const { server } = context;
    const { json: document } = await server.request('GET', discovery);
    assert.equal(document.issuer, `${origin}/api/auth`);
    assert.ok(document.token_endpoint.startsWith(`${origin}/`));
    const answer = await authorize(server, await newPerson(server), { code_challenge: newPkce().challenge });
    assert.equal(redirected(answer).query.get('iss'), `${origin}/api/auth`);
  });

  test('the peer is who the trusted proxy says; the header of a stranger does not count', async () => {
    const { server } = context;
    const ipOf = async (forwarded) => {
      const person = new Person();
      await person.signIn(server, { headers: { 'x-forwarded-for': forwarded } });
      return (await person.session(server)).session.ipAddress;
    };
    assert.equal(await ipOf('203.0.113.7'), '203.0.113.7');
    assert.equal(
      await ipOf('198.51.100.9, 203.0.113.7'),
      '203.0.113.7',
      'the left part is what the client wrote itself',
    );
    for (const broken of ['a', '203.0.113.7, x', 'x'.repeat(8000), '203.0.113.700', '[::1', '']) {
      assert.doesNotMatch(await ipOf(broken), /x|a|700/, broken.slice(0, 40));
    }
  });
});

forEachStore('issuer setting', { clients, env: { SIGMA_BASE_URL: origin, SIGMA_ISSUER: origin } }, (context) => {
  test('the bare origin as issuer', async () => {
    const { server } = context;
    const { json: document } = await server.request('GET', discovery);
    assert.equal(document.issuer, origin);
    assert.ok(document.token_endpoint.startsWith(`${server.base}/`));
    const tokens = await exchange(server, await getCode(server, await newPerson(server)));
    assert.equal(claimsOf(tokens.id_token).iss, origin);
  });

  test('without trusted proxies forwarded headers do not count', async () => {
    const { server } = context;
    const person = new Person();
    await person.signIn(server, { headers: { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' } });
    assert.equal((await person.session(server)).session.ipAddress, '127.0.0.1');
  });
});

test('a public name without encryption is served, and the log warns', async () => {
  for (const [base, warned] of [['http://id.example.com', true], ['http://localhost:8787', false], [origin, false]]) {
    const server = await startServer({ env: { SIGMA_BASE_URL: base } });
    try {
      await server.terminate();
      assert.equal(server.logs.some(({ event, level }) => event === 'base_url_not_encrypted' && level === 'warn'), warned, base);
    } finally {
      await server.stop();
    }
  }
});

forEachStore('another spelling of loopback', { clients }, (context) => {
  test('is this server too, as host and as origin; another port is not', async () => {
    const { server } = context;
    const { hostname, port } = new URL(server.base);
    const person = await newPerson(server);
    const rename = (origin, host) =>
      person.request(server, 'POST', '/api/auth/update-user', { json: { name: 'Ada' }, headers: { origin, host } });
    for (const name of ['localhost', '127.0.0.1', '[::1]']) {
      const answer = await rename(`http://${name}:${port}`, `${name}:${port}`);
      assert.deepEqual(answer.json, { status: true }, `${name}: ${answer.describe()}`);
    }
    for (const origin of [`http://localhost:${Number(port) + 1}`, 'http://localhost', `https://localhost:${port}`, `http://127.0.0.2:${port}`])
      assert.equal((await rename(origin, `${hostname}:${port}`)).json.code, 'INVALID_ORIGIN', origin);
  });
});
