// The command line: what it says, how it ends, and the drivers made of rules.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientRegistrations } from '../lib/clients.mjs';
import { makeProvider, makeSigningKey } from '../targets/oidc-provider.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'sigma-conformance-run-'));
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const file = (name, content) => {
  const where = path.join(folder, name);
  writeFileSync(where, JSON.stringify(content));
  return where;
};

let server;
let issuer;
let config;
before(async () => {
  server = http.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${server.address().port}`;
  const clients = clientRegistrations();
  const provider = makeProvider({ issuer, clients: Object.values(clients), signingKeys: [await makeSigningKey()] });
  server.on('request', provider.callback());
  config = file('config.json', { clients });
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Runs the program; answers {code, stdout, stderr}. */
function run(...options) {
  const child = spawn(process.execPath, [path.join(root, 'run.mjs'), ...options]);
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      out[name] += text;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...out })));
}

const against = (...options) => run('--issuer', issuer, '--driver', 'oidc-provider', '--config', config, ...options);

test('a module that passes: its name, and 0', async () => {
  const { code, stdout, stderr } = await against('--plan', 'basic', '--module', 'oidcc-server');
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^PASSED {2}basic\/oidcc-server \([\d.]+ s\)$/m);
  assert.match(stdout, /^1 modules: 1 passed, 0 warning, 0 skipped, 0 failed$/m);
});

test('a plain http issuer on the own machine is a note, and a failure when asked for', async () => {
  const lenient = await against('--plan', 'config');
  assert.equal(lenient.code, 0, lenient.stdout);
  assert.match(lenient.stdout, /^ {4}I http issuer, loopback: the https checks are not made$/m);
  const strict = await against('--plan', 'config', '--strict-https', '--json');
  assert.equal(strict.code, 1, strict.stdout);
  const { result, findings } = JSON.parse(strict.stdout);
  assert.equal(result, 'FAILED');
  assert.ok(findings.some(({ level, message }) => level === 'F' && message === 'token_endpoint is not https'));
});

test('what a run lacks is a failure of the module, not silence', async () => {
  const { code, stdout } = await against('--plan', 'backchannel');
  assert.equal(code, 1, stdout);
  assert.match(stdout, /F the run has no listener for logout tokens/);
});

test('a driver that does not know a page fails with what the page says', async () => {
  const rules = file('blind.json', { pages: [] });
  const { code, stdout } = await run(
    '--issuer',
    issuer,
    '--driver',
    rules,
    '--config',
    config,
    '--module',
    'oidcc-server',
  );
  assert.equal(code, 1, stdout);
  assert.match(stdout, /F no answer came to the callback; the visit ended at GET .*Sign-in/);
});

test('a driver of rules: pages by address and text, buttons by name', async () => {
  const rules = file('rules.json', {
    pages: [
      {
        kind: 'login',
        url: '/interaction/',
        text: 'sign-in.*cancel',
        press: '^Sign-in$',
        fill: { login: 'bob', password: 'x' },
      },
      { kind: 'consent', url: '/interaction/', press: 'continue' },
    ],
  });
  const options = ['--plan', 'formpost', '--module', 'oidcc-server'];
  const { code, stdout } = await run('--issuer', issuer, '--driver', rules, '--config', config, ...options);
  assert.equal(code, 0, stdout);
});

test('wrong options are explained, with 2', async () => {
  for (const [options, words] of [
    [[], /--issuer is missing/],
    [['--plan', 'nothing'], /there is no plan nothing; choose basic, /],
    [['--plan', 'config', '--module', 'oidcc-server'], /the plan config has no module oidcc-server/],
    [['--jobs', 'many'], /--jobs is many/],
    [['--colour'], /Unknown option '--colour'/],
  ]) {
    const { code, stderr } = options.length > 0 ? await against(...options) : await run();
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  }
});

test('an issuer that does not answer fails every module', async () => {
  const options = ['--driver', 'oidc-provider', '--config', config, '--plan', 'config'];
  const { code, stdout } = await run('--issuer', 'http://127.0.0.1:1', ...options);
  assert.equal(code, 1, stdout);
  assert.match(stdout, /F interrupted: .*ECONNREFUSED/);
});
