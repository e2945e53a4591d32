// What an operator sees of people and applications: requests for tokens by grant and outcome, security events, deliveries.
// That every family is documented is tests/deploy/monitoring.test.mjs.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { authorize, exchange, exchangeForm, fullScope, getCode, newPkce, postToken, publicClient, refreshForm, userinfo } from './support/oauth.mjs';
import { newPerson, Person } from './support/person.mjs';
import { startRedis } from './support/redis.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';
import { until } from './support/until.mjs';

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const clients = [publicClient('my-app'), publicClient('television', { grant_types: [device], redirect_uris: [], response_types: [] })];

forEachStore('metrics', { clients, env: { SIGMA_DB_WORKERS: '2' } }, (context) => {
  /** Values by name and labels, in the order of the text format. */
  async function scrape() {
    const { text } = await context.server.admin('GET', '/metrics', { token: null });
    return new Map([...text.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
  }
  /** What a piece of work adds to counters. */
  async function added(work) {
    const before = await scrape();
    await work();
    const after = await scrape();
    return (name) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  }
  const tokens = (grant, outcome) => `sigma_token_requests_total{grant="${grant}",outcome="${outcome}"}`;
  const events = (type, outcome, error = '') => `sigma_security_events_total{error="${error}",outcome="${outcome}",type="${type}"}`;

  test('requests for tokens are counted by grant and outcome, whatever became of them', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const of = await added(async () => {
      const grant = await getCode(server, person, { scope: fullScope });
      const { refresh_token } = await exchange(server, grant);
      assert.equal((await postToken(server, refreshForm(refresh_token))).status, 200);
      assert.equal((await postToken(server, exchangeForm(grant))).status, 400, 'used');
      assert.equal((await postToken(server, refreshForm('wrong'))).status, 400);
      assert.equal((await postToken(server, { grant_type: 'client_credentials', client_id: 'my-app' })).status, 400);
      for (const form of [{}, { grant_type: 'made-up', client_id: 'my-app' }]) assert.equal((await postToken(server, form)).status, 400);
      const codes = (await server.request('POST', '/api/auth/device/code', { json: { client_id: 'television' } })).json;
      const poll = { grant_type: device, device_code: codes.device_code, client_id: 'television' };
      assert.equal((await postToken(server, poll)).json.error, 'authorization_pending');
      assert.equal((await server.request('POST', '/api/auth/device/token', { json: poll })).json.error, 'slow_down');
    });
    assert.equal(of(tokens('authorization_code', 'ok')), 1);
    assert.equal(of(tokens('authorization_code', 'invalid_grant')), 1);
    assert.equal(of(tokens('refresh_token', 'ok')), 1);
    assert.equal(of(tokens('refresh_token', 'invalid_grant')), 1);
    assert.equal(of(tokens('client_credentials', 'unauthorized_client')), 1);
    assert.equal(of(tokens('none', 'invalid_request')), 1);
    assert.equal(of(tokens('none', 'unsupported_grant_type')), 1);
    assert.equal(of(tokens(device, 'authorization_pending')), 1);
    assert.equal(of(tokens(device, 'slow_down')), 1);
    assert.equal(of(events('reuse_detected', 'refused', 'invalid_grant')), 1);
    assert.equal(of(events('token_issued', 'ok')), 1);
    assert.equal(of(events('token_refreshed', 'ok')), 1);
    const { text } = await server.admin('GET', '/metrics', { token: null });
    assert.doesNotMatch(text, /made-up|my-app|television/, 'nothing that callers choose is a label');
  });

  test('people: sign-ins and what is refused, by error', async () => {
    const { server } = context;
    const of = await added(async () => {
      const person = await newPerson(server);
      assert.equal((await new Person().trySignIn(server, { token: 'nonsense' })).status, 400);
      await authorize(server, person, { code_challenge: newPkce().challenge });
      await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
      await server.admin('GET', '/admin/clients', { token: 'wrong' });
    });
    assert.equal(of(events('sign_in', 'ok')), 1);
    const refusals = [...(await scrape()).keys()].filter((name) => /type="sign_in"/.test(name) && /outcome="refused"/.test(name));
    assert.ok(refusals.length > 0 && refusals.every((name) => /error="\w+"/.test(name)), refusals.join());
    assert.equal(of(events('code_issued', 'ok')), 1);
    assert.equal(of(events('sign_out', 'ok')), 1);
    assert.equal([...(await scrape())].filter(([name]) => /type="admin_access"/.test(name) && /refused/.test(name)).reduce((sum, [, value]) => sum + value, 0), 1);
  });

  test('connections: how many there are, work, and are allowed', async () => {
    const { server, store } = context;
    await newPerson(server);
    const seen = await scrape();
    const connections = (state) => seen.get(`db_connections{state="${state}"}`);
    assert.equal(connections('allowed'), store === 'sqlite' ? 3 : 4, 'two read; one writes, or two');
    assert.ok(connections('open') >= 1 && connections('open') <= connections('allowed'), `${connections('open')}`);
    assert.ok(connections('busy') >= 0 && connections('busy') <= connections('open'), `${connections('busy')}`);
    for (const kind of ['read', 'write']) {
      const loops = `db_loop_connections{kind="${kind}"}`;
      if (store === 'postgres') await until(async () => (await scrape()).get(loops) >= 1);
      else assert.equal(seen.get(loops), 0);
      assert.equal(typeof seen.get(`db_loop_waiting{kind="${kind}"}`), 'number');
    }
  });

  test('what is remembered: hits and misses', async () => {
    const { server, store } = context;
    const { access_token } = await exchange(server, await getCode(server, await newPerson(server)));
    const lookups = (outcome) => `sigma_cache_lookups_total{cache="live_tokens",outcome="${outcome}"}`;
    const asked = 20;
    const of = await added(async () => {
      for (let i = 0; i < asked; i += 1) assert.equal((await userinfo(server, access_token)).status, 200);
      assert.equal((await userinfo(server, 'unknown')).status, 401);
    });
    assert.equal(of(lookups('hit')) + of(lookups('miss')), asked + 1);
    // Only where revocations are heard of is anything remembered: there, from the exchange on.
    if (store === 'postgres') assert.ok(of(lookups('hit')) > 0 && of(lookups('miss')) > 0, `${of(lookups('hit'))} hits`);
    else assert.equal(of(lookups('hit')), 0);
  });
});

test('commands that Redis has not answered yet', async () => {
  const redis = await startRedis();
  const server = await startServer({ env: { SIGMA_REDIS_URL: redis.url, SIGMA_REDIS_TIMEOUT: '5s', SIGMA_RATE_LIMITS: 'on' } });
  const waiting = async () => Number(/^sigma_redis_waiting (\d+)$/m.exec((await server.admin('GET', '/metrics', { token: null })).text)[1]);
  try {
    await until(async () => (await server.admin('GET', '/health/ready', { token: null })).json.cache === 'redis');
    redis.gate.delay = 3_000;
    const unanswered = postToken(server, {});
    await until(async () => (await waiting()) > 0);
    redis.gate.delay = 0;
    await unanswered;
    await until(async () => (await waiting()) === 0);
  } finally {
    await server.stop();
    await redis.stop();
  }
});
