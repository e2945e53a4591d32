// Input of every bad kind, to every route: always 4xx with words, never 5xx, and the server lives on. Limits of 16 KB for
// headers and 64 KB for bodies are reached over a raw socket. Security cases 51, 52, 54, 55, 58, 59.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorizeQuery, newPkce, publicClient, sigmaClient } from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, sessionCookie, signInPath } from './support/person.mjs';
import { rawRequest } from './support/raw.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();
const kib = 1024;

/** Public routes: what they take, the other methods, and whether a body may be absent. */
const jsonRoutes = [
  { path: signInPath, signed: true, field: 'bapId' },
  { path: '/api/auth/sign-out', session: true },
  { path: '/api/auth/oauth2/consent', session: true, field: 'oauth_query', required: true },
  { path: '/api/auth/oauth2/continue', session: true, field: 'oauth_query', required: true },
];
const formRoutes = [
  { path: '/api/auth/oauth2/token', field: 'grant_type' },
  { path: '/api/auth/oauth2/authorize', field: 'client_id', page: true },
  { path: '/api/auth/oauth2/userinfo', field: 'access_token' },
];
const getRoutes = [
  '/api/auth/oauth2/authorize', '/oauth2/authorize', '/api/auth/oauth2/userinfo', '/api/auth/get-session', '/api/auth/jwks',
  '/.well-known/openid-configuration', '/.well-known/jwks.json', '/api/auth/ok', '/api/auth/error',
];

const deep = (open, close) => open.repeat(20_000) + close.repeat(20_000);
const brokenJson = {
  'cut object': '{"a":',
  'no JSON': 'hello',
  'single quotes': "{'a':1}",
  'trailing comma': '{"a":1,}',
  'trailing garbage': '{} x',
  'two documents': '{}{}',
  'comment': '{/* */}',
  'NaN': '{"a":NaN}',
  'deep arrays': deep('[', ']'),
  'deep objects': '{"a":'.repeat(9000) + '1' + '}'.repeat(9000),
  'deep and cut': '['.repeat(60_000),
  'an array': '[]',
  'a string': '"x"',
  'a number': '5',
  'null': 'null',
  'invalid UTF-8': Buffer.from('7b2261223a22ff fe22 7d'.replaceAll(' ', ''), 'hex'),
  'overlong UTF-8': Buffer.from('7b2261223a22c0af227d', 'hex'),
  'lone surrogate escape': '{"a":"\\ud800"}',
  'control character in a string': '{"a":"\n"}',
  'NUL': '{"a":"\0"}',
  'byte order mark': Buffer.concat([Buffer.from('efbbbf', 'hex'), Buffer.from('{"a":1')]),
  'long number': `{"a":${'9'.repeat(50_000)}`,
  'blank': '   ',
};
/** JSON that parses, with the route's field of a type it must not have. */
const wrongTypes = [5, -1, 1e308, true, null, [], {}, ['x'], { $gt: '' }, '\u0000'];
const brokenForms = {
  'cut escape': 'grant_type=%',
  'half an escape': 'grant_type=%4',
  'no escape': 'grant_type=%zz',
  'NUL': 'grant_type=%00&client_id=%00&access_token=%00',
  'invalid UTF-8': 'grant_type=%ff%fe&client_id=%ff&access_token=%ff',
  'overlong UTF-8': 'grant_type=%c0%af&client_id=%c0%af&access_token=%c0%af',
  'only separators': '&&&&====&&&',
  'ten thousand parameters': Array.from({ length: 10_000 }, (_, i) => `a${i}=`).join('&').slice(0, 60 * kib),
  'one long name': `${'n'.repeat(60_000)}=1`,
  'semicolons': 'grant_type=authorization_code;client_id=my-app',
  'raw bytes': Buffer.from([0x67, 0x3d, 0xff, 0xfe, 0x00, 0x26]),
};
const hostileStrings = ["' OR 1=1--", '"; DROP TABLE session;--', '%', '_', '\\', '\u0000', '\r\nX-Evil: 1', '../../etc/passwd', '${jndi:ldap://x}',
  '{{7*7}}', '<script>', '\ud83d\ude00'.repeat(50), '\u202e', 'x'.repeat(4000), '__proto__', 'constructor', '\x1b[31m'];

