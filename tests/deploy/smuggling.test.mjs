// Requests on whose end a proxy and a server could disagree (security case 51), sent through nginx as in our example and
// through an HAProxy that reads HTTP and lets clients share its connections: the worst case for whoever comes next.
// Both proxies write X-Forwarded-For anew. So a request that reaches a server with the attacker's own X-Forwarded-For
// was seen by the server alone: it came out of another request's body.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { startServer } from '../e2e/support/server.mjs';
import { until } from '../e2e/support/until.mjs';
import { certificate, scratch } from './support/files.mjs';
import { freePort, get, name, startHaproxy, startNginx, stop, untilAnswered } from './support/proxies.mjs';

const attacker = '203.0.113.66';
const path = '/api/auth/oauth2/token';
const form = 'Content-Type: application/x-www-form-urlencoded\r\n';
const post = (fields, body, version = '1.1') => `POST ${path} HTTP/${version}\r\nHost: ${name}\r\n${form}${fields}\r\n${body}`;
const hex = (text) => Buffer.byteLength(text, 'latin1').toString(16);
const size = (text) => Buffer.byteLength(text, 'latin1');

/** Spellings of Transfer-Encoding that one reader takes for it and another does not. */
const encodings = {
  plain: 'Transfer-Encoding: chunked',
  'blank before the colon': 'Transfer-Encoding : chunked',
  'tab before the value': 'Transfer-Encoding:\tchunked',
  'vertical tab before the value': 'Transfer-Encoding: \x0bchunked',
  'form feed after the value': 'Transfer-Encoding: chunked\x0c',
  'NUL after the value': 'Transfer-Encoding: chunked\0',
  'another word': 'Transfer-Encoding: xchunked',
  quoted: 'Transfer-Encoding: "chunked"',
  'in capitals': 'TRANSFER-ENCODING: CHUNKED',
  'with an underscore': 'Transfer_Encoding: chunked',
  twice: 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'and another': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'after another': 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
  'in a list': 'Transfer-Encoding: chunked, identity',
  'last in a list': 'Transfer-Encoding: identity, chunked',
  'after an empty element': 'Transfer-Encoding: , chunked',
  'with a parameter': 'Transfer-Encoding: chunked;q=1',
  folded: 'Transfer-Encoding:\r\n chunked',
  'folded into the field before': 'X-A: b\r\n Transfer-Encoding: chunked',
  'behind a bare line feed': 'X-A: b\nTransfer-Encoding: chunked',
  'behind a bare carriage return': 'X-A: b\rTransfer-Encoding: chunked',
  'a line feed before the colon': 'Transfer-Encoding\n: chunked',
};

