// Clients that take their time, and ten thousand that do nothing: each is sent away when its time is up, memory stays
// bounded, and everybody else is served meanwhile. Security case 53.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { promisify, stripVTControlCharacters } from 'node:util';
import { dropIdleConnections } from '../support/http.mjs';
import { sanitized } from '../support/sanitized.mjs';
import { startServer } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const connections = 10_000;

const strict = {
  SIGMA_HEADER_TIMEOUT: '5s',
  SIGMA_BODY_TIMEOUT: '5s',
  SIGMA_IDLE_TIMEOUT: '5s',
};
const patient = { SIGMA_HEADER_TIMEOUT: '1m', SIGMA_IDLE_TIMEOUT: '10m', SIGMA_MAX_CONNECTIONS: String(connections + 100) };

const post = 'POST /api/auth/oauth2/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n';
/** What each says at once, and then again and again, a little at a time. */
const slow = {
  'a request line': ['GET /api/auth/', () => 'a'],
  'header fields': ['GET /api/auth/ok HTTP/1.1\r\nHost: {host}\r\n', (i) => `X-${i}: 1\r\n`],
  'empty lines': ['\r\n', () => '\r\n'],
  'a body': [`${post}Content-Length: 10000\r\n\r\n`, () => 'a=1&'],
  'a chunked body': [`${post}Transfer-Encoding: chunked\r\n\r\n`, () => '1\r\na\r\n'],
  'a chunk extension': [`${post}Transfer-Encoding: chunked\r\n\r\n1;`, () => 'a'],
  trailers: [`${post}Transfer-Encoding: chunked\r\n\r\n0\r\n`, (i) => `X-${i}: 1\r\n`],
  'nothing at all': ['', undefined],
};

/** Speaks to the server until it hangs up; answers what came back. */
function dawdle(server, [first, more]) {
  const { host, hostname, port } = new URL(server.local);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    let text = '';
    let said = 0;
    const timer = more && setInterval(() => socket.write(more((said += 1))), 100);
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearInterval(timer);
      resolve(text);
    });
    socket.on('connect', () => socket.write(first.replaceAll('{host}', host)));
  });
}

async function residentMb(server) {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024;
}

/** Connections that are open at the public listener. */
async function openAt(server) {
  dropIdleConnections();
  const answer = await server.admin('GET', '/metrics');
  assert.equal(answer.status, 200, answer.describe());
  return Number(/^http_connections\{server="public"\} (\d+)/m.exec(answer.text)[1]);
}

async function assertHealthy(server) {
  dropIdleConnections();
  for (const path of ['/api/auth/ok', '/api/auth/jwks', '/.well-known/openid-configuration']) {
    const answer = await server.request('GET', path);
    assert.equal(answer.status, 200, answer.describe());
  }
}

