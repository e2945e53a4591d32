// What web pages and other programs must not be able to do (tokenpass-contract §1, §3.16, §4.2, §14).
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { freePorts } from '../support/server.mjs';
import { password, startTokenPass, TokenPass } from './support/server.mjs';

const evil = { origin: 'https://evil.example' };

function connects(port, host) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host, timeout: 1000 });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.on('timeout', () => {
      socket.destroy();
      resolve(false);
    });
  });
}

test('only this machine reaches it', async (t) => {
  const server = await startTokenPass(t);
  assert.equal(await connects(server.port, '127.0.0.1'), true);
  const others = Object.values(networkInterfaces())
    .flat()
    .filter(({ internal }) => !internal)
    .map(({ address, scopeid }) => (scopeid ? undefined : address))
    .filter(Boolean);
  for (const address of others) assert.equal(await connects(server.port, address), false, address);
  const refused = await server.cli(['serve'], { env: { TOKENPASS_HOST: '0.0.0.0' } });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /loopback/);
});

/** Somebody else at an address of this machine; undefined where the machine has no such address. */
async function stranger(t, port, host, answer) {
  const seen = [];
  const listening = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part)).on('end', () => {
      seen.push(request.url + body);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
  });
  const error = await new Promise((done) => listening.once('error', done).listen(port, host, () => done(undefined)));
  if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error?.code)) return undefined;
  assert.ifError(error);
  listening.unref(); // a test that is red must not hang
  t.after(() => new Promise((done) => (listening.close(done), listening.closeAllConnections())));
  return { seen };
}

test('localhost is ours at every address, or TokenPass does not begin', async (t) => {
  const server = await TokenPass.make();
  t.after(() => server.stop());
  if (!(await stranger(t, server.port, '::1', {}))) return t.skip('there is no IPv6 here');
  const refused = await server.cli(['serve']);
  assert.equal(refused.code, 1, refused.stdout);
  assert.match(refused.stdout + refused.stderr, /::1.*TOKENPASS_PORT/);
});

test('at one address only: localhost may be somebody else’s', async (t) => {
  const server = await startTokenPass(t, { env: { TOKENPASS_HOST: '127.0.0.1' } }).then((made) => made.registered());
  const home = `http://127.0.0.1:${server.port}`;
  const login = (origin) => server.post('/api/login', { password }, { origin });
  assert.equal((await login(home)).status, 200);
  assert.equal((await login(`http://localhost:${server.port}`)).json.code, 7);
  assert.equal((await login(`http://[::1]:${server.port}`)).json.code, 7);
  const page = await server.get('/auth?host=a.example');
  assert.deepEqual([page.status, page.headers.location], [307, `${home}/auth?host=a.example`]);
  assert.equal((await server.get('/', { host: `127.0.0.1:${server.port}` })).status, 200);
  assert.equal((await server.post('/api/sign', { message: 'x' })).json.errorURL, `${home}/auth`);
  assert.equal((await server.get('/.well-known/openid-configuration')).json.issuer, home);
});

test('the command line gives the password to the server of the folder, whoever else answers', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const [elsewhere] = await freePorts(1);
  const env = { TOKENPASS_PORT: String(elsewhere) };
  const other = await stranger(t, elsewhere, '127.0.0.1', { product: 'tokenpass', mnemonic: 'theirs' });
  const exported = await server.cli(['export'], { input: `${password}\n`, env });
  assert.equal(JSON.parse(exported.stdout).mnemonic.split(' ').length, 12, exported.stderr);
  assert.deepEqual(other.seen, []);
  // Ended without a word: what it had told is not believed any more.
  await server.terminate('SIGKILL');
  const after = await server.cli(['status', '--json'], { env });
  assert.equal(JSON.parse(after.stdout).unlocked, false, after.stderr);
  assert.deepEqual(other.seen, []);
  assert.ok(!(await readdir(server.folder)).includes('tokenpass.address'));
  await server.start();
});

test('DNS rebinding: a foreign Host gets nothing', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  for (const host of ['evil.example', `evil.example:${server.port}`, 'localhost', `localhost.evil.example:${server.port}`, `127.0.0.2:${server.port}`]) {
    for (const headers of [{ host }, { host, origin: `http://${host}` }]) {
      const answer = await server.request('GET', '/api/status', { headers });
      assert.deepEqual([answer.status, answer.json.code], [421, 7], answer.describe());
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  }
  for (const host of [`127.0.0.1:${server.port}`, `[::1]:${server.port}`, `LOCALHOST:${server.port}`]) {
    assert.equal((await server.request('GET', '/api/status', { headers: { host } })).status, 200, host);
  }
});

