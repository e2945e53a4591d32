// What a peer may claim about names and addresses: nothing, unless the operator has named it a proxy. Security case 50.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { newPerson } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { forEachStore } from '../support/stores.mjs';

const publicName = 'https://id.example.com';
const host = 'id.example.com';
const proxy = '127.0.0.2';
const stranger = '127.0.0.1';
const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** A PROXY protocol header: version 2 and command, family, and what follows. */
const header = (command, family, rest = Buffer.alloc(0), length = rest.length) => Buffer.concat([signature, Buffer.from([command, family, length >> 8, length & 0xff]), rest]);
/** 203.0.113.`last`:49152 → 10.0.0.1:443 */
const tcp4 = (last) => header(0x21, 0x11, Buffer.from([203, 0, 113, last, 10, 0, 0, 1, 0xc0, 0, 1, 0xbb]));
const head = (agent, more = '') => `GET /api/auth/get-session HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${agent}\r\n${more}`;
const ask = (agent, more) => `${head(agent, more)}Connection: close\r\n\r\n`;

/** Sends `chunks` from `address`, each in a packet of its own; answers all that comes back. */
function send(server, address, chunks) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port: Number(new URL(server.local).port), localAddress: address, noDelay: true });
    let text = '';
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.on('connect', async () => {
      for (const chunk of [chunks].flat()) {
        socket.write(chunk);
        await new Promise((sent) => setImmediate(sent));
      }
    });
  });
}

const statusesOf = (text) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

/** Which address the log names for `agent`. */
async function remoteOf(server, agent) {
  for (const deadline = Date.now() + 5000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const line = server.logs.find((entry) => entry.user_agent === agent);
    if (line) return line.remote;
  }
  throw new Error(`nothing is logged of ${agent}`);
}

const claims = [
  `Host: ${host}`,
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Proto: http',
  'X-Forwarded-For: 198.51.100.66',
  'Forwarded: for=198.51.100.66;host=evil.example;proto=http',
  'X-Original-URL: /admin/clients',
].join('\r\n');

