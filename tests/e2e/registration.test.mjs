// Clients that register themselves: RFC 7591, security cases 3, 60 and 61 on the side of registration. What they change
// later (RFC 7592): registration-management.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oidc from 'openid-client';
import { authorize, callback, exchange, getCode, newPkce, postToken } from './support/oauth.mjs';
import { assertOwnPage } from './support/pages.mjs';
import { distinctTime, Key, newPerson } from './support/person.mjs';
import { assertRegistrationError, bearer, path, publicWeb, registrar, web } from './support/registration.mjs';
import { forEachStore } from './support/stores.mjs';

const initialToken = 'initial-access-token-of-the-operator-1';

forEachStore('registration, off', {}, (context) => {
  test('is advertised, and its refusal says what the operator can do', async () => {
    const { server } = context;
    const discovery = await server.request('GET', '/.well-known/oauth-authorization-server');
    assert.equal(discovery.json.registration_endpoint, `${server.base}${path}`);
    const answer = await server.request('POST', path, { json: publicWeb });
    assert.equal(answer.status, 403, answer.describe());
    assert.equal(answer.json.error, 'access_denied');
    assert.match(answer.json.error_description, /SIGMA_DYNAMIC_REGISTRATION/);
  });
});

const withToken = {
  env: { SIGMA_DYNAMIC_REGISTRATION: 'token', SIGMA_REGISTRATION_TOKEN: initialToken },
};
forEachStore('registration, with a token', withToken, (context) => {
  test('only with the initial access token', async () => {
    const { server } = context;
    for (const headers of [{}, bearer('wrong'), bearer(`${initialToken}x`), { authorization: `Basic ${initialToken}` }]) {
      const answer = await server.request('POST', path, { json: publicWeb, headers });
      assert.equal(answer.status, 401, answer.describe());
      assert.equal(answer.json.error, 'invalid_token');
      assert.match(answer.headers['www-authenticate'], /^Bearer .*error="invalid_token"/);
    }
    const answer = await server.request('POST', path, { json: publicWeb, headers: bearer(initialToken) });
    assert.equal(answer.status, 201, answer.describe());
    await server.logWritten();
    assert.ok(!server.output.includes(initialToken));
  });

  test('a machine with a secret gets tokens', async () => {
    const { server } = context;
    const machine = await server.request('POST', path, {
      json: { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post', scope: 'profile' },
      headers: bearer(initialToken),
    });
    assert.equal(machine.status, 201, machine.describe());
    const { client_id, client_secret } = machine.json;
    const answer = await postToken(server, { grant_type: 'client_credentials', client_id, client_secret });
    assert.equal(answer.status, 200, answer.describe());
  });

  test('openid-client registers, and its client signs a person in', async () => {
    const { server } = context;
    const config = await oidc.dynamicClientRegistration(
      new URL(server.issuer),
      {
        ...web,
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post', // what openid-client takes by itself
        scope: 'openid profile offline_access',
      },
      undefined,
      { initialAccessToken: initialToken, execute: [oidc.allowInsecureRequests] },
    );
    const metadata = config.clientMetadata();
    assert.equal(metadata.client_secret_expires_at, 0);
    assert.ok(metadata.client_secret.length >= 32 && metadata.registration_access_token.length >= 32);
    const person = await newPerson(server);
    const { verifier, challenge } = newPkce();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid profile offline_access',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const asked = await person.request(server, 'GET', url.pathname + url.search);
    assert.match(asked.location, /\/consent\?/, asked.describe());
    const agreed = await person.request(server, 'POST', '/api/auth/oauth2/consent', {
      json: { accept: true, oauth_query: new URL(asked.location, server.base).search },
    });
    const tokens = await oidc.authorizationCodeGrant(config, new URL(agreed.json.url), { pkceCodeVerifier: verifier });
    assert.ok(tokens.access_token && tokens.id_token && tokens.refresh_token);
  });
});

const open = { env: { SIGMA_DYNAMIC_REGISTRATION: 'open' } };
forEachStore('registration, open', open, (context) => {
  const { register, registered } = registrar(context);

  test('the answer is the client as it was registered, never cached', async () => {
    const answer = await registered({ ...publicWeb, unknown_member: { a: 1 }, 'client_name#de': 'Angemeldet' });
    assert.equal(answer.headers['cache-control'], 'no-store');
    const { client_id, client_id_issued_at, registration_access_token, registration_client_uri, ...rest } = answer.json;
    assert.deepEqual(rest, { ...publicWeb, response_types: ['code'] });
    assert.ok(Math.abs(client_id_issued_at - Date.now() / 1000) < 60);
    assert.equal(registration_client_uri, `${context.server.base}${path}/${client_id}`);
    assert.ok(registration_access_token.length >= 32);
  });

  test('defaults of RFC 7591: authorization_code by client_secret_basic', async () => {
    const { json } = await registered({ redirect_uris: [callback] });
    assert.deepEqual(json.grant_types, ['authorization_code']);
    assert.deepEqual(json.response_types, ['code']);
    assert.equal(json.token_endpoint_auth_method, 'client_secret_basic');
    assert.equal(json.client_secret_expires_at, 0);
  });

  test('tokens without a person are not for clients that nobody vouches for', async () => {
    for (const grant of ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange']) {
      const answer = await register({ grant_types: [grant], token_endpoint_auth_method: 'client_secret_post' });
      assertRegistrationError(answer, 'invalid_client_metadata', /grant_types/);
    }
  });

  test('case 3: redirect URIs that a browser would run, or that anybody may claim, are refused', async () => {
    for (const uri of [
      'javascript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'blob:https://app.example.com/1',
      'myapp:/cb',
      'com.example.app:/cb',
      'http://app.example.com/cb',
      'http://127.0.0.1/cb',
      'http://localhost:8080/cb',
      'https://app.example.com/cb#fragment',
      'https://user@app.example.com/cb',
      'https://*.example.com/cb',
      'https://app.example.com/../cb',
      '/cb',
      '',
    ]) {
      assertRegistrationError(await register({ ...publicWeb, redirect_uris: [uri] }), 'invalid_redirect_uri');
    }
    for (const uris of ['https://app.example.com/cb', [], [5], undefined]) {
      assertRegistrationError(await register({ ...publicWeb, redirect_uris: uris }), 'invalid_redirect_uri');
    }
    for (const type of ['javascript:alert(1)', 'http://app.example.com/cb', 'http://127.0.0.1.evil.com/cb', 'myapp:/cb']) {
      const native = { ...publicWeb, application_type: 'native', redirect_uris: [type] };
      assertRegistrationError(await register(native), 'invalid_redirect_uri');
    }
  });

  test('native applications: loopback and private-use schemes', async () => {
    const uris = ['http://127.0.0.1:4711/cb', 'http://[::1]/cb', 'http://localhost:8080/cb', 'com.example.app:/cb'];
    const { json } = await registered({ ...publicWeb, application_type: 'native', redirect_uris: uris });
    const person = await newPerson(context.server);
    const ask = (uri) =>
      authorize(context.server, person, {
        client_id: json.client_id,
        redirect_uri: uri,
        code_challenge: newPkce().challenge,
      });
    for (const uri of [...uris, 'http://127.0.0.1:5005/cb']) {
      const answer = await ask(uri);
      assert.equal(answer.status, 302, answer.describe());
      assert.match(answer.location, /\/consent\?/, answer.describe());
    }
    for (const uri of ['http://localhost:9090/cb', 'http://127.0.0.1:4711/other', 'com.example.other:/cb']) {
      assert.equal((await ask(uri)).status, 400, uri);
    }
  });

  test('case 60: what the operator decides is nobody else’s', async () => {
    for (const [name, value] of Object.entries({
      client_id: 'my-own-id',
      skip_consent: true,
      disabled: false,
      owner_bap_id: new Key().bapId,
    })) {
      const answer = await register({ ...publicWeb, [name]: value });
      assertRegistrationError(answer, 'invalid_client_metadata', new RegExp(name));
    }
    const { json } = await registered({ ...publicWeb, client_id_issued_at: 1, client_secret: 'mine', createdAt: 1, role: 'admin' });
    const kept = await context.server.admin('GET', `/admin/clients/${json.client_id}`);
    assert.equal(kept.json.skip_consent, false);
    assert.equal(kept.json.disabled, false);
    assert.equal(kept.json.owner_bap_id, undefined);
    assert.ok(kept.json.client_id_issued_at > 1);
  });

  test('case 60: a member key is registered by its holder only', async () => {
    const key = new Key();
    const metadata = { ...web, member_pubkeys: [key.pubkey], grant_types: ['authorization_code', 'refresh_token'] };
    const body = JSON.stringify(metadata);
    const send = (headers = {}, sent = body) =>
      context.server.request('POST', path, {
        body: sent,
        headers: { 'content-type': 'application/json', ...headers },
      });
    assertRegistrationError(await send(), 'invalid_client_metadata', /prove that you hold/);
    const token = (by, signed = body, target = path) => by.token(target, { body: signed, timestamp: distinctTime() });
    for (const foreign of [token(new Key()), token(key, '{}'), token(key, body, '/api/auth/sign-in/sigma'), 'x']) {
      assertRegistrationError(await send({ 'x-auth-token': foreign }), 'invalid_client_metadata');
    }
    const proof = token(key);
    const answer = await send({ 'x-auth-token': proof });
    assert.equal(answer.status, 201, answer.describe());
    assert.equal(answer.json.token_endpoint_auth_method, 'x_auth_token');
    assertRegistrationError(await send({ 'x-auth-token': proof }), 'invalid_client_metadata');

    const person = await newPerson(context.server);
    const { verifier, challenge } = newPkce();
    const asked = await authorize(context.server, person, { client_id: answer.json.client_id, code_challenge: challenge });
    const agreed = await person.request(context.server, 'POST', '/api/auth/oauth2/consent', {
      json: { accept: true, oauth_query: new URL(asked.location, context.server.base).search },
    });
    const code = new URL(agreed.json.url).searchParams.get('code');
    const grant = { code, verifier, redirectUri: callback, clientId: answer.json.client_id };
    assert.ok((await exchange(context.server, grant, { key })).access_token);
  });

  test('metadata that asks for what is not there is refused', async () => {
    for (const [name, value] of Object.entries({
      token_endpoint_auth_method: 'tls_client_auth',
      grant_types: ['implicit'],
      response_types: ['token'],
      id_token_signed_response_alg: 'none',
      id_token_encrypted_response_alg: 'RSA-OAEP',
      userinfo_signed_response_alg: 'RS256',
      request_object_signing_alg: 'RS256',
      request_uris: ['https://app.example.com/request.jwt'],
      require_signed_request_object: true,
      tls_client_certificate_bound_access_tokens: true,
      subject_type: 'secret',
      jwks_uri: 'http://app.example.com/jwks',
      logo_uri: 'javascript:alert(1)',
      initiate_login_uri: 'http://app.example.com/start',
      default_max_age: -1,
      require_auth_time: 'yes',
      default_acr_values: 'x',
      contacts: 'me',
      client_name: 'a\nb',
    })) {
      const answer = await register({ ...publicWeb, [name]: value });
      assertRegistrationError(answer, 'invalid_client_metadata');
    }
    for (const turning of ['\u202e', '\u2066', '\u200b', '\ufeff', '\u0085'])
      assertRegistrationError(await register({ ...publicWeb, client_name: `Chess${turning}Club` }), 'invalid_client_metadata');
    assertRegistrationError(await register({ ...publicWeb, software_statement: 'a.b.c' }), 'invalid_software_statement');
    assertRegistrationError(
      await register({ ...web, token_endpoint_auth_method: 'private_key_jwt' }),
      'invalid_client_metadata',
      /jwks/,
    );
    for (const json of [[], 5, 'x', null]) assertRegistrationError(await register(json), 'invalid_client_metadata');
    const text = await context.server.request('POST', path, {
      body: '{"a":',
      headers: { 'content-type': 'application/json' },
    });
    assertRegistrationError(text, 'invalid_client_metadata');
    const form = await context.server.request('POST', path, { form: { redirect_uris: callback } });
    assert.equal(form.status, 415, form.describe());
  });

  test('metadata of OpenID Connect is kept', async () => {
    const more = {
      subject_type: 'pairwise',
      default_max_age: 3600,
      require_auth_time: true,
      default_acr_values: ['urn:mace:incommon:iap:bronze'],
      initiate_login_uri: 'https://app.example.com/start',
      id_token_signed_response_alg: 'ES256',
      post_logout_redirect_uris: ['https://app.example.com/bye'],
      contacts: ['ops@example.com'],
      tos_uri: 'https://app.example.com/tos',
    };
    const { json } = await registered({ ...publicWeb, ...more });
    for (const [name, value] of Object.entries(more)) assert.deepEqual(json[name], value, name);
    assertRegistrationError(
      await register({ ...publicWeb, ...more, redirect_uris: [callback, 'https://other.example.com/cb'] }),
      'invalid_client_metadata',
      /sector_identifier_uri/,
    );
  });

  test('case 61: pairwise subjects go without somebody else’s sector where no redirect proves it', async () => {
    const device = 'urn:ietf:params:oauth:grant-type:device_code';
    const pairwise = { ...publicWeb, subject_type: 'pairwise', grant_types: [device, 'refresh_token'] };
    for (const more of [
      { redirect_uris: ['https://bank.example.com/cb'] },
      { redirect_uris: [callback], grant_types: ['authorization_code', device] },
      { redirect_uris: [], sector_identifier_uri: 'https://bank.example.com/sector.json' },
    ]) {
      assertRegistrationError(await register({ ...pairwise, ...more }), 'invalid_client_metadata', /pairwise with the device flow/);
    }
    const { json } = await registered({ ...pairwise, redirect_uris: [] });
    assert.equal(json.subject_type, 'pairwise', 'a device is a sector of its own');
  });

  test('consent is always asked, and the page can say that nobody vouches for the client', async () => {
    const { server } = context;
    const { json } = await registered({ ...publicWeb, client_name: '<img src=x onerror=alert(1)>' });
    const person = await newPerson(server);
    const asked = await authorize(server, person, { client_id: json.client_id, code_challenge: newPkce().challenge });
    assert.equal(assertOwnPage(server, asked).pathname, '/consent');
    const shown = await server.request('GET', `/api/auth/oauth2/public-client?client_id=${json.client_id}`);
    assert.equal(shown.json.verified, false);
    assert.equal(shown.headers['content-type'], 'application/json');
  });

  test('any origin may register, without credentials', async () => {
    const { server } = context;
    const origin = 'https://app.example.com';
    for (const [method, target] of [['POST', path], ['PUT', `${path}/x`], ['DELETE', `${path}/x`]]) {
      const asked = await server.request('OPTIONS', target, {
        headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type' },
      });
      assert.equal(asked.headers['access-control-allow-origin'], '*', asked.describe());
      assert.equal(asked.headers['access-control-allow-credentials'], undefined);
      assert.match(asked.headers['access-control-allow-methods'], new RegExp(method));
    }
    const answer = await registered(publicWeb, { origin });
    assert.equal(answer.headers['access-control-allow-origin'], '*');
  });
});

const bounded = { env: { SIGMA_DYNAMIC_REGISTRATION: 'open', SIGMA_OPEN_REGISTRATIONS_PER_DAY: '3' } };
forEachStore('registration, open and bounded', bounded, (context) => {
  test('a day has its number of registrations, counted over restarts', async () => {
    const send = () => context.server.request('POST', path, { json: publicWeb });
    assert.equal((await send()).status, 201);
    await context.server.restart();
    assert.equal((await send()).status, 201);
    assert.equal((await send()).status, 201);
    const refused = await send();
    assert.equal(refused.status, 429, refused.describe());
    assert.ok(Number(refused.headers['retry-after']) >= 1);
  });
});

const limited = { env: { SIGMA_DYNAMIC_REGISTRATION: 'open', SIGMA_RATE_LIMITS: 'on' } };
forEachStore('registration, open and limited', limited, (context) => {
  test('a network registers five a minute', async () => {
    const send = (client_id = '', method = 'POST') => context.server.request(method, path + client_id, { json: publicWeb });
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push(await send());
    answers.push(await send('/x', 'PUT'), await send());
    assert.deepEqual(answers.map((answer) => answer.status), [201, 201, 201, 201, 401, 429]);
    assert.ok(Number(answers[5].headers['retry-after']) >= 1, answers[5].describe());
  });
});