forEachStore('bad input', { clients: [publicClient('my-app'), sigmaClient('sigma-app', member)] }, (context) => {
  /** 4xx with words; `also` are further statuses that are right for this input. */
  function assertRefused(answer, what, also = []) {
    const story = `${what}: ${answer.describe()}`;
    assert.ok((answer.status >= 400 && answer.status < 500) || also.includes(answer.status), story);
    if (answer.status < 400) return;
    assert.ok(answer.text.trim().length > 0, story);
    if (answer.headers['content-type']?.startsWith('application/json')) {
      const words = answer.json?.error_description ?? answer.json?.message ?? answer.json?.error;
      assert.ok(typeof words === 'string' && words.length > 0, story);
    }
  }

  /** The headers that let a request reach the parser of its body. */
  async function credentials(route) {
    if (route.signed) return { 'x-auth-token': new Key().token(signInPath, { timestamp: distinctTime() }) };
    if (!route.session) return {};
    context.person ??= await newPerson(context.server);
    return { cookie: context.person.jar.header(), origin: context.server.base };
  }

  async function post(route, body, type) {
    const headers = { ...await credentials(route), ...(type ? { 'content-type': type } : {}) };
    return context.server.request('POST', route.path, { body, headers });
  }

  test('wrong methods: 405, Allow, words', async () => {
    const { server } = context;
    const posts = [...jsonRoutes, ...formRoutes.filter((route) => route.field === 'grant_type')].map((route) => route.path);
    const gets = getRoutes.filter((path) => !formRoutes.some((route) => route.path === path) && path !== '/oauth2/authorize');
    const table = [
      ...posts.flatMap((path) => ['GET', 'PUT', 'DELETE', 'PATCH'].map((method) => [method, path])),
      ...gets.flatMap((path) => ['POST', 'PUT', 'DELETE', 'PATCH'].map((method) => [method, path])),
    ];
    for (const [method, path] of table) {
      const answer = await server.request(method, path);
      assert.equal(answer.status, 405, answer.describe());
      assert.ok(answer.headers.allow, answer.describe());
      assertRefused(answer, method);
    }
  });

  test('unknown methods', async () => {
    for (const method of ['BREW', 'TRACE', 'CONNECT', 'PROPFIND', 'get']) {
      const { status, text } = await rawRequest(context.server.local,
        `${method} /api/auth/get-session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      assert.ok((status >= 400 && status < 500) || status === 501, `${method}: ${status} ${text}`);
    }
  });

  test('unknown paths: 404 with words', async () => {
    for (const path of ['/api/nope', '/api/auth/oauth2', '/api/auth/oauth2/token/x', '/api/auth/%00', '/api/auth/..%2f..%2fetc', '/api//auth/ok',
      '/api/auth/oauth2/../ok', '/%', '/%ff', `/${'a'.repeat(3000)}`, '/api/auth/sign-in/', '/api/auth/ok;x=1', '/api/auth/OK']) {
      const answer = await context.server.request('GET', path);
      assert.ok([404, 400].includes(answer.status), answer.describe());
      assert.ok(answer.text.length > 0, answer.describe());
    }
  });

  test('wrong content types: 415', async () => {
    for (const route of jsonRoutes) {
      for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'application/jsonx', 'x', '/']) {
        const answer = await post(route, '{"accept":true,"oauth_query":"x"}', type);
        assert.equal(answer.status, 415, answer.describe());
        assertRefused(answer, type);
      }
    }
    for (const route of formRoutes) {
      for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', 'x', '/', undefined]) {
        const answer = await post(route, '{"a":"b"}', type);
        assert.equal(answer.status, 415, `${type}: ${answer.describe()}`);
        assertRefused(answer, type);
      }
    }
  });

  test('broken JSON', async () => {
    for (const route of jsonRoutes) {
      for (const [name, body] of Object.entries(brokenJson)) {
        const answer = await post(route, body, 'application/json');
        // A lone surrogate or a control escape in a member that nobody reads may pass where members are optional.
        const lenient = !route.required && /surrogate|blank/.test(name) ? [200] : [];
        assertRefused(answer, `${route.path}, ${name}`, lenient);
      }
    }
  });

  test('JSON of the wrong types', async () => {
    for (const route of jsonRoutes.filter((one) => one.field)) {
      for (const value of wrongTypes) {
        const body = JSON.stringify({ [route.field]: value, accept: true, selected: true });
        const also = typeof value === 'string' && !route.required ? [200, 403] : [];
        assertRefused(await post(route, body, 'application/json'), `${route.path}, ${body}`, also);
      }
      const twice = `{"${route.field}":5,"${route.field}":"x","accept":true}`;
      assertRefused(await post(route, twice, 'application/json'), `${route.path}, doubled member`);
    }
    for (const accept of ['yes', 1, 'true', [], {}]) {
      const route = jsonRoutes[2];
      assertRefused(await post(route, JSON.stringify({ accept, oauth_query: 'x' }), 'application/json'), `accept ${JSON.stringify(accept)}`);
    }
    assertRefused(await post(jsonRoutes[2], '{}', 'application/json'), 'nothing at all');
    assertRefused(await post(jsonRoutes[3], '{}', 'application/json'), 'nothing at all');
  });

  test('broken forms', async () => {
    for (const route of formRoutes) {
      for (const [name, body] of Object.entries(brokenForms)) {
        assertRefused(await post(route, body, 'application/x-www-form-urlencoded'), `${route.path}, ${name}`);
      }
      assertRefused(await post(route, '', 'application/x-www-form-urlencoded'), `${route.path}, empty`);
      assertRefused(await post(route, `${route.field}=a&${route.field}=a`, 'application/x-www-form-urlencoded'), `${route.path}, doubled`);
    }
  });

  test('broken queries', async () => {
    const somebody = await newPerson(context.server);
    const good = authorizeQuery({ code_challenge: newPkce().challenge });
    const queries = ['%', '%zz', 'client_id=%', 'client_id=%ff', 'client_id=%00', '&&&', '=', '?', `${good}&scope=%ff`, `${good}&x=%`,
      `${good}&client_id`, good.replace('my-app', 'my-app%00'), `a=${'x'.repeat(8000)}`];
    for (const query of queries) {
      const answer = await somebody.request(context.server, 'GET', `/api/auth/oauth2/authorize?${query}`);
      const also = query.startsWith(good.slice(0, 40)) ? [302, 303] : [];
      assertRefused(answer, query, also);
      assert.doesNotMatch(answer.location ?? '', /[?&]code=/, query);
    }
    for (const path of getRoutes) {
      for (const query of ['%', '%ff=%00', 'a=1&a=2', '&'.repeat(3000)]) {
        const answer = await context.server.request('GET', `${path}?${query}`);
        assert.ok(answer.status < 500, answer.describe());
      }
    }
  });

  test('hostile strings in every field', async () => {
    const { server } = context;
    for (const text of hostileStrings) {
      const form = { grant_type: 'authorization_code', code: text, client_id: 'my-app', redirect_uri: text, code_verifier: text };
      for (const name of Object.keys(form)) {
        assertRefused(await server.request('POST', '/api/auth/oauth2/token', { form: { ...form, [name]: text } }), `${name} ${JSON.stringify(text)}`);
      }
      for (const name of ['client_id', 'redirect_uri', 'scope', 'response_type', 'prompt', 'code_challenge', 'max_age', 'nonce', 'state', 'bapId']) {
        const answer = await server.request('GET', `/api/auth/oauth2/authorize?${authorizeQuery({ code_challenge: newPkce().challenge, [name]: text })}`);
        assertRefused(answer, `${name} ${JSON.stringify(text)}`, [200, 302, 303]);
        assert.ok(!('x-evil' in answer.headers));
      }
      const body = JSON.stringify({ bapId: text });
      assertRefused(await new Person().trySignIn(server, { body }), `bapId ${JSON.stringify(text)}`, [200]);
      const header = encodeURIComponent(text).slice(0, 4000);
      const session = await server.request('GET', '/api/auth/get-session', { headers: { cookie: `${sessionCookie}=${header}`, 'user-agent': header } });
      assert.equal(session.status, 200, session.describe());
      const bearer = await server.request('GET', '/api/auth/oauth2/userinfo', { headers: { authorization: `Bearer ${header}` } });
      assertRefused(bearer, `bearer ${JSON.stringify(text)}`);
    }
  });

  test('broken Authorization and Cookie headers', async () => {
    const { server } = context;
    for (const authorization of ['', 'Bearer', 'Bearer ', 'bearer  x  y', 'Basic', 'Basic !!!', 'Basic Og==', 'Basic eA==', `Basic ${'A'.repeat(8000)}`,
      'Bitcoin-Auth', 'Negotiate x', '\xff\xfe', ',', 'Bearer a,Bearer b', 'DPoP x']) {
      assertRefused(await server.request('GET', '/api/auth/oauth2/userinfo', { headers: { authorization } }), authorization);
      const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://x', client_id: 'my-app', code_verifier: 'x'.repeat(43) };
      assertRefused(await server.request('POST', '/api/auth/oauth2/token', { form, headers: { authorization } }), authorization);
    }
    for (const cookie of ['', '=', ';;;', sessionCookie, `${sessionCookie}=`, `${sessionCookie}="x"`, `${sessionCookie}=a; ${sessionCookie}=b`,
      `${sessionCookie}=%`, `${sessionCookie}=%ff`, `${sessionCookie}=\xff`, 'a=b; '.repeat(2000)]) {
      const answer = await server.request('GET', '/api/auth/get-session', { headers: { cookie } });
      assert.equal(answer.status, 200, `${cookie.slice(0, 60)}: ${answer.describe()}`);
      assert.equal(answer.text, 'null');
    }
  });

  test('bodies: 64 KB is the limit, with and without Content-Length', async () => {
    const { server } = context;
    const head = (length) => `POST /api/auth/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n${length}\r\n\r\n`;
    const fill = (size) => `grant_type=x&pad=${'x'.repeat(size - 17)}`;
    const fits = await rawRequest(server.local, [head(`Content-Length: ${64 * kib}`), fill(64 * kib)]);
    assert.equal(fits.status, 400, fits.text.slice(0, 300));
    const over = await rawRequest(server.local, [head(`Content-Length: ${64 * kib + 1}`), fill(64 * kib + 1)]);
    assert.equal(over.status, 413, over.text.slice(0, 300));
    const announced = await rawRequest(server.local, head('Content-Length: 99999999999'));
    assert.equal(announced.status, 413, announced.text.slice(0, 300));
    const expecting = await rawRequest(server.local, head('Content-Length: 10000000\r\nExpect: 100-continue'));
    assert.ok([413, 417].includes(expecting.status), expecting.text.slice(0, 300));
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const chunked = await rawRequest(server.local, [head('Transfer-Encoding: chunked'), ...Array(6).fill(chunk)]);
    assert.equal(chunked.status, 413, chunked.text.slice(0, 300));
    for (const answer of [over, announced, chunked]) assert.match(answer.text, /\r\n\r\n.+/s, 'with words');
  });

  test('headers: 16 KB is the limit', async () => {
    const { server } = context;
    const get = (extra) => `GET /api/auth/ok HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${extra}\r\n`;
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
    const long = await rawRequest(server.local, `GET /${'a'.repeat(64 * kib)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    assert.ok([414, 431].includes(long.status), long.text.slice(0, 300));
  });

  test('an X-Auth-Token over 8 KB', async () => {
    const token = ['02'.padEnd(66, '0'), 'brc77', distinctTime(), signInPath, 'A'.repeat(9 * kib)].join('|');
    const answer = await new Person().trySignIn(context.server, { token });
    assertRefused(answer, 'long token');
  });

  const target = 'POST /api/auth/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n';
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
    'folded header': 'GET /api/auth/ok HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\nContent-Length : 5\r\n\r\n',
    'space before colon': 'GET /api/auth/ok HTTP/1.1\r\nHost : localhost\r\n\r\n',
    'NUL in a header': 'GET /api/auth/ok HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n',
    'space in the target': 'GET /api/auth/ok x HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'no version': 'GET /api/auth/ok\r\n\r\n',
    'HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/9.9': 'GET /api/auth/ok HTTP/9.9\r\nHost: localhost\r\n\r\n',
    'two Hosts': 'GET /api/auth/ok HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
    'no Host': 'GET /api/auth/ok HTTP/1.1\r\n\r\n',
    'TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'garbage': '\x00\xff\x00\xff\r\n\r\n',
  };
  test('broken HTTP: 400 and the connection is closed', async () => {
    await Promise.all(Object.entries(smuggling).map(async ([name, bytes]) => {
      const { status, text, closed } = await rawRequest(context.server.local, bytes, { limitMs: 4000 });
      const refused = status === undefined ? closed : status >= 400 && status < 500 || [501, 505].includes(status);
      assert.ok(refused, `${name}: ${status} ${text.slice(0, 300)}`);
      assert.ok(closed, `${name}: still open`);
      assert.equal(text.split('HTTP/1.').length <= 2, true, `${name}: two answers\n${text}`);
    }));
  });

  test('the admin listener takes bad input as calmly', async () => {
    const { server } = context;
    for (const [name, body] of Object.entries(brokenJson)) {
      const answer = await server.admin('POST', '/admin/clients', { body, headers: { 'content-type': 'application/json' } });
      assert.ok(answer.status >= 400 && answer.status < 500, `${name}: ${answer.describe()}`);
    }
    const fields = { client_id: 'x-bad', client_name: 'x', redirect_uris: ['https://a.example/cb'], member_pubkeys: [], scope: 'openid', grant_types: ['authorization_code'] };
    for (const name of Object.keys(fields)) {
      for (const value of [5, {}, [5], [[]], 'javascript:alert(1)', ['javascript:alert(1)'], '\u0000', ['x'.repeat(5000)]]) {
        const answer = await server.admin('POST', '/admin/clients', { json: { ...fields, [name]: value } });
        assert.ok(answer.status < 500, `${name} ${JSON.stringify(value).slice(0, 80)}: ${answer.describe()}`);
        if (answer.status === 201) {
          assert.ok(['client_name', 'scope', 'client_id'].includes(name), `${name} ${JSON.stringify(value).slice(0, 80)}: ${answer.describe()}`);
          await server.admin('DELETE', `/admin/clients/${encodeURIComponent(answer.json.client_id)}`);
        }
      }
    }
  });

  test('after all that the server is the same process, healthy, and logged one line an event', async () => {
    const { server } = context;
    const live = await server.admin('GET', '/health/live', { token: null });
    assert.equal(live.status, 200, live.describe());
    process.kill(server.pid, 0);
    await newPerson(server);
    const broken = server.logs.filter((entry) => entry.line && !entry.line.startsWith('sigma-auth'));
    assert.deepEqual(broken.slice(0, 3), [], 'every line is JSON');
  });
});
