// Two processes on one database are one system: what one decides, the other knows at the next request. Of live tokens
// it hears a moment after the commit, and within two seconds at the latest (decision 0016).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  assertOAuthError,
  authorize,
  exchange,
  exchangeForm,
  fullScope,
  getCode,
  newPkce,
  postToken,
  publicClient,
  refreshForm,
  sigmaClient,
  userinfo,
} from './support/oauth.mjs';
import { Key, newPerson, Person } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';
import { until } from './support/until.mjs';

const member = new Key();
const isRefused = async (server, token) => (await userinfo(server, token)).status === 401;
const clients = [sigmaClient('my-app', member), publicClient('public-app'), publicClient('switched')];

forEachStore('two replicas', { clients }, (context) => {
  before(async () => {
    context.peer = await startServer({ peerOf: context.server });
  });
  after(() => context.peer?.stop());

  test('sign-out on one ends the session on the other', async () => {
    const { server, peer } = context;
    const person = await newPerson(server);
    const cookie = person.jar.header();
    assert.ok((await person.session(peer))?.session);
    await person.request(peer, 'POST', '/api/auth/sign-out', { json: {} });
    for (const replica of [server, peer]) {
      assert.equal((await replica.request('GET', '/api/auth/get-session', { headers: { cookie } })).text, 'null');
    }
  });

  test('a client that is disabled, changed or deleted on one is so on the other', async () => {
    const { server, peer } = context;
    const person = await newPerson(server);
    const tokens = await exchange(peer, await getCode(peer, person, { client_id: 'switched' }));
    assert.equal((await userinfo(peer, tokens.access_token)).status, 200);
    const patch = (json) => server.admin('PATCH', '/admin/clients/switched', { json });
    await patch({ disabled: true });
    await until(() => isRefused(peer, tokens.access_token), { limitMs: 2_000, pauseMs: 5 });
    const refused = await authorize(peer, person, { client_id: 'switched', code_challenge: newPkce().challenge });
    assert.equal(refused.status, 400, refused.describe());
    const moved = 'https://app.example.com/moved';
    await patch({ disabled: false, redirect_uris: [moved] });
    await exchange(peer, await getCode(peer, person, { client_id: 'switched', redirect_uri: moved }));
    await peer.admin('DELETE', '/admin/clients/switched');
    const gone = await postToken(server, refreshForm('x', 'switched'));
    assertOAuthError(gone, 401, 'invalid_client');
  });

  test('a member key that is removed on one is refused by the other at once', async () => {
    const { server, peer } = context;
    const second = new Key();
    await server.admin('POST', '/admin/clients/my-app/member-keys', { json: { pubkey: second.pubkey } });
    const person = await newPerson(server);
    await exchange(peer, await getCode(peer, person), { key: second });
    await server.admin('DELETE', `/admin/clients/my-app/member-keys/${second.pubkey}`);
    const grant = await getCode(peer, person);
    assertOAuthError(await postToken(peer, exchangeForm(grant), { key: second }), 401, 'invalid_client');
  });

  test('parallel refreshes on both give one new pair', async () => {
    const { server, peer } = context;
    const grant = await getCode(server, await newPerson(server), { client_id: 'public-app', scope: fullScope });
    const tokens = await exchange(server, grant);
    const form = refreshForm(tokens.refresh_token, 'public-app');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => postToken(i % 2 ? peer : server, form)));
    for (const answer of answers) assert.equal(answer.status, 200, answer.describe());
    assert.equal(new Set(answers.map((answer) => answer.json.refresh_token)).size, 1);
    const reused = await postToken(peer, exchangeForm(grant));
    assertOAuthError(reused, 400, 'invalid_grant');
    await until(() => isRefused(server, answers[0].json.access_token), { limitMs: 2_000, pauseMs: 5 });
  });

  test('one key signs in on both at once: one user', async () => {
    const { server, peer } = context;
    const person = new Person();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => person.trySignIn(i % 2 ? peer : server)));
    for (const answer of answers) assert.equal(answer.status, 200, answer.describe());
    assert.equal(new Set(answers.map((answer) => answer.json.user.id)).size, 1);
  });

  test('a page of one is answered at the other', async () => {
    const { server, peer } = context;
    const person = await newPerson(server);
    const shown = await authorize(server, person, {
      client_id: 'public-app',
      prompt: 'select_account',
      code_challenge: newPkce().challenge,
    });
    const oauth_query = new URL(shown.location, server.base).search.slice(1);
    const answer = await person.request(peer, 'POST', '/api/auth/oauth2/continue', {
      json: { selected: true, oauth_query },
    });
    assert.ok(new URL(answer.json?.url).searchParams.get('code'), answer.describe());
  });

  test('a rotated signing key is published by the other as well', async () => {
    const { server, peer } = context;
    const kids = async (replica) => (await replica.request('GET', '/api/auth/jwks')).json.keys.map((key) => key.kid);
    const before = await kids(peer);
    const rotated = await server.admin('POST', '/admin/keys/rotate', { json: { alg: 'ES256' } });
    assert.ok([200, 201].includes(rotated.status), rotated.describe());
    const added = (await kids(server)).filter((kid) => !before.includes(kid));
    assert.equal(added.length, 1);
    const grant = await getCode(server, await newPerson(server), { client_id: 'public-app' });
    const tokens = await exchange(server, grant);
    assert.ok(tokens.id_token, 'signing goes on meanwhile');
  });
});
