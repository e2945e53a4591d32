// Pairwise subjects (OpenID Connect Core §8): applications of different operators cannot tell that they have the same
// person in front of them, and each of them always sees the same one.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oidc from 'openid-client';
import { answer as answerDevice } from './support/device.mjs';
import { authorize, callback, claimsOf, fullScope, newPkce, publicClient, redirected } from './support/oauth.mjs';
import { assertErrorRedirect } from './support/oauth.mjs';
import { discover, signInWith } from './support/openid.mjs';
import { newPerson, Person } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const api = 'https://api.example.com';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const elsewhere = 'https://other.example.org/callback';
const pairwise = { subject_type: 'pairwise' };
const clients = [
  publicClient('open-app'),
  publicClient('one', pairwise),
  publicClient('same-sector', { ...pairwise, redirect_uris: ['https://app.example.com/second/callback'] }),
  publicClient('other-sector', { ...pairwise, redirect_uris: [elsewhere] }),
  publicClient('television', { ...pairwise, grant_types: [deviceGrant, 'refresh_token'], redirect_uris: [], response_types: [] }),
];

forEachStore('pairwise subjects', { clients, env: { SIGMA_RESOURCES: api } }, (context) => {
  let person;
  const config = {};
  const subs = {};
  before(async () => {
    person = await newPerson(context.server);
    for (const { client_id } of clients) config[client_id] = await discover(context.server, client_id);
  });
  const redirectOf = { 'same-sector': 'https://app.example.com/second/callback', 'other-sector': elsewhere };
  const signIn = async (clientId, more = {}, who = person) => {
    const redirect_uri = redirectOf[clientId] ?? callback;
    return (await signInWith(context.server, config[clientId], { redirect_uri, ...more }, { person: who })).tokens;
  };

  test('discovery says both kinds', () => {
    assert.deepEqual(config.one.serverMetadata().subject_types_supported, ['public', 'pairwise']);
  });

  test('another subject for each sector, the same within one', async () => {
    for (const id of ['open-app', 'one', 'same-sector', 'other-sector']) subs[id] = (await signIn(id)).claims().sub;
    assert.equal(subs['open-app'], person.userId);
    assert.equal(subs.one, subs['same-sector']);
    assert.equal(new Set([subs['open-app'], subs.one, subs['other-sector']]).size, 3);
    for (const sub of [subs.one, subs['other-sector']]) assert.match(sub, /^[A-Za-z0-9_-]{43}$/);
  });

  test('another person, another subject', async () => {
    const other = await newPerson(context.server);
    assert.notEqual((await signIn('one', {}, other)).claims().sub, subs.one);
  });

  test('ID token, userinfo, refreshed ID token, JWT and introspection agree', async () => {
    const { server } = context;
    const tokens = await signIn('one', { scope: fullScope, resource: api });
    assert.equal(tokens.claims().sub, subs.one);
    assert.equal(claimsOf(tokens.access_token).sub, subs.one);
    await oidc.fetchUserInfo(config.one, tokens.access_token, subs.one);
    const refreshed = await oidc.refreshTokenGrant(config.one, tokens.refresh_token);
    assert.equal(refreshed.claims().sub, subs.one);
    const made = await server.createClient({ client_id: 'api-service', redirect_uris: [], resources: [api], grant_types: ['client_credentials', exchangeGrant], token_endpoint_auth_method: 'client_secret_basic' });
    const service = await discover(server, 'api-service', undefined, oidc.ClientSecretBasic(made.client_secret));
    assert.equal((await oidc.tokenIntrospection(service, refreshed.access_token)).sub, subs.one, 'the client’s name for the person');
    for (const secret of [tokens.access_token, tokens.id_token, refreshed.access_token, refreshed.id_token]) {
      assert.ok(!JSON.stringify(claimsOf(secret)).includes(person.userId), 'the user’s id is nowhere inside');
    }
  });

  test('a restart changes nothing', async () => {
    await context.server.restart();
    assert.equal((await signIn('one')).claims().sub, subs.one);
    assert.equal((await signIn('other-sector')).claims().sub, subs['other-sector']);
  });

  test('an id_token_hint of the client finds its person; another person’s does not', async () => {
    const { server } = context;
    const mine = (await signIn('one')).id_token;
    const other = await newPerson(server);
    const theirs = (await signIn('one', {}, other)).id_token;
    const ask = (who, id_token_hint) => authorize(server, who, { client_id: 'one', code_challenge: newPkce().challenge, prompt: 'none', id_token_hint });
    assert.ok(redirected(await ask(person, mine)).query.get('code'));
    assertErrorRedirect(server, await ask(person, theirs), 'login_required');
    const sameSector = await authorize(server, person, {
      client_id: 'same-sector', redirect_uri: redirectOf['same-sector'], code_challenge: newPkce().challenge, prompt: 'none', id_token_hint: mine,
    });
    assert.match(sameSector.location, /error=invalid_request/, 'a token of another client, even of one’s own house');
  });

  test('a device without a redirect URI has a sector of its own', async () => {
    const { server } = context;
    const codes = await oidc.initiateDeviceAuthorization(config.television, { scope: 'openid' });
    assert.equal((await answerDevice(server, person, 'approve', codes.user_code)).status, 200);
    const tokens = await oidc.pollDeviceAuthorizationGrant(config.television, { ...codes, interval: 0.2 });
    const { sub } = tokens.claims();
    assert.ok(![person.userId, subs.one, subs['other-sector']].includes(sub));
    await oidc.fetchUserInfo(config.television, tokens.access_token, sub);
  });

  test('the sub of claims asks for the subject as this client knows it', async () => {
    const { server } = context;
    const ask = (sub) => authorize(server, person, {
      client_id: 'one', code_challenge: newPkce().challenge, prompt: 'none', claims: JSON.stringify({ id_token: { sub: { value: sub } } }),
    });
    assert.ok(redirected(await ask(subs.one)).query.get('code'));
    assertErrorRedirect(server, await ask(person.userId), 'login_required');
  });

  test('who comes again by key is the same', async () => {
    const again = new Person(person.privateKey);
    await again.signIn(context.server);
    assert.equal((await signIn('one', {}, again)).claims().sub, subs.one);
  });
});
