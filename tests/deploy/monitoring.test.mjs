// Alert rules and dashboard: promtool accepts and tests them, and a running server has the metrics and labels they ask for.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { exchange, exchangeForm, getCode, postToken, publicClient, refreshForm } from '../e2e/support/oauth.mjs';
import { newPerson } from '../e2e/support/person.mjs';
import { startRedis } from '../e2e/support/redis.mjs';
import { startServer } from '../e2e/support/server.mjs';
import { until } from '../e2e/support/until.mjs';
import { read, root, run, scratch, yaml } from './support/files.mjs';

const folder = path.join(root, 'deploy/prometheus');
const rules = yaml('deploy/prometheus/alerts.yml')[0].groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('deploy/grafana/sigma-auth.json'));
const queries = dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr));
const expressions = [...rules.map((rule) => rule.expr), ...queries];

test('promtool accepts the configuration and the rules, and their tests pass', () => {
  run('promtool', ['check', 'config', 'prometheus.yml'], { cwd: folder });
  run('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd: folder });
});

test('promtool accepts every query of the dashboard', () => {
  const file = path.join(scratch(), 'queries.yml');
  const record = (expr, i) => ({ record: `panel_${i}`, expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'sigma-auth') });
  writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: queries.map(record) }] }));
  run('promtool', ['check', 'rules', file]);
});

test('panels have ids of their own and do not overlap', () => {
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`));
  assert.equal(new Set(cells).size, cells.length);
});

// With everything that has metrics of its own.
let server;
let redis;
before(async () => {
  redis = await startRedis();
  server = await startServer({ env: { SIGMA_REDIS_URL: redis.url, SIGMA_BAP_API_URL: 'https://bap.example.com', SIGMA_OTLP_URL: 'http://127.0.0.1:9' } });
  await server.request('GET', '/api/auth/ok');
});
after(async () => {
  await server?.stop();
  await redis?.stop();
});
const scrape = async () => (await server.admin('GET', '/metrics', { token: null })).text;

test('promtool finds nothing to say against the metrics, and each is in the reference with its type and labels', async () => {
  // The keys are measured a moment after the start.
  await until(async () => (await scrape()).includes('signing_key_active_timestamp_seconds{'));
  const text = await scrape();
  run('promtool', ['check', 'metrics'], { input: text });
  const types = Object.fromEntries([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
  const rows = [...read('docs/reference/metrics.md').matchAll(/^\| `(\w+)` \| (\w+) \| .* \| (.*) \|$/gm)];
  assert.deepEqual(types, Object.fromEntries(rows.map(([, name, type]) => [name, type])));
  for (const [, name, , labels] of rows) {
    const documented = [...labels.matchAll(/(?:^|<br>)`(\w+)`: /g)].map(([, label]) => label);
    const samples = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:\\{(.*)\\})? `, 'gm'))];
    assert.ok(samples.length > 0, name);
    for (const [, shown = ''] of samples) {
      const names = [...shown.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
      assert.deepEqual(names.sort(), documented.sort(), name);
    }
  }
});

test('every metric and label that is asked for is there', async () => {
  const text = await scrape();
  const samples = [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? /gm)].map(([, name, labels = '']) => ({ name, labels: new Set([...labels.matchAll(/(\w+)="/g)].map(([, label]) => label)) }));
  // Prometheus itself adds these.
  const scraped = ['job', 'instance'];
  for (const expression of expressions) {
    for (const [, name, selector] of expression.matchAll(/\b([a-z]+(?:_[a-z]+)*)\{([^}]*)\}/g)) {
      if (name === 'up') continue;
      const found = samples.find((sample) => sample.name === name);
      assert.ok(found, `${name} in ${expression}`);
      for (const [, label] of selector.matchAll(/(\w+)\s*(?:=|!=|=~|!~)\s*"/g)) {
        assert.ok(scraped.includes(label) || found.labels.has(label), `${name}{${label}} in ${expression}`);
      }
    }
  }
});

test('what an alert waits for is there from the start: of a series that is born with 1, Prometheus sees no increase', async () => {
  const other = await startServer({ clients: [publicClient('my-app')] });
  try {
    const series = async () => [...(await other.admin('GET', '/metrics', { token: null })).text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)];
    /** Samples that a selector of an alert finds. */
    const found = (samples, name, selector) =>
      samples.filter(([, family, labels = '']) =>
        family === name &&
        [...selector.matchAll(/(\w+)(=~|=)"([^"]*)"/g)].every(([, label, how, value]) =>
          label === 'job' || new RegExp(`(?:^|,)${label}="(?:${how === '=' ? value.replaceAll('/', '\\/') : value})"`).test(labels)));
    const first = rules.flatMap(({ alert, expr }) => [...expr.matchAll(/increase\((\w+)\{([^}]*)\}\[\w+\]\)\)? > 0$/gm)].map(([, name, selector]) => ({ alert, name, selector })));
    assert.ok(first.length >= 6, first.map(({ alert }) => alert).join());
    const names = (samples, { name, selector }) => found(samples, name, selector).map(([, family, labels]) => `${family}{${labels}}`).sort();
    const before = await series();
    for (const each of first) {
      assert.ok(names(before, each).length > 0, `${each.alert}: ${each.name}{${each.selector}}`);
      assert.ok(found(before, each.name, each.selector).every(([, , , value]) => value === '0'), each.alert);
    }
    const person = await newPerson(other);
    const grant = await getCode(other, person, { scope: 'openid offline_access' });
    const { refresh_token } = await exchange(other, grant);
    for (let i = 0; i < 3; i += 1) await postToken(other, refreshForm(refresh_token));
    await postToken(other, exchangeForm(grant));
    await other.admin('GET', '/admin/clients', { token: 'wrong' });
    const after = await series();
    for (const each of first) assert.deepEqual(names(after, each), names(before, each), each.alert);
    for (const type of ['reuse_detected', 'admin_access']) {
      const values = found(after, 'sigma_security_events_total', `type="${type}", outcome="refused"`).map(([, , , value]) => Number(value));
      assert.ok(Math.max(...values) > 0, type);
    }
  } finally {
    await other.stop();
  }
});

test('every route that is asked for is one', async () => {
  await server.request('POST', '/api/auth/oauth2/token', { form: {} });
  const text = await scrape();
  for (const expression of expressions) {
    for (const [, route] of expression.matchAll(/route="([^"]+)"/g)) assert.ok(text.includes(`route="${route}"`), route);
  }
});
