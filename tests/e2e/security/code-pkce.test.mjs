// Authorization codes: once, for one client, verifier and redirect URI: security cases 5, 9–13, sigma-contract.md §3.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
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
} from '../support/oauth.mjs';
import { distinctTime, Key, newPerson } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { isActive } from '../support/status.mjs';
import { forEachStore } from '../support/stores.mjs';
import { swapCase } from '../support/text.mjs';

const member = new Key();
const otherMember = new Key();
const clients = [
  sigmaClient('my-app', member),
  sigmaClient('other-app', otherMember),
  publicClient('public-app'),
  publicClient('other-public'),
];
const keyed = [
  ['my-app', member],
  ['public-app', undefined],
];
const sha256 = (text) => createHash('sha256').update(text).digest('base64url');

forEachStore('authorization codes', { clients }, (context) => {
  before(async () => {
    context.peer = await startServer({ peerOf: context.server });
  });
  after(() => context.peer?.stop());

  const code = async (overrides) => getCode(context.server, await newPerson(context.server), overrides);
  const offline = { scope: fullScope };

  /** The wrong exchange is invalid_grant, and the right one after it as well: the code is spent. */
  async function assertSpentBy(name, grant, change) {
    const { server } = context;
    const key = grant.clientId === 'my-app' ? member : undefined;
    assertOAuthError(await postToken(server, exchangeForm(grant, change), { key }), 400, 'invalid_grant');
    const right = await postToken(server, exchangeForm(grant), { key });
    assertOAuthError(right, 400, 'invalid_grant', /code/i);
  }

  const otherRedirects = {
    another: () => 'https://app.example.com/other',
    'with a slash': (uri) => `${uri}/`,
    'with a query': (uri) => `${uri}?x=1`,
    'in other case': (uri) => uri.toUpperCase(),
    'percent-encoded': (uri) => uri.replace('callback', '%63allback'),
    missing: () => undefined,
    empty: () => '',
  };
  for (const [name, change] of Object.entries(otherRedirects)) {
    test(`case 5: redirect_uri at the token endpoint ${name}: invalid_grant`, async () => {
      for (const [client_id] of keyed) {
        const grant = await code({ client_id });
        await assertSpentBy(name, grant, { redirect_uri: change(grant.redirectUri) });
      }
    });
  }

  test('case 5: left out of both requests it may be, sent in the second only it may not be another', async () => {
    const { server } = context;
    const bare = async () => {
      const { verifier, challenge } = newPkce();
      const person = await newPerson(server);
      const answer = await authorize(server, person, {
        client_id: 'public-app',
        redirect_uri: undefined,
        code_challenge: challenge,
      });
      return { code: redirected(answer).query.get('code'), verifier, clientId: 'public-app' };
    };
    await exchange(server, await bare());
    await exchange(server, { ...(await bare()), redirectUri: callback });
    const wrong = await postToken(server, exchangeForm({ ...(await bare()), redirectUri: `${callback}/` }));
    assertOAuthError(wrong, 400, 'invalid_grant');
  });

  test('case 9: challenge without verifier, verifier without challenge: invalid_grant', async () => {
    const { server } = context;
    for (const [client_id] of keyed) {
      for (const code_verifier of [undefined, '']) {
        await assertSpentBy('no verifier', await code({ client_id }), { code_verifier });
      }
    }
    const answer = await authorize(server, await newPerson(server), { code_challenge_method: undefined });
    const bare = { code: redirected(answer).query.get('code'), redirectUri: callback, clientId: 'my-app' };
    assert.ok(bare.code, answer.describe());
    await assertSpentBy('surplus verifier', bare, { code_verifier: newPkce().verifier });
  });

  /** Verifiers that would match if they were looked at: the challenge is made of each. */
  const illegalVerifiers = {
    '42 characters': 'a'.repeat(42),
    '129 characters': 'a'.repeat(129),
    'a plus sign': `${'a'.repeat(42)}+`,
    'a slash': `${'a'.repeat(42)}/`,
    'a padding sign': `${'a'.repeat(43)}=`,
    'a blank': `${'a'.repeat(42)} a`,
    'a line feed at the end': `${'a'.repeat(43)}\n`,
    'a letter beyond ASCII': `${'a'.repeat(43)}é`,
  };
  for (const [name, verifier] of Object.entries(illegalVerifiers)) {
    test(`case 10: a verifier with ${name}: invalid_grant, though its hash is the challenge`, async () => {
      const grant = await code({ client_id: 'public-app', code_challenge: sha256(verifier) });
      assert.equal(sha256(verifier).length, 43);
      assertOAuthError(
        await postToken(context.server, exchangeForm(grant, { code_verifier: verifier })),
        400,
        'invalid_grant',
        /43 to 128/,
      );
    });
  }
  const wrongVerifiers = {
    another: () => newPkce().verifier,
    'in other case': (grant) => swapCase(grant.verifier),
    'with padding': (grant) => `${grant.verifier}=`,
    'with a blank before': (grant) => ` ${grant.verifier}`,
    'cut by one': (grant) => grant.verifier.slice(0, -1),
    'longer by one': (grant) => `${grant.verifier}A`,
    'the challenge': (grant) => grant.challenge,
  };
  for (const [name, change] of Object.entries(wrongVerifiers)) {
    test(`case 10: the verifier ${name}: invalid_grant, and the code is gone`, async () => {
      for (const [client_id] of keyed) {
        const grant = await code({ client_id });
        await assertSpentBy(name, grant, { code_verifier: change(grant) });
      }
    });
  }
  test('case 10: verifiers of 43 and of 128 characters are fine', async () => {
    for (const verifier of ['a'.repeat(43), 'Az09-._~'.repeat(16)]) {
      const grant = await code({ client_id: 'public-app', code_challenge: sha256(verifier) });
      await exchange(context.server, { ...grant, verifier });
    }
  });

  test('case 11: a code used twice: invalid_grant, and the first access and refresh token are dead', async () => {
    const { server, peer } = context;
    for (const [clientId, key] of keyed) {
      const grant = await code({ client_id: clientId, ...offline });
      const tokens = await exchange(server, grant, { key });
      assert.equal((await userinfo(server, tokens.access_token)).status, 200);
      if (key) assert.ok(await isActive(server, tokens.refresh_token, { key }));
      assertOAuthError(await postToken(server, exchangeForm(grant), { key }), 400, 'invalid_grant', /code/i);
      for (const node of [server, peer]) {
        assertOAuthError(await userinfo(node, tokens.access_token), 401, 'invalid_token');
        if (!key) continue; // who cannot authenticate cannot introspect
        assert.equal(await isActive(node, tokens.access_token, { key }), false);
        assert.equal(await isActive(node, tokens.refresh_token, { key }), false);
      }
      const refresh = await postToken(server, refreshForm(tokens.refresh_token, clientId), { key });
      assertOAuthError(refresh, 400, 'invalid_grant');
    }
  });

  test('case 11: a reuse also kills what a refresh has issued since', async () => {
    const { server } = context;
    const grant = await code({ client_id: 'public-app', ...offline });
    const tokens = await exchange(server, grant);
    const refreshed = await postToken(server, refreshForm(tokens.refresh_token, 'public-app'));
    assert.equal(refreshed.status, 200, refreshed.describe());
    assertOAuthError(await postToken(server, exchangeForm(grant)), 400, 'invalid_grant');
    assert.equal((await userinfo(server, refreshed.json.access_token)).status, 401);
    const next = await postToken(server, refreshForm(refreshed.json.refresh_token, 'public-app'));
    assertOAuthError(next, 400, 'invalid_grant');
  });

  test('case 12: fifty parallel redemptions of one code at two nodes: exactly one success', async () => {
    const { server, peer } = context;
    for (const [clientId, key] of keyed) {
      const grant = await code({ client_id: clientId });
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => postToken(i % 2 ? peer : server, exchangeForm(grant), { key })),
      );
      const good = answers.filter((answer) => answer.status === 200);
      assert.equal(good.length, 1, answers.map((answer) => answer.status).join(' '));
      for (const answer of answers) {
        if (answer.status !== 200) assertOAuthError(answer, 400, 'invalid_grant');
      }
      assert.equal((await userinfo(server, good[0].json.access_token)).status, 401, 'the other 49 were reuses');
    }
  });

  test('case 13: a code of one client sent by another', async () => {
    const { server } = context;
    const grant = await code({ client_id: 'public-app' });
    assertOAuthError(await postToken(server, exchangeForm(grant, { client_id: 'other-public' })), 400, 'invalid_grant');
    const sigma = await code();
    const stolen = await postToken(server, exchangeForm(sigma, { client_id: 'other-app' }), { key: otherMember });
    assertOAuthError(stolen, 400, 'invalid_grant');
    assertOAuthError(await postToken(server, exchangeForm(grant)), 400, 'invalid_grant', /code/i);
    assertOAuthError(await postToken(server, exchangeForm(sigma), { key: member }), 400, 'invalid_grant', /code/i);
  });

  test('case 13: a code that is cut, lengthened or in other case is unknown, and the real one still works', async () => {
    const { server } = context;
    const grant = await code();
    const wrongCodes = [
      grant.code.slice(0, -1),
      grant.code.slice(1),
      `${grant.code}A`,
      `A${grant.code}`,
      `${grant.code}=`,
      `${grant.code} `,
      swapCase(grant.code),
      ' ',
      '%',
      'x'.repeat(5000),
    ];
    for (const wrong of wrongCodes) {
      const answer = await postToken(server, exchangeForm(grant, { code: wrong }), { key: member });
      assertOAuthError(answer, 400, 'invalid_grant');
    }
    for (const none of ['', undefined]) {
      const answer = await postToken(server, exchangeForm(grant, { code: none }), { key: member });
      assertOAuthError(answer, 400, 'invalid_request', /code/);
    }
    await exchange(server, grant, { key: member });
  });

  test('a failure of client authentication leaves the code alone', async () => {
    const { server } = context;
    const grant = await code();
    const form = exchangeForm(grant);
    const failures = [{}, { token: 'abc' }, { key: otherMember }, { key: member, timestamp: distinctTime(-600_000) }];
    for (const given of failures) assert.equal((await postToken(server, form, given)).status, 401);
    await exchange(server, grant, { key: member });
  });
});