test('password routes and everything of the dashboard refuse foreign pages', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const before = (await server.get('/api/profile')).json.bapID;
  const routes = [
    ['POST', '/api/register', { password }],
    ['POST', '/api/login', { password }],
    ['POST', '/api/logout', {}],
    ['POST', '/logout', {}],
    ['POST', '/api/export', { password }],
    ['POST', '/export', { password }],
    ['POST', '/api/import', { password, mnemonic: 'abandon' }],
    ['POST', '/api/password', { password, newPassword: 'another password' }],
    ['POST', '/api/backups', { path: 'x.bep' }],
    ['POST', '/api/backups/create', { path: 'x.bep', password }],
    ['POST', '/api/backups/import', { content: 'x', password }],
    ['POST', '/api/backups/switch', { path: 'x.bep' }],
    ['POST', '/api/backups/download', { password }],
    ['DELETE', '/api/backups', { path: 'x.bep' }],
    ['GET', '/api/backups'],
    ['GET', '/api/identity'],
    ['POST', '/api/identity', { name: 'x' }],
    ['POST', '/api/identity/guest', { host: 'x' }],
    ['GET', '/api/settings'],
    ['POST', '/api/settings', {}],
    ['GET', '/api/bap-profile?idKey=x'],
    ['GET', '/api/sync/status'],
    ['POST', '/api/sync/push', {}],
    ['POST', '/api/sync/pull', {}],
    ['GET', '/api/approvals'],
    ['POST', '/api/approvals', { host: 'evil.example', password }],
    ['POST', '/api/approvals/x', { allow: true, password }],
    ['GET', '/api/sites'],
    ['DELETE', '/api/sites', { host: 'x' }],
    ['GET', '/api/activity'],
    ['GET', '/api/auto-approval'],
    ['POST', '/api/auto-approval', { password, duration: '1h' }],
    ['DELETE', '/api/auto-approval', {}],
    ['POST', '/api/authorization', { query: 'x' }],
    ['POST', '/api/authorization/answer', { query: 'x', allow: true }],
    ['GET', '/api/applications'],
    ['DELETE', '/api/applications', { id: 'x' }],
    ['GET', '/api/auth/icon'],
  ];
  // Also: an opaque origin, an unreadable one, and GETs whose origin only Sec-Fetch-Site gives away.
  const pages = [evil, { origin: 'null' }, { origin: 'https://localhost:21000.evil.example' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }];
  for (const headers of pages) {
    for (const [method, target, json] of routes) {
      const answer = await server.request(method, target, { headers, json });
      assert.deepEqual([answer.status, answer.json.code, answer.json.success], [403, 7, false], answer.describe());
    }
  }
  assert.equal((await server.get('/api/profile')).json.bapID, before);
  assert.equal((await server.get('/api/status')).json.unlocked, true);
});

test('a page cannot have another host’s token, nor guess the password', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  for (const body of [
    { host: 'bank.example', scopes: 'sign' },
    { host: 'sub.evil.example', scopes: 'sign' },
    { host: 'evil.example:8443', scopes: 'sign' },
    { host: 'evil.example', password, scopes: 'sign' },
    { host: 'evil.example', password: 'a guess at it', scopes: 'sign' },
  ]) {
    const answer = await server.post('/api/auth', body, evil);
    assert.deepEqual([answer.status, answer.json.code], [403, 7], answer.describe());
  }
  // The right and the wrong password look the same, and neither counts.
  const [right, wrong] = await Promise.all([
    server.post('/api/auth', { host: 'evil.example', password }, evil),
    server.post('/api/auth', { host: 'evil.example', password: 'wrong password' }, evil),
  ]);
  assert.deepEqual(right.json, wrong.json);
});

test('an Origin of ours is no proof: only a page that knew the password may say yes', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const own = { origin: server.base };
  const auth = (headers) => server.post('/api/auth', { host: 'example.com', scopes: 'sign' }, headers);
  assert.equal((await auth(own)).status, 401);
  assert.equal((await auth({ ...own, 'x-tokenpass-session': 'guess' })).status, 401);
  const { session } = (await server.post('/api/login', { password }, own)).json;
  const page = { ...own, 'x-tokenpass-session': session };
  assert.equal((await auth(page)).status, 200);
  assert.notEqual((await auth({ 'x-tokenpass-session': session })).status, 200, 'a session without its page');
  await server.post('/api/logout');
  await server.post('/api/login', { password });
  assert.equal((await auth(page)).status, 401, 'locking ends it');
});

