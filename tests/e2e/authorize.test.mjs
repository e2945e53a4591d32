// The authorization endpoint: sigma-contract.md §2 and security case 48.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertErrorRedirect,
  assertOAuthError,
  authorize,
  authorizePath,
  authorizeQuery,
  callback,
  claimsOf,
  exchange,
  exchangeForm,
  getCode,
  newPkce,
  postToken,
  publicClient,
  redirected,
} from './support/oauth.mjs';
import { assertErrorPage, assertOwnPage } from './support/pages.mjs';
import { seal, unseal } from './support/sealed.mjs';
import { Key, newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const clients = [
  publicClient('my-app'),
  publicClient('narrow-app', { scope: 'openid' }),
];

forEachStore('authorize', { clients }, (context) => {
  const challenge = newPkce().challenge;
  const ask = (person, overrides = {}, options) =>
    authorize(context.server, person, { code_challenge: challenge, ...overrides }, options);
  const person = () => newPerson(context.server);

  test('a session and a client that skips consent: the code at once, with state and iss', async () => {
    const answer = await ask(await person());
    const { query } = redirected(answer);
    assert.deepEqual([...query.keys()].sort(), ['code', 'iss', 'state']);
    assert.match(query.get('code'), /^[\w-]{32,}$/);
    assert.equal(query.get('state'), 'k3x9q1');
    assert.equal(query.get('iss'), context.server.issuer);
    assert.match(answer.headers['cache-control'] ?? '', /no-store/);
  });

  test('an empty state comes back empty, none not at all, errors and forms included', async () => {
    const somebody = await person();
    for (const [more, member] of [
      [{}, 'code'],
      [{ response_type: 'x' }, 'error'],
      [{ nonce: 'n'.repeat(1001) }, 'error'],
    ]) {
      const empty = redirected(await ask(somebody, { state: '', ...more }));
      assert.ok(empty.query.get(member));
      assert.equal(empty.query.get('state'), '');
      const none = redirected(await ask(somebody, { state: undefined, ...more }));
      assert.ok(none.query.get(member));
      assert.equal(none.query.has('state'), false);
      const form = { response_mode: 'form_post', ...more };
      assert.match((await ask(somebody, { ...form, state: '' })).text, /name="state" value=""/);
      assert.doesNotMatch((await ask(somebody, { ...form, state: undefined })).text, /name="state"/);
    }
  });

  test('no session: a page of our own, at the gate as well', async () => {
    assertOwnPage(context.server, await ask(undefined));
    assertOwnPage(context.server, await ask(undefined, {}, { path: '/oauth2/authorize' }));
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
    const url = assertOwnPage(context.server, answer);
    assert.equal(url?.pathname, '/oauth2/authorize', answer.describe());
    assert.deepEqual([...url.searchParams], [...new URLSearchParams(query)]);
  });

  test('scopes', async () => {
    const { server } = context;
    const somebody = await person();
    assertErrorRedirect(server, await ask(somebody, { scope: 'openid wallet:spend' }), 'invalid_scope', {
      description: /wallet:spend/,
    });
    assertErrorRedirect(
      server,
      await ask(somebody, { client_id: 'narrow-app', scope: 'openid email' }),
      'invalid_scope',
      { description: /email/ },
    );
    for (const [asked, granted] of [
      ['openid profile bsv:tools', 'openid profile'],
      ['read', 'openid profile'],
    ]) {
      const grant = await getCode(server, somebody, { client_id: 'my-app', scope: asked });
      const tokens = await exchange(server, grant);
      assert.deepEqual(tokens.scope.split(' ').sort(), granted.split(' ').sort(), asked);
    }
    const long = await ask(somebody, { scope: 'x '.repeat(4000) });
    assert.ok([302, 303, 400, 414, 431].includes(long.status), long.describe());
  });

  test('request objects are not supported', async () => {
    const somebody = await person();
    assertErrorRedirect(context.server, await ask(somebody, { request: 'e30.e30.' }), 'request_not_supported');
    const answer = await ask(somebody, { request_uri: 'https://a.example/request' });
    const error = redirected(answer).query.get('error');
    assert.ok(['request_uri_not_supported', 'invalid_request_uri'].includes(error), answer.describe());
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
      assertOwnPage(context.server, await ask(somebody, { prompt }));
    }
  });

  test('max_age', async () => {
    const somebody = await person();
    assert.ok(redirected(await ask(somebody, { max_age: '10000' })).query.get('code'));
    assertOwnPage(context.server, await ask(somebody, { max_age: '0' }));
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
    assertErrorRedirect(
      server,
      await ask(somebody, { bapId: somebody.bapId, bap_id: new Key().bapId }),
      'invalid_request',
      { description: /bap/i },
    );
    const foreign = new Key().bapId;
    assertOwnPage(context.server, await ask(somebody, { bapId: foreign, bap_id: foreign }));
    assertErrorRedirect(
      server,
      await ask(somebody, { bapId: foreign, bap_id: foreign, prompt: 'none' }),
      'interaction_required',
    );
  });

  test('unknown providers and unknown parameters are ignored', async () => {
    const answer = await ask(await person(), {
      provider: 'nobody',
      whatever: 'x',
      ui_locales: 'de',
      display: 'popup',
      login_hint: 'a@b',
    });
    assert.ok(redirected(answer).query.get('code'));
  });

  test('form_post for scripts: the address of the form is good for a minute, and only as it was made', async () => {
    const { server } = context;
    const answer = await ask(await person(), { response_mode: 'form_post' }, { headers: { accept: 'application/json' } });
    const address = new URL(answer.json.url, server.base);
    assert.equal(address.origin + address.pathname, `${server.base}/api/auth/oauth2/form-post`);
    const show = (response) => server.request('GET', `${address.pathname}?${new URLSearchParams({ response })}`);
    const sealed = address.searchParams.get('response');
    const form = await show(sealed);
    assert.equal(form.status, 200, form.describe());
    assert.ok(form.text.includes(`action="${callback}"`), form.text);
    assert.match(form.text, /name="code" value="[^"]+"/);
    assert.equal(form.headers['cache-control'], 'no-store');

    for (let at = 0; at < sealed.length; at += 9) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      assertErrorPage(await show(changed), /^invalid_signature: /, `changed at ${at}`);
    }
    for (const none of [sealed.slice(0, -1), `${sealed}A`, 'x', '']) assertErrorPage(await show(none), /^invalid_signature: /, none);

    const message = JSON.parse(unseal(server.secret, 'form-post', sealed));
    const left = message.expires_at - Date.now();
    assert.ok(left > 0 && left <= 60_000, `${left} ms`);
    const sealedAnew = (changes, purpose = 'form-post') => show(seal(server.secret, purpose, JSON.stringify({ ...message, ...changes })));
    assert.equal((await sealedAnew({})).status, 200, 'it is the text that decides');
    assertErrorPage(await sealedAnew({ expires_at: Date.now() - 1 }), /took too long/);
    assertErrorPage(await sealedAnew({ expires_at: undefined }), /took too long/);
    assertErrorPage(await sealedAnew({}, 'totp'), /^invalid_signature: /, 'sealed for something else');
  });

  test('form_post delivers by a form, to the same place', async () => {
    const answer = await ask(await person(), { response_mode: 'form_post' });
    assert.equal(answer.status, 200, answer.describe());
    assert.match(answer.headers['content-type'], /^text\/html/);
    assert.ok(answer.text.includes(`action="${callback}"`), answer.text);
    assert.match(answer.text, /name="code"/);
    assert.match(answer.text, /name="iss"/);
    const twice = authorizeQuery({ code_challenge: challenge, response_mode: 'form_post', nonce: 'a' });
    const refused = await authorize(context.server, await person(), `${twice}&nonce=b`);
    assert.equal(refused.status, 200, refused.describe());
    assert.match(refused.text, /name="error" value="invalid_request"/);
  });

  test('POST with a form works as GET does; a name in query and body does not', async () => {
    const { server } = context;
    const somebody = await person();
    const post = (path, form) => server.request('POST', path, { form, headers: { cookie: somebody.jar.header() } });
    const answer = await post(authorizePath, authorizeQuery({ code_challenge: challenge }));
    assert.ok(redirected(answer).query.get('code'));
    const both = await post(`${authorizePath}?client_id=my-app`, authorizeQuery({ code_challenge: challenge }));
    assert.equal(both.status, 400, both.describe());
    const json = await server.request('POST', authorizePath, {
      json: { client_id: 'my-app' },
      headers: { cookie: somebody.jar.header() },
    });
    assert.equal(json.status, 415, json.describe());
  });

  test('POST from another site, where the cookie stays at home: the browser is asked again by GET', async () => {
    const { server } = context;
    const somebody = await person();
    const query = authorizeQuery({ code_challenge: challenge, prompt: 'none', state: '' });
    const headers = { origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    for (const path of [authorizePath, '/oauth2/authorize']) {
      const posted = await server.request('POST', path, { form: query, headers });
      assert.equal(posted.status, 303, posted.describe());
      const url = new URL(posted.location, server.base);
      assert.deepEqual([url.origin, url.pathname], [server.base, path]);
      const answer = await somebody.request(server, 'GET', url.pathname + url.search);
      assert.ok(redirected(answer).query.get('code'), answer.describe());
      assert.equal(redirected(answer).query.get('state'), '');
      assertErrorRedirect(server, await server.request('GET', url.pathname + url.search), 'login_required', { state: '' });
    }
    const script = await server.request('POST', authorizePath, { form: query, headers: { accept: 'application/json' } });
    assert.equal(new URL(script.json?.url).searchParams.get('error'), 'login_required', script.describe());
    const long = authorizeQuery({ code_challenge: challenge, prompt: 'none', state: 's'.repeat(9_000) });
    const whole = await server.request('POST', authorizePath, { form: long, headers });
    assert.equal(redirected(whole).query.get('error'), 'login_required');
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
    for (const headers of [
      { accept: 'application/json' },
      { accept: 'text/plain, application/json;q=0.9' },
      { 'sec-fetch-mode': 'cors' },
    ]) {
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

  test('case 57: error pages: strict headers, nothing of the request unescaped', async () => {
    const answer = await ask(undefined, { client_id: '<script>alert(1)</script>', state: '"><img src=x>' });
    assertErrorPage(answer, /^invalid_client: /);
    assert.doesNotMatch(answer.text, /<script>alert|<img src=x/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(answer.headers['content-security-policy'] ?? '', /frame-ancestors 'none'/);
    assert.ok(answer.headers['referrer-policy'], answer.describe());
  });
});
