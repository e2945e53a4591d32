// The device flow over HTTP: what a device, a command line program and a person's page send. sigma-contract.md §5,
// RFC 8628, security case 17.
import assert from 'node:assert/strict';
import { createAuthClient } from 'better-auth/client';
import { deviceAuthorizationClient } from 'better-auth/client/plugins';
import { test } from 'node:test';
import * as oidc from 'openid-client';
import { answer, begin, clients, env, from, grantType, look, poll, start } from './support/device.mjs';
import { assertOAuthError, claimsOf, fullScope, postToken, refreshForm, userinfo } from './support/oauth.mjs';
import { distinctTime, newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const signed = { ...clients[0], client_id: 'signed-tv', access_token_format: 'jwt' };

forEachStore('device flow', { clients: [...clients, signed], env }, (context) => {
  test('a program starts, a person allows, the program gets tokens that work everywhere', async () => {
    const { server } = context;
    const started = await start(server);
    assert.equal(started.status, 200, started.describe());
    assert.match(started.headers['cache-control'], /no-store/);
    const codes = started.json;
    assert.match(codes.device_code, /^[A-Za-z0-9]{40}$/);
    assert.match(codes.user_code, /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/);
    assert.equal(codes.verification_uri, `${server.base}/device`);
    assert.equal(codes.verification_uri_complete, `${server.base}/device?code=${codes.user_code}`);
    assert.equal(codes.expires_in, 900);
    assert.equal(codes.interval, 5);
    assertOAuthError(await poll(server, codes), 400, 'authorization_pending');

    const person = await newPerson(server);
    const anonymous = await look(server, undefined, codes.user_code);
    assert.deepEqual(anonymous.json, { user_code: codes.user_code, status: 'pending' });
    const seen = (await look(server, person, codes.user_code.toLowerCase().replace('-', ' '))).json;
    assert.equal(seen.user_code, codes.user_code);
    assert.equal(seen.client_id, 'television');
    assert.equal(seen.client_name, 'Television');
    assert.equal(seen.client_uri, 'https://tv.example.com');
    assert.equal(seen.verified, true);
    assert.equal(seen.scope, fullScope);
    assert.ok(seen.age >= 0 && seen.age < 60, JSON.stringify(seen));

    const allowed = await answer(server, person, 'approve', codes.user_code, { bapId: person.bapId });
    assert.equal(allowed.status, 200, allowed.describe());
    assert.deepEqual(allowed.json, { success: true });
    assert.equal((await look(server, person, codes.user_code)).json.status, 'approved');

    const answered = await poll(server, codes);
    assert.equal(answered.status, 200, answered.describe());
    assert.match(answered.headers['cache-control'], /no-store/);
    const tokens = answered.json;
    assert.equal(tokens.token_type, 'Bearer');
    assert.equal(tokens.expires_in, 3600);
    assert.equal(tokens.scope, fullScope);
    const claims = claimsOf(tokens.id_token);
    assert.equal(claims.iss, server.issuer);
    assert.equal(claims.aud, 'television');
    const who = (await userinfo(server, tokens.access_token)).json;
    assert.equal(who.sub, person.userId);
    assert.equal(who.bap_id, person.bapId);
    assert.equal(who.pubkey, person.pubkey);

    // The reference's token was good at the session API (contract §5).
    const bearer = { authorization: `Bearer ${tokens.access_token}` };
    const session = (await server.request('GET', '/api/auth/get-session', { headers: bearer })).json;
    assert.equal(session.user.id, person.userId);
    assert.equal(session.session.activeOrganizationId, person.bapId);

    const refreshed = await postToken(server, refreshForm(tokens.refresh_token, 'television'));
    assert.equal(refreshed.status, 200, refreshed.describe());
    assert.equal((await userinfo(server, refreshed.json.access_token)).status, 200);
    const again = await server.request('GET', '/api/auth/get-session', {
      headers: { authorization: `Bearer ${refreshed.json.access_token}` },
    });
    assert.equal(again.json.user.id, person.userId);
  });

  for (const client of ['television', 'signed-tv']) {
    test(`contract §5: the token of ${client} is good at the session API, wallets and subscription, until it signs out`, async () => {
      const { server } = context;
      const codes = await begin(server, { client_id: client, scope: 'openid profile offline_access' });
      const person = await newPerson(server);
      assert.equal((await answer(server, person, 'approve', codes.user_code, { bapId: person.bapId })).status, 200);
      const tokens = (await poll(server, codes, { client_id: client })).json;
      assert.equal(tokens.access_token.split('.').length, client === 'signed-tv' ? 3 : 1);
      const call = (method, path, options = {}) =>
        server.request(method, path, { ...options, headers: { authorization: `Bearer ${tokens.access_token}` } });
      assert.equal((await call('GET', '/api/auth/get-session')).json?.user.id, person.userId);
      const status = await call('GET', '/api/auth/subscription/status');
      assert.equal(status.json?.tier, 'free', status.describe());
      const wallets = await call('GET', `/api/auth/wallet/connect?bapId=${person.bapId}`);
      assert.deepEqual(wallets.json, { wallets: [] }, wallets.describe());
      const authToken = person.token('/api/wallet/connect', { scheme: 'bsm', timestamp: distinctTime() });
      const connected = await call('POST', '/api/auth/wallet/connect', { json: { bapId: person.bapId, authToken } });
      assert.equal(connected.json?.success, true, connected.describe());
      // The indexer is not there, but who asks is known.
      assert.equal((await call('GET', '/api/auth/wallet/nfts')).status, 503);
      assert.equal((await call('POST', '/api/auth/wallet/verify-ownership', { json: { origin: 'x' } })).status, 503);
      for (const [method, path, options] of [
        ['GET', '/api/auth/list-sessions'],
        ['POST', '/api/auth/update-user', { json: { name: 'x' } }],
        ['POST', '/api/auth/revoke-sessions', { json: {} }],
        ['GET', '/api/user/export'],
      ])
        assert.equal((await call(method, path, options)).status, 401, path);
      assert.deepEqual((await call('POST', '/api/auth/sign-out', { json: {} })).json, { success: true });
      assert.equal((await call('GET', '/api/auth/get-session')).json, null);
      assert.equal((await userinfo(server, tokens.access_token)).status, 401);
      assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token, client)), 400, 'invalid_grant');
      assert.notEqual(await person.session(server), null, 'the browser’s session goes on');
    });
  }

  test('a person learns from which network a device asks, and nobody its address', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const seenFrom = async (device, browser) => {
      const { user_code } = (await start(server, undefined, undefined, from(device).headers)).json;
      assert.equal((await look(server, undefined, user_code, from(browser))).json.network, undefined, 'not signed in');
      const seen = await look(server, person, user_code, from(browser));
      assert.ok(!seen.text.includes(device), seen.describe());
      return [seen.json.network, seen.json.same_network];
    };
    assert.deepEqual(await seenFrom('203.0.113.77', '203.0.113.99'), ['203.0.113.0/24', true]);
    assert.deepEqual(await seenFrom('203.0.113.77', '198.51.100.7'), ['203.0.113.0/24', false]);
    assert.deepEqual(await seenFrom('2001:db8:1:2::3', '2001:db8:1:99::4'), ['2001:db8:1::/48', true]);
    assert.deepEqual(await seenFrom('2001:db8:1:2::3', '2001:db8:2:2::3'), ['2001:db8:1::/48', false]);
    assert.deepEqual(await seenFrom('2001:db8:1:2::3', '203.0.113.99'), ['2001:db8:1::/48', undefined]);
  });

  test('openid-client connects a device', async () => {
    const { server } = context;
    const config = await oidc.discovery(new URL(server.issuer), 'television', undefined, oidc.None(), {
      execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
    });
    const codes = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile' });
    const person = await newPerson(server);
    // The library first waits out the interval.
    const polling = oidc.pollDeviceAuthorizationGrant(config, codes);
    assert.equal((await answer(server, person, 'approve', codes.user_code)).status, 200);
    const tokens = await polling;
    assert.equal(tokens.claims().sub, person.userId);
    assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, person.userId)).bap_id, person.bapId);
  });

  test('better-auth’s client connects a device and answers for a person', async () => {
    const { server } = context;
    const client = createAuthClient({ baseURL: `${server.base}/api/auth`, plugins: [deviceAuthorizationClient()] });
    const { data: codes } = await client.device.code({ client_id: 'television', scope: 'openid profile' });
    const request = { grant_type: grantType, device_code: codes.device_code, client_id: 'television' };
    assert.equal((await client.device.token(request)).error.error, 'authorization_pending');
    const person = await newPerson(server);
    const fetchOptions = { headers: { authorization: `Bearer ${person.sessionToken}` } };
    const { data: seen } = await client.device({ query: { user_code: codes.user_code }, fetchOptions });
    assert.equal(seen.status, 'pending');
    const { data: allowed } = await client.device.approve({ userCode: codes.user_code, fetchOptions });
    assert.equal(allowed.success, true);
    const { data: tokens } = await client.device.token(request);
    const { data: session } = await client.getSession({
      fetchOptions: { headers: { authorization: `Bearer ${tokens.access_token}` } },
    });
    assert.equal(session.user.id, person.userId);
  });

  test('a device’s token decides nothing for its person', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const first = await begin(server);
    await answer(server, person, 'approve', first.user_code);
    const headers = { authorization: `Bearer ${(await poll(server, first)).json.access_token}` };
    const second = await begin(server);
    for (const what of ['approve', 'deny']) {
      const refused = await server.request('POST', `/api/auth/device/${what}`, {
        json: { userCode: second.user_code },
        headers,
      });
      assertOAuthError(refused, 401, 'unauthorized');
    }
    for (const path of ['/api/auth/list-sessions', '/api/auth/organization/list', '/api/auth/oauth2/get-consents']) {
      assert.equal((await server.request('GET', path, { headers })).status, 401, path);
    }
    assert.equal((await server.request('POST', '/api/auth/revoke-sessions', { json: {}, headers })).status, 401);
    await server.request('POST', '/api/auth/sign-out', { json: {}, headers });
    assert.ok(await person.session(server), 'the person’s session lives');
  });

  test('forms, the standard’s path and the token endpoint do the same', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const started = await server.request('POST', '/api/auth/oauth2/device_authorization', {
      form: { client_id: 'television' },
    });
    assert.equal(started.status, 200, started.describe());
    await answer(server, person, 'approve', started.json.user_code);
    const path = '/api/auth/oauth2/token';
    const tokens = await poll(server, started.json, {}, { path, as: 'form' });
    assert.equal(tokens.status, 200, tokens.describe());
    assert.equal(tokens.json.scope, 'openid profile', 'no scope means these');
    assert.equal(tokens.json.refresh_token, undefined);
    const other = await begin(server);
    assertOAuthError(
      await poll(server, other, {}, { path: '/api/auth/device/token', as: 'form' }),
      400,
      'authorization_pending',
    );
  });

  test('discovery names the endpoint and the grant', async () => {
    const { server } = context;
    const { json } = await server.request('GET', '/api/auth/.well-known/openid-configuration');
    assert.ok(json.grant_types_supported.includes(grantType));
    const endpoint = new URL(json.device_authorization_endpoint);
    assert.equal(endpoint.origin, server.base);
    assert.equal((await start(server, undefined, endpoint.pathname)).status, 200);
  });

  test('any origin may start and poll, none may answer', async () => {
    const { server } = context;
    const headers = {
      origin: 'https://elsewhere.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    for (const path of ['/api/auth/device/code', '/api/auth/oauth2/device_authorization', '/api/auth/device/token']) {
      const preflight = await server.request('OPTIONS', path, { headers });
      assert.equal(preflight.headers['access-control-allow-origin'], '*', preflight.describe());
      assert.equal(preflight.headers['access-control-allow-credentials'], undefined);
    }
    const preflight = await server.request('OPTIONS', '/api/auth/device/approve', { headers });
    assert.equal(preflight.headers['access-control-allow-origin'], undefined, preflight.describe());
  });

  test('user_id, which better-auth’s clients may send, is ignored, whatever it is', async () => {
    for (const user_id of ['x', 5, null, ['x'], { id: 'x' }]) {
      const answer = await start(context.server, { client_id: 'television', user_id });
      assert.equal(answer.status, 200, `${JSON.stringify(user_id)}: ${answer.describe()}`);
    }
    assert.equal((await start(context.server, { client_id: 'television', scope: 5 })).status, 400);
  });

  test('what is refused at the start', async () => {
    const { server } = context;
    assertOAuthError(await start(server, {}), 400, 'invalid_request', /client_id/);
    assertOAuthError(await start(server, { client_id: 'your-app-name' }), 400, 'invalid_client');
    assertOAuthError(await start(server, { client_id: 7 }), 400, 'invalid_request');
    assertOAuthError(await start(server, ['television']), 400, 'invalid_request');
    assertOAuthError(await start(server, { client_id: 'television', scope: 'openid root' }), 400, 'invalid_scope');
    // Security case 17.
    assertOAuthError(await start(server, { client_id: 'web-app' }), 400, 'unauthorized_client');
    const text = await server.request('POST', '/api/auth/device/code', {
      body: '{"client_id":"television"}',
      headers: { 'content-type': 'text/plain' },
    });
    assertOAuthError(text, 415, 'invalid_request');
    const doubled = await server.request('POST', '/api/auth/device/code', {
      form: [
        ['client_id', 'television'],
        ['client_id', 'radio'],
      ],
    });
    assertOAuthError(doubled, 400, 'invalid_request');
  });

  test('what is refused at the poll', async () => {
    const { server } = context;
    const codes = await begin(server);
    assertOAuthError(await poll(server, codes, { grant_type: 'x' }), 400, 'unsupported_grant_type');
    assertOAuthError(await poll(server, codes, { grant_type: 'authorization_code' }), 400, 'unsupported_grant_type');
    assertOAuthError(await poll(server, codes, { grant_type: undefined }), 400, 'invalid_request');
    assertOAuthError(await poll(server, codes, { device_code: undefined }), 400, 'invalid_request');
    assertOAuthError(await poll(server, codes, { client_id: undefined }), 400, 'invalid_request');
    assertOAuthError(await poll(server, codes, { device_code: 'zzz' }), 400, 'invalid_grant');
    assertOAuthError(await poll(server, codes, { client_id: 'nobody' }), 401, 'invalid_client');
  });

  test('withdrawn consent ends the device’s access', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const codes = await begin(server);
    await answer(server, person, 'approve', codes.user_code);
    const tokens = (await poll(server, codes)).json;
    const consents = (await person.request(server, 'GET', '/api/auth/oauth2/get-consents')).json;
    assert.deepEqual(
      consents.map(({ clientId }) => clientId),
      ['television'],
    );
    await person.request(server, 'POST', '/api/auth/oauth2/delete-consent', { json: { id: consents[0].id } });
    assert.equal((await userinfo(server, tokens.access_token)).status, 401);
    assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token, 'television')), 400, 'invalid_grant');
  });
});

// Contract §13.2.
test('names that nobody registered, when the operator lets them', async () => {
  const server = await startServer({ env: { SIGMA_ALLOW_UNREGISTERED_DEVICE_CLIENTS: 'on' } });
  try {
    const person = await newPerson(server);
    const request = { client_id: 'your-app-name' };
    const codes = await begin(server, { ...request, scope: fullScope });
    assertOAuthError(await poll(server, codes, request), 400, 'authorization_pending');
    const seen = (await look(server, person, codes.user_code)).json;
    assert.equal(seen.verified, false);
    assert.equal(seen.client_name, 'your-app-name');
    assert.equal((await answer(server, person, 'approve', codes.user_code)).status, 200);
    const tokens = await poll(server, codes, request);
    assert.equal(tokens.status, 200, tokens.describe());
    assert.equal((await userinfo(server, tokens.json.access_token)).json.sub, person.userId);
    const refreshed = await postToken(server, refreshForm(tokens.json.refresh_token, 'your-app-name'));
    assert.equal(refreshed.status, 200, refreshed.describe());
  } finally {
    await server.stop();
  }
});
