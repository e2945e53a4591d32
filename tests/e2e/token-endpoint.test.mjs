// The token endpoint, row by row: who may ask and how. sigma-contract.md §3; by security case: security/.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertOAuthError,
  callback,
  exchange,
  exchangeForm,
  fullScope,
  getCode,
  newPkce,
  postToken,
  publicClient,
  sigmaClient,
} from './support/oauth.mjs';
import { Key, distinctTime, newPerson, tokenPath } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();
const otherMember = new Key();
const keyNamed = new Key();
const rotating = [new Key(), new Key()];
const clients = [
  sigmaClient('my-app', member),
  sigmaClient(keyNamed.pubkey, keyNamed),
  sigmaClient('two-keys', rotating[0], { member_pubkeys: rotating.map((key) => key.pubkey) }),
  sigmaClient('disabled-app', new Key(), { disabled: true }),
  publicClient('public-app'),
];

forEachStore('token endpoint', { clients }, (context) => {
  const code = async (overrides) => getCode(context.server, await newPerson(context.server), overrides);
  const offline = { scope: fullScope };

  /** Each row is also wrong in a way that a later row would report: the order of the checks shows. */
  const rows = [
    {
      name: 'unknown grant_type, before everything',
      form: { grant_type: 'password', client_id: undefined },
      token: 'abc',
      status: 400,
      error: 'unsupported_grant_type',
      description: /password|grant_type/,
    },
    {
      name: 'grant_type missing',
      form: { grant_type: undefined, client_id: undefined },
      token: 'abc',
      status: 400,
      error: 'invalid_request',
      description: /grant_type/,
    },
    {
      name: 'grant_type empty',
      form: { grant_type: '', client_id: undefined },
      token: 'abc',
      status: 400,
      error: 'invalid_request',
      description: /grant_type/,
    },
    {
      name: 'refresh: refresh_token missing, before client_id',
      form: { grant_type: 'refresh_token', client_id: undefined },
      token: null,
      status: 400,
      error: 'invalid_request',
      description: /refresh_token/,
    },
    {
      name: 'client_id missing, before authentication',
      form: { client_id: undefined },
      token: null,
      status: 400,
      error: 'invalid_request',
      description: /client_id/,
    },
    {
      name: 'client unknown, before the token is looked at',
      form: { client_id: 'no-such-app' },
      token: 'abc',
      status: 401,
      error: 'invalid_client',
      description: /no-such-app/,
    },
    {
      name: 'client disabled',
      form: { client_id: 'disabled-app' },
      token: 'abc',
      status: 401,
      error: 'invalid_client',
      description: /disabled/i,
    },
    {
      name: 'no X-Auth-Token from a client with a member key',
      form: {},
      token: null,
      status: 401,
      error: 'invalid_client',
      description: /X-Auth-Token/i,
    },
    {
      name: 'X-Auth-Token malformed',
      form: {},
      token: 'abc',
      status: 401,
      error: 'invalid_client',
      description: /format|malformed|field/i,
    },
    {
      name: 'the client has no member key',
      form: { client_id: 'public-app' },
      key: member,
      status: 401,
      error: 'invalid_client',
      description: /key/i,
    },
    {
      name: 'another key than the registered, before its signature is checked',
      form: {},
      key: otherMember,
      path: '/elsewhere',
      status: 401,
      error: 'invalid_client',
      description: /SIGMA_MEMBER_PRIVATE_KEY/,
    },
    {
      name: 'signed for another path',
      form: {},
      key: member,
      path: '/api/auth/oauth2/token?x=1',
      status: 401,
      error: 'invalid_client',
      description: /path/i,
    },
    {
      name: 'signed for the 2025 path, which is off by default',
      form: {},
      key: member,
      path: '/oauth2/token',
      status: 401,
      error: 'invalid_client',
      description: /path/i,
    },
    {
      name: 'signed ten minutes ago',
      form: {},
      key: member,
      time: -600_000,
      status: 401,
      error: 'invalid_client',
      description: /time|clock|old|expired/i,
    },
    {
      name: 'signed ten minutes ahead',
      form: {},
      key: member,
      time: 600_000,
      status: 401,
      error: 'invalid_client',
      description: /time|clock|future|ahead/i,
    },
    {
      name: 'signed over another body',
      form: {},
      key: member,
      signed: (body) => `${body}&scope=x`,
      status: 401,
      error: 'invalid_client',
      description: /body|signature/i,
    },
    {
      name: 'signed without a body',
      form: {},
      key: member,
      signed: () => undefined,
      status: 401,
      error: 'invalid_client',
      description: /body|signature/i,
    },
    {
      name: 'signed by the right key, code unknown',
      form: {},
      key: member,
      status: 400,
      error: 'invalid_grant',
      description: /code/i,
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

  test('case 57: the answer has the members that clients read, and is never kept', async () => {
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
    const body = Object.entries(form)
      .reverse()
      .map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%3A/g, '%3a')}`)
      .join('&');
    const answer = await postToken(server, body, { key: member });
    assert.equal(answer.status, 200, answer.describe());
  });

  test('a body signed in its re-serialised form is accepted, too', async () => {
    const form = exchangeForm(await code());
    const sent = Object.entries(form)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}&`)
      .join('')
      .slice(0, -1)
      .replace(/%2F/g, '/');
    const signed = new URLSearchParams(form).toString();
    assert.notEqual(sent, signed);
    const token = member.token(tokenPath, { body: signed, timestamp: distinctTime() });
    const answer = await postToken(context.server, sent, { token });
    assert.equal(answer.status, 200, answer.describe());
  });

  test('anything but a form is 415', async () => {
    const form = exchangeForm(await code());
    for (const type of [
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencodedx',
    ]) {
      const body = type === 'application/json' ? JSON.stringify(form) : new URLSearchParams(form).toString();
      const token = member.token(tokenPath, { body, timestamp: distinctTime() });
      const answer = await context.server.request('POST', tokenPath, {
        body,
        headers: { 'content-type': type, 'x-auth-token': token },
      });
      assert.equal(answer.status, 415, answer.describe());
      assert.equal(answer.json?.code, 'UNSUPPORTED_MEDIA_TYPE', answer.describe());
      assert.ok(answer.json.message);
    }
    const answer = await postToken(context.server, form, {
      key: member,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    });
    assert.equal(answer.status, 200, answer.describe());
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
    assertOAuthError(
      await postToken(server, exchangeForm(grant), { key: rotating[0] }),
      401,
      'invalid_client',
      /SIGMA_MEMBER_PRIVATE_KEY/,
    );
    await exchange(server, grant, { key: rotating[1] });
  });
});
