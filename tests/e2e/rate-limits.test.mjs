// How often one network may call the public API: sigma-contract.md §6, last line.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertApiError, assertOAuthError, authorizePath, callback, publicClient } from './support/oauth.mjs';
import { newPerson, Person, signInPath } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const env = {
  SIGMA_RATE_LIMITS: 'on',
  SIGMA_RATE_LIMIT_PER_MINUTE: 'token=3,authorize=3,sign_in=3,general=4,userinfo=0',
  SIGMA_TRUSTED_PROXIES: '127.0.0.1/32', // so that a test can come from many networks
};
let networks = 0;
/** A network that nobody came from yet. */
const newNetwork = () => `203.0.${networks >> 8}.${networks++ & 255}`;
const from = (address, more = {}) => ({ headers: { 'x-forwarded-for': address, ...more } });

/** Calls until it is refused; answers how many calls went through, and the refusal. */
async function exhaust(call) {
  for (let passed = 0; passed < 20; passed++) {
    const answer = await call();
    if (answer.status === 429) return { passed, refusal: answer };
  }
  throw new Error('never refused');
}

function assertWait(answer) {
  const seconds = Number(answer.headers['retry-after']);
  assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, answer.describe());
  assert.equal(answer.headers['x-retry-after'], answer.headers['retry-after']);
}

forEachStore('rate limits', { env, clients: [publicClient('my-app')] }, (context) => {
  const token = (address) =>
    context.server.request('POST', '/api/auth/oauth2/token', { form: { grant_type: 'x' }, ...from(address) });

  test('OAuth endpoints refuse in their own shape, with both headers', async () => {
    const { passed, refusal } = await exhaust(() => token('198.51.100.1'));
    assert.equal(passed, 3);
    assertOAuthError(refusal, 429, 'too_many_requests', /try again in \d+ seconds/);
    assertWait(refusal);
    assert.match(refusal.headers['cache-control'], /no-store/);
    assert.equal(refusal.headers['access-control-allow-origin'], '*', 'scripts can read it');
  });

  test('every answer says what is left, also to scripts of other origins', async () => {
    const address = newNetwork();
    for (const left of [2, 1, 0, 0]) {
      const answer = await token(address);
      assert.equal(answer.headers['ratelimit-policy'], '"token";q=3;w=60', answer.describe());
      const [, remaining, seconds] = /^"token";r=(\d+);t=(\d+)$/.exec(answer.headers.ratelimit) ?? [];
      assert.equal(Number(remaining), left, answer.describe());
      assert.ok(seconds >= 1 && seconds <= 60, answer.headers.ratelimit);
    }
    const answer = await context.server.request('POST', '/api/auth/oauth2/token', {
      form: { grant_type: 'x' },
      ...from(newNetwork(), { origin: 'https://app.example.com' }),
    });
    assert.match(answer.headers['access-control-expose-headers'], /RateLimit, RateLimit-Policy/);
    const unlimited = await context.server.request('GET', '/api/auth/jwks', from(address));
    assert.equal(unlimited.headers.ratelimit, undefined);
  });

  test('the session API refuses in its own shape', async () => {
    const { server } = context;
    const address = newNetwork();
    const { passed, refusal } = await exhaust(() => server.request('GET', '/api/auth/get-session', from(address)));
    assert.equal(passed, 4);
    assertApiError(refusal, 429, 'TOO_MANY_REQUESTS', /try again/);
    assertWait(refusal);
  });

  test('people who are sent to the authorization endpoint see a page, scripts see JSON', async () => {
    const { server } = context;
    const address = newNetwork();
    const query = new URLSearchParams({ client_id: 'my-app', redirect_uri: callback, response_type: 'code' });
    const ask = (more) => server.request('GET', `${authorizePath}?${query}`, from(address, more));
    const { refusal } = await exhaust(() => ask());
    assert.match(refusal.headers['content-type'], /^text\/html/);
    assert.match(refusal.text, /try again/);
    assertWait(refusal);
    assertOAuthError(await ask({ accept: 'application/json' }), 429, 'too_many_requests');
  });

  test('sign-in is limited before anything is created', async () => {
    const { server } = context;
    const address = newNetwork();
    const { passed, refusal } = await exhaust(() =>
      new Person().trySignIn(server, { headers: { 'x-forwarded-for': address } }),
    );
    assert.equal(passed, 3);
    assertApiError(refusal, 429, 'TOO_MANY_REQUESTS');
    assert.equal(refusal.cookies.size, 0);
    assert.equal((await server.request('GET', signInPath)).status, 405, 'only that method is counted');
  });

  test('classes are counted apart, and so are networks', async () => {
    const { server } = context;
    const address = newNetwork();
    await exhaust(() => token(address));
    assert.equal((await server.request('GET', '/api/auth/get-session', from(address))).status, 200);
    assert.equal((await token(newNetwork())).status, 400);
  });

  test('a /64 of IPv6 is one network; a mapped IPv4 address is the IPv4 address', async () => {
    await exhaust(() => token('2001:db8:1:2::1'));
    assert.equal((await token('2001:db8:1:2:ffff:ffff:ffff:ffff')).status, 429);
    assert.equal((await token('2001:db8:1:3::1')).status, 400);
    const address = newNetwork();
    await exhaust(() => token(`::ffff:${address}`));
    assert.equal((await token(address)).status, 429);
  });

  test('what is unlimited, and what costs nothing, is never refused', async () => {
    const { server } = context;
    const address = newNetwork();
    for (let i = 0; i < 20; i++) {
      assert.equal((await server.request('GET', '/api/auth/oauth2/userinfo', from(address))).status, 401);
      assert.equal((await server.request('GET', '/api/auth/jwks', from(address))).status, 200);
      const discovery = '/api/auth/.well-known/openid-configuration';
      assert.equal((await server.request('GET', discovery, from(address))).status, 200);
    }
  });
});

