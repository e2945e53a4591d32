// Access and ID tokens: security cases 29–31, 34, 35, sigma-contract.md §4. Refresh and revocation: refresh-revoke.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePart, hmacJwt, newSigner, signJwt, unsignedJwt } from '../support/jws.mjs';
import {
  assertOAuthError,
  claimsOf,
  exchange,
  exchangeForm,
  fullScope,
  getCode,
  headerOf,
  postToken,
  publicClient,
  refreshForm,
  sigmaClient,
  userinfo,
  userinfoPath,
} from '../support/oauth.mjs';
import { Key, newPerson } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { introspect, isActive, revoke } from '../support/status.mjs';
import { forEachStore } from '../support/stores.mjs';
import { swapCase } from '../support/text.mjs';

const member = new Key();
const otherMember = new Key();
const clients = [sigmaClient('my-app', member), sigmaClient('other-app', otherMember), publicClient('public-app')];

forEachStore('tokens', { clients }, (context) => {
  const offline = { scope: fullScope };
  const newTokens = async (overrides = offline, person) => {
    const { server } = context;
    const grant = await getCode(server, person ?? (await newPerson(server)), overrides);
    return exchange(server, grant, { key: grant.clientId === 'my-app' ? member : undefined });
  };
  const jwks = async () => (await context.server.request('GET', '/api/auth/jwks')).json.keys;

  /** 401 at userinfo, active:false to its would-be owner, and no session either. */
  async function assertDead(token, what, { on = context.server } = {}) {
    const answer = await userinfo(on, token);
    assert.equal(answer.status, 401, `${what}: ${answer.describe()}`);
    assert.equal(answer.json.error, 'invalid_token', what);
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer error="invalid_token"/, what);
    assert.equal(await isActive(on, token, { key: member }), false, what);
    const session = await on.request('GET', '/api/auth/get-session', { headers: { authorization: `Bearer ${token}` } });
    assert.equal(session.text, 'null', what);
  }

  test('case 29: ID tokens signed anew, by another key, by none', async () => {
    const { server } = context;
    const { id_token: good, access_token: access } = await newTokens();
    const claims = claimsOf(good);
    const { kid } = headerOf(good);
    const published = (await jwks()).find((key) => key.kid === kid);
    const forged = {
      'by another key under our kid': signJwt(newSigner('RS256'), claims, { kid }),
      'by another key': signJwt(newSigner('RS256'), claims),
      'by another key it brings along': signJwt(newSigner('ES256'), claims, { jwk: published, kid }),
      none: unsignedJwt(claims, { header: { kid } }),
      'none with the old signature': unsignedJwt(claims, { header: { kid }, signature: good.split('.')[2] }),
      'HS256 with the public key': hmacJwt(JSON.stringify(published), claims, { kid }),
      'as an access token': signJwt(
        newSigner('RS256'),
        { ...claims, scope: fullScope, client_id: 'my-app' },
        { kid, typ: 'at+jwt' },
      ),
      'with other claims': [good.split('.')[0], encodePart({ ...claims, sub: 'x' }), good.split('.')[2]].join('.'),
    };
    for (const [name, token] of Object.entries(forged)) await assertDead(token, name);
    assert.equal((await userinfo(server, access)).status, 200);
  });

  test('case 29: one kind of token in the place of another', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const tokens = await newTokens(offline, person);
    await assertDead(tokens.id_token, 'an ID token as access token');
    for (const token of [tokens.refresh_token, person.sessionToken]) {
      assertOAuthError(await userinfo(server, token), 401, 'invalid_token');
    }
    assert.equal(await isActive(server, person.sessionToken, { key: member }), false);
    for (const [name, token] of Object.entries({
      access: tokens.access_token,
      id: tokens.id_token,
      session: person.sessionToken,
    })) {
      const answer = await postToken(server, refreshForm(token), { key: member });
      assert.equal(answer.json.error, 'invalid_grant', `${name}: ${answer.describe()}`);
      const asCode = {
        code: token,
        verifier: 'a'.repeat(43),
        redirectUri: 'https://app.example.com/cb',
        clientId: 'my-app',
      };
      assertOAuthError(await postToken(server, exchangeForm(asCode), { key: member }), 400, 'invalid_grant');
    }
    for (const token of [tokens.access_token, tokens.refresh_token, tokens.id_token]) {
      const session = await server.request('GET', '/api/auth/get-session', {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal(session.text, 'null', 'a token for an application is no session');
    }
    assert.equal((await userinfo(server, tokens.access_token)).status, 200);
  });

  test('case 30: a token of one issuer at another', async () => {
    const { store } = context;
    const other = await startServer({ store, clients });
    try {
      const tokens = await newTokens();
      for (const token of [tokens.access_token, tokens.id_token]) await assertDead(token, 'elsewhere', { on: other });
      assertOAuthError(
        await postToken(other, refreshForm(tokens.refresh_token), { key: member }),
        400,
        'invalid_grant',
      );
      assert.equal((await userinfo(context.server, tokens.access_token)).status, 200);
    } finally {
      await other.stop();
    }
  });

  test('case 30: a client that was disabled since, and one that is gone', async () => {
    const { server } = context;
    await server.createClient(publicClient('switched'));
    const tokens = await newTokens({ client_id: 'switched', ...offline });
    await server.admin('PATCH', '/admin/clients/switched', { json: { disabled: true } });
    await assertDead(tokens.access_token, 'disabled');
    assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token, 'switched')), 401, 'invalid_client');
    await server.admin('PATCH', '/admin/clients/switched', { json: { disabled: false } });
    assert.equal((await userinfo(server, tokens.access_token)).status, 200, 'it comes back with its client');
    await server.admin('DELETE', '/admin/clients/switched');
    await assertDead(tokens.access_token, 'gone');
  });

  test('case 30: introspection of a disabled client’s own token', async () => {
    const { server } = context;
    const key = new Key();
    await server.createClient(sigmaClient('resource', new Key(), { member_pubkeys: [key.pubkey] }));
    const grant = await getCode(server, await newPerson(server), { client_id: 'resource' });
    const tokens = await exchange(server, grant, { key });
    assert.ok(await isActive(server, tokens.access_token, { clientId: 'resource', key }));
    await server.admin('PATCH', '/admin/clients/resource', { json: { disabled: true } });
    const answer = await introspect(server, tokens.access_token, { clientId: 'resource', key });
    assertOAuthError(answer, 401, 'invalid_client');
  });

  test('case 30: a person who was switched off since', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const tokens = await newTokens(offline, person);
    const code = await getCode(server, person);
    await server.admin('PATCH', `/admin/users/${person.userId}`, { json: { disabled: true } });
    await assertDead(tokens.access_token, 'disabled');
    assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token), { key: member }), 400, 'invalid_grant');
    assertOAuthError(await postToken(server, exchangeForm(code), { key: member }), 400, 'invalid_grant');
    assert.equal(await person.session(server), null);
    assert.equal((await person.trySignIn(server)).status, 403);
  });

  test('case 31: an opaque token that is cut, prefixed, extended, or changed by one bit anywhere', async () => {
    const { server } = context;
    const { access_token: token } = await newTokens();
    const changed = [...token].flatMap((_, at) =>
      [1, 2, 32].map((bit) => {
        const bytes = Buffer.from(token, 'latin1');
        bytes[at] ^= bit;
        return bytes.toString('latin1');
      }),
    );
    const wrong = [
      ...changed,
      token.slice(0, -1),
      token.slice(1),
      token.slice(0, 32),
      token.slice(0, 1),
      `x${token}`,
      `${token}x`,
      `${token}=`,
      `${token}.`,
      `${token},`,
      `${token}${token}`,
      `${token} ${token}`,
      `"${token}"`,
      swapCase(token),
      'x'.repeat(5000),
    ];
    for (const [i, text] of wrong.entries()) {
      if (!/^[\x21-\x7e ]+$/.test(text)) continue; // no header value at all
      const answer = await userinfo(server, text);
      assert.equal(answer.status, 401, `${text}: ${answer.describe()}`);
      assert.equal(answer.json.error, 'invalid_token', text);
      if (i % 16 === 0) assert.equal(await isActive(server, text, { key: member }), false, text);
      if (i % 16 === 0) await revoke(server, text, { key: member });
    }
    const inForm = await userinfo(server, undefined, { method: 'POST', form: { access_token: `${token}\u0001` } });
    assertOAuthError(inForm, 401, 'invalid_token');
    assert.equal((await userinfo(server, token)).status, 200, 'nothing of that revoked the token itself');
  });

  test('case 34: introspection without authentication, by public clients, by strangers', async () => {
    const { server } = context;
    const tokens = await newTokens();
    const described = await introspect(server, tokens.access_token, { key: member });
    assert.equal(described.json.active, true, described.describe());
    for (const name of ['access_token', 'refresh_token']) {
      const token = tokens[name];
      for (const [what, options] of Object.entries({
        'no X-Auth-Token': {},
        'another client’s key': { key: otherMember },
        'a key of nobody': { key: new Key() },
        'a secret it does not have': { form: { client_secret: 'secret' } },
        'a client that is unknown': { clientId: 'no-such-app', key: member },
        'a public client': { clientId: 'public-app' },
      })) {
        const answer = await introspect(server, token, options);
        assert.equal(answer.status, 401, `${what}: ${answer.describe()}`);
        assert.equal(answer.json.error, 'invalid_client', what);
        assert.equal(answer.json.active, undefined, what);
      }
      const anonymous = await introspect(server, token, { clientId: null });
      assertOAuthError(anonymous, 401, 'invalid_client');
      const bearer = await introspect(server, token, { clientId: null, headers: { authorization: `Bearer ${token}` } });
      assertOAuthError(bearer, 401, 'invalid_client');
      const foreign = await introspect(server, token, { clientId: 'other-app', key: otherMember });
      assert.deepEqual([foreign.status, foreign.json], [200, { active: false }], foreign.describe());
      const unknown = await introspect(server, 'unknown', { clientId: 'other-app', key: otherMember });
      assert.equal(unknown.text, foreign.text, 'a foreign token looks like one that does not exist');
    }
  });

  test('case 35: a token in the URL, and a token in two places', async () => {
    const { server } = context;
    const { access_token: token } = await newTokens();
    const form = { access_token: token };
    assert.equal((await userinfo(server, undefined, { method: 'POST', form })).status, 200);
    for (const method of ['GET', 'POST']) {
      const inQuery = await server.request(method, `${userinfoPath}?access_token=${token}`);
      assertOAuthError(inQuery, 400, 'invalid_request', /not in the URL/);
    }
    const bearer = { authorization: `Bearer ${token}` };
    const queryAndHeader = await server.request('GET', `${userinfoPath}?access_token=${token}`, { headers: bearer });
    assertOAuthError(queryAndHeader, 400, 'invalid_request');
    assertOAuthError(await userinfo(server, token, { method: 'POST', form }), 400, 'invalid_request', /once/);
    assertOAuthError(
      await userinfo(server, undefined, { method: 'POST', form: [...Object.entries(form), ...Object.entries(form)] }),
      400,
      'invalid_request',
    );
    const twice = await userinfo(server, undefined, {
      headers: { authorization: [bearer.authorization, bearer.authorization] },
    });
    assert.ok([400, 401].includes(twice.status), twice.describe());
    const json = await userinfo(server, undefined, { method: 'POST', json: form });
    assert.equal(json.status, 415, json.describe());
    const none = await userinfo(server);
    assertOAuthError(none, 401, 'invalid_request');
    assert.match(none.headers['www-authenticate'], /^Bearer resource_metadata="[^"]+"$/);
    for (const scheme of ['Basic', 'Token', 'Bearer,', 'DPoP']) {
      const answer = await userinfo(server, undefined, { headers: { authorization: `${scheme} ${token}` } });
      assert.equal(answer.status, 401, `${scheme}: ${answer.describe()}`);
    }
  });
});