/** Everything that may be read in two ways; `inner` is the request that one of the readers would see. */
function attacks(inner) {
  const all = {};
  const chunkedInner = `${hex(inner)}\r\n${inner}\r\n0\r\n\r\n`;
  for (const [how, field] of Object.entries(encodings)) {
    const empty = `0\r\n\r\n${inner}`;
    all[`CL.TE, ${how}`] = post(`Content-Length: ${size(empty)}\r\n${field}\r\n`, empty);
    all[`TE first, ${how}`] = post(`${field}\r\nContent-Length: ${size(empty)}\r\n`, empty);
    all[`TE.CL, ${how}`] = post(`Content-Length: ${hex(inner).length + 2}\r\n${field}\r\n`, chunkedInner);
  }
  const length = size(inner);
  all['CL.CL'] = post(`Content-Length: 0\r\nContent-Length: ${length}\r\n`, inner);
  all['CL.CL the other way'] = post(`Content-Length: ${length}\r\nContent-Length: 0\r\n`, inner);
  all['CL in a list'] = post(`Content-Length: 0, ${length}\r\n`, inner);
  all['CL with a plus'] = post(`Content-Length: +${length}\r\n`, inner);
  all['CL with a blank inside'] = post(`Content-Length: 0 ${length}\r\n`, inner);
  all['CL in hexadecimal'] = post(`Content-Length: 0x${length.toString(16)}\r\n`, inner);
  all['CL with a blank before the colon'] = post(`Content-Length : ${length}\r\n`, inner);
  all['CL behind a bare line feed'] = post(`X-A: b\nContent-Length: ${length}\r\n`, inner);
  all['CL folded'] = post(`Content-Length:\r\n ${length}\r\n`, inner);
  all['CL over 2^64'] = post(`Content-Length: ${2n ** 64n + BigInt(length)}\r\n`, inner);
  all['CL.0: a GET with a body'] = `GET /api/auth/ok HTTP/1.1\r\nHost: ${name}\r\nContent-Length: ${length}\r\n\r\n${inner}`;
  all['CL.0: nobody reads the body'] = `POST /api/nothing HTTP/1.1\r\nHost: ${name}\r\nContent-Length: ${length}\r\n\r\n${inner}`;
  all['a GET in chunks'] = `GET /api/auth/ok HTTP/1.1\r\nHost: ${name}\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedInner}`;
  all['chunks in HTTP/1.0'] = post(`Content-Length: ${size(chunkedInner)}\r\nTransfer-Encoding: chunked\r\n`, chunkedInner, '1.0');
  all['Expect and a body at once'] = post(`Expect: 100-continue\r\nContent-Length: ${length}\r\n`, inner);
  all['an expectation nobody knows'] = post(`Expect: y\r\nContent-Length: ${length}\r\n`, inner);
  all['a head that ends in line feeds'] = post(`X-A: b\nContent-Length: ${length}\n\n`, inner).replace(`\n\n\r\n`, '\n\n');
  all['a field that ends the head'] = post(`X-A: b\r\n\rX: \r\n`, inner);
  const chunked = 'Transfer-Encoding: chunked\r\n';
  all['a chunk extension with a line feed'] = post(chunked, `2;\nxx\r\n${hex(inner)}\r\n${inner}\r\n0\r\n\r\n`);
  all['a chunk extension that holds a chunk'] = post(chunked, `5;a="\r\n0\r\n\r\n${inner}`);
  all['a chunk line that ends in a line feed'] = post(chunked, `0\n\n${inner}`);
  all['a chunk that ends in a line feed'] = post(chunked, `1\r\na\n0\r\n\r\n${inner}`);
  all['a chunk longer than announced'] = post(chunked, `1\r\naXX0\r\n\r\n${inner}`);
  all['a chunk size with 0x'] = post(chunked, `0x5\r\nhello\r\n0\r\n\r\n${inner}`);
  all['a chunk size with a plus'] = post(chunked, `+0\r\n\r\n${inner}`);
  all['a negative chunk size'] = post(chunked, `-1\r\n\r\n${inner}`);
  all['a chunk size over 2^64'] = post(chunked, `10000000000000000\r\n\r\n${inner}`);
  all['a chunk size with a blank'] = post(chunked, `0 \r\n\r\n${inner}`);
  all['a trailer that says how long'] = post(chunked, `0\r\nContent-Length: ${length}\r\n\r\n${inner}`);
  all['a trailer that never ends'] = post(chunked, `0\r\nX-A: b\n\n${inner}`);
  all['no host, absolute form'] = `POST http://${name}${path} HTTP/1.1\r\nHost: other.example\r\nContent-Length: ${length}\r\n\r\n${inner}`;
  return all;
}

/** Those of them whose end is beyond doubt: what stands behind it is a request in its own right. */
const clear = ['TE.CL, with an underscore'];

/** By HTTP/2, as a proxy that speaks HTTP/1.1 to its servers has to write it anew. */
const attacksOverHttp2 = (inner) => ({
  'H2.CL: shorter than the body': { headers: { 'content-length': '0' }, body: inner },
  'H2.CL: longer than the body': { headers: { 'content-length': String(size(inner) + 50) }, body: inner },
  'a body in chunks': { headers: {}, body: `0\r\n\r\n${inner}` },
  'a path with a blank': { headers: { ':path': `${path} HTTP/1.1` }, body: inner },
  'a method with a blank': { headers: { ':method': 'GET / HTTP/1.1' }, body: inner },
});

/** Sends `bytes` over `connect()` and takes what comes until the peer hangs up or has been silent for so long. */
function throwAt(connect, bytes, silenceMs = 300) {
  return new Promise((resolve) => {
    const socket = connect();
    let text = '';
    const done = () => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(silenceMs, done);
    socket.on('data', (data) => { text += data.toString('latin1'); });
    socket.on('error', () => {});
    socket.on('close', done);
    socket.on(socket.encrypted ? 'secureConnect' : 'connect', () => socket.write(bytes, 'latin1'));
  });
}

function throwHttp2At(port, ca, { headers, body }) {
  return new Promise((resolve) => {
    const session = http2.connect(`https://${name}:${port}`, { ca, servername: name, createConnection: () => tls.connect({ host: '127.0.0.1', port, ca, servername: name, ALPNProtocols: ['h2'] }) });
    const done = () => {
      session.destroy();
      resolve();
    };
    session.on('error', done);
    session.setTimeout(1000, done);
    const stream = session.request({ ':method': 'POST', ':path': path, ':authority': name, 'content-type': 'application/x-www-form-urlencoded', ...headers });
    stream.on('error', done);
    stream.on('close', done);
    stream.resume();
    stream.end(body);
  });
}

