// The authorization endpoint: sigma-contract.md §2 and security cases 1–9, 14–16, 48.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertErrorRedirect, assertOAuthError, authorize, authorizePath, authorizeQuery, callback, claimsOf, exchange, getCode,
  newPkce, postToken, publicClient, redirected, exchangeForm, sigmaClient,
} from './support/oauth.mjs';
import { Key, newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();
const exact = 'https://a.example/cb';
const clients = [
  publicClient('my-app'),
  sigmaClient('sigma-app', member),
  publicClient('exact-app', { redirect_uris: [exact] }),
  publicClient('two-uris', { redirect_uris: [`${exact}/one`, `${exact}/two`] }),
  publicClient('native-app', { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb'] }),
  publicClient('asking-app', { skip_consent: false }),
  publicClient('narrow-app', { scope: 'openid' }),
  publicClient('disabled-app', { disabled: true }),
];

forEachStore('authorize', { clients }, (context) => {
  const challenge = newPkce().challenge;
  const ask = (person, overrides = {}, options) =>
    authorize(context.server, person, { code_challenge: challenge, ...overrides }, options);
  const person = () => newPerson(context.server);

  /** Asserts a page of the server itself: never the client's URI. */
  function assertOwnPage(answer) {
    if (answer.status === 200) {
      assert.match(answer.headers['content-type'] ?? '', /^text\/html/, answer.describe());
      return undefined;
    }
    assert.ok([302, 303].includes(answer.status), answer.describe());
    const url = new URL(answer.location, context.server.base);
    assert.equal(url.origin, context.server.base, answer.describe());
    return url;
  }

  /** Asserts the error page: 400, HTML, no redirect. */
  function assertErrorPage(answer, hint = '') {
    assert.equal(answer.status, 400, `${hint} ${answer.describe()}`);
    assert.match(answer.headers['content-type'] ?? '', /^text\/html/, `${hint} ${answer.describe()}`);
    assert.equal(answer.location, undefined, hint);
    assert.ok(answer.text.length > 20, hint);
    assert.doesNotMatch(answer.text, /http-equiv=["']?refresh|href=["']?(?:https?:)?\/\/(?:evil|a\.example)/i, hint);
  }

  test('a session and a client that skips consent: the code at once, with state and iss', async () => {
    const answer = await ask(await person());
    const { query } = redirected(answer);
    assert.deepEqual([...query.keys()].sort(), ['code', 'iss', 'state']);
    assert.match(query.get('code'), /^[\w-]{32,}$/);
    assert.equal(query.get('state'), 'k3x9q1');
    assert.equal(query.get('iss'), context.server.issuer);
    assert.match(answer.headers['cache-control'] ?? '', /no-store/);
  });

  test('state is echoed exactly, whatever it is', async () => {
    const somebody = await person();
    for (const state of ['1', 'a b+c&d=e#f%20', 'é✓𝄞', '"><script>', 'x\r\nSet-Cookie: a=b', 'x'.repeat(1000)]) {
      const { query } = redirected(await ask(somebody, { state }));
      assert.equal(query.get('state'), state);
    }
    const empty = redirected(await ask(somebody, { state: '' }));
    assert.ok([null, ''].includes(empty.query.get('state')));
    const none = redirected(await ask(somebody, { state: undefined }));
    assert.equal(none.query.has('state'), false);
    assertErrorRedirect(context.server, await ask(somebody, { state: 'a b&c\r\nX: y', response_type: undefined }),
      'invalid_request', { state: 'a b&c\r\nX: y' });
  });

  test('no session: a page of our own, at the gate as well', async () => {
    assertOwnPage(await ask(undefined));
    assertOwnPage(await ask(undefined, {}, { path: '/oauth2/authorize' }));
  });

  test('the gate gives a signed-in person the code, directly or by way of the API path', async () => {
    const somebody = await person();
    let answer = await ask(somebody, { nonce: 'n1' }, { path: '/oauth2/authorize' });
    const url = new URL(answer.location ?? '/', context.server.base);
    if (url.origin === context.server.base) {
      assert.equal(url.pathname, authorizePath, answer.describe());
      answer = await somebody.request(context.server, 'GET', url.pathname + url.search);
    }
    assert.ok(redirected(answer).query.get('code'), answer.describe());
  });

  test('the 2025 path redirects to the gate with its query', async () => {
    const query = authorizeQuery({ code_challenge: challenge });
    const answer = await context.server.request('GET', `/api/oauth/authorize?${query}`);
    const url = assertOwnPage(answer);
    assert.equal(url?.pathname, '/oauth2/authorize', answer.describe());
    assert.deepEqual([...url.searchParams], [...new URLSearchParams(query)]);
  });

  test('unknown and disabled clients: an error page, no redirect', async () => {
    const somebody = await person();
    for (const who of [undefined, somebody]) {
      assertErrorPage(await ask(who, { client_id: 'no-such-app' }));
      assertErrorPage(await ask(who, { client_id: 'disabled-app' }));
      assertErrorPage(await ask(who, { client_id: undefined }));
      assertErrorPage(await ask(who, { client_id: '' }));
    }
  });

  const strangers = [
    `${exact}/`, `${exact}/x`, `${exact}?x=1`, `${exact}#f`, 'https://a.example/CB', 'https://a.example//cb',
    'https://a.example:443/cb', 'https://a.example:8443/cb', 'http://a.example/cb', 'https://a.example.evil.com/cb',
    'https://a.example@evil.com/cb', 'https://user@a.example/cb', 'https://a.example%2eevil.com/cb',
    'https://a.example\\@evil.com/cb', 'https://a.example/cb/../evil', 'https://a.example/cb/%2e%2e/evil',
    'https://a.example/\tcb', 'https://a.example/cb\n', 'https://a.example/cb\0', 'https://a.example/cb ', ' https://a.example/cb',
    'https://а.example/cb', 'https://a.example./cb', 'HTTPS://a.example/cb', 'https://A.example/cb', '//a.example/cb', '/cb', '',
    'javascript:alert(1)//a.example/cb', 'data:text/html,x', 'vbscript:x', 'file:///cb', 'blob:https://a.example/cb', 'com.app:/cb',
    `https://a.example/${'c'.repeat(3000)}`,
  ];
  test('redirect URIs compare exactly; anything else is an error page', async () => {
    const somebody = await person();
    for (const uri of strangers) {
      for (const who of [somebody, undefined]) {
        assertErrorPage(await ask(who, { client_id: 'exact-app', redirect_uri: uri }), JSON.stringify(uri));
      }
    }
    redirected(await ask(somebody, { client_id: 'exact-app', redirect_uri: exact }), exact);
  });

  test('two registered URIs and none sent: an error page', async () => {
    assertErrorPage(await ask(await person(), { client_id: 'two-uris', redirect_uri: undefined }));
  });

  test('loopback addresses of native clients: the port is free, nothing else', async () => {
    const somebody = await person();
    const native = (uri) => ask(somebody, { client_id: 'native-app', redirect_uri: uri });
    for (const uri of ['http://127.0.0.1:51234/cb', 'http://[::1]:51234/cb', 'http://127.0.0.1/cb']) {
      const answer = await native(uri);
      assert.ok(answer.location?.startsWith(`${uri}?`), `${uri}: ${answer.describe()}`);
    }
    for (const uri of ['http://localhost:51234/cb', 'http://127.0.0.1:51234/other', 'http://127.0.0.1:51234/cb?x=1',
      'http://127.0.0.1.evil.com:51234/cb', 'http://127.1:51234/cb', 'http://2130706433:51234/cb', 'https://127.0.0.1:51234/cb',
      'http://127.0.0.1:99999/cb', 'http://127.0.0.1:0x50/cb', 'http://127.0.0.1:51234@evil.com/cb', 'http://127.0.0.2:51234/cb']) {
      assertErrorPage(await native(uri), uri);
    }
  });

  test('response types', async () => {
    const somebody = await person();
    for (const who of [somebody, undefined]) {
      assertErrorRedirect(context.server, await ask(who, { response_type: undefined }), 'invalid_request', { description: /response_type/ });
      for (const [type, inFragment] of [['token', true], ['id_token', true], ['code token', true], ['token code', true],
        ['code id_token token', true], ['none', false], ['CODE', false], ['code code', false]]) {
        assertErrorRedirect(context.server, await ask(who, { response_type: type }), 'unsupported_response_type', { inFragment });
      }
    }
  });

  test('scopes', async () => {
    const { server } = context;
    const somebody = await person();
    assertErrorRedirect(server, await ask(somebody, { scope: 'openid wallet:spend' }), 'invalid_scope', { description: /wallet:spend/ });
    assertErrorRedirect(server, await ask(somebody, { client_id: 'narrow-app', scope: 'openid email' }), 'invalid_scope', { description: /email/ });
    for (const [asked, granted] of [['openid profile bsv:tools', 'openid profile'], ['read', 'openid profile']]) {
      const grant = await getCode(server, somebody, { client_id: 'my-app', scope: asked });
      const tokens = await exchange(server, grant);
      assert.deepEqual(tokens.scope.split(' ').sort(), granted.split(' ').sort(), asked);
    }
    const long = await ask(somebody, { scope: 'x '.repeat(4000) });
    assert.ok([302, 303, 400, 414, 431].includes(long.status), long.describe());
  });

  test('PKCE', async () => {
    const { server } = context;
    const somebody = await person();
    const bad = (overrides) => ask(somebody, overrides).then((answer) =>
      assertErrorRedirect(server, answer, 'invalid_request', { description: /code_challenge|PKCE/i }));
    await bad({ code_challenge: undefined, code_challenge_method: undefined });
    await bad({ code_challenge: '', code_challenge_method: '' });
    await bad({ code_challenge: undefined });
    await bad({ code_challenge_method: 'plain' });
    await bad({ code_challenge_method: 's256' });
    await bad({ code_challenge: challenge.slice(1) });
    await bad({ code_challenge: `${challenge}=` });
    await bad({ code_challenge: `${challenge.slice(1)}+` });
    // A challenge without method means plain (RFC 7636 §4.3), which is refused.
    await bad({ code_challenge_method: undefined });
    await ask(somebody, { client_id: 'sigma-app', code_challenge_method: 'plain' }).then((answer) =>
      assertErrorRedirect(server, answer, 'invalid_request'));
  });

  test('request objects are not supported', async () => {
    const somebody = await person();
    assertErrorRedirect(context.server, await ask(somebody, { request: 'e30.e30.' }), 'request_not_supported');
    const answer = await ask(somebody, { request_uri: 'https://a.example/request' });
    const error = redirected(answer).query.get('error');
    assert.ok(['request_uri_not_supported', 'invalid_request_uri'].includes(error), answer.describe());
  });

  test('doubled parameters are invalid_request; of client_id and redirect_uri on a page', async () => {
    const { server } = context;
    const somebody = await person();
    const base = authorizeQuery({ code_challenge: challenge });
    for (const [name, value] of [['client_id', 'my-app'], ['redirect_uri', encodeURIComponent(callback)]]) {
      assertErrorPage(await authorize(server, somebody, `${base}&${name}=${value}`), name);
    }
    for (const pair of ['scope=openid', 'response_type=code', `code_challenge=${challenge}`, 'nonce=a&nonce=b', 'prompt=none&prompt=none']) {
      assertErrorRedirect(server, await authorize(server, somebody, `${base}&${pair}`), 'invalid_request');
    }
    const state = await authorize(server, somebody, `${base}&state=other`);
    assert.equal(redirected(state).query.get('error'), 'invalid_request');
  });

  test('prompt=none without a session is login_required', async () => {
    assertErrorRedirect(context.server, await ask(undefined, { prompt: 'none' }), 'login_required');
  });

  test('prompt=none with session and consent is the code', async () => {
    assert.ok(redirected(await ask(await person(), { prompt: 'none' })).query.get('code'));
  });

  test('prompt=none together with another, and unknown prompts', async () => {
    const somebody = await person();
    for (const prompt of ['none login', 'consent none', 'none select_account']) {
      assertErrorRedirect(context.server, await ask(somebody, { prompt }), 'invalid_request');
    }
  });

  test('prompt=login, create, select_account and consent show a page in spite of the session', async () => {
    const somebody = await person();
    for (const prompt of ['login', 'create', 'select_account', 'consent', 'login consent']) {
      assertOwnPage(await ask(somebody, { prompt }));
    }
  });

  test('max_age', async () => {
    const somebody = await person();
    assert.ok(redirected(await ask(somebody, { max_age: '10000' })).query.get('code'));
    assertOwnPage(await ask(somebody, { max_age: '0' }));
    assertErrorRedirect(context.server, await ask(somebody, { max_age: '0', prompt: 'none' }), 'login_required');
    for (const max_age of ['-1', 'abc', '1e3', '99999999999999999999']) {
      assertErrorRedirect(context.server, await ask(somebody, { max_age }), 'invalid_request');
    }
  });

  test('nonce and auth_time arrive in the ID token', async () => {
    const { server } = context;
    const grant = await getCode(server, await person(), { nonce: 'a nonce &c', max_age: '600' });
    const claims = claimsOf((await exchange(server, grant)).id_token);
    assert.equal(claims.nonce, 'a nonce &c');
    assert.ok(Math.abs(claims.auth_time - Date.now() / 1000) < 120);
  });

  test('bapId and bap_id: equal and owned is fine, different is invalid_request, not owned is asked', async () => {
    const { server } = context;
    const somebody = await person();
    const own = await ask(somebody, { bapId: somebody.bapId, bap_id: somebody.bapId });
    assert.ok(redirected(own).query.get('code'));
    assertErrorRedirect(server, await ask(somebody, { bapId: somebody.bapId, bap_id: new Key().bapId }), 'invalid_request', { description: /bap/i });
    const foreign = new Key().bapId;
    assertOwnPage(await ask(somebody, { bapId: foreign, bap_id: foreign }));
    assertErrorRedirect(server, await ask(somebody, { bapId: foreign, bap_id: foreign, prompt: 'none' }), 'interaction_required');
  });

  test('unknown providers and unknown parameters are ignored', async () => {
    const answer = await ask(await person(), { provider: 'nobody', whatever: 'x', ui_locales: 'de', display: 'popup', login_hint: 'a@b' });
    assert.ok(redirected(answer).query.get('code'));
  });

  test('form_post delivers by a form, to the same place', async () => {
    const answer = await ask(await person(), { response_mode: 'form_post' });
    assert.equal(answer.status, 200, answer.describe());
    assert.match(answer.headers['content-type'], /^text\/html/);
    assert.ok(answer.text.includes(`action="${callback}"`), answer.text);
    assert.match(answer.text, /name="code"/);
    assert.match(answer.text, /name="iss"/);
  });

  test('POST with a form works as GET does; a name in query and body does not', async () => {
    const { server } = context;
    const somebody = await person();
    const post = (path, form) => server.request('POST', path, { form, headers: { cookie: somebody.jar.header() } });
    const answer = await post(authorizePath, authorizeQuery({ code_challenge: challenge }));
    assert.ok(redirected(answer).query.get('code'));
    const both = await post(`${authorizePath}?client_id=my-app`, authorizeQuery({ code_challenge: challenge }));
    assert.equal(both.status, 400, both.describe());
    const json = await server.request('POST', authorizePath, { json: { client_id: 'my-app' }, headers: { cookie: somebody.jar.header() } });
    assert.equal(json.status, 415, json.describe());
  });

  test('HEAD and OPTIONS give no code away', async () => {
    const { server } = context;
    const somebody = await person();
    const target = `${authorizePath}?${authorizeQuery({ code_challenge: challenge })}`;
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const answer = await somebody.request(server, method, target);
      assert.ok(answer.status < 500, answer.describe());
      assert.doesNotMatch(answer.location ?? '', /code=/, answer.describe());
      if (answer.status === 405) assert.match(answer.headers.allow ?? '', /GET/);
    }
  });

  test('fetch mode: every redirect becomes JSON', async () => {
    const { server } = context;
    const somebody = await person();
    for (const headers of [{ accept: 'application/json' }, { accept: 'text/plain, application/json;q=0.9' }, { 'sec-fetch-mode': 'cors' }]) {
      const code = await ask(somebody, {}, { headers });
      assert.equal(code.status, 200, code.describe());
      assert.equal(code.json?.redirect, true);
      assert.ok(new URL(code.json.url).searchParams.get('code'), code.describe());
      const error = await ask(somebody, { response_type: 'x' }, { headers });
      assert.equal(new URL(error.json?.url).searchParams.get('error'), 'unsupported_response_type', error.describe());
      const page = await ask(undefined, {}, { headers });
      assert.equal(page.json?.redirect, true, page.describe());
      assert.equal(new URL(page.json.url, server.base).origin, server.base);
    }
    for (const headers of [{ 'sec-fetch-mode': 'navigate' }, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }]) {
      redirected(await ask(somebody, {}, { headers }));
    }
  });

  // --- the hand-over to pages ---------------------------------------------------------------------------------------

  /** The signed query that the page at `answer`'s target hands back. */
  function handOver(answer) {
    const url = assertOwnPage(answer);
    assert.ok(url, `a redirect to a page: ${answer.describe()}`);
    return url.search.slice(1);
  }

  const consent = (who, body) => who.request(context.server, 'POST', '/api/auth/oauth2/consent', { json: body });
  const proceed = (who, body) => who.request(context.server, 'POST', '/api/auth/oauth2/continue', { json: body });

  test('consent: asked once, remembered, and prompt=none knows', async () => {
    const { server } = context;
    const somebody = await person();
    const { verifier, challenge: own } = newPkce();
    const request = { client_id: 'asking-app', code_challenge: own };
    assertErrorRedirect(server, await ask(somebody, { ...request, prompt: 'none' }), 'consent_required');
    const query = handOver(await ask(somebody, request));
    const answer = await consent(somebody, { accept: true, oauth_query: query });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.redirect, true);
    const url = new URL(answer.json.url);
    assert.equal(url.origin + url.pathname, callback);
    assert.equal(url.searchParams.get('state'), 'k3x9q1');
    assert.equal(url.searchParams.get('iss'), server.issuer);
    const grant = { code: url.searchParams.get('code'), verifier, redirectUri: callback, clientId: 'asking-app' };
    const tokens = await exchange(server, grant);
    assert.deepEqual(tokens.scope.split(' ').sort(), ['email', 'openid', 'profile']);

    assert.ok(redirected(await ask(somebody, { ...request, prompt: 'none' })).query.get('code'), 'remembered');
    assert.ok(redirected(await ask(somebody, { ...request, scope: 'openid' })).query.get('code'), 'less is covered');
    assertErrorRedirect(server, await ask(somebody, { ...request, scope: 'openid profile email offline_access', prompt: 'none' }), 'consent_required');
    assertErrorRedirect(server, await ask(await person(), { ...request, prompt: 'none' }), 'consent_required');
  });

  test('consent declined is access_denied and nothing is remembered', async () => {
    const { server } = context;
    const somebody = await person();
    const request = { client_id: 'asking-app' };
    const answer = await consent(somebody, { accept: false, oauth_query: handOver(await ask(somebody, request)) });
    assert.equal(answer.status, 200, answer.describe());
    const { searchParams } = new URL(answer.json.url);
    assert.equal(searchParams.get('error'), 'access_denied');
    assert.equal(searchParams.get('state'), 'k3x9q1');
    assert.equal(searchParams.get('iss'), server.issuer);
    assertErrorRedirect(server, await ask(somebody, { ...request, prompt: 'none' }), 'consent_required');
  });

  test('consent to a part of the scopes gives that part; to more is refused', async () => {
    const { server } = context;
    const somebody = await person();
    const { verifier, challenge: own } = newPkce();
    const query = handOver(await ask(somebody, { client_id: 'asking-app', code_challenge: own }));
    const more = await consent(somebody, { accept: true, scope: 'openid profile offline_access', oauth_query: query });
    assert.equal(more.status, 400, more.describe());
    assert.ok(more.json?.error, more.describe());
    const part = await consent(somebody, { accept: true, scope: 'openid profile', oauth_query: query });
    assert.equal(part.status, 200, part.describe());
    const code = new URL(part.json.url).searchParams.get('code');
    const tokens = await exchange(server, { code, verifier, redirectUri: callback, clientId: 'asking-app' });
    assert.deepEqual(tokens.scope.split(' ').sort(), ['openid', 'profile']);
  });

  test('a hand-over that we did not write: invalid_signature, and no code', async () => {
    const somebody = await person();
    const query = handOver(await ask(somebody, { client_id: 'asking-app' }));
    const forged = [
      query.replace(/[A-Za-z0-9](?=[^A-Za-z0-9]*$)/, (c) => (c === 'A' ? 'B' : 'A')),
      `${query}x`, query.slice(0, -4), 'client_id=asking-app', 'x',
      ...(query.includes('client_id=') ? [query.replace('asking-app', 'my-app'), query.replace('profile', 'offline_access')] : []),
    ];
    for (const oauth_query of forged) {
      for (const answer of [await consent(somebody, { accept: true, oauth_query }), await proceed(somebody, { selected: true, oauth_query })]) {
        assert.equal(answer.status, 400, `${oauth_query}: ${answer.describe()}`);
        assert.equal(answer.json?.error, 'invalid_signature', answer.describe());
      }
    }
  });

  test('consent and continue need a session, and the right Origin', async () => {
    const { server } = context;
    const somebody = await person();
    const oauth_query = handOver(await ask(somebody, { client_id: 'asking-app' }));
    for (const path of ['/api/auth/oauth2/consent', '/api/auth/oauth2/continue']) {
      const json = { accept: true, selected: true, oauth_query };
      const anonymous = await server.request('POST', path, { json, headers: { origin: server.base } });
      assert.ok([401, 400].includes(anonymous.status) || /\/(login|sign-in)/.test(anonymous.json?.url ?? ''), anonymous.describe());
      assert.doesNotMatch(anonymous.text, /code=/);
      const cross = await somebody.request(server, 'POST', path, { json, headers: { origin: 'https://evil.example' } });
      assert.equal(cross.status, 403, cross.describe());
      const simple = await somebody.request(server, 'POST', path, { body: JSON.stringify(json), headers: { 'content-type': 'text/plain' } });
      assert.equal(simple.status, 415, simple.describe());
    }
  });

  test('continue: none of its words is invalid_request', async () => {
    const somebody = await person();
    const oauth_query = handOver(await ask(somebody, { client_id: 'asking-app' }));
    assertOAuthError(await proceed(somebody, { oauth_query }), 400, 'invalid_request');
  });

  test('select_account: the page hands back, the person goes on', async () => {
    const { server } = context;
    const somebody = await person();
    const { verifier, challenge: own } = newPkce();
    const oauth_query = handOver(await ask(somebody, { prompt: 'select_account', code_challenge: own }));
    const answer = await proceed(somebody, { selected: true, oauth_query });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.redirect, true);
    const code = new URL(answer.json.url).searchParams.get('code');
    assert.ok(code, answer.describe());
    const tokens = await exchange(server, { code, verifier, redirectUri: callback, clientId: 'my-app' });
    assert.equal(claimsOf(tokens.id_token).sub, somebody.userId);
  });

  test('a hand-over started without a session goes on after sign-in', async () => {
    const { server } = context;
    const url = assertOwnPage(await ask(undefined));
    assert.ok(url, 'the sign-in page gets the request in its address');
    const somebody = await person();
    const answer = await proceed(somebody, { postLogin: true, oauth_query: url.search.slice(1) });
    assert.equal(answer.status, 200, answer.describe());
    assert.ok(new URL(answer.json.url).searchParams.get('code'), answer.describe());
    assert.equal(new URL(answer.json.url).searchParams.get('iss'), server.issuer);
  });

  test('codes of two people stay with them', async () => {
    const { server } = context;
    const [one, other] = [await person(), await person()];
    const [a, b] = [await getCode(server, one), await getCode(server, other)];
    assert.equal(claimsOf((await exchange(server, b)).id_token).sub, other.userId);
    assert.equal(claimsOf((await exchange(server, a)).id_token).sub, one.userId);
  });

  test('a code of a session that signed out since is no good', async () => {
    const { server } = context;
    const somebody = await person();
    const grant = await getCode(server, somebody);
    await somebody.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    assertOAuthError(await postToken(server, exchangeForm(grant)), 400, 'invalid_grant');
  });

  test('error pages: strict headers, nothing of the request unescaped', async () => {
    const answer = await ask(undefined, { client_id: '<script>alert(1)</script>', state: '"><img src=x>' });
    assertErrorPage(answer);
    assert.doesNotMatch(answer.text, /<script>alert|<img src=x/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(answer.headers['content-security-policy'] ?? '', /frame-ancestors 'none'/);
    assert.ok(answer.headers['referrer-policy'], answer.describe());
  });
});
