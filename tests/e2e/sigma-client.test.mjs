// The npm packages that existing applications use, unmodified, against this server: @sigma-auth/better-auth-plugin 0.0.75
// (its server, next and provider-less callback plugin) on better-auth 1.4.22 and bitcoin-auth 0.0.7.
import { exchangeCodeForTokens, sigmaCallbackPlugin } from '@sigma-auth/better-auth-plugin/server';
import { createBetterAuthCallbackHandler, createCallbackHandler } from '@sigma-auth/better-auth-plugin/next';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { parseAuthToken, verifyAuthToken } from 'bitcoin-auth';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { claimsOf, getCode, newPkce, authorize, redirected, sigmaClient, userinfo } from './support/oauth.mjs';
import { Key, newPerson, signInPath } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();
const appOrigin = 'https://app.example.com';

// The packages log to the console what a test's reader does not need.
const silenced = ['log', 'error', 'warn'];
const original = Object.fromEntries(silenced.map((name) => [name, console[name]]));
before(() =>
  silenced.forEach((name) => {
    console[name] = () => {};
  }),
);
after(() => Object.assign(console, original));

forEachStore('Sigma client packages', { clients: [sigmaClient('my-app', member)] }, (context) => {
  const options = (grant, more = {}) => ({
    code: grant.code,
    codeVerifier: grant.verifier,
    redirectUri: grant.redirectUri,
    clientId: grant.clientId,
    memberPrivateKey: member.wif,
    issuerUrl: context.server.base,
    ...more,
  });

  const nextRequest = (body, headers = {}) =>
    new Request(`${appOrigin}/api/auth/sigma/callback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-host': 'app.example.com', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  test('bitcoin-auth agrees with itself about the tokens that these tests send', () => {
    for (const scheme of ['brc77', 'bsm']) {
      const timestamp = new Date().toISOString();
      const token = member.token(signInPath, { scheme, body: '{"a":1}', timestamp });
      assert.equal(parseAuthToken(token).pubkey, member.pubkey);
      assert.equal(verifyAuthToken(token, { requestPath: signInPath, timestamp, body: '{"a":1}' }), true);
      assert.equal(verifyAuthToken(token, { requestPath: signInPath, timestamp, body: '{}' }), false);
    }
  });

  test('exchangeCodeForTokens gives the user, who is the person that signed in', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const result = await exchangeCodeForTokens(options(await getCode(server, person)));

    assert.equal(result.user.sub, person.userId);
    assert.notEqual(result.user.sub, person.bapId, 'sub must not be the BAP id');
    assert.equal(result.user.pubkey, person.pubkey);
    assert.equal(result.user.bap_id, person.bapId);
    assert.equal(typeof result.user.bap, 'string', 'bap is a JSON string');
    const bap = JSON.parse(result.user.bap);
    assert.equal(bap.idKey, person.bapId);
    assert.equal(result.user.email, undefined, 'no address is known, so none is claimed');
    assert.equal(result.user.email_verified, undefined);
    assert.ok(result.user.name, 'profile scope gives a name');
    assert.equal(result.user.bap_name, result.user.name);

    assert.equal(result.expires_in, 3600);
    assert.equal(result.refresh_token, undefined, 'no offline_access was asked');
    assert.equal((await userinfo(server, result.access_token)).json.sub, person.userId);

    const claims = claimsOf(result.id_token);
    assert.equal(claims.iss, server.issuer);
    assert.equal(claims.aud, 'my-app');
    assert.equal(claims.sub, person.userId);
    assert.equal(claims.pubkey, person.pubkey);
    assert.equal(claims.bap_id, person.bapId);
    assert.equal(typeof claims.bap, 'string');
  });

  test('exchangeCodeForTokens gets a refresh token with offline_access', async () => {
    const { server } = context;
    const grant = await getCode(server, await newPerson(server), { scope: 'openid profile email offline_access' });
    const result = await exchangeCodeForTokens(options(grant));
    assert.ok(result.refresh_token);
  });

  test('the sub of a person stays the same from one sign-in to the next', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const first = await exchangeCodeForTokens(options(await getCode(server, person)));
    await person.signIn(server, { scheme: 'bsm' });
    const second = await exchangeCodeForTokens(options(await getCode(server, person)));
    assert.equal(first.user.sub, second.user.sub);
    assert.notEqual(first.access_token, second.access_token);
  });

  test('exchangeCodeForTokens without a verifier: allowed for a member key when there was no challenge', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const answer = await authorize(server, person, { code_challenge_method: undefined });
    const code = redirected(answer).query.get('code');
    assert.ok(code, answer.describe());
    const grant = { code, redirectUri: 'https://app.example.com/auth/sigma/callback', clientId: 'my-app' };
    const result = await exchangeCodeForTokens(options(grant, { codeVerifier: undefined }));
    assert.equal(result.user.sub, person.userId);
  });

  test('scope bsv:tools of old plugins is dropped, the rest is granted', async () => {
    const { server } = context;
    const grant = await getCode(server, await newPerson(server), { scope: 'openid profile bsv:tools' });
    const result = await exchangeCodeForTokens(options(grant));
    assert.ok(result.user.name);
  });

  test('a wrong member key is shown as invalid_client and names the variable to check', async () => {
    const { server } = context;
    const grant = await getCode(server, await newPerson(server));
    await assert.rejects(exchangeCodeForTokens(options(grant, { memberPrivateKey: new Key().wif })), (error) => {
      assert.equal(error.error, 'invalid_client');
      assert.equal(error.status, 401);
      assert.equal(error.endpoint, '/api/auth/oauth2/token');
      assert.match(error.details, /SIGMA_MEMBER_PRIVATE_KEY/);
      return true;
    });
    const result = await exchangeCodeForTokens(options(grant));
    assert.ok(result.user.sub, 'a failed client authentication leaves the code usable');
  });

  test('a used code, a wrong verifier and a wrong redirect URI are shown as invalid_grant', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const used = await getCode(server, person);
    await exchangeCodeForTokens(options(used));
    const cases = [
      options(used),
      options(await getCode(server, person), { codeVerifier: newPkce().verifier }),
      options(await getCode(server, person), { redirectUri: `${appOrigin}/other` }),
    ];
    for (const given of cases) {
      await assert.rejects(exchangeCodeForTokens(given), (error) => {
        assert.equal(error.error, 'invalid_grant', JSON.stringify(error));
        assert.equal(error.status, 400);
        assert.ok(error.details && error.details !== 'invalid_grant', 'the person reads a sentence');
        return true;
      });
    }
  });

  test('an unknown client is shown as invalid_client', async () => {
    const { server } = context;
    const grant = await getCode(server, await newPerson(server));
    await assert.rejects(
      exchangeCodeForTokens(options(grant, { clientId: 'no-such-app' })),
      (error) => error.error === 'invalid_client' && error.status === 401 && /no-such-app/.test(error.details),
    );
  });

  test('createCallbackHandler answers the user and the tokens', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const post = createCallbackHandler({ memberPrivateKey: member.wif, clientId: 'my-app', issuerUrl: server.base });
    const grant = await getCode(server, person);
    const response = await post(nextRequest({ code: grant.code, state: 'k3x9q1', code_verifier: grant.verifier }));
    const body = await response.json();
    assert.equal(response.status, 200, JSON.stringify(body));
    assert.equal(body.user.sub, person.userId);
    assert.equal(body.user.bap_id, person.bapId);
    assert.ok(body.access_token && body.id_token);
  });

  test('createCallbackHandler takes the origin from a Next request without proxy headers', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const post = createCallbackHandler({ memberPrivateKey: member.wif, clientId: 'my-app', issuerUrl: server.base });
    const grant = await getCode(server, person);
    const request = new Request(`${appOrigin}/api/auth/sigma/callback`, {
      method: 'POST',
      body: JSON.stringify({ code: grant.code, code_verifier: grant.verifier }),
    });
    const response = await post(Object.assign(request, { nextUrl: new URL(request.url) }));
    assert.equal(response.status, 200);
    assert.equal((await response.json()).user.sub, person.userId);
  });

  test('createCallbackHandler passes our error answers on, with their status', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const handler = (more = {}) =>
      createCallbackHandler({ memberPrivateKey: member.wif, clientId: 'my-app', issuerUrl: server.base, ...more });
    const table = [
      {
        post: handler(),
        body: { code: 'no-such-code', code_verifier: newPkce().verifier },
        status: 400,
        error: 'invalid_grant',
      },
      {
        post: handler({ memberPrivateKey: new Key().wif }),
        status: 401,
        error: 'invalid_client',
        details: /SIGMA_MEMBER_PRIVATE_KEY/,
      },
      { post: handler({ callbackPath: '/elsewhere' }), status: 400, error: 'invalid_grant' },
      { post: handler({ clientId: 'no-such-app' }), status: 401, error: 'invalid_client' },
    ];
    for (const { post, body, status, error, details = /\w+ \w+/ } of table) {
      const grant = await getCode(server, person);
      const response = await post(nextRequest(body ?? { code: grant.code, code_verifier: grant.verifier }));
      const answer = await response.json();
      assert.equal(response.status, status, JSON.stringify(answer));
      assert.equal(answer.error, error);
      assert.match(answer.details, details);
      assert.equal(answer.endpoint, '/api/auth/oauth2/token');
    }
  });

  function application(server) {
    return betterAuth({
      baseURL: appOrigin,
      secret: 'an-application-secret-of-thirty-two-characters',
      database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
      user: { additionalFields: { bapId: { type: 'string', required: false } } },
      logger: { disabled: true },
      telemetry: { enabled: false },
      plugins: [sigmaCallbackPlugin({ memberPrivateKey: member.wif, clientId: 'my-app', issuerUrl: server.base })],
    });
  }

  const sessionOf = async (app, response) => {
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const answer = await app.handler(new Request(`${appOrigin}/api/auth/get-session`, { headers: { cookie } }));
    return answer.json();
  };

  test('a better-auth application with sigmaCallbackPlugin ends with a session of its own', async () => {
    const { server } = context;
    const app = application(server);
    const person = await newPerson(server);
    const call = async () => {
      const grant = await getCode(server, person);
      return app.handler(
        new Request(`${appOrigin}/api/auth/sigma/callback`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: appOrigin },
          body: JSON.stringify({
            code: grant.code,
            state: 'k3x9q1',
            code_verifier: grant.verifier,
            redirect_uri: grant.redirectUri,
          }),
        }),
      );
    };
    const response = await call();
    const body = await response.json();
    assert.equal(response.status, 200, JSON.stringify(body));
    assert.equal(body.isNewUser, true);
    assert.equal(body.user.pubkey, person.pubkey);
    assert.equal(body.user.bap_id, person.bapId);

    const session = await sessionOf(app, response);
    assert.equal(session.user.id, body.userId);
    assert.equal(session.user.email, `${person.bapId}@sigma.local`);

    const again = await (await call()).json();
    assert.equal(again.isNewUser, false, 'the second sign-in finds the user of the first');
    assert.equal(again.userId, body.userId);
    const { adapter } = await app.$context;
    const accounts = await adapter.findMany({ model: 'account', where: [{ field: 'providerId', value: 'sigma' }] });
    assert.deepEqual(
      accounts.map((account) => account.accountId),
      [person.userId],
    );
  });

  test('createBetterAuthCallbackHandler of the Next entry point ends with a session, too', async () => {
    const { server } = context;
    const app = application(server);
    const person = await newPerson(server);
    const post = createBetterAuthCallbackHandler({
      auth: app,
      memberPrivateKey: member.wif,
      clientId: 'my-app',
      issuerUrl: server.base,
    });
    const grant = await getCode(server, person);
    const response = await post(nextRequest({ code: grant.code, code_verifier: grant.verifier }));
    const body = await response.json();
    assert.equal(response.status, 200, JSON.stringify(body));
    const session = await sessionOf(app, response);
    assert.equal(session.user.id, body.userId);
    assert.equal(session.user.bapId, person.bapId);
  });
});
