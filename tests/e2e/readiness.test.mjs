// Postgres vanishes without a word: nothing is refused, nothing is closed, nothing is answered any more (a cable is pulled,
// a virtual machine stands still). Drivers notice after many seconds; load balancers must be told at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { userinfo } from './support/oauth.mjs';
import { startServer } from './support/server.mjs';
import { until } from './support/until.mjs';
import { Wire } from './support/wire.mjs';

/** The shortest time-out of a probe in deploy/ (tests/deploy/names.test.mjs). */
const probeTimeoutMs = 3_000;

let server;
let wire;
before(async () => {
  server = await startServer({ store: 'postgres', env: { SIGMA_DB_WORKERS: '1' } });
  const url = new URL(server.databaseUrl);
  wire = await Wire.to(Number(url.port));
  url.port = wire.port;
  server.env.SIGMA_DATABASE_URL = url.href;
  await server.restart();
});
after(async () => {
  await wire?.mend();
  await server?.stop();
  await wire?.stop();
});

const probe = () => server.admin('GET', '/health/ready', { token: null, timeout: probeTimeoutMs });
const metric = async (name) => {
  const { text } = await server.admin('GET', '/metrics', { token: null });
  return Number(text.split('\n').find((line) => line.startsWith(`${name} `)).split(' ')[1]);
};

test('every probe is answered 503 in time, and they all wait for one question', async () => {
  await userinfo(server, 'unknown'); // the first question of a loop opens its connections
  await until(async () => (await metric('db_loop_connections{kind="read"}')) > 0);
  await wire.hold();
  const unanswered = userinfo(server, 'unknown').catch((error) => error);
  await until(async () => (await metric('db_loop_waiting{kind="read"}')) > 0);

  const probes = 30;
  // A probe waits one second longer than the server does, and the machine may stand still for as long once.
  const answers = await until(async () => {
    const all = await Promise.all(Array.from({ length: probes }, () => probe().catch(() => undefined)));
    return all.every(Boolean) && all;
  });
  for (const answer of answers) {
    assert.equal(answer.status, 503, answer.describe());
    assert.match(answer.json.detail, /database does not answer/);
    assert.ok(Number(answer.headers['retry-after']) > 0);
  }
  assert.equal((await server.admin('GET', '/health/live', { token: null })).status, 200);
  assert.equal(await metric('db_connections{state="allowed"}'), 3, 'one reads, two write');
  assert.ok((await metric('db_connections{state="busy"}')) >= 1, 'the question is under way');
  // The one reading connection is taken. What else waits for it is the upkeep's, not the probes'.
  assert.ok((await metric('db_queued{kind="read"}')) < probes / 2);

  await until(async () => {
    const health = await server.cli(['health'], { check: false });
    return health.code === 1 && /answers 503: The database does not answer/.test(health.stderr);
  });

  await wire.mend();
  await until(async () => (await probe()).status === 200);
  await unanswered;
});
