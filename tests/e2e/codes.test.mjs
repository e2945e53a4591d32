// Authorization codes: once, for one client, verifier and redirect URI. sigma-contract.md §3, security cases 5, 9–13.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertOAuthError,
  authorize,
  callback,
  exchange,
  exchangeForm,
  fullScope,
  getCode,
  newPkce,
  postToken,
  publicClient,
  redirected,
  refreshForm,
  sigmaClient,
  userinfo,
} from './support/oauth.mjs';
import { Key, distinctTime, newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';
import { swapCase } from './support/text.mjs';

const member = new Key();
const otherMember = new Key();
const clients = [
  sigmaClient('my-app', member),
  sigmaClient('other-app', otherMember),
  publicClient('public-app'),
  publicClient('other-public'),
];

forEachStore('authorization codes', { clients }, (context) => {
  const code = async (overrides) => getCode(context.server, await newPerson(context.server), overrides);
  const offline = { scope: fullScope };

  test('a code used twice: invalid_grant, and what it had issued dies', async () => {
    const { server } = context;
    for (const [clientId, key] of [
      ['my-app', member],
      ['public-app', undefined],
    ]) {
      const grant = await code({ client_id: clientId, ...offline });
      const tokens = await exchange(server, grant, { key });
      assert.equal((await userinfo(server, tokens.access_token)).status, 200);
      assertOAuthError(await postToken(server, exchangeForm(grant), { key }), 400, 'invalid_grant', /code/i);
      const dead = await userinfo(server, tokens.access_token);
      assertOAuthError(dead, 401, 'invalid_token');
      assertOAuthError(
        await postToken(server, refreshForm(tokens.refresh_token, clientId), { key }),
        400,
        'invalid_grant',
      );
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
    assertOAuthError(
      await postToken(server, refreshForm(refreshed.json.refresh_token, 'public-app')),
      400,
      'invalid_grant',
    );
  });

  test('fifty parallel redemptions of one code: exactly one success', async () => {
    const { server } = context;
    for (const [clientId, key] of [
      ['my-app', member],
      ['public-app', undefined],
    ]) {
      const grant = await code({ client_id: clientId });
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => postToken(server, exchangeForm(grant), { key })),
      );
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
      assertOAuthError(
        await postToken(server, exchangeForm(grant, change(grant)), { key: member }),
        400,
        'invalid_grant',
      );
      assertOAuthError(await postToken(server, exchangeForm(grant), { key: member }), 400, 'invalid_grant', /code/i);
    });
  }

  test('a failure of client authentication leaves the code alone', async () => {
    const { server } = context;
    const grant = await code();
    const form = exchangeForm(grant);
    for (const given of [
      {},
      { token: 'abc' },
      { key: otherMember },
      { key: member, timestamp: distinctTime(-600_000) },
    ]) {
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
    const without = async (name) =>
      postToken(server, exchangeForm(await code(), { [name]: undefined }), { key: member });
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
    for (const wrong of [
      grant.code.slice(0, -1),
      `${grant.code}A`,
      swapCase(grant.code),
      '',
      ' ',
      '%',
      'x'.repeat(5000),
    ]) {
      const answer = await postToken(server, exchangeForm(grant, { code: wrong }), { key: member });
      assert.equal(answer.status, 400, answer.describe());
      assert.ok(
        ['invalid_grant', ...(wrong.trim() ? [] : ['invalid_request'])].includes(answer.json.error),
        answer.describe(),
      );
    }
    await exchange(server, grant, { key: member });
  });
});