describe('slow clients', () => {
  let server;
  before(async () => {
    server = await startServer({ env: strict });
  });
  after(() => server?.stop());

  test('case 53: fifty of each kind are sent away, however much they say, and others are served', async () => {
    const all = Object.entries(slow).flatMap(([name, words]) =>
      Array.from({ length: 50 }, async () => ({ name, text: await dawdle(server, words) })),
    );
    let done = false;
    const ended = Promise.all(all).finally(() => {
      done = true;
    });
    let served = 0;
    for (; !done; served += 1) await assertHealthy(server);
    assert.ok(served > 0);
    for (const { name, text } of await ended) {
      assert.match(text, /^($|HTTP\/1\.1 4\d\d )/, name);
      assert.ok((text.match(/^HTTP\/1\.1 /gm) ?? []).length <= 1, `${name}: one answer at most`);
    }
  });

  test('case 53: a hundred that asked once and then say nothing are sent away', async () => {
    const { host, hostname, port } = new URL(server.local);
    const quiet = () => new Promise((resolve) => {
      const socket = net.connect(Number(port), hostname);
      socket.on('connect', () => socket.write(`GET /api/auth/ok HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
      socket.on('data', () => {});
      socket.on('error', () => {});
      socket.on('close', resolve);
    });
    await Promise.all(Array.from({ length: 100 }, quiet));
    await assertHealthy(server);
  });

  // Somebody else's idea of the same: five hundred connections of each kind, and whether a probe is still answered.
  const attacks = {
    'slow header fields': ['-H', '/api/auth/ok'],
    'a slow body': ['-B', '/api/auth/oauth2/token'],
    'a thousand ranges': ['-R', '/login'],
    'slow reading': ['-X', '/api/auth/openapi.json', '-k', '3', '-w', '256', '-y', '1024', '-n', '1', '-z', '32'],
  };
  const pace = ['-c', '500', '-r', '250', '-i', '1', '-p', '3', '-l', '20'];
  for (const [name, [mode, target, ...more]] of Object.entries(attacks)) {
    test(`case 53: slowhttptest with ${name} finds the service available, and no connection is left to it`, async () => {
      const tool = promisify(execFile)('slowhttptest', [mode, ...pace, ...more, '-u', server.local + target], { maxBuffer: 2 ** 24 });
      let ended = false;
      const told = tool.finally(() => {
        ended = true;
      });
      await until(async () => (await openAt(server)) > 0);
      await until(async () => (await openAt(server)) === 0);
      assert.ok(mode !== '-X' || !ended, 'who reads slowly would stay, and is hung up on');
      const stdout = stripVTControlCharacters((await told).stdout);
      const available = [...stdout.matchAll(/service available: *(YES|NO)/g)].map(([, word]) => word);
      assert.ok(available.length > 0 && available.every((word) => word === 'YES'), stdout);
    });
  }
});

describe('connections that stay', () => {
  let server;
  const sockets = new Set();
  before(async () => {
    server = await startServer({ env: patient });
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await server?.stop();
  });

  /** Asks once, and stays. */
  const idle = () => new Promise((resolve, reject) => {
    const { host, hostname, port } = new URL(server.local);
    const socket = net.connect(Number(port), hostname);
    sockets.add(socket);
    socket.on('connect', () => socket.write(`GET /api/auth/ok HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    socket.on('data', (data) => (/^HTTP\/1\.1 200 /.test(data.toString('latin1')) ? resolve() : reject(new Error(String(data)))));
    socket.on('error', reject);
    socket.on('close', () => sockets.delete(socket));
  });
  test('case 53: one who asks for much and reads nothing costs little, and is cut off', async () => {
    const { host, hostname, port } = new URL(server.local);
    await assertHealthy(server);
    const before = await residentMb(server);
    const greedy = Array.from({ length: 50 }, () => {
      const socket = net.connect(Number(port), hostname);
      socket.pause();
      socket.on('error', () => {});
      socket.write(`GET /.well-known/openid-configuration HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(10_000));
      return socket;
    });
    await until(async () => (await openAt(server)) >= greedy.length);
    await assertHealthy(server);
    await until(async () => (await openAt(server)) < 10, { limitMs: 60_000 });
    const grown = (await residentMb(server)) - before;
    if (!sanitized) assert.ok(grown < 64, `fifty of them cost ${grown} MB`);
    for (const socket of greedy) socket.destroy();
    await assertHealthy(server);
  });

  test('case 53: ten thousand of them: others are served, each costs little, and all is given back', async () => {
    await assertHealthy(server);
    const before = await residentMb(server);
    for (let begun = 0; begun < connections; begun += 500) {
      await Promise.all(Array.from({ length: 500 }, idle));
      await assertHealthy(server);
    }
    assert.equal(sockets.size, connections, 'none was sent away');
    assert.ok((await openAt(server)) >= connections);
    const each = (((await residentMb(server)) - before) * 1024) / connections;
    if (!sanitized) assert.ok(each < 24, `an idle connection costs ${each.toFixed(1)} KB`);
    for (const socket of sockets) socket.destroy();
    await until(async () => (await openAt(server)) < 100, { limitMs: 60_000 });
    await assertHealthy(server);
  });
});

describe('more connections than there may be', () => {
  let server;
  before(async () => {
    server = await startServer({ env: { ...patient, SIGMA_MAX_CONNECTIONS: '100' } });
  });
  after(() => server?.stop());

  test('case 53: they are hung up on at once, and there is room again when some leave', async () => {
    const { hostname, port } = new URL(server.local);
    const held = Array.from({ length: 150 }, () => net.connect(Number(port), hostname).on('error', () => {}));
    await until(() => held.filter((socket) => socket.closed).length >= 50);
    assert.ok(held.filter((socket) => !socket.closed).length <= 100);
    for (const socket of held) socket.destroy();
    await until(() => assertHealthy(server).then(() => true, () => false));
  });
});
