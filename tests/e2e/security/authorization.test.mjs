// What an authorization request and a grant may ask for: security cases 8 and 14–18.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grantType as deviceGrant } from '../support/device.mjs';
import {
  assertErrorRedirect,
  assertOAuthError,
  authorize,
  authorizePath,
  authorizeQuery,
  callback,
  exchange,
  exchangeForm,
  getCode,
  newPkce,
  postToken,
  publicClient,
  redirected,
  refreshForm,
  sigmaClient,
} from '../support/oauth.mjs';
import { assertErrorPage } from '../support/pages.mjs';
import { Key, newPerson, tokenPath } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { introspectPath, revokePath } from '../support/status.mjs';
import { forEachStore } from '../support/stores.mjs';

const member = new Key();
const codeOnly = { grant_types: ['authorization_code'] };
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const clients = [
  publicClient('my-app'),
  sigmaClient('sigma-app', member),
  publicClient('narrow-app', { scope: 'openid' }),
  publicClient('asks-consent', { skip_consent: false }),
  publicClient('code-only', codeOnly),
  sigmaClient('code-only-sigma', member, codeOnly),
  publicClient('television', { grant_types: [deviceGrant, 'refresh_token'], redirect_uris: [], response_types: [] }),
];

forEachStore('authorization requests', { clients }, (context) => {
  const challenge = newPkce().challenge;
  const ask = (person, overrides = {}, options) =>
    authorize(context.server, person, { code_challenge: challenge, ...overrides }, options);
  const person = () => newPerson(context.server);
  const postForm = (path, form, options = {}) => context.server.request('POST', path, { form, ...options });

  test('case 8: a public client needs a challenge of S256', async () => {
    const somebody = await person();
    const wrong = [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge: '', code_challenge_method: '' },
      { code_challenge: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge: newPkce().verifier, code_challenge_method: 'plain' },
      { code_challenge_method: undefined }, // means plain (RFC 7636 §4.3)
      { code_challenge_method: '' },
      { code_challenge_method: 's256' },
      { code_challenge_method: 'S512' },
      { code_challenge: challenge.slice(1) },
      { code_challenge: `${challenge}=` },
      { code_challenge: `${challenge.slice(1)}+` },
    ];
    for (const overrides of wrong) {
      for (const who of [somebody, undefined]) {
        const answer = await ask(who, overrides);
        assertErrorRedirect(context.server, answer, 'invalid_request', { description: /code_challenge|PKCE/i });
      }
    }
    const sigma = await ask(somebody, { client_id: 'sigma-app', code_challenge_method: 'plain' });
    assertErrorRedirect(context.server, sigma, 'invalid_request');
  });

  test('case 14: every response type but code', async () => {
    const somebody = await person();
    const types = [
      ['token', true],
      ['id_token', true],
      ['id_token token', true],
      ['token id_token', true],
      ['code token', true],
      ['token code', true],
      ['code id_token', true],
      ['id_token code', true],
      ['code id_token token', true],
      ['code token token', true],
      ['token token', true],
      ['none', false],
      ['CODE', false],
      ['code code', false],
      ['code none', false],
      ['code ', false],
      ['code,token', true],
    ];
    for (const who of [somebody, undefined]) {
      for (const [response_type, inFragment] of types) {
        const answer = await ask(who, { response_type });
        assertErrorRedirect(context.server, answer, 'unsupported_response_type', { inFragment });
      }
      assertErrorRedirect(context.server, await ask(who, { response_type: undefined }), 'invalid_request', {
        description: /response_type/,
      });
    }
  });

  test('case 15: doubled parameters at the authorization endpoint', async () => {
    const { server } = context;
    const somebody = await person();
    const base = authorizeQuery({ code_challenge: challenge });
    const identifying = [
      'client_id=my-app',
      'client_id=code-only',
      `redirect_uri=${encodeURIComponent(callback)}`,
      'redirect_uri=https%3A%2F%2Fevil.example%2Fcb',
    ];
    for (const pair of identifying) {
      assertErrorPage(await authorize(server, somebody, `${base}&${pair}`), /more than once/, pair);
      assertErrorPage(await authorize(server, somebody, `${pair}&${base}`), /more than once/, pair);
    }
    const others = [
      'scope=openid',
      'scope=',
      'response_type=code',
      `code_challenge=${challenge}`,
      'code_challenge_method=S256',
      'nonce=a&nonce=b',
      'prompt=none&prompt=none',
      'bapId=a&bapId=a',
      'unknown=1&unknown=2',
    ];
    for (const pair of others) {
      const answer = await authorize(server, somebody, `${base}&${pair}`);
      assertErrorRedirect(server, answer, 'invalid_request', { description: /more than once/ });
    }
    const { query } = redirected(await authorize(server, somebody, `${base}&state=other`));
    assert.equal(query.get('error'), 'invalid_request');
    assert.equal(query.has('state'), false, 'neither of the two is the state');
    const both = await postForm(`${authorizePath}?client_id=my-app`, base, {
      headers: { cookie: somebody.jar.header() },
    });
    assertErrorPage(both, /query string and not in the body|more than once/, 'the same name in query and body');
    for (const name of ['state', 'scope', 'redirect_uri']) {
      const answer = await postForm(`${authorizePath}?${name}=${encodeURIComponent('x')}`, base, {
        headers: { cookie: somebody.jar.header() },
      });
      assert.doesNotMatch(answer.location ?? '', /[?&]code=/, answer.describe());
      assert.ok(
        answer.status === 400 || redirected(answer).query.get('error') === 'invalid_request',
        answer.describe(),
      );
    }
  });

  test('case 15: doubled parameters at token, introspection and revocation', async () => {
    const { server } = context;
    const grant = await getCode(server, await person(), { client_id: 'sigma-app' });
    const form = exchangeForm(grant);
    for (const name of Object.keys(form)) {
      for (const value of [form[name], 'other', '']) {
        const body = `${new URLSearchParams(form)}&${new URLSearchParams({ [name]: value })}`;
        for (const key of [member, undefined]) {
          assertOAuthError(await postToken(server, body, { key }), 400, 'invalid_request', new RegExp(name));
        }
      }
      const inBoth = await postForm(`${tokenPath}?${new URLSearchParams({ [name]: form[name] })}`, form);
      assertOAuthError(inBoth, 400, 'invalid_request');
    }
    await exchange(server, grant, { key: member }); // the code was not touched
    const refresh = 'grant_type=refresh_token&refresh_token=a&refresh_token=b&client_id=my-app';
    assertOAuthError(await postToken(server, refresh), 400, 'invalid_request', /refresh_token/);
    for (const path of [introspectPath, revokePath]) {
      for (const body of ['token=a&token=b&client_id=my-app', 'token=a&client_id=my-app&client_id=code-only']) {
        assertOAuthError(await postForm(path, body), 400, 'invalid_request', /more than once/);
      }
      assertOAuthError(await postForm(`${path}?token=a`, 'token=a&client_id=my-app'), 400, 'invalid_request');
    }
    for (const path of ['/api/auth/device/code', '/api/auth/oauth2/device_authorization']) {
      const body = 'client_id=television&client_id=my-app';
      assertOAuthError(await postForm(path, body), 400, 'invalid_request', /client_id/);
      const scopes = 'client_id=television&scope=openid&scope=email';
      assertOAuthError(await postForm(path, scopes), 400, 'invalid_request', /scope/);
    }
    const poll = `grant_type=${encodeURIComponent(deviceGrant)}&device_code=a&device_code=b&client_id=television`;
    assertOAuthError(await postForm('/api/auth/device/token', poll), 400, 'invalid_request', /device_code/);
  });

  test('case 16: iss is in every answer of the authorization endpoint and is the issuer of discovery', async () => {
    const { server } = context;
    const issuer = (await server.request('GET', '/api/auth/.well-known/openid-configuration')).json.issuer;
    const somebody = await person();
    const answers = {
      code: [somebody, {}],
      login_required: [undefined, { prompt: 'none' }],
      consent_required: [somebody, { client_id: 'asks-consent', prompt: 'none' }],
      interaction_required: [somebody, { bapId: new Key().bapId, prompt: 'none' }],
      invalid_scope: [somebody, { scope: 'openid nothing' }],
      invalid_request: [somebody, { max_age: 'x' }],
      request_not_supported: [somebody, { request: 'e30.e30.' }],
    };
    for (const [name, [who, overrides]] of Object.entries(answers)) {
      const { query } = redirected(await ask(who, overrides));
      assert.equal(query.get('iss'), issuer, name);
      assert.ok(name === 'code' ? query.get('code') : query.get('error') === name, `${name}: ${query}`);
      const json = await ask(who, overrides, { headers: { accept: 'application/json' } });
      assert.equal(new URL(json.json.url).searchParams.get('iss'), issuer, name);
      const form = await ask(who, { ...overrides, response_mode: 'form_post' });
      assert.ok(form.text.includes(`name="iss" value="${issuer}"`), `${name}: ${form.text}`);
    }
    const inFragment = redirected(await ask(somebody, { response_type: 'token' })).fragment;
    assert.equal(inFragment.get('iss'), issuer);
  });

  test('case 16: two issuers on one host do not know each other’s codes', async () => {
    const { server, store } = context;
    const other = await startServer({ store, clients: [publicClient('my-app')] });
    try {
      assert.equal(new URL(other.base).hostname, new URL(server.base).hostname);
      const grant = await getCode(server, await person());
      assertOAuthError(await postToken(other, exchangeForm(grant)), 400, 'invalid_grant');
      const tokens = await exchange(server, grant);
      assert.ok(tokens.access_token, 'it was not spent there');
    } finally {
      await other.stop();
    }
  });

  test('case 17: a client may only use the grants it is registered for', async () => {
    const { server } = context;
    const machine = { scope: 'profile' };
    for (const [client_id, key] of [
      ['code-only', undefined],
      ['code-only-sigma', member],
    ]) {
      const asked = [
        { grant_type: 'client_credentials', ...machine },
        { grant_type: 'refresh_token', refresh_token: 'any' },
        { grant_type: deviceGrant, device_code: 'any' },
        ...(await supportsTokenExchange(server)),
      ];
      for (const form of asked) {
        const answer = await postToken(server, { client_id, ...form }, { key });
        assertOAuthError(answer, 400, 'unauthorized_client', /not registered|cannot use/);
      }
      await exchange(server, await getCode(server, await person(), { client_id }), { key });
    }
    const start = await server.request('POST', '/api/auth/device/code', { json: { client_id: 'code-only' } });
    assertOAuthError(start, 400, 'unauthorized_client');
    const noCode = await ask(await person(), { client_id: 'television' });
    assertErrorPage(noCode, /^invalid_redirect: /, 'a client without redirect URIs has nowhere to go');
  });

  async function supportsTokenExchange(server) {
    const { grant_types_supported: grants } = (
      await server.request('GET', '/api/auth/.well-known/openid-configuration')
    ).json;
    const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
    const form = { grant_type: tokenExchange, subject_token: 'any', subject_token_type: accessToken };
    return grants.includes(tokenExchange) ? [form] : [];
  }

  const huge = 'openid '.repeat(7200); // 50 KB
  test('case 18: scopes that are unknown, not the client’s, or far too many', async () => {
    const { server } = context;
    const somebody = await person();
    const bad = (answer, description) => assertErrorRedirect(server, answer, 'invalid_scope', { description });
    bad(await ask(somebody, { scope: 'openid wallet:spend' }), /wallet:spend/);
    bad(await ask(somebody, { client_id: 'narrow-app', scope: 'openid email' }), /email/);
    for (const [asked, granted] of [
      ['openid profile bsv:tools', 'openid profile'],
      ['read', 'openid profile'],
    ]) {
      const tokens = await exchange(server, await getCode(server, somebody, { client_id: 'my-app', scope: asked }));
      assert.deepEqual(tokens.scope.split(' ').sort(), granted.split(' ').sort(), asked);
    }
    const inQuery = await ask(somebody, { scope: huge });
    assert.ok([414, 431].includes(inQuery.status), inQuery.describe());
    const inForm = await postForm(authorizePath, authorizeQuery({ code_challenge: challenge, scope: huge }), {
      headers: { cookie: somebody.jar.header() },
    });
    assertErrorRedirect(server, inForm, 'invalid_scope');
    assert.ok(inForm.location.length < 2000, 'and it does not come back');
    const device = await postForm('/api/auth/device/code', { client_id: 'television', scope: huge });
    assertOAuthError(device, 400, 'invalid_scope');
  });

  test('case 18: neither the exchange of a code nor a refresh gives more than was granted', async () => {
    const { server } = context;
    const grant = (scope) => person().then((who) => getCode(server, who, { client_id: 'my-app', scope }));
    const wider = exchangeForm(await grant('openid'), { scope: 'openid profile' });
    assertOAuthError(await postToken(server, wider), 400, 'invalid_scope');
    const narrower = exchangeForm(await grant('openid profile'), { scope: 'openid' });
    const narrow = await postToken(server, narrower);
    assert.equal(narrow.json?.scope, 'openid', narrow.describe());

    const tokens = await exchange(server, await grant('openid offline_access'));
    const refresh = (token, scope) => postToken(server, refreshForm(token, 'my-app', { scope }));
    for (const scope of ['openid profile offline_access', 'openid offline_access email', 'nothing-of-ours', huge]) {
      assertOAuthError(await refresh(tokens.refresh_token, scope), 400, 'invalid_scope');
    }
    const same = await refresh(tokens.refresh_token, 'openid');
    assert.equal(same.json?.scope, 'openid', same.describe());
  });
});
