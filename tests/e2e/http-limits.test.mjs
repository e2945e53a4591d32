// The limits of the HTTP server, over a raw socket: 16 KB of headers, 64 KB of body, and requests that are no HTTP.
// Security cases 24, 51, 52.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertApiError } from './support/oauth.mjs';
import { Person, distinctTime, signInPath } from './support/person.mjs';
import { rawRequest } from './support/raw.mjs';
import { forEachStore } from './support/stores.mjs';

const kib = 1024;

forEachStore('HTTP limits', {}, (context) => {
  test('unknown methods: 405, and which are known', async () => {
    for (const method of ['BREW', 'TRACE', 'CONNECT', 'PROPFIND', 'get']) {
      const { status, text } = await rawRequest(
        context.server.local,
        `${method} /api/auth/get-session HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n`,
      );
      assert.equal(status, 405, `${method}: ${text}`);
      assert.match(text, /^allow: GET, HEAD, OPTIONS\r$/im, method);
    }
  });

  test('case 52: bodies: 64 KB is the limit, with and without Content-Length', async () => {
    const { server } = context;
    const head = (length) =>
      `POST /api/auth/oauth2/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n${length}\r\n\r\n`;
    const fill = (size) => `grant_type=x&pad=${'x'.repeat(size - 17)}`;
    const fits = await rawRequest(server.local, [head(`Content-Length: ${64 * kib}`), fill(64 * kib)]);
    assert.equal(fits.status, 400, fits.text.slice(0, 300));
    const over = await rawRequest(server.local, [head(`Content-Length: ${64 * kib + 1}`), fill(64 * kib + 1)]);
    assert.equal(over.status, 413, over.text.slice(0, 300));
    const announced = await rawRequest(server.local, head('Content-Length: 99999999999'));
    assert.equal(announced.status, 413, announced.text.slice(0, 300));
    const expecting = await rawRequest(server.local, head('Content-Length: 10000000\r\nExpect: 100-continue'));
    assert.equal(expecting.status, 413, expecting.text.slice(0, 300));
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const chunked = await rawRequest(server.local, [head('Transfer-Encoding: chunked'), ...Array(6).fill(chunk)]);
    assert.equal(chunked.status, 413, chunked.text.slice(0, 300));
    for (const answer of [over, announced, chunked]) assert.match(answer.text, /\r\n\r\n.+/s, 'with words');
  });

  test('case 52: headers: 16 KB is the limit', async () => {
    const { server } = context;
    const get = (extra) => `GET /api/auth/ok HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n${extra}\r\n`;
    const fits = await rawRequest(server.local, get(`X-Pad: ${'x'.repeat(15 * kib)}\r\n`));
    assert.equal(fits.status, 200, fits.text.slice(0, 300));
    const table = {
      'one of 17 KB': get(`X-Pad: ${'x'.repeat(17 * kib)}\r\n`),
      'one of 64 KB': get(`X-Pad: ${'x'.repeat(64 * kib)}\r\n`),
      'ten thousand': get(Array.from({ length: 10_000 }, (_, i) => `X-${i}: 1\r\n`).join('')),
      'a token of 64 KB': get(`X-Auth-Token: ${'a'.repeat(64 * kib)}\r\n`),
    };
    for (const [name, request] of Object.entries(table)) {
      const { status, text } = await rawRequest(server.local, request);
      assert.equal(status, 431, `${name}: ${text.slice(0, 300)}`);
    }
    const long = await rawRequest(server.local, `GET /${'a'.repeat(64 * kib)} HTTP/1.1\r\nHost: {host}\r\n\r\n`);
    assert.equal(long.status, 414, long.text.slice(0, 300));
  });

  test('case 52: an X-Auth-Token over 8 KB', async () => {
    const token = ['02'.padEnd(66, '0'), 'brc77', distinctTime(), signInPath, 'A'.repeat(9 * kib)].join('|');
    const answer = await new Person().trySignIn(context.server, { token });
    assertApiError(answer, 400, 'INVALID_AUTH_TOKEN_FORMAT', /8192/);
  });

  const target =
    'POST /api/auth/oauth2/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n';
  const smuggling = {
    'length and chunked': `${target}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/auth/ok HTTP/1.1\r\nHost: x\r\n\r\n`,
    'two lengths': `${target}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
    'lengths in a list': `${target}Content-Length: 5, 6\r\n\r\nhello!`,
    'negative length': `${target}Content-Length: -1\r\n\r\n`,
    'signed length': `${target}Content-Length: +5\r\n\r\nhello`,
    'hex length': `${target}Content-Length: 0x5\r\n\r\nhello`,
    'overflowing length': `${target}Content-Length: 184467440737095516160\r\n\r\n`,
    'unknown coding': `${target}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    'bad chunk size': `${target}Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n`,
    'overflowing chunk size': `${target}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`,
    'folded header': 'GET /api/auth/ok HTTP/1.1\r\nHost: {host}\r\nX-A: b\r\n c\r\n\r\n',
    'space before colon': 'GET /api/auth/ok HTTP/1.1\r\nHost: {host}\r\nX-A : b\r\n\r\n',
    'bare LF': 'GET /api/auth/ok HTTP/1.1\nHost: {host}\n\n',
    'NUL in a header': 'GET /api/auth/ok HTTP/1.1\r\nHost: {host}\r\nX-A: a\0b\r\n\r\n',
    'space in the target': 'GET /api/auth/ok x HTTP/1.1\r\nHost: {host}\r\n\r\n',
    'no version': 'GET /api/auth/ok\r\n\r\n',
    'HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/9.9': 'GET /api/auth/ok HTTP/9.9\r\nHost: {host}\r\n\r\n',
    'two Hosts': 'GET /api/auth/ok HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n',
    'no Host': 'GET /api/auth/ok HTTP/1.1\r\n\r\n',
    'TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
    garbage: '\x00\xff\x00\xff\r\n\r\n',
  };
  test('case 51: broken HTTP: 400 and the connection is closed', async () => {
    await Promise.all(
      Object.entries(smuggling).map(async ([name, bytes]) => {
        const { status, text, closed } = await rawRequest(context.server.local, bytes, { limitMs: 4000 });
        assert.equal(status, 400, `${name}: ${text.slice(0, 300)}`);
        assert.match(text, /not well-formed HTTP|ambiguous|chunked request body|folded|CR LF|one valid Host/, name);
        assert.ok(closed, `${name}: still open`);
        assert.equal(text.match(/HTTP\/1\.[01] \d{3} /g).length, 1, `${name}: two answers\n${text}`);
      }),
    );
    // The same requests, well-formed, get to the endpoint, and the connection is kept.
    for (const body of ['Content-Length: 5\r\n\r\na=b&c', 'Transfer-Encoding: chunked\r\n\r\n5\r\na=b&c\r\n0\r\n\r\n']) {
      const { text, closed } = await rawRequest(context.server.local, `${target}Connection: keep-alive\r\n${body}`);
      assert.match(text, /grant_type/, body);
      assert.equal(closed, false, body);
    }
  });
});
