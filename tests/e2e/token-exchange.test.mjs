// Token exchange (RFC 8693) through openid-client: a service hands a person's token on, with less in it, for another
// service; who acts is written in `act`, who may act in `may_act`; whatever ends the first token ends all.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { DpopKey, freshNonce } from './support/dpop.mjs';
import { authorizeQuery, claimsOf, fullScope, newPkce, postToken, publicClient, sigmaClient, userinfo } from './support/oauth.mjs';
import { assertOAuthError, exchange, getCode } from './support/oauth.mjs';
import { discover, refusal, signInWith } from './support/openid.mjs';
import { Key, newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
const api = 'https://api.example.com';
const files = 'https://files.example.com';
const env = { SIGMA_RESOURCES: `${api},${files}` };
const member = new Key();
const service = (id, more = {}) => ({
  client_id: id, redirect_uris: [], token_endpoint_auth_method: 'client_secret_basic', grant_types: [exchangeGrant, 'client_credentials'], ...more,
});
const clients = [
  publicClient('web-app', { grant_types: ['authorization_code', 'refresh_token'] }),
  publicClient('delegating-app', { may_act: 'helper' }),
  publicClient('public-exchanger', { grant_types: ['authorization_code', exchangeGrant] }),
  sigmaClient('sigma-app', member, { grant_types: ['authorization_code', 'refresh_token', exchangeGrant] }),
];
/** api-service serves `api`, files-service `files`; helper is named by may_act; stranger by nobody. */
const services = [
  service('api-service', { resources: [api] }),
  service('files-service', { resources: [files] }),
  service('helper'),
  service('stranger'),
  service('narrow', { resources: [api], scope: 'openid' }),
  service('not-allowed', { resources: [api], grant_types: ['client_credentials'] }),
];

forEachStore('token exchange', { clients, env }, (context) => {
  let person;
  const config = {};
  before(async () => {
    const { server } = context;
    person = await newPerson(server);
    for (const made of services) {
      const { client_id, client_secret } = await server.createClient(made);
      config[client_id] = await discover(server, client_id, undefined, oidc.ClientSecretBasic(client_secret));
    }
    for (const id of ['web-app', 'delegating-app', 'public-exchanger']) config[id] = await discover(server, id);
  });

  const tokensFor = async (clientId, parameters, options) =>
    (await signInWith(context.server, config[clientId], parameters, { person, ...options })).tokens;
  /** A person's token for `api`, as `web-app` gets it. */
  const tokenForApi = async (more) => (await tokensFor('web-app', { resource: api, scope: 'openid profile email', ...more })).access_token;
  const exchangeAs = (clientId, token, more = {}, options) =>
    oidc.genericGrantRequest(config[clientId], exchangeGrant, { subject_token: token, subject_token_type: accessTokenType, ...more }, options);
  const look = (clientId, token) => oidc.tokenIntrospection(config[clientId], token);

  test('discovery lists the grant', async () => {
    assert.ok(config.helper.serverMetadata().grant_types_supported.includes(exchangeGrant));
  });

  test('the service that a token is for gets one for the next service, with less scope', async () => {
    const token = await tokenForApi();
    const tokens = await exchangeAs('api-service', token, { resource: files, scope: 'profile' });
    assert.equal(tokens.issued_token_type, jwtType);
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.scope, 'profile');
    assert.equal(tokens.refresh_token, undefined);
    assert.equal(tokens.id_token, undefined);
    const claims = await oauth.validateJwtAccessToken(
      config.helper.serverMetadata(),
      new Request(`${files}/`, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
      files,
      { [oauth.allowInsecureRequests]: true },
    );
    assert.equal(claims.sub, person.userId);
    assert.equal(claims.client_id, 'api-service');
    assert.deepEqual(claims.act, { client_id: 'api-service', sub: 'api-service' });
    assert.ok(claims.exp <= claimsOf(token).exp, 'it ends no later than what it was made from');
    assert.equal((await look('files-service', tokens.access_token)).active, true);
  });

  test('audience names a resource as well as resource does; what is none is refused', async () => {
    const token = await tokenForApi();
    const given = await exchangeAs('api-service', token, { audience: files, scope: 'profile' });
    assert.equal(claimsOf(given.access_token).aud, files);
    const both = new URLSearchParams({ resource: api, audience: files, scope: 'profile' });
    assert.deepEqual(claimsOf((await exchangeAs('api-service', token, Object.fromEntries(both))).access_token).aud, [api, files]);
    for (const audience of ['https://evil.example', 'files-service', 'api-service'])
      await assert.rejects(exchangeAs('api-service', token, { audience }), refusal('invalid_target', 400), audience);
  });

  test('a chain of services: each actor inside the next one; four are enough', async () => {
    const first = await exchangeAs('api-service', await tokenForApi(), { resource: files });
    const second = await exchangeAs('files-service', first.access_token, { resource: api });
    const acts = (id) => ({ client_id: id, sub: id });
    assert.deepEqual(claimsOf(second.access_token).act, { ...acts('files-service'), act: acts('api-service') });
    const third = await exchangeAs('api-service', second.access_token, { resource: files });
    const fourth = await exchangeAs('files-service', third.access_token, { resource: api });
    await assert.rejects(exchangeAs('api-service', fourth.access_token, { resource: files }), refusal('invalid_request', 400));
  });

  test('without resource and scope: an opaque token with the same scope, for this server', async () => {
    const tokens = await exchangeAs('api-service', await tokenForApi());
    assert.equal(tokens.issued_token_type, accessTokenType);
    assert.match(tokens.access_token, /^[A-Za-z0-9]{43}$/);
    assert.equal(tokens.scope, 'openid profile email');
    const user = await oidc.fetchUserInfo(config['api-service'], tokens.access_token, person.userId);
    assert.equal(user.bap_id, person.bapId);
    const seen = await look('api-service', tokens.access_token);
    assert.deepEqual(seen.act, { client_id: 'api-service', sub: 'api-service' });
  });

  test('the client itself trims its token: nobody acts', async () => {
    const { server } = context;
    const grant = await getCode(server, person, { client_id: 'sigma-app', scope: fullScope, resource: api });
    const { access_token } = await exchange(server, grant, { key: member });
    const form = { grant_type: exchangeGrant, client_id: 'sigma-app', subject_token: access_token, subject_token_type: accessTokenType, scope: 'email' };
    const answer = await postToken(server, form, { key: member });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.scope, 'email');
    assert.equal(answer.json.refresh_token, undefined);
    const all = await postToken(server, { ...form, scope: '', resource: files }, { key: member });
    assert.equal(claimsOf(all.json.access_token).act, undefined);
    assert.equal(all.json.scope, 'openid profile email', 'offline_access is not handed on');
  });

  test('may_act: a client names who may act for its people', async () => {
    const tokens = await tokensFor('delegating-app', { resource: files });
    assert.deepEqual(claimsOf(tokens.access_token).may_act, { client_id: 'helper' });
    const given = await exchangeAs('helper', tokens.access_token, { scope: 'openid' });
    assert.deepEqual((await look('helper', given.access_token)).act, { client_id: 'helper', sub: 'helper' });
    const opaque = await tokensFor('delegating-app', {});
    await exchangeAs('helper', opaque.access_token);
    await assert.rejects(exchangeAs('helper', (await tokensFor('web-app', {})).access_token), refusal('invalid_request', 400));
    await assert.rejects(exchangeAs('stranger', tokens.access_token), refusal('invalid_request', 400));
  });

  test('actor_token: the actor is who it speaks of, and it must be the caller’s own', async () => {
    const { server } = context;
    const own = await oidc.clientCredentialsGrant(config['api-service']);
    const actor = { actor_token: own.access_token, actor_token_type: accessTokenType };
    const tokens = await exchangeAs('api-service', await tokenForApi(), { ...actor, resource: files });
    assert.deepEqual(claimsOf(tokens.access_token).act, { client_id: 'api-service', sub: 'api-service' });
    const foreign = await oidc.clientCredentialsGrant(config.stranger);
    const subject = await tokenForApi();
    await assert.rejects(exchangeAs('api-service', subject, { ...actor, actor_token: foreign.access_token }), refusal('invalid_request', 400));
    await assert.rejects(exchangeAs('api-service', subject, { ...actor, actor_token: 'nobody' }), refusal('invalid_request', 400));
    await assert.rejects(exchangeAs('api-service', subject, { actor_token: own.access_token }), refusal('invalid_request', 400));
    await assert.rejects(exchangeAs('api-service', subject, { actor_token_type: accessTokenType }), refusal('invalid_request', 400));
    // A person as actor: somebody else's token that the same client holds.
    const other = await newPerson(server);
    const form = (more) => ({ grant_type: exchangeGrant, client_id: 'sigma-app', subject_token_type: accessTokenType, ...more });
    const tokenOf = async (who) => (await exchange(server, await getCode(server, who, { client_id: 'sigma-app', scope: 'openid' }), { key: member })).access_token;
    const delegated = await postToken(server, form({ subject_token: await tokenOf(person), actor_token: await tokenOf(other), actor_token_type: accessTokenType, resource: api }), { key: member });
    assert.equal(claimsOf(delegated.json.access_token).sub, person.userId, delegated.describe());
    assert.deepEqual(claimsOf(delegated.json.access_token).act, { client_id: 'sigma-app', sub: other.userId });
  });

  test('never more: scopes the token lacks, scopes the caller may not have', async () => {
    const token = await tokenForApi({ scope: 'openid profile' });
    for (const scope of ['email', 'openid email', 'offline_access', 'admin']) {
      await assert.rejects(exchangeAs('api-service', token, { scope }), refusal('invalid_scope', 400));
    }
    assert.equal((await exchangeAs('narrow', token)).scope, 'openid');
    await assert.rejects(exchangeAs('narrow', token, { scope: 'profile' }), refusal('invalid_scope', 400));
  });

  test('who may not exchange at all', async () => {
    const token = await tokenForApi();
    await assert.rejects(exchangeAs('stranger', token), refusal('invalid_request', 400));
    await assert.rejects(exchangeAs('files-service', token), refusal('invalid_request', 400));
    await assert.rejects(exchangeAs('not-allowed', token), refusal('unauthorized_client', 400));
    await assert.rejects(exchangeAs('public-exchanger', token), refusal('unauthorized_client', 400));
    const own = (await tokensFor('public-exchanger', {})).access_token;
    await assert.rejects(exchangeAs('public-exchanger', own), refusal('unauthorized_client', 400));
  });

  test('tokens that are none: unknown, revoked, an ID token, a refresh token', async () => {
    const tokens = await tokensFor('web-app', { resource: api, scope: fullScope });
    for (const token of ['unknown', tokens.id_token, tokens.refresh_token, `${tokens.access_token}x`]) {
      await assert.rejects(exchangeAs('api-service', token), refusal('invalid_request', 400));
    }
    await oidc.tokenRevocation(config['web-app'], tokens.access_token);
    await assert.rejects(exchangeAs('api-service', tokens.access_token), refusal('invalid_request', 400));
  });

  test('types: access tokens only, and a JWT only for a resource', async () => {
    const token = await tokenForApi();
    for (const type of ['urn:ietf:params:oauth:token-type:refresh_token', 'urn:ietf:params:oauth:token-type:id_token', 'urn:ietf:params:oauth:token-type:saml2', 'nonsense']) {
      await assert.rejects(exchangeAs('api-service', token, { subject_token_type: type }), refusal('invalid_request', 400));
      await assert.rejects(exchangeAs('api-service', token, { requested_token_type: type }), refusal('invalid_request', 400));
    }
    assert.equal((await exchangeAs('api-service', token, { subject_token_type: jwtType, requested_token_type: jwtType, resource: files })).issued_token_type, jwtType);
    assert.equal((await exchangeAs('api-service', token, { requested_token_type: accessTokenType })).issued_token_type, accessTokenType);
    await assert.rejects(exchangeAs('api-service', token, { requested_token_type: jwtType }), refusal('invalid_target', 400));
    await assert.rejects(exchangeAs('api-service', token, { resource: 'https://nobody.example' }), refusal('invalid_target', 400));
  });

  test('missing and doubled parameters', async () => {
    const { server } = context;
    const { client_id, client_secret } = await server.createClient(service('raw-service', { token_endpoint_auth_method: 'client_secret_post' }));
    const base = { grant_type: exchangeGrant, client_id, client_secret };
    assertOAuthError(await postToken(server, base), 400, 'invalid_request', /subject_token/);
    assertOAuthError(await postToken(server, { ...base, subject_token: 'x' }), 400, 'invalid_request', /subject_token_type/);
    const form = new URLSearchParams({ ...base, subject_token: 'x', subject_token_type: accessTokenType });
    form.append('subject_token', 'y');
    assertOAuthError(await postToken(server, form.toString()), 400, 'invalid_request', /subject_token/);
  });

  test('what ends the first token ends all: revoked grant, signed-out person', async () => {
    const { server } = context;
    const tokens = await tokensFor('web-app', { resource: api, scope: fullScope });
    const given = await exchangeAs('api-service', tokens.access_token, { resource: files });
    const opaque = await exchangeAs('api-service', tokens.access_token);
    await oidc.tokenRevocation(config['web-app'], tokens.refresh_token);
    assert.equal((await look('files-service', given.access_token)).active, false);
    assertOAuthError(await userinfo(server, opaque.access_token), 401, 'invalid_token');

    const guest = await newPerson(server);
    const { tokens: theirs } = await signInWith(server, config['web-app'], { resource: api }, { person: guest });
    const handed = await exchangeAs('api-service', theirs.access_token, { resource: files });
    assert.equal((await look('files-service', handed.access_token)).active, true);
    assert.equal((await guest.request(server, 'POST', '/api/auth/sign-out', { json: {} })).status, 200);
    assert.equal((await look('api-service', theirs.access_token)).active, false);
    assert.equal((await look('files-service', handed.access_token)).active, false);
  });

  test('DPoP: a bound token is handed on by the service it is for, and bound to the new key', async () => {
    const { server } = context;
    const [mine, theirs] = [new DpopKey(), await oidc.randomDPoPKeyPair()];
    const grant = await getCode(server, person, { client_id: 'sigma-app', scope: 'openid profile', resource: api });
    const form = { grant_type: 'authorization_code', code: grant.code, redirect_uri: grant.redirectUri, client_id: 'sigma-app', code_verifier: grant.verifier };
    const proof = async (key) => ({ dpop: key.proof({ url: `${server.base}/api/auth/oauth2/token`, nonce: await freshNonce(server) }) });
    const { json: bound } = await postToken(server, form, { key: member, headers: await proof(mine) });
    assert.equal(bound.token_type, 'DPoP');
    const DPoP = oidc.getDPoPHandle(config['api-service'], theirs);
    const tokens = await exchangeAs('api-service', bound.access_token, { resource: files }, { DPoP });
    assert.equal(tokens.token_type, 'dpop');
    assert.equal(claimsOf(tokens.access_token).cnf.jkt, await DPoP.calculateThumbprint());
    // An actor proves its key, too.
    const { access_token: actor_token } = await oidc.clientCredentialsGrant(config['api-service'], {}, { DPoP });
    const actor = { actor_token, actor_token_type: accessTokenType, resource: files };
    await assert.rejects(exchangeAs('api-service', bound.access_token, actor), refusal('invalid_request', 400));
    await exchangeAs('api-service', bound.access_token, actor, { DPoP });
    // The client it was issued to proves its key: else whoever steals the token and the client's secret is through.
    const again = { grant_type: exchangeGrant, client_id: 'sigma-app', subject_token: bound.access_token, subject_token_type: accessTokenType };
    assertOAuthError(await postToken(server, again, { key: member }), 400, 'invalid_request', /bound/);
    assertOAuthError(await postToken(server, again, { key: member, headers: await proof(new DpopKey()) }), 400, 'invalid_request', /bound/);
    assert.equal((await postToken(server, again, { key: member, headers: await proof(mine) })).json?.token_type, 'DPoP');
  });

  test('machines: a token of a client itself may be handed on; no person appears', async () => {
    const own = await oidc.clientCredentialsGrant(config.stranger, { resource: api });
    const given = await exchangeAs('api-service', own.access_token, { resource: files });
    assert.equal(claimsOf(given.access_token).auth_time, undefined);
    assert.deepEqual(claimsOf(given.access_token).act, { client_id: 'api-service', sub: 'api-service' });
  });

  test('the way back: an exchanged token opens no authorization and no session', async () => {
    const { server } = context;
    const given = await exchangeAs('api-service', await tokenForApi());
    const headers = { authorization: `Bearer ${given.access_token}` };
    assert.equal((await server.request('GET', '/api/auth/get-session', { headers })).text, 'null');
    const answer = await server.request('GET', `/api/auth/oauth2/authorize?${authorizeQuery({ client_id: 'web-app', prompt: 'none', code_challenge: newPkce().challenge })}`, { headers });
    assert.match(answer.location, /error=login_required/);
  });
});