test('status tells a page about its own host only', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const authorization = await server.token('a.example');
  await server.post('/api/sign', { message: 'x' }, { authorization });
  await server.token('b.example');
  const seen = async (origin) => (await server.get('/api/status', { origin })).json;
  const a = await seen('https://a.example');
  assert.deepEqual(a.keys.map(({ host }) => host), ['a.example']);
  assert.deepEqual(a.states.map(({ host }) => host), ['a.example']);
  assert.ok(a.bapId);
  assert.equal(a.address, a.keys[0].address);
  for (const origin of ['https://c.example', 'null']) {
    const other = await seen(origin);
    assert.deepEqual([other.keys, other.states, other.bapId, other.address], [[], [], undefined, undefined]);
    assert.equal(other.unlocked, true);
  }
  const hidden = (await server.get('/api/status', { 'sec-fetch-site': 'cross-site' })).json;
  assert.deepEqual([hidden.keys, hidden.bapId], [[], undefined]);
});

test('CORS: any page may ask, none with credentials, preflights know private networks', async (t) => {
  const server = await startTokenPass(t, { env: { TOKENPASS_ORIGIN_WHITELIST: ' https://app1.example , https://app2.example' } });
  const preflight = (origin, more = {}) =>
    server.request('OPTIONS', '/api/sign', {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type', ...more },
    });
  const plain = await preflight('https://any.example');
  assert.ok([200, 204].includes(plain.status));
  assert.equal(plain.headers['access-control-allow-origin'], 'https://any.example');
  assert.equal(plain.headers['access-control-allow-credentials'], undefined);
  assert.equal(plain.headers['access-control-allow-private-network'], undefined);
  assert.match(plain.headers['access-control-allow-methods'], /DELETE/);
  assert.match(plain.headers['access-control-allow-headers'], /Content-Type, Authorization, X-Session-Key/);
  assert.match(plain.headers.vary, /Origin/);
  const network = await preflight('https://any.example', { 'access-control-request-private-network': 'true' });
  assert.equal(network.headers['access-control-allow-private-network'], 'true');
  const listed = await server.get('/api/status', { origin: 'https://app2.example' });
  assert.equal(listed.headers['access-control-allow-credentials'], 'true');
  const bare = await server.get('/api/status');
  assert.equal(bare.headers['access-control-allow-origin'], undefined);
  assert.match(bare.headers.vary, /Origin/);
  // Errors can be read as well, or clients could not tell what is wrong.
  const failed = await server.post('/api/sign', { message: 'x' }, { origin: 'https://any.example' });
  assert.equal(failed.headers['access-control-allow-origin'], 'https://any.example');
  const unknown = await server.get('/api/nothing', { origin: 'https://any.example' });
  assert.equal(unknown.headers['access-control-allow-origin'], 'https://any.example');
});

test('whitelisted pages: own host without a question, password routes, but never the words', async (t) => {
  const origin = 'https://app.example';
  const server = await startTokenPass(t, { env: { TOKENPASS_ORIGIN_WHITELIST: origin } });
  assert.equal((await server.post('/api/register', { password }, { origin })).status, 200);
  assert.equal((await server.post('/api/login', { password }, { origin })).status, 200);
  assert.equal((await server.post('/api/auth', { host: 'app.example', scopes: 'sign' }, { origin })).status, 200);
  assert.equal((await server.post('/api/auth', { host: 'APP.example:443', scopes: 'sign' }, { origin })).status, 200);
  assert.equal((await server.post('/api/auth', { host: 'other.example', scopes: 'sign' }, { origin })).json.code, 7);
  for (const route of ['/api/export', '/api/backups/download']) {
    assert.equal((await server.post(route, { password }, { origin })).json.code, 7, route);
  }
});

test('keys leave the wallet with its password only, sealed or not', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  for (const headers of [{}, { origin: server.base }]) {
    assert.equal((await server.post('/api/backups/download', {}, headers)).status, 400);
    assert.equal((await server.post('/api/backups/download', { password: 'wrong password' }, headers)).status, 401);
    assert.equal((await server.post('/api/backups/download', { password }, headers)).status, 200);
  }
});

test('a page must send JSON as JSON, so that the browser asks first', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const body = JSON.stringify({ host: 'evil.example' });
  const answer = await server.request('POST', '/api/auth', { body, headers: { ...evil, 'content-type': 'text/plain' } });
  assert.equal(answer.status, 400, answer.describe());
});

