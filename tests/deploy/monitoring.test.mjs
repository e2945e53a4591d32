// Alert rules and dashboard: promtool accepts and tests them, and a running server has the metrics and labels they ask for.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { startServer } from '../e2e/support/server.mjs';
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

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

test('every metric and label that is asked for is there', async () => {
  await server.request('GET', '/api/auth/ok');
  const { text } = await server.admin('GET', '/metrics', { token: null });
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

test('every route that is asked for is one', async () => {
  await server.request('POST', '/api/auth/oauth2/token', { form: {} });
  const { text } = await server.admin('GET', '/metrics', { token: null });
  for (const expression of expressions) {
    for (const [, route] of expression.matchAll(/route="([^"]+)"/g)) assert.ok(text.includes(`route="${route}"`), route);
  }
});