forEachStore('who is asked, and by whom', { env: { SIGMA_BASE_URL: publicName } }, (context) => {
  test('case 50: forged Host and Forwarded fields leave issuer, links and cookies as they are', async () => {
    const { server } = context;
    const text = await send(server, stranger, `GET /api/auth/.well-known/openid-configuration HTTP/1.1\r\n${claims}\r\nConnection: close\r\n\r\n`);
    assert.deepEqual(statusesOf(text), [200]);
    assert.match(text, /"issuer": ?"https:\/\/id\.example\.com\/api\/auth"/);
    assert.doesNotMatch(text, /evil/);
    const query = 'client_id=nobody&response_type=code&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb';
    const page = await send(server, stranger, `GET /api/auth/oauth2/authorize?${query} HTTP/1.1\r\n${claims}\r\nConnection: close\r\n\r\n`);
    assert.doesNotMatch(page, /evil/);

    const person = await newPerson(server, { headers: { host, 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example' } });
    const answer = await person.request(server, 'GET', '/api/auth/get-session', { headers: { host } });
    assert.equal(answer.json.user.id, person.userId);
    const again = await person.trySignIn(server, { headers: { host, 'x-forwarded-proto': 'http' } });
    const [[name, { attributes }]] = [...again.cookies];
    assert.equal(name, '__Secure-better-auth.session_token');
    assert.ok(attributes.secure, 'by the public name, not by what the peer says');
    assert.equal(attributes.domain, undefined);
  });

  test('case 50: an unknown Host is 421, two or none are 400', async () => {
    const { server } = context;
    const get = (fields, target = '/api/auth/ok') => send(server, stranger, `GET ${target} HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`);
    assert.deepEqual(statusesOf(await get('Host: evil.example\r\n')), [421]);
    assert.deepEqual(statusesOf(await get(`Host: ${host}.evil.example\r\n`)), [421]);
    assert.deepEqual(statusesOf(await get(`Host: ${host}:8443\r\n`)), [421]);
    assert.deepEqual(statusesOf(await get('Host: localhost\r\nX-Forwarded-Host: id.example.com\r\n')), [421]);
    assert.deepEqual(statusesOf(await get(`Host: ${host}\r\nHost: evil.example\r\n`)), [400]);
    assert.deepEqual(statusesOf(await get(`Host: ${host}\r\n`, 'http://evil.example/api/auth/ok')), [400]);
    assert.deepEqual(statusesOf(await get('')), [400]);
    assert.deepEqual(statusesOf(await get('Host: id.example.com@evil.example\r\n')), [400]);
    assert.deepEqual(statusesOf(await get(`Host: ${host}\r\n`)), [200]);
  });
});

describe('addresses that cannot be read', () => {
  const perMinute = 3;
  let server;
  before(async () => {
    server = await startServer({ env: { SIGMA_BASE_URL: publicName, SIGMA_TRUSTED_PROXIES: `${proxy}/32`, SIGMA_RATE_LIMITS: 'on', SIGMA_RATE_LIMIT_PER_MINUTE: `general=${perMinute}` } });
  });
  after(() => server?.stop());

  test('case 50: X-Forwarded-For that is no address, too long, or has a zone never lifts a limit', async () => {
    const junk = ['a', 'x'.repeat(10_000), 'fe80::1%eth0', '', ',,,', '127.0.0.1.5', '[::1', "1' OR '1'='1", 'unknown', '198.51.100.7, junk'];
    const statuses = [];
    for (const value of junk) statuses.push(...statusesOf(await send(server, proxy, ask('junk', `X-Forwarded-For: ${value}\r\n`))));
    assert.equal(statuses.length, junk.length);
    assert.equal(statuses.filter((status) => status === 200).length, perMinute, 'all of them count as the proxy itself');
    assert.ok(statuses.slice(perMinute).every((status) => status === 429), String(statuses));
    // While who can be read is counted alone.
    assert.deepEqual(statusesOf(await send(server, proxy, ask('readable', 'X-Forwarded-For: 198.51.100.8\r\n'))), [200]);
  });
});

describe('PROXY protocol', () => {
  let server;
  before(async () => {
    server = await startServer({ env: { SIGMA_BASE_URL: publicName, SIGMA_TRUSTED_PROXIES: `${proxy}/32`, SIGMA_PROXY_PROTOCOL: 'on' } });
  });
  after(() => server?.stop());

  test('a trusted proxy names the client, for all requests of the connection', async () => {
    const text = await send(server, proxy, [tcp4(7), `${head('named')}\r\n${ask('named-too')}`]);
    assert.deepEqual(statusesOf(text), [200, 200]);
    assert.equal(await remoteOf(server, 'named'), '203.0.113.7');
    assert.equal(await remoteOf(server, 'named-too'), '203.0.113.7');
  });

  test('the header may arrive in pieces, and the request with it', async () => {
    const bytes = Buffer.concat([tcp4(8), Buffer.from(ask('pieces'))]);
    assert.deepEqual(statusesOf(await send(server, proxy, [...bytes.subarray(0, 40)].map((byte) => Buffer.from([byte])).concat(bytes.subarray(40)))), [200]);
    assert.equal(await remoteOf(server, 'pieces'), '203.0.113.8');
  });

  test('LOCAL and UNSPEC are the proxy itself', async () => {
    assert.deepEqual(statusesOf(await send(server, proxy, [header(0x20, 0), ask('local')])), [200]);
    assert.equal(await remoteOf(server, 'local'), proxy);
    assert.deepEqual(statusesOf(await send(server, proxy, [header(0x21, 0), ask('unspec')])), [200]);
    assert.equal(await remoteOf(server, 'unspec'), proxy);
  });

  test('case 50: the client’s X-Forwarded-For inside counts for nothing', async () => {
    await send(server, proxy, [tcp4(9), ask('forger', 'X-Forwarded-For: 198.51.100.66\r\n')]);
    assert.equal(await remoteOf(server, 'forger'), '203.0.113.9');
    await send(server, proxy, [header(0x20, 0), ask('forger-local', 'X-Forwarded-For: 198.51.100.66\r\n')]);
    assert.equal(await remoteOf(server, 'forger-local'), proxy);
  });

  test('case 50: a header from anybody else is a malformed request', async () => {
    const text = await send(server, stranger, [tcp4(10), ask('impostor')]);
    assert.deepEqual(statusesOf(text), [400]);
    assert.deepEqual(statusesOf(await send(server, stranger, ask('plain'))), [200]);
    await remoteOf(server, 'plain');
    assert.ok(!server.logs.some((line) => line.user_agent === 'impostor' && line.status === 200));
    assert.equal(await remoteOf(server, 'plain'), stranger);
  });

  test('case 50: a proxy that does not say who it is, or says it wrongly, is hung up on', async () => {
    const wrong = {
      'no header': ask('wrong'),
      'version 1': `PROXY TCP4 203.0.113.7 10.0.0.1 49152 443\r\n${ask('wrong')}`,
      'another version': [header(0x31, 0x11, Buffer.alloc(12)), ask('wrong')],
      'another command': [header(0x2f, 0x11, Buffer.alloc(12)), ask('wrong')],
      'a Unix socket': [header(0x21, 0x31, Buffer.alloc(216)), ask('wrong')],
      'addresses cut off': [header(0x21, 0x11, Buffer.alloc(11)), ask('wrong')],
      'too long': [header(0x21, 0x11, Buffer.alloc(4000)), ask('wrong')],
      'the greatest length': [header(0x21, 0x11, Buffer.alloc(12), 0xffff), ask('wrong')],
      'two headers': [tcp4(1), tcp4(2), ask('wrong')],
    };
    for (const [what, chunks] of Object.entries(wrong)) {
      const statuses = statusesOf(await send(server, proxy, chunks));
      assert.deepEqual(statuses, what === 'two headers' ? [400] : [], what);
    }
    assert.ok(!server.logs.some((line) => line.user_agent === 'wrong' && line.status === 200));
    assert.equal((await server.admin('GET', '/health/ready', { token: null })).status, 200);
  });
});