describe('request smuggling', () => {
  const folder = scratch();
  const files = certificate(folder, name);
  const ca = readFileSync(files.cert);
  const servers = [];
  before(async () => {
    const env = { SIGMA_BASE_URL: `https://${name}`, SIGMA_TRUSTED_PROXIES: '127.0.0.1/32' };
    servers.push(await startServer({ env }));
    servers.push(await startServer({ env, peerOf: servers[0] }));
  });
  after(async () => {
    for (const server of servers.reverse()) await server.stop();
  });

  const innerOf = (agent) =>
    `GET /api/auth/get-session HTTP/1.1\r\nHost: ${name}\r\nUser-Agent: ${agent}\r\nX-Forwarded-For: ${attacker}\r\n\r\n`;
  /** The requests of `agent` that a server took from the attacker's own hand. */
  const taken = (agent) => servers.flatMap((server) => server.logs).filter((line) => line.user_agent?.startsWith(agent) && line.remote === attacker);
  /** Sends every attack with a number of its own; answers the names of those by which a server took a second request. */
  async function tryAll(agent, each) {
    const all = Object.entries(attacks(innerOf(`${agent}-#`)));
    assert.ok(all.length > 90);
    for (const [i, [how, bytes]] of all.entries()) await each(how, bytes.replaceAll(`${agent}-#`, `${agent}-${i}`));
    return taken(agent).map((line) => all[Number(line.user_agent.split('-').pop())][0]);
  }

  test('case 51: what is looked for would be seen', async () => {
    const { hostname, port } = new URL(servers[0].local);
    const direct = () => net.connect(Number(port), hostname);
    const answer = await throwAt(direct, innerOf('control').replace(/\r\n$/, 'Connection: close\r\n\r\n'), 20_000);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    await until(() => taken('control').length === 1);
  });

  /** After each attack others ask, on connections of the proxy that the attack may have had. */
  async function assertUseless(agent, connect, others) {
    const smuggled = await tryAll(agent, async (how, bytes) => {
      assert.doesNotMatch(await throwAt(connect, bytes), /^HTTP\/1\.1 50[^15]/, how);
      for (const { status, text } of await Promise.all([others(), others()])) assert.deepEqual([status, JSON.parse(text)], [200, { ok: true }], how);
    });
    assert.deepEqual(smuggled, []);
  }

  test('case 51: directly, a server that trusts its peer sees no request inside another', async () => {
    const { hostname, port } = new URL(servers[0].local);
    const smuggled = await tryAll('direct', async (how, bytes) => {
      const answer = await throwAt(() => net.connect(Number(port), hostname), bytes);
      assert.doesNotMatch(answer, /^HTTP\/1\.[01] 5/, how);
    });
    assert.deepEqual(smuggled, clear);
  });

  describe('behind nginx', () => {
    let proxy;
    let port;
    before(async () => {
      port = await freePort();
      proxy = startNginx({ folder, port, plain: await freePort(), servers, files });
      await untilAnswered(() => get(port, '/api/auth/ok', { ca }), proxy);
    });
    after(() => stop(proxy));
    const connect = () => tls.connect({ host: '127.0.0.1', port, ca, servername: name });
    const others = () => get(port, '/api/auth/ok', { ca });

    test('case 51: no request comes out of another, and nobody gets another’s answer', () => assertUseless('nginx', connect, others));

    test('case 51: nor by HTTP/2', async () => {
      for (const [how, attack] of Object.entries(attacksOverHttp2(innerOf('nginx2')))) {
        await throwHttp2At(port, ca, attack);
        for (const { status, text } of await Promise.all([others(), others()])) assert.deepEqual([status, JSON.parse(text)], [200, { ok: true }], how);
      }
      assert.deepEqual(taken('nginx2'), []);
    });
  });

  describe('behind an HAProxy that reads HTTP', () => {
    let proxy;
    let port;
    before(async () => {
      port = await freePort();
      const replicas = servers.map((server, i) => `  server replica-${i} ${new URL(server.local).host}`).join('\n');
      const text = [
        'defaults', '  mode http', '  timeout connect 2s', '  timeout client 30s', '  timeout server 30s', '  http-reuse always',
        'frontend public', `  bind 127.0.0.1:${port}`, '  http-request set-header X-Forwarded-For %[src]', '  default_backend replicas',
        'backend replicas', replicas, '',
      ].join('\n');
      proxy = startHaproxy({ folder, text });
      await untilAnswered(() => plainGet(port), proxy);
    });
    after(() => stop(proxy));

    test('case 51: no request comes out of another, and nobody gets another’s answer', () =>
      assertUseless('haproxy', () => net.connect(port, '127.0.0.1'), () => plainGet(port)));
  });
});

async function plainGet(port) {
  const text = await throwAt(() => net.connect(port, '127.0.0.1'), `GET /api/auth/ok HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`, 20_000);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text: text.slice(text.indexOf('\r\n\r\n') + 4) };
}
