// Consents: read, narrowed, withdrawn, in the shapes of better-auth's oauth-provider. sigma-contract.md §6, §12.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertApiError,
  assertErrorRedirect,
  assertOAuthError,
  authorize,
  callback,
  exchange,
  fullScope,
  newPkce,
  postToken,
  publicClient,
  redirected,
  refreshForm,
  userinfo,
} from './support/oauth.mjs';
import { handOver } from './support/pages.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const base = '/api/auth/oauth2';
const clients = ['my-app', 'other-app'].map((id) => publicClient(id, { skip_consent: false }));

forEachStore('consents', { clients }, (context) => {
  /** The person agrees to `scope` for `client_id`; answers the tokens. */
  async function agree(person, { client_id = 'my-app', scope = fullScope, ...more } = {}) {
    const { server } = context;
    const { verifier, challenge } = newPkce();
    const asked = await authorize(server, person, { client_id, scope, code_challenge: challenge, ...more });
    let url = asked.location;
    if (!url.startsWith(callback)) {
      const json = { accept: true, oauth_query: handOver(server, asked) };
      url = (await person.request(server, 'POST', `${base}/consent`, { json })).json.url;
    }
    const code = new URL(url).searchParams.get('code');
    return exchange(server, { code, verifier, redirectUri: callback, clientId: client_id });
  }
  const list = async (person) => (await person.request(context.server, 'GET', `${base}/get-consents`)).json;
  const one = (person, id) =>
    person.request(context.server, 'GET', `${base}/get-consent${id === undefined ? '' : `?id=${encodeURIComponent(id)}`}`);
  const update = (person, json) => person.request(context.server, 'POST', `${base}/update-consent`, { json });
  const isAlive = async (tokens) => (await userinfo(context.server, tokens.access_token)).status === 200;

  test('a consent has the members that clients read, alone and in the list', async () => {
    const person = await newPerson(context.server);
    await agree(person);
    const [consent] = await list(person);
    const { id, createdAt, updatedAt, ...rest } = consent;
    assert.deepEqual(rest, {
      clientId: 'my-app',
      userId: person.userId,
      referenceId: person.bapId,
      requestedUserInfoClaims: [],
      scopes: fullScope.split(' '),
    });
    for (const time of [createdAt, updatedAt]) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const alone = await one(person, id);
    assert.equal(alone.status, 200, alone.describe());
    assert.deepEqual(alone.json, consent);
  });

  test('narrowing: tokens with a scope that was taken away die, others and other applications stay', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const wide = await agree(person);
    const slim = await agree(person, { scope: 'openid profile' });
    const elsewhere = await agree(person, { client_id: 'other-app' });
    const stranger = await newPerson(server);
    const foreign = await agree(stranger);
    const consent = (await list(person)).find(({ clientId }) => clientId === 'my-app');

    const answer = await update(person, { id: consent.id, update: { scopes: ['openid', 'profile'] } });
    assert.equal(answer.status, 200, answer.describe());
    assert.deepEqual(answer.json.scopes, ['openid', 'profile']);
    assert.equal(answer.json.id, consent.id);
    assert.equal(answer.json.createdAt, consent.createdAt);
    assert.deepEqual((await one(person, consent.id)).json, answer.json);

    assert.equal(await isAlive(wide), false);
    assertOAuthError(await postToken(server, refreshForm(wide.refresh_token)), 400, 'invalid_grant');
    for (const tokens of [slim, elsewhere, foreign]) assert.equal(await isAlive(tokens), true);

    const request = { code_challenge: newPkce().challenge, prompt: 'none' };
    assert.ok(redirected(await authorize(server, person, { ...request, scope: 'openid profile' })).query.get('code'));
    const more = await authorize(server, person, { ...request, scope: 'openid email' });
    assertErrorRedirect(server, more, 'consent_required');
  });

  test('narrowing: tokens with a claim of a scope that was taken away die, too', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const scope = 'openid offline_access';
    const claims = (wishes) => JSON.stringify({ userinfo: wishes, id_token: wishes });
    const withName = await agree(person, { scope, claims: claims({ name: null }) });
    const withEmail = await agree(person, { scope, claims: claims({ email: null }) });
    const bare = await agree(person, { scope, claims: claims({ nickname: null }) });
    assert.ok((await userinfo(server, withName.access_token)).json.name);
    const [consent] = await list(person);
    assert.deepEqual(consent.scopes, ['openid', 'offline_access', 'profile', 'email']);
    const scopes = ['openid', 'offline_access', 'email'];
    const answer = await update(person, { id: consent.id, update: { scopes } });
    assert.deepEqual(answer.json.scopes, scopes, answer.describe());
    assert.deepEqual([await isAlive(withName), await isAlive(withEmail), await isAlive(bare)], [false, true, true]);
    assertOAuthError(await postToken(server, refreshForm(withName.refresh_token)), 400, 'invalid_grant');
  });

  test('a code that was given before, with a scope that was taken away, is worth nothing', async () => {
    const { server } = context;
    const person = await newPerson(server);
    await agree(person);
    const { verifier, challenge } = newPkce();
    const given = await authorize(server, person, { scope: fullScope, code_challenge: challenge });
    const code = redirected(given).query.get('code');
    const [{ id }] = await list(person);
    await update(person, { id, update: { scopes: ['openid'] } });
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback, client_id: 'my-app' };
    assertOAuthError(await postToken(server, { ...form, code_verifier: verifier }), 400, 'invalid_grant');
  });

  test('widening is for the consent page; nothing changes here', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const tokens = await agree(person, { scope: 'openid profile' });
    const [consent] = await list(person);
    for (const scopes of [['openid', 'profile', 'email'], ['openid', 'admin'], []]) {
      assertOAuthError(await update(person, { id: consent.id, update: { scopes } }), 400, 'invalid_request');
    }
    assert.deepEqual(await list(person), [consent]);
    assert.equal(await isAlive(tokens), true);
  });

  test('what is refused, and how', async () => {
    const { server } = context;
    const person = await newPerson(server);
    await agree(person);
    const [{ id }] = await list(person);
    const stranger = await newPerson(server);
    const scopes = { scopes: ['openid'] };
    assertOAuthError(await one(stranger, id), 404, 'not_found');
    assertOAuthError(await one(person, 'nope'), 404, 'not_found');
    assertApiError(await one(person), 400, 'VALIDATION_ERROR');
    assertOAuthError(await update(stranger, { id, update: scopes }), 404, 'not_found');
    for (const json of [{ update: scopes }, { id }, { id, update: {} }, { id, update: { scopes: 'openid' } }]) {
      assertApiError(await update(person, json), 400, 'VALIDATION_ERROR');
    }
    assertApiError(await update(person, { id, update: { scopes: [5] } }), 400, 'VALIDATION_ERROR');
    assertApiError(await server.request('GET', `${base}/get-consent?id=x`), 401, 'UNAUTHORIZED');
    assertApiError(
      await server.request('POST', `${base}/update-consent`, { json: { id, update: scopes } }),
      401,
      'UNAUTHORIZED',
    );
    const headers = { origin: 'https://evil.example' };
    assertApiError(
      await person.request(server, 'POST', `${base}/update-consent`, { json: { id, update: scopes }, headers }),
      403,
      'INVALID_ORIGIN',
    );
    const form = await person.request(server, 'POST', `${base}/update-consent`, { form: { id } });
    assert.equal(form.status, 415, form.describe());
    assert.deepEqual((await one(person, id)).json.scopes, fullScope.split(' '));
  });

  test('withdrawing forgets it; the id is unknown afterwards', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const tokens = await agree(person);
    const [{ id }] = await list(person);
    const remove = () => person.request(server, 'POST', `${base}/delete-consent`, { json: { id } });
    assert.deepEqual((await remove()).json, { success: true });
    assert.equal(await isAlive(tokens), false);
    assert.deepEqual(await list(person), []);
    assertOAuthError(await remove(), 404, 'not_found');
  });

  test('store-consent-bap-id of old clients chooses the identity, if it is the person’s', async () => {
    const { server } = context;
    const path = '/api/auth/sigma/store-consent-bap-id';
    const [person, other] = [await newPerson(server), await newPerson(server)];
    const store = (json) => person.request(server, 'POST', path, { json });
    const stored = await store({ consentCode: 'c', bapId: person.bapId });
    assert.deepEqual([stored.status, stored.json], [200, { success: true }], stored.describe());
    assert.equal((await person.session(server)).session.activeOrganizationId, person.bapId);
    const foreign = await store({ consentCode: 'c', bapId: other.bapId });
    assertApiError(foreign, 403, 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION');
    for (const json of [{ bapId: person.bapId }, { consentCode: 'c' }, { consentCode: 'c', bapId: 5 }]) {
      assertApiError(await store(json), 400, 'VALIDATION_ERROR');
    }
    const nobody = await server.request('POST', path, { json: { consentCode: 'c', bapId: person.bapId } });
    assertApiError(nobody, 401, 'UNAUTHORIZED');
  });
});
