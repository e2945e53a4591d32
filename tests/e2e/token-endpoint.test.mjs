// The token endpoint, row by row: sigma-contract.md §3 and security cases 5, 9–13, 15, 18–25, 32.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertOAuthError, authorize, callback, exchange, exchangeForm, fullScope, getCode, newPkce, postToken, publicClient,
  redirected, refreshForm, sigmaClient, userinfo,
} from './support/oauth.mjs';
import { distinctTime, Key, newPerson, tokenPath } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();
const otherMember = new Key();
const keyNamed = new Key();
const rotating = [new Key(), new Key()];
const clients = [
  sigmaClient('my-app', member),
  sigmaClient('other-app', otherMember),
  sigmaClient(keyNamed.pubkey, keyNamed),
  sigmaClient('two-keys', rotating[0], { member_pubkeys: rotating.map((key) => key.pubkey) }),
  sigmaClient('disabled-app', new Key(), { disabled: true }),
  publicClient('public-app'),
  publicClient('other-public'),
  publicClient('code-only', { grant_types: ['authorization_code'] }),
];

forEachStore('token endpoint', { clients }, (context) => {
  const code = async (overrides) => getCode(context.server, await newPerson(context.server), overrides);
  const offline = { scope: fullScope };

  /** Each row is also wrong in a way that a later row would report: the order of the checks shows. */
  const rows = [
    {
      name: 'unknown grant_type, before everything',
      form: { grant_type: 'password', client_id: undefined }, token: 'abc',
      status: 400, error: 'unsupported_grant_type', description: /password|grant_type/,
    },
    {
      name: 'grant_type missing',
      form: { grant_type: undefined, client_id: undefined }, token: 'abc',
      status: 400, error: 'invalid_request', description: /grant_type/,
    },
    {
      name: 'grant_type empty',
      form: { grant_type: '', client_id: undefined }, token: 'abc',
      status: 400, error: 'invalid_request', description: /grant_type/,
    },
    {
      name: 'refresh: refresh_token missing, before client_id',
      form: { grant_type: 'refresh_token', client_id: undefined }, token: null,
      status: 400, error: 'invalid_request', description: /refresh_token/,
    },
    {
      name: 'client_id missing, before authentication',
      form: { client_id: undefined }, token: null,
      status: 400, error: 'invalid_request', description: /client_id/,
    },
    {
      name: 'client unknown, before the token is looked at',
      form: { client_id: 'no-such-app' }, token: 'abc',
      status: 401, error: 'invalid_client', description: /no-such-app/,
    },
    {
      name: 'client disabled',
      form: { client_id: 'disabled-app' }, token: 'abc',
      status: 401, error: 'invalid_client', description: /disabled/i,
    },
    {
      name: 'no X-Auth-Token from a client with a member key',
      form: {}, token: null,
      status: 401, error: 'invalid_client', description: /X-Auth-Token/i,
    },
    {
      name: 'X-Auth-Token malformed',
      form: {}, token: 'abc',
      status: 401, error: 'invalid_client', description: /format|malformed|field/i,
    },
    {
      name: 'the client has no member key',
      form: { client_id: 'public-app' }, key: member,
      status: 401, error: 'invalid_client', description: /key/i,
    },
    {
      name: 'another key than the registered, before its signature is checked',
      form: {}, key: otherMember, path: '/elsewhere',
      status: 401, error: 'invalid_client', description: /SIGMA_MEMBER_PRIVATE_KEY/,
    },
    {
      name: 'signed for another path',
      form: {}, key: member, path: '/api/auth/oauth2/token?x=1',
      status: 401, error: 'invalid_client', description: /path/i,
    },
    {
      name: 'signed for the 2025 path, which is off by default',
      form: {}, key: member, path: '/oauth2/token',
      status: 401, error: 'invalid_client', description: /path/i,
    },
    {
      name: 'signed ten minutes ago',
      form: {}, key: member, time: -600_000,
      status: 401, error: 'invalid_client', description: /time|clock|old|expired/i,
    },
    {
      name: 'signed ten minutes ahead',
      form: {}, key: member, time: 600_000,
      status: 401, error: 'invalid_client', description: /time|clock|future|ahead/i,
    },
    {
      name: 'signed over another body',
      form: {}, key: member, signed: (body) => `${body}&scope=x`,
      status: 401, error: 'invalid_client', description: /body|signature/i,
    },
    {
      name: 'signed without a body',
      form: {}, key: member, signed: () => undefined,
      status: 401, error: 'invalid_client', description: /body|signature/i,
    },
    {
      name: 'signed by the right key, code unknown',
      form: {}, key: member,
      status: 400, error: 'invalid_grant', description: /code/i,
    },
  ];
  for (const row of rows) {
    test(`${row.status} ${row.error}: ${row.name}`, async () => {
      const { verifier } = newPkce();
      const grant = { code: 'no-such-code', verifier, redirectUri: callback, clientId: 'my-app' };
      const body = new URLSearchParams(exchangeForm(grant, row.form)).toString();
      for (const scheme of ['brc77', 'bsm']) {
        const timestamp = distinctTime(row.time ?? 0);
        const signed = row.signed ? row.signed(body) : body;
        const token = row.key ? row.key.token(row.path ?? tokenPath, { body: signed, scheme, timestamp }) : row.token;
        const answer = await postToken(context.server, body, { token });
        assertOAuthError(answer, row.status, row.error, row.description);
        assert.match(answer.headers['cache-control'] ?? '', /no-store/, answer.describe());
      }
    });
  }

  test('replay of an X-Auth-Token is invalid_client and says so', async () => {
    const body = new URLSearchParams(exchangeForm(await code())).toString();
    const token = member.token(tokenPath, { body, timestamp: distinctTime() });
    const first = await postToken(context.server, body, { token });
    assert.equal(first.status, 200, first.describe());
    const second = await postToken(context.server, body, { token });
    assertOAuthError(second, 401, 'invalid_client', /already|replay|used/i);
    assert.equal((await userinfo(context.server, first.json.access_token)).status, 200,
      'a replay is refused at the client checks: it is no reuse of the code');
  });

  test('the answer has the members that clients read', async () => {
    const before = Math.floor(Date.now() / 1000);
    const answer = await postToken(context.server, exchangeForm(await code(offline)), { key: member });
    assert.equal(answer.status, 200, answer.describe());
    const { access_token: access, refresh_token: refresh, id_token: idToken, scope, ...rest } = answer.json;
    assert.equal(rest.token_type, 'Bearer');
    assert.equal(rest.expires_in, 3600);
    assert.ok(rest.expires_at >= before + 3600 && rest.expires_at <= before + 3660, String(rest.expires_at));
    assert.match(access, /^[\w-]{32,}$/);
    assert.match(refresh, /^[\w-]{32,}$/);
    assert.equal(idToken.split('.').length, 3);
    assert.deepEqual(scope.split(' ').sort(), fullScope.split(' ').sort());
    assert.match(answer.headers['cache-control'], /no-store/);
    assert.equal(answer.headers.pragma, 'no-cache');
    assert.match(answer.headers['content-type'], /^application\/json/);
  });

  test('without openid there is no ID token; without offline_access no refresh token', async () => {
    const tokens = await exchange(context.server, await code({ scope: 'profile' }), { key: member });
    assert.equal(tokens.id_token, undefined);
    assert.equal(tokens.refresh_token, undefined);
  });

  test('bodies that the old provider would have re-serialised: the raw bytes are what is signed', async () => {
    const { server } = context;
    const grant = await code({ client_id: 'my-app' });
    const form = exchangeForm(grant);
    const body = Object.entries(form).reverse()
      .map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%3A/g, '%3a')}`).join('&');
    const answer = await postToken(server, body, { key: member });
    assert.equal(answer.status, 200, answer.describe());
  });

  test('a body signed in its re-serialised form is accepted, too', async () => {
    const form = exchangeForm(await code());
    const sent = Object.entries(form).map(([name, value]) => `${name}=${encodeURIComponent(value)}&`).join('').slice(0, -1)
      .replace(/%2F/g, '/');
    const signed = new URLSearchParams(form).toString();
    assert.notEqual(sent, signed);
    const token = member.token(tokenPath, { body: signed, timestamp: distinctTime() });
    const answer = await postToken(context.server, sent, { token });
    assert.equal(answer.status, 200, answer.describe());
  });

  test('anything but a form is 415', async () => {
    const form = exchangeForm(await code());
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencodedx']) {
      const body = type === 'application/json' ? JSON.stringify(form) : new URLSearchParams(form).toString();
      const token = member.token(tokenPath, { body, timestamp: distinctTime() });
      const answer = await context.server.request('POST', tokenPath, { body, headers: { 'content-type': type, 'x-auth-token': token } });
      assert.equal(answer.status, 415, answer.describe());
      assert.equal(answer.json?.code, 'UNSUPPORTED_MEDIA_TYPE', answer.describe());
      assert.ok(answer.json.message);
    }
    const answer = await postToken(context.server, form, {
      key: member, headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    });
    assert.equal(answer.status, 200, answer.describe());
  });

  test('doubled parameters are invalid_request before the client is authenticated', async () => {
    const form = exchangeForm(await code());
    for (const name of Object.keys(form)) {
      const body = `${new URLSearchParams(form)}&${new URLSearchParams({ [name]: form[name] })}`;
      for (const key of [member, undefined]) {
        assertOAuthError(await postToken(context.server, body, { key }), 400, 'invalid_request', new RegExp(name));
      }
    }
    assert.equal((await postToken(context.server, form, { key: member })).status, 200, 'the code was not touched');
  });

  test('parameters in the query do not count', async () => {
    const { server } = context;
    const form = exchangeForm(await code());
    const body = new URLSearchParams(form).toString();
    const token = member.token(tokenPath, { body, timestamp: distinctTime() });
    const answer = await server.request('POST', `${tokenPath}?client_id=other-app`, { form: body, headers: { 'x-auth-token': token } });
    assert.equal(answer.status, 400, answer.describe());
    assert.equal(answer.json.error, 'invalid_request', answer.describe());
  });

  test('two ways to authenticate in one request are invalid_request', async () => {
    const grant = await code();
    const basic = { authorization: `Basic ${Buffer.from('my-app:secret').toString('base64')}` };
    assertOAuthError(await postToken(context.server, exchangeForm(grant), { key: member, headers: basic }), 400, 'invalid_request');
    const form = exchangeForm(grant, { client_secret: 'secret' });
    assertOAuthError(await postToken(context.server, form, { key: member }), 400, 'invalid_request');
  });

  test('two X-Auth-Token headers are refused', async () => {
    const body = new URLSearchParams(exchangeForm(await code())).toString();
    const tokens = [distinctTime(), distinctTime()].map((timestamp) => member.token(tokenPath, { body, timestamp }));
    const answer = await postToken(context.server, body, { token: tokens });
    assert.ok([400, 401].includes(answer.status), answer.describe());
    assert.ok(['invalid_request', 'invalid_client'].includes(answer.json?.error), answer.describe());
  });

  test('client_id that is the member key, and no client_id at all', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const clientId = keyNamed.pubkey;
    const named = await exchange(server, await getCode(server, person, { client_id: clientId }), { key: keyNamed });
    assert.ok(named.id_token);
    const grant = await getCode(server, person, { client_id: clientId });
    const answer = await postToken(server, exchangeForm(grant, { client_id: undefined }), { key: keyNamed });
    assert.equal(answer.status, 200, answer.describe());
    const stranger = await postToken(server, exchangeForm(grant, { client_id: undefined }), { key: new Key() });
    assert.ok([400, 401].includes(stranger.status), stranger.describe());
    assert.ok(['invalid_request', 'invalid_client'].includes(stranger.json.error), stranger.describe());
  });

  test('a client with several member keys may use each; a removed one no more', async () => {
    const { server } = context;
    const person = await newPerson(server);
    for (const key of rotating) {
      await exchange(server, await getCode(server, person, { client_id: 'two-keys' }), { key });
    }
    const removed = await server.admin('DELETE', `/admin/clients/two-keys/member-keys/${rotating[0].pubkey}`);
    assert.ok(removed.status >= 200 && removed.status < 300, removed.describe());
    const grant = await getCode(server, person, { client_id: 'two-keys' });
    assertOAuthError(await postToken(server, exchangeForm(grant), { key: rotating[0] }), 401, 'invalid_client', /SIGMA_MEMBER_PRIVATE_KEY/);
    await exchange(server, grant, { key: rotating[1] });
  });

  test('a code used twice: invalid_grant, and what it had issued dies', async () => {
    const { server } = context;
    for (const [clientId, key] of [['my-app', member], ['public-app', undefined]]) {
      const grant = await code({ client_id: clientId, ...offline });
      const tokens = await exchange(server, grant, { key });
      assert.equal((await userinfo(server, tokens.access_token)).status, 200);
      assertOAuthError(await postToken(server, exchangeForm(grant), { key }), 400, 'invalid_grant', /code/i);
      const dead = await userinfo(server, tokens.access_token);
      assertOAuthError(dead, 401, 'invalid_token');
      assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token, clientId), { key }), 400, 'invalid_grant');
    }
  });

  test('a reuse also kills what a refresh has issued since', async () => {
    const { server } = context;
    const grant = await code({ client_id: 'public-app', ...offline });
    const tokens = await exchange(server, grant);
    const refreshed = await postToken(server, refreshForm(tokens.refresh_token, 'public-app'));
    assert.equal(refreshed.status, 200, refreshed.describe());
    assertOAuthError(await postToken(server, exchangeForm(grant)), 400, 'invalid_grant');
    assert.equal((await userinfo(server, refreshed.json.access_token)).status, 401);
    assertOAuthError(await postToken(server, refreshForm(refreshed.json.refresh_token, 'public-app')), 400, 'invalid_grant');
  });

  test('fifty parallel redemptions of one code: exactly one success', async () => {
    const { server } = context;
    for (const [clientId, key] of [['my-app', member], ['public-app', undefined]]) {
      const grant = await code({ client_id: clientId });
      const answers = await Promise.all(Array.from({ length: 50 }, () => postToken(server, exchangeForm(grant), { key })));
      const good = answers.filter((answer) => answer.status === 200);
      assert.equal(good.length, 1, answers.map((answer) => answer.status).join(' '));
      for (const answer of answers) {
        if (answer.status !== 200) assertOAuthError(answer, 400, 'invalid_grant');
      }
      assert.equal((await userinfo(server, good[0].json.access_token)).status, 401, 'the other 49 were reuses');
    }
  });

  const wrongGrants = {
    'another verifier': () => ({ code_verifier: newPkce().verifier }),
    'the verifier in other case': (grant) => ({ code_verifier: swapCase(grant.verifier) }),
    'the verifier with padding': (grant) => ({ code_verifier: `${grant.verifier}=` }),
    'a verifier of 42 characters': () => ({ code_verifier: 'a'.repeat(42) }),
    'a verifier of 129 characters': () => ({ code_verifier: 'a'.repeat(129) }),
    'a verifier with illegal characters': () => ({ code_verifier: `${'a'.repeat(42)}+` }),
    'the challenge as verifier': (grant) => ({ code_verifier: grant.challenge }),
    'another redirect_uri': () => ({ redirect_uri: 'https://app.example.com/other' }),
    'the redirect_uri with a slash': (grant) => ({ redirect_uri: `${grant.redirectUri}/` }),
    'the redirect_uri in other case': (grant) => ({ redirect_uri: grant.redirectUri.toUpperCase() }),
  };
  for (const [name, change] of Object.entries(wrongGrants)) {
    test(`${name}: invalid_grant, and the code is gone`, async () => {
      const { server } = context;
      const grant = await code();
      assertOAuthError(await postToken(server, exchangeForm(grant, change(grant)), { key: member }), 400, 'invalid_grant');
      assertOAuthError(await postToken(server, exchangeForm(grant), { key: member }), 400, 'invalid_grant', /code/i);
    });
  }

  test('a failure of client authentication leaves the code alone', async () => {
    const { server } = context;
    const grant = await code();
    const form = exchangeForm(grant);
    for (const given of [{}, { token: 'abc' }, { key: otherMember }, { key: member, timestamp: distinctTime(-600_000) }]) {
      assert.equal((await postToken(server, form, given)).status, 401);
    }
    await exchange(server, grant, { key: member });
  });

  test('downgrade: challenge without verifier, verifier without challenge', async () => {
    const { server } = context;
    const missing = await postToken(server, exchangeForm(await code(), { code_verifier: undefined }), { key: member });
    assert.equal(missing.status, 400, missing.describe());
    assert.ok(['invalid_grant', 'invalid_request'].includes(missing.json.error), missing.describe());

    const answer = await authorize(server, await newPerson(server), { code_challenge_method: undefined });
    const bare = { code: redirected(answer).query.get('code'), redirectUri: callback, clientId: 'my-app' };
    assert.ok(bare.code, answer.describe());
    const surplus = await postToken(server, exchangeForm(bare, { code_verifier: newPkce().verifier }), { key: member });
    assertOAuthError(surplus, 400, 'invalid_grant');
  });

  test('missing code and missing redirect_uri', async () => {
    const { server } = context;
    const without = async (name) => postToken(server, exchangeForm(await code(), { [name]: undefined }), { key: member });
    assertOAuthError(await without('code'), 400, 'invalid_request', /code/);
    const answer = await without('redirect_uri');
    assert.equal(answer.status, 400, answer.describe());
    assert.ok(['invalid_grant', 'invalid_request'].includes(answer.json.error), answer.describe());
  });

  test('a code is bound to its client', async () => {
    const { server } = context;
    const grant = await code({ client_id: 'public-app' });
    assertOAuthError(await postToken(server, exchangeForm(grant, { client_id: 'other-public' })), 400, 'invalid_grant');
    const sigma = await code();
    const stolen = await postToken(server, exchangeForm(sigma, { client_id: 'other-app' }), { key: otherMember });
    assertOAuthError(stolen, 400, 'invalid_grant');
  });

  test('a code that is cut, lengthened or in other case is unknown, and the real one still works', async () => {
    const { server } = context;
    const grant = await code();
    for (const wrong of [grant.code.slice(0, -1), `${grant.code}A`, swapCase(grant.code), '', ' ', '%', 'x'.repeat(5000)]) {
      const answer = await postToken(server, exchangeForm(grant, { code: wrong }), { key: member });
      assert.equal(answer.status, 400, answer.describe());
      assert.ok(['invalid_grant', ...(wrong.trim() ? [] : ['invalid_request'])].includes(answer.json.error), answer.describe());
    }
    await exchange(server, grant, { key: member });
  });

  test('an access token works at once, as header, as form, never in the query', async () => {
    const { server } = context;
    const { access_token: token } = await exchange(server, await code(), { key: member });
    assert.equal((await userinfo(server, token)).status, 200);
    const form = await userinfo(server, undefined, { method: 'POST', form: { access_token: token } });
    assert.equal(form.status, 200, form.describe());
    const inQuery = await server.request('GET', `/api/auth/oauth2/userinfo?access_token=${token}`);
    assert.equal(inQuery.status, 401, inQuery.describe());
    const both = await userinfo(server, token, { method: 'POST', form: { access_token: token } });
    assertOAuthError(both, 400, 'invalid_request');
    const json = await userinfo(server, undefined, { method: 'POST', json: { access_token: token } });
    assert.equal(json.status, 415, json.describe());
  });

  test('userinfo without and with a broken token', async () => {
    const { server } = context;
    const none = await userinfo(server);
    assertOAuthError(none, 401, 'invalid_request');
    assert.match(none.headers['www-authenticate'] ?? '', /^Bearer/);
    const { access_token: token } = await exchange(server, await code(), { key: member });
    const person = await newPerson(server);
    for (const wrong of ['xxxx', token.slice(0, -1), `${token}x`, swapCase(token), 'x'.repeat(5000), person.sessionToken]) {
      const answer = await userinfo(server, wrong);
      assertOAuthError(answer, 401, 'invalid_token');
      assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer .*error="invalid_token"/);
    }
    const plain = await exchange(server, await code({ scope: 'profile' }), { key: member });
    assertOAuthError(await userinfo(server, plain.access_token), 403, 'insufficient_scope');
  });

  test('scopes decide about claims', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const tokens = await exchange(server, await getCode(server, person, { scope: 'openid' }), { key: member });
    const claims = (await userinfo(server, tokens.access_token)).json;
    assert.deepEqual(Object.keys(claims).filter((name) => ['name', 'bap', 'picture', 'email'].includes(name)), []);
    assert.equal(claims.pubkey, person.pubkey);
    assert.equal(claims.bap_id, person.bapId);
  });

  test('an access token dies with its session, unless it came with offline_access', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const short = await exchange(server, await getCode(server, person), { key: member });
    const long = await exchange(server, await getCode(server, person, offline), { key: member });
    const out = await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    assert.equal(out.status, 200, out.describe());
    assertOAuthError(await userinfo(server, short.access_token), 401, 'invalid_token');
    assert.equal((await userinfo(server, long.access_token)).status, 200);
    const refreshed = await postToken(server, refreshForm(long.refresh_token), { key: member });
    assert.equal(refreshed.status, 200, refreshed.describe());
  });

  test('refresh rotates; an identical retry gets the identical answer', async () => {
    const { server } = context;
    for (const [clientId, key] of [['my-app', member], ['public-app', undefined]]) {
      const tokens = await exchange(server, await code({ client_id: clientId, ...offline }), { key });
      const form = refreshForm(tokens.refresh_token, clientId);
      const first = await postToken(server, form, { key });
      assert.equal(first.status, 200, first.describe());
      assert.notEqual(first.json.refresh_token, tokens.refresh_token);
      const retry = await postToken(server, form, { key });
      assert.equal(retry.status, 200, retry.describe());
      assert.equal(retry.json.refresh_token, first.json.refresh_token);
      assert.equal(retry.json.access_token, first.json.access_token);
      const next = await postToken(server, refreshForm(first.json.refresh_token, clientId), { key });
      assert.equal(next.status, 200, next.describe());
      assert.equal((await userinfo(server, next.json.access_token)).status, 200);
    }
  });

  test('twenty parallel refreshes with one token: one new pair', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code({ client_id: 'public-app', ...offline }));
    const form = refreshForm(tokens.refresh_token, 'public-app');
    const answers = await Promise.all(Array.from({ length: 20 }, () => postToken(server, form)));
    for (const answer of answers) assert.equal(answer.status, 200, answer.describe());
    assert.equal(new Set(answers.map((answer) => answer.json.refresh_token)).size, 1);
    assert.equal(new Set(answers.map((answer) => answer.json.access_token)).size, 1);
    assert.equal((await userinfo(server, answers[0].json.access_token)).status, 200);
  });

  test('a refresh token of another client is refused and the family lives', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code({ client_id: 'public-app', ...offline }));
    const stolen = await postToken(server, refreshForm(tokens.refresh_token, 'other-public'));
    assertOAuthError(stolen, 400, 'invalid_grant');
    const first = await postToken(server, refreshForm(tokens.refresh_token, 'public-app'));
    assert.equal(first.status, 200, first.describe());
    assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token, 'other-public')), 400, 'invalid_grant');
    assert.equal((await postToken(server, refreshForm(first.json.refresh_token, 'public-app'))).status, 200);
  });

  test('a used refresh token with a successor in use kills the family', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code({ client_id: 'public-app', ...offline }));
    const refresh = (token) => postToken(server, refreshForm(token, 'public-app'));
    const second = (await refresh(tokens.refresh_token)).json;
    const third = (await refresh(second.refresh_token)).json;
    assert.ok(third.refresh_token);
    assertOAuthError(await refresh(tokens.refresh_token), 400, 'invalid_grant');
  });

  test('refresh never widens the scope', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code({ client_id: 'public-app', scope: 'openid offline_access' }));
    const wider = await postToken(server, refreshForm(tokens.refresh_token, 'public-app', { scope: 'openid profile offline_access' }));
    assertOAuthError(wider, 400, 'invalid_scope');
    const same = await postToken(server, refreshForm(tokens.refresh_token, 'public-app', { scope: 'openid' }));
    assert.equal(same.status, 200, same.describe());
    assert.equal(same.json.scope, 'openid');
  });

  test('refresh tokens that are none', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code(offline), { key: member });
    for (const wrong of ['xxxx', tokens.access_token, tokens.refresh_token.slice(0, -1), `${tokens.refresh_token}x`, tokens.id_token]) {
      assertOAuthError(await postToken(server, refreshForm(wrong), { key: member }), 400, 'invalid_grant');
    }
    assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token)), 401, 'invalid_client', /X-Auth-Token/i);
    assert.equal((await postToken(server, refreshForm(tokens.refresh_token), { key: member })).status, 200);
  });

  test('a client may only use the grants it is registered for', async () => {
    const { server } = context;
    const grant = await code({ client_id: 'code-only' });
    await exchange(server, grant);
    assertOAuthError(await postToken(server, refreshForm('any-token', 'code-only')), 400, 'unauthorized_client');
  });

  test('secrets of a whole flow are not in the log', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const grant = await getCode(server, person, offline);
    const tokens = await exchange(server, grant, { key: member });
    await postToken(server, refreshForm(tokens.refresh_token), { key: member });
    const secrets = {
      code: grant.code, verifier: grant.verifier, access: tokens.access_token, refresh: tokens.refresh_token,
      id: tokens.id_token.split('.')[2], session: person.sessionToken, cookie: person.jar.header().split('.').at(-1),
      secret: server.secret, admin: server.adminToken,
    };
    for (const [name, secret] of Object.entries(secrets)) assert.ok(!server.output.includes(secret), name);
    assert.ok(server.logs.some((entry) => !entry.line), 'there is a log at all');
  });
});

function swapCase(text) {
  const swapped = [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
  return swapped === text ? `${text}x` : swapped;
}