test('forged forwarded addresses from a peer that is no proxy do not help', async () => {
  const server = await startServer({ env: { ...env, SIGMA_TRUSTED_PROXIES: '' } });
  try {
    const call = () => server.request('GET', '/api/auth/get-session', from(newNetwork()));
    assert.equal((await exhaust(call)).passed, 4);
  } finally {
    await server.stop();
  }
});

// docs/reference/rate-limits.md: each class is reached by one of its routes, shared by two replicas through the network that
// asks, and says so in its headers.
const classes = {
  general: ['GET', '/api/auth/get-session'],
  sign_in: ['POST', '/api/auth/sign-in/sigma', { json: {} }],
  authorize: ['GET', '/api/auth/oauth2/authorize'],
  token: ['POST', '/api/auth/oauth2/token', { form: {} }],
  device: ['POST', '/api/auth/device/code', { json: {} }],
  introspect: ['POST', '/api/auth/oauth2/introspect', { form: {} }],
  revoke: ['POST', '/api/auth/oauth2/revoke', { form: {} }],
  register: ['POST', '/api/auth/oauth2/register', { json: {} }],
  userinfo: ['GET', '/api/auth/oauth2/userinfo'],
  backup: ['GET', '/api/backup/sync'],
};

test('every class of routes has a limit of its own', async () => {
  const limits = Object.keys(classes).map((name, i) => [name, i + 2]);
  const server = await startServer({
    env: { ...env, SIGMA_DYNAMIC_REGISTRATION: 'open', SIGMA_RATE_LIMIT_PER_MINUTE: limits.map((pair) => pair.join('=')).join(',') },
  });
  try {
    const address = newNetwork();
    for (const [name, limit] of limits) {
      const [method, target, options] = classes[name];
      const call = () => server.request(method, target, { ...options, ...from(address) });
      const first = await call();
      assert.equal(first.headers['ratelimit-policy'], `"${name}";q=${limit};w=60`, first.describe());
      const { passed, refusal } = await exhaust(call);
      assert.equal(passed + 1, limit, refusal.describe());
      assertWait(refusal);
      assert.match(refusal.headers.ratelimit, new RegExp(`^"${name}";r=0;`));
    }
  } finally {
    await server.stop();
  }
});

test('the defaults are those of the reference page', async () => {
  const page = await readFile(new URL('../../docs/reference/rate-limits.md', import.meta.url), 'utf8');
  const [, sentence] = /^Classes and their defaults, requests a minute for each network: ([^;]*);/m.exec(page);
  const documented = Object.fromEntries([...sentence.matchAll(/`(\w+)` ([\d,]*\d)/g)].map(([, name, limit]) => [name, Number(limit.replace(',', ''))]));
  assert.deepEqual(Object.keys(documented).sort(), Object.keys(classes).sort());
  const server = await startServer({ env: { SIGMA_RATE_LIMITS: 'on', SIGMA_DYNAMIC_REGISTRATION: 'open' } });
  try {
    for (const [name, [method, target, options]] of Object.entries(classes)) {
      const answer = await server.request(method, target, options);
      assert.equal(answer.headers['ratelimit-policy'], `"${name}";q=${documented[name]};w=60`, answer.describe());
    }
  } finally {
    await server.stop();
  }
});

test('a client has a limit of its own, from whichever network it asks', async () => {
  const server = await startServer({ env: { ...env, SIGMA_RATE_LIMIT_PER_MINUTE: 'token=0,client=4' } });
  try {
    const client = { client_id: 'backend', client_name: 'Backend', token_endpoint_auth_method: 'client_secret_basic', grant_types: ['client_credentials'] };
    const { client_secret: secret } = await server.createClient(client);
    const authorization = `Basic ${Buffer.from(`backend:${secret}`).toString('base64')}`;
    const call = () => server.request('POST', '/api/auth/oauth2/token', { form: { grant_type: 'client_credentials' }, ...from(newNetwork(), { authorization }) });
    const { passed, refusal } = await exhaust(call);
    assert.equal(passed, 4);
    assertOAuthError(refusal, 429, 'too_many_requests');
    assert.ok(Number(refusal.headers['retry-after']) >= 1, refusal.describe());
  } finally {
    await server.stop();
  }
});

test('on a loopback base URL there are no limits unless they are wanted', async () => {
  const server = await startServer({ env: { SIGMA_RATE_LIMITS: '', SIGMA_RATE_LIMIT_PER_MINUTE: 'general=2' } });
  try {
    await newPerson(server);
    for (let i = 0; i < 10; i++) assert.equal((await server.request('GET', '/api/auth/get-session')).status, 200);
  } finally {
    await server.stop();
  }
});

test('a class that does not exist is refused with the list of those that do', async () => {
  const env = { SIGMA_RATE_LIMIT_PER_MINUTE: 'tokens=5' };
  await assert.rejects(startServer({ env }), /SIGMA_RATE_LIMIT_PER_MINUTE.*sign_in.*backup/s);
});