test('paths of backups stay in the folder', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const outside = path.join(server.home, 'outside');
  await mkdir(outside);
  await writeFile(path.join(outside, 'theirs.bep'), 'theirs');
  await symlink(path.join(outside, 'theirs.bep'), path.join(server.folder, 'link.bep'));
  const bad = [
    '/etc/passwd',
    '../outside/theirs.bep',
    '~/outside/theirs.bep',
    '~/.tokenpass/../outside/theirs.bep',
    path.join(outside, 'theirs.bep'),
    `${server.folder}/../outside/theirs.bep`,
    `${server.folder}//x/../theirs.bep`,
    'x/theirs.bep',
    '.hidden.bep',
    '.bep',
    'tokenpass.json',
    'wallet.sites',
    'x.bep\u0000.txt',
    'x\n.bep',
    `${'x'.repeat(200)}.bep`,
    '',
    7,
  ];
  for (const target of bad) {
    for (const [method, route, more] of [
      ['POST', '/api/backups'],
      ['POST', '/api/backups/switch'],
      ['POST', '/api/backups/create', { password }],
      ['DELETE', '/api/backups'],
    ]) {
      const answer = await server.request(method, route, { json: { path: target, ...more } });
      assert.equal(answer.status, 400, `${JSON.stringify(target)} ${answer.describe()}`);
    }
  }
  assert.equal((await server.post('/api/backups/switch', { path: 'link.bep' })).status, 404, 'links are not followed');
  const listed = (await server.get('/api/backups')).json.backups.map((row) => row.path);
  assert.deepEqual(listed, ['~/.tokenpass/wallet.vault']);
  assert.equal(await readFile(path.join(outside, 'theirs.bep'), 'utf8'), 'theirs');
  assert.equal((await server.get('/api/status')).json.unlocked, true);
});

test('nothing is overwritten', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const before = await readFile(path.join(server.folder, 'wallet.vault'), 'utf8');
  const answer = await server.post('/api/backups/create', { path: 'wallet.vault', password });
  assert.equal(answer.status, 409, answer.describe());
  const other = await server.post('/api/backups/create', { path: 'wallet.bep', password });
  assert.equal(other.status, 409, 'wallet.bep would lie in wallet.vault');
  assert.equal((await server.post('/api/register', { password })).status, 500);
  assert.equal((await server.del('/api/backups', { path: 'wallet.vault' })).status, 500);
  assert.equal(await readFile(path.join(server.folder, 'wallet.vault'), 'utf8'), before);
});

test('guessing slows down, for all routes together, also over restarts', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const guess = { password: 'wrong password', host: 'example.com', newPassword: 'another password' };
  const routes = ['/api/login', '/api/export', '/api/auth', '/api/password', '/api/backups/download'];
  // Whoever the guesser says to be, it is one guesser.
  const guessFrom = (route, index) => server.post(route, guess, { 'x-forwarded-for': `203.0.113.${index}` });
  for (const [index, route] of routes.entries()) assert.equal((await guessFrom(route, index)).status, 401, route);
  const blocked = await server.post('/api/login', { password });
  assert.equal(blocked.status, 429, blocked.describe());
  assert.ok(blocked.json.retryAfter > 50 && blocked.json.retryAfter <= 60);
  assert.equal(blocked.headers['retry-after'], String(blocked.json.retryAfter));
  assert.equal(blocked.headers['x-ratelimit-limit'], '5');
  assert.equal(blocked.headers['x-ratelimit-remaining'], '0');
  await server.restart();
  assert.equal((await server.post('/api/login', { password })).status, 429, 'after a restart');
});

test('right passwords are never counted', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  for (let i = 0; i < 8; ++i) assert.equal((await server.post('/api/auth', { password, host: 'a.example' })).status, 200);
});

test('the folder is for its owner only, and nothing in it shows what is secret', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const { mnemonic } = (await server.post('/api/export', { password })).json;
  const token = await server.token('secret-host.example');
  await server.post('/api/sign', { message: 'x' }, { authorization: token });
  await server.terminate();
  assert.equal((await stat(server.folder)).mode & 0o777, 0o700);
  for (const name of await readdir(server.folder)) {
    const file = path.join(server.folder, name);
    assert.equal((await stat(file)).mode & 0o777, 0o600, name);
    const text = await readFile(file, 'latin1');
    for (const secret of [mnemonic, mnemonic.split(' ').slice(0, 2).join(' '), token, password, 'secret-host.example']) {
      assert.ok(!text.includes(secret), `${name} shows ${secret}`);
    }
  }
  assert.ok(!server.output.includes(token) && !server.output.includes(password) && !server.output.includes(mnemonic));
});
