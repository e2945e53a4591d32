// Input of every bad kind, to every route: always 4xx with words, never 5xx, and the server lives on.
// Security cases 54, 55, 59.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, brokenForms, brokenJson, hostileStrings, spoilers, wrongTypes } from './support/bad.mjs';
import { askedAgain, assertApiError, assertOAuthError, authorizeQuery, exchangeForm, getCode, newPkce, postToken, publicClient, sigmaClient } from './support/oauth.mjs';
import { Key, Person, distinctTime, newPerson, sessionCookie, signInPath } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();

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
  '/api/auth/oauth2/authorize',
  '/oauth2/authorize',
  '/api/auth/oauth2/userinfo',
  '/api/auth/get-session',
  '/api/auth/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/jwks.json',
  '/api/auth/ok',
  '/api/auth/error',
];

forEachStore('bad input', { clients: [publicClient('my-app'), sigmaClient('sigma-app', member)] }, (context) => {
  /** The headers that let a request reach the parser of its body. */
  async function credentials(route) {
    if (route.signed) return { 'x-auth-token': new Key().token(signInPath, { timestamp: distinctTime() }) };
    if (!route.session) return {};
    context.person ??= await newPerson(context.server);
    return { cookie: context.person.jar.header(), origin: context.server.base };
  }

  async function post(route, body, type) {
    const headers = { ...(await credentials(route)), ...(type ? { 'content-type': type } : {}) };
    const answer = await context.server.request('POST', route.path, { body, headers });
    return askedAgain(context.server, route.path, answer);
  }

  test('wrong methods: 405, Allow, words', async () => {
    const { server } = context;
    const posts = [...jsonRoutes, ...formRoutes.filter((route) => route.field === 'grant_type')].map(
      (route) => route.path,
    );
    const gets = getRoutes.filter(
      (path) => !formRoutes.some((route) => route.path === path) && path !== '/oauth2/authorize',
    );
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

  test('unknown paths: 404 with words', async () => {
    for (const target of ['/api/', '/api']) {
      const answer = await context.server.request('GET', target, { headers: { accept: 'text/html' } });
      assert.equal(answer.json?.code, 'NOT_FOUND', answer.describe());
    }
    for (const path of [
      '/api/nope',
      '/api/auth/oauth2',
      '/api/auth/oauth2/token/x',
      '/api/auth/%00',
      '/api/auth/..%2f..%2fetc',
      '/api//auth/ok',
      '/api/auth/oauth2/../ok',
      '/%',
      '/%ff',
      `/${'a'.repeat(3000)}`,
      '/api/auth/sign-in/',
      '/api/auth/ok;x=1',
      '/api/auth/OK',
    ]) {
      const answer = await context.server.request('GET', path);
      assert.ok([404, 400].includes(answer.status), answer.describe());
      assert.ok(answer.text.length > 0, answer.describe());
    }
  });

  test('case 55: wrong content types: 415', async () => {
    for (const route of jsonRoutes) {
      for (const type of [
        'text/plain',
        'multipart/form-data; boundary=x',
        'application/xml',
        'application/jsonx',
        'x',
        '/',
      ]) {
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

  test('case 54: broken JSON', async () => {
    for (const route of jsonRoutes) {
      for (const [name, body] of Object.entries(brokenJson)) {
        const answer = await post(route, body, 'application/json');
        // A lone surrogate or a control escape in a member that nobody reads may pass where members are optional.
        const lenient = !route.required && /surrogate|blank/.test(name) ? [200] : [];
        assertRefused(answer, `${route.path}, ${name}`, lenient);
      }
    }
  });

  test('case 54: JSON of the wrong types', async () => {
    for (const route of jsonRoutes.filter((one) => one.field)) {
      for (const value of wrongTypes) {
        const body = JSON.stringify({ [route.field]: value, accept: true, selected: true });
        const also = typeof value === 'string' && !route.required ? [200, 403] : [];
        assertRefused(await post(route, body, 'application/json'), `${route.path}, ${body}`, also);
      }
    }
    const person = new Person();
    const named = `"bapId":"${person.bapId}"`;
    const doubled = await person.trySignIn(context.server, { body: `{${named},${named}}` });
    assertApiError(doubled, 400, 'VALIDATION_ERROR', /twice/);
    await person.signIn(context.server, { body: `{${named}}` });
    for (const accept of ['yes', 1, 'true', [], {}]) {
      const route = jsonRoutes[2];
      assertRefused(
        await post(route, JSON.stringify({ accept, oauth_query: 'x' }), 'application/json'),
        `accept ${JSON.stringify(accept)}`,
      );
    }
    assertRefused(await post(jsonRoutes[2], '{}', 'application/json'), 'nothing at all');
    assertRefused(await post(jsonRoutes[3], '{}', 'application/json'), 'nothing at all');
  });

  test('case 54: broken forms', async () => {
    for (const route of formRoutes) {
      for (const [name, body] of Object.entries(brokenForms)) {
        assertRefused(await post(route, body, 'application/x-www-form-urlencoded'), `${route.path}, ${name}`);
      }
      assertRefused(await post(route, '', 'application/x-www-form-urlencoded'), `${route.path}, empty`);
      assertRefused(
        await post(route, `${route.field}=a&${route.field}=a`, 'application/x-www-form-urlencoded'),
        `${route.path}, doubled`,
      );
    }
  });

  test('case 54: one broken parameter more, and a good exchange is refused; its code is as good as before', async () => {
    const { server } = context;
    const person = await newPerson(server);
    for (const [name, spoiler] of Object.entries(spoilers)) {
      const form = new URLSearchParams(exchangeForm(await getCode(server, person))).toString();
      for (const spoilt of [`${form}&${spoiler}`, `${spoiler}&${form}`])
        assertOAuthError(await postToken(server, spoilt), 400, 'invalid_request');
      const { json } = await postToken(server, form);
      assert.ok(json.access_token, name);
      const token = `access_token=${json.access_token}`;
      const refused = await server.request('POST', '/api/auth/oauth2/userinfo', { form: `${token}&${spoiler}` });
      assertOAuthError(refused, 400, 'invalid_request');
      assert.equal((await server.request('POST', '/api/auth/oauth2/userinfo', { form: token })).status, 200, name);
    }
  });

  test('case 54: broken queries', async () => {
    const somebody = await newPerson(context.server);
    const good = authorizeQuery({ code_challenge: newPkce().challenge });
    const queries = [
      '%',
      '%zz',
      'client_id=%',
      'client_id=%ff',
      'client_id=%00',
      '&&&',
      '=',
      '?',
      `${good}&scope=%ff`,
      `${good}&x=%`,
      `${good}&client_id`,
      good.replace('my-app', 'my-app%00'),
      `a=${'x'.repeat(8000)}`,
    ];
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

  test('case 59: hostile strings in every field', async () => {
    const { server } = context;
    for (const text of hostileStrings) {
      const form = {
        grant_type: 'authorization_code',
        code: text,
        client_id: 'my-app',
        redirect_uri: text,
        code_verifier: text,
      };
      for (const name of Object.keys(form)) {
        assertRefused(
          await server.request('POST', '/api/auth/oauth2/token', { form: { ...form, [name]: text } }),
          `${name} ${JSON.stringify(text)}`,
        );
      }
      for (const name of [
        'client_id',
        'redirect_uri',
        'scope',
        'response_type',
        'prompt',
        'code_challenge',
        'max_age',
        'nonce',
        'state',
        'bapId',
      ]) {
        const answer = await server.request(
          'GET',
          `/api/auth/oauth2/authorize?${authorizeQuery({ code_challenge: newPkce().challenge, [name]: text })}`,
        );
        assertRefused(answer, `${name} ${JSON.stringify(text)}`, [200, 302, 303]);
        assert.ok(!('x-evil' in answer.headers));
      }
      const body = JSON.stringify({ bapId: text });
      assertRefused(await new Person().trySignIn(server, { body }), `bapId ${JSON.stringify(text)}`, [200]);
      const header = encodeURIComponent(text).slice(0, 4000);
      const session = await server.request('GET', '/api/auth/get-session', {
        headers: { cookie: `${sessionCookie}=${header}`, 'user-agent': header },
      });
      assert.equal(session.status, 200, session.describe());
      const bearer = await server.request('GET', '/api/auth/oauth2/userinfo', {
        headers: { authorization: `Bearer ${header}` },
      });
      assertRefused(bearer, `bearer ${JSON.stringify(text)}`);
    }
  });

  test('broken Authorization and Cookie headers', async () => {
    const { server } = context;
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'bearer  x  y',
      'Basic',
      'Basic !!!',
      'Basic Og==',
      'Basic eA==',
      `Basic ${'A'.repeat(8000)}`,
      'Bitcoin-Auth',
      'Negotiate x',
      '\xff\xfe',
      ',',
      'Bearer a,Bearer b',
      'DPoP x',
    ]) {
      assertRefused(
        await server.request('GET', '/api/auth/oauth2/userinfo', { headers: { authorization } }),
        authorization,
      );
      const form = {
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: 'https://x',
        client_id: 'my-app',
        code_verifier: 'x'.repeat(43),
      };
      assertRefused(
        await server.request('POST', '/api/auth/oauth2/token', { form, headers: { authorization } }),
        authorization,
      );
    }
    for (const cookie of [
      '',
      '=',
      ';;;',
      sessionCookie,
      `${sessionCookie}=`,
      `${sessionCookie}="x"`,
      `${sessionCookie}=a; ${sessionCookie}=b`,
      `${sessionCookie}=%`,
      `${sessionCookie}=%ff`,
      `${sessionCookie}=\xff`,
      'a=b; '.repeat(2000),
    ]) {
      const answer = await server.request('GET', '/api/auth/get-session', { headers: { cookie } });
      assert.equal(answer.status, 200, `${cookie.slice(0, 60)}: ${answer.describe()}`);
      assert.equal(answer.text, 'null');
    }
  });

  test('the admin listener takes bad input as calmly', async () => {
    const { server } = context;
    for (const [name, body] of Object.entries(brokenJson)) {
      const answer = await server.admin('POST', '/admin/clients', {
        body,
        headers: { 'content-type': 'application/json' },
      });
      assert.ok(answer.status >= 400 && answer.status < 500, `${name}: ${answer.describe()}`);
    }
    const fields = {
      client_id: 'x-bad',
      client_name: 'x',
      redirect_uris: ['https://a.example/cb'],
      namedpubkeys: [],
      scope: 'openid',
      grant_types: ['authorization_code'],
    };
    for (const name of Object.keys(fields)) {
      for (const value of [
        5,
        {},
        [5],
        [[]],
        'javascript:alert(1)',
        ['javascript:alert(1)'],
        '\u0000',
        ['x'.repeat(5000)],
      ]) {
        const answer = await server.admin('POST', '/admin/clients', { json: { ...fields, [name]: value } });
        assert.ok(answer.status < 500, `${name} ${JSON.stringify(value).slice(0, 80)}: ${answer.describe()}`);
        if (answer.status === 201) {
          assert.ok(
            ['client_name', 'scope', 'client_id'].includes(name),
            `${name} ${JSON.stringify(value).slice(0, 80)}: ${answer.describe()}`,
          );
          await server.admin('DELETE', `/admin/clients/${encodeURIComponent(answer.json.client_id)}`);
        }
      }
    }
  });

  test('after all that the server is the same process, healthy, and every line of its log is JSON', async () => {
    const { server } = context;
    const live = await server.admin('GET', '/health/live', { token: null });
    assert.equal(live.status, 200, live.describe());
    process.kill(server.pid, 0);
    await newPerson(server);
    await server.logWritten();
    const broken = server.logs.filter((entry) => entry.line && !entry.line.startsWith('sigma-auth'));
    assert.deepEqual(broken.slice(0, 3), [], 'every line is JSON');
  });
});
