// Sign-in with a key, the session cookie, get-session, sign-out: sigma-contract.md §6 with §1.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertApiError } from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, sessionCookie, signInPath } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const trusted = 'https://trusted.example.com';

forEachStore('sign-in', { env: { SIGMA_TRUSTED_ORIGINS: trusted } }, (context) => {
  for (const scheme of ['brc77', 'bsm']) {
    test(`${scheme}: the first sign-in creates the user, the second finds it`, async () => {
      const { server } = context;
      const person = new Person();
      const first = await person.signIn(server, { scheme });
      assert.deepEqual(Object.keys(first.json).sort(), ['token', 'user']);
      assert.equal(first.json.user.pubkey, person.pubkey);
      assert.equal(first.json.user.name, person.address);
      assert.match(first.json.user.id, /^\S+$/);
      const second = await person.signIn(server, { scheme });
      assert.equal(second.json.user.id, first.json.user.id);
      assert.notEqual(second.json.token, first.json.token);
    });
  }

  test('both schemes of one key are one user', async () => {
    const person = new Person();
    const one = await person.signIn(context.server, { scheme: 'brc77' });
    const other = await person.signIn(context.server, { scheme: 'bsm' });
    assert.equal(one.json.user.id, other.json.user.id);
  });

  test('the cookie has the name, attributes and value form that clients know', async () => {
    const { server } = context;
    const answer = await new Person().signIn(server);
    const cookie = answer.cookies.get(sessionCookie);
    assert.ok(cookie, answer.describe());
    const { 'max-age': maxAge, path, httponly, samesite, secure, domain } = cookie.attributes;
    assert.deepEqual(
      { maxAge, path, httponly, samesite: String(samesite).toLowerCase(), secure, domain },
      { maxAge: '604800', path: '/', httponly: true, samesite: 'lax', secure: undefined, domain: undefined },
    );
    const value = decodeURIComponent(cookie.value);
    assert.equal(encodeURIComponent(value), cookie.value, 'percent-encoded');
    const [token, mac] = [value.slice(0, value.indexOf('.')), value.slice(value.indexOf('.') + 1)];
    assert.equal(token, answer.json.token);
    assert.match(token, /^[A-Za-z0-9]{32}$/);
    assert.match(mac, /^[A-Za-z0-9+/]{43}=$/);
    assert.equal(decodeURIComponent(answer.headers['set-auth-token']), value, 'repeated for the bearer plugin');
  });

  test('a body may be unsigned, signed, absent, a form, or hold members we do not know', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const signed = JSON.stringify({ bapId: person.bapId });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const table = [
      { body: '{}' },
      { body: '{}', signed: '{}' },
      { body: signed },
      { body: signed, signed },
      { body: undefined, headers: { 'content-type': undefined } },
      { body: '', headers: form },
      { body: `bapId=${person.bapId}`, headers: form },
      { body: `bapId=${person.bapId}`, signed: `bapId=${person.bapId}`, headers: form },
      { body: '{"unknown":{"a":[1,null]},"more":5}' },
    ];
    for (const given of table) {
      if (given.headers)
        Object.keys(given.headers).forEach((k) => given.headers[k] === undefined && delete given.headers[k]);
      for (const scheme of ['brc77', 'bsm']) {
        const body = 'body' in given ? given.body : '{}';
        const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...given.headers };
        const token = person.token(signInPath, { scheme, body: given.signed, timestamp: distinctTime() });
        const answer = await server.request('POST', signInPath, {
          body,
          headers: { ...headers, 'x-auth-token': token },
        });
        assert.equal(answer.status, 200, `${scheme} ${JSON.stringify(given)}: ${answer.describe()}`);
        assert.equal(answer.json.user.id, person.userId);
      }
    }
  });

  test('no token: 401 NO_AUTH_TOKEN_PROVIDED', async () => {
    const answer = await context.server.request('POST', signInPath, { json: {} });
    assertApiError(answer, 401, 'NO_AUTH_TOKEN_PROVIDED');
  });

  test('malformed tokens: 400 INVALID_AUTH_TOKEN_FORMAT', async () => {
    const { server } = context;
    const key = new Key();
    const [pubkey, scheme, time, path, signature] = key.token(signInPath, { timestamp: distinctTime() }).split('|');
    const join = (...parts) => parts.join('|');
    const table = {
      word: 'abc',
      'four fields': join(pubkey, scheme, time, path),
      'six fields': join(pubkey, scheme, time, path, signature, ''),
      'a path with a separator': join(pubkey, scheme, time, `${path}|x`, signature),
      'unknown scheme': join(pubkey, 'foo', time, path, signature),
      'scheme in capitals': join(pubkey, 'BRC77', time, path, signature),
      'empty key': join('', scheme, time, path, signature),
      'empty scheme': join(pubkey, '', time, path, signature),
      'empty signature': join(pubkey, scheme, time, path, ''),
      'empty path': join(pubkey, scheme, time, '', signature),
      'only separators': '||||',
    };
    for (const [name, token] of Object.entries(table)) {
      const answer = await new Person().trySignIn(server, { token });
      assertApiError(answer, 400, 'INVALID_AUTH_TOKEN_FORMAT', /\w+ \w+/);
      assert.ok(answer.cookies.size === 0, name);
    }
  });

  test('keys and signatures that do not parse are refused, never a 500', async () => {
    const { server } = context;
    const key = new Key();
    const [pubkey, , time, path, signature] = key.token(signInPath, { timestamp: distinctTime() }).split('|');
    const uncompressed = key.privateKey.toPublicKey().encode(false, 'hex');
    const zeros = Buffer.alloc(65).toString('base64');
    for (const scheme of ['brc77', 'bsm']) {
      const table = {
        'uncompressed key': [uncompressed, scheme, time, path, signature],
        'key off the curve': [`02${'0'.repeat(62)}05`, scheme, time, path, signature],
        'key with another prefix': [`05${pubkey.slice(2)}`, scheme, time, path, signature],
        'short key': [pubkey.slice(0, 64), scheme, time, path, signature],
        'key that is no hex': ['z'.repeat(66), scheme, time, path, signature],
        'AAAA as signature': [pubkey, scheme, time, path, 'AAAA'],
        'signature that is no base64': [pubkey, scheme, time, path, '!!!!'],
        'signature of zeros': [pubkey, scheme, time, path, zeros],
        'cut signature': [pubkey, scheme, time, path, signature.slice(0, 40)],
        'base64 with a blank': [pubkey, scheme, time, path, `${signature.slice(0, 8)} ${signature.slice(8)}`],
        '6 KB signature': [pubkey, scheme, time, path, 'A'.repeat(6 * 1024)],
      };
      for (const [name, parts] of Object.entries(table)) {
        const answer = await new Person().trySignIn(server, { token: parts.join('|') });
        assert.ok([400, 401].includes(answer.status), `${scheme}, ${name}: ${answer.describe()}`);
        assert.ok(
          ['INVALID_AUTH_TOKEN_FORMAT', 'INVALID_AUTH_TOKEN_SIGNATURE'].includes(answer.json?.code),
          `${scheme}, ${name}: ${answer.describe()}`,
        );
        assert.ok(answer.json.message, name);
        assert.equal(answer.cookies.size, 0, name);
      }
    }
  });

  test('an upper-case key is the same key', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const token = person.token(signInPath, { scheme: 'bsm', timestamp: distinctTime() });
    const answer = await person.trySignIn(server, { token: token.slice(0, 66).toUpperCase() + token.slice(66) });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.user.id, person.userId);
    assert.equal(answer.json.user.pubkey, person.pubkey);
  });

  test('a token for another path or another body: 401, and the message says which', async () => {
    const { server } = context;
    for (const scheme of ['brc77', 'bsm']) {
      for (const path of [
        '/sign-in/sigma',
        `${signInPath}/`,
        `${signInPath}?x=1`,
        '/api/auth/oauth2/token',
        '/api/auth/sign%2Din/sigma',
      ]) {
        const person = new Person();
        const token = person.token(path, { scheme, timestamp: distinctTime() });
        assertApiError(await person.trySignIn(server, { token }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /path/i);
      }
      const person = new Person();
      const answer = await person.trySignIn(server, { scheme, signed: '{"bapId":"other"}' });
      assertApiError(answer, 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /body|signature/i);
      const removed = await person.trySignIn(server, { scheme, signed: '{"bapId":"other"}', body: '' });
      assertApiError(removed, 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /body|signature/i);
    }
  });

  test('two X-Auth-Token headers are refused', async () => {
    const person = new Person();
    const tokens = [distinctTime(), distinctTime()].map((timestamp) => person.token(signInPath, { timestamp }));
    const answer = await person.trySignIn(context.server, { headers: { 'x-auth-token': tokens } });
    assert.equal(answer.status, 400, answer.describe());
    assert.ok(answer.json?.message, answer.describe());
  });

  test('bapId: empty names nobody, as everywhere', async () => {
    const person = new Person();
    const answer = await person.trySignIn(context.server, { body: '{"bapId":""}' });
    assert.equal(answer.status, 200, answer.describe());
  });

  test('bapId: of another type is VALIDATION_ERROR', async () => {
    for (const body of ['{"bapId":5}', '{"bapId":null}', '{"bapId":["x"]}', '{"bapId":{}}', '{"bapId":true}']) {
      const answer = await new Person().trySignIn(context.server, { body });
      assertApiError(answer, 400, 'VALIDATION_ERROR', /bapId/);
    }
  });

  test("bapId: one's own becomes the active identity, somebody else's never does", async () => {
    const { server } = context;
    const person = new Person();
    await person.signIn(server, { body: JSON.stringify({ bapId: person.bapId }) });
    assert.equal((await person.session(server)).session.activeOrganizationId, person.bapId);

    const owner = await newPerson(server);
    for (const wanted of [owner.bapId, new Key().bapId, 'nonsense']) {
      const thief = new Person();
      const body = JSON.stringify({ bapId: wanted });
      const answer = await thief.trySignIn(server, { body, signed: body });
      assert.ok([200, 403].includes(answer.status), answer.describe());
      if (answer.status === 403) {
        assert.match(answer.json.code, /^(BAP_OWNERSHIP_FAILED|RESTORE_PROFILE_NOT_FOUND|USER_NOT_FOUND)$/);
      } else {
        thief.jar.absorb(answer);
        assert.notEqual((await thief.session(server)).session.activeOrganizationId, wanted);
      }
    }
  });

  test('get-session: by cookie and by bearer token, and null without', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const byCookie = await person.request(server, 'GET', '/api/auth/get-session');
    assert.equal(byCookie.status, 200);
    assert.match(byCookie.headers['cache-control'], /no-store/);
    const { session, user } = byCookie.json;
    assert.equal(session.userId, person.userId);
    assert.equal(session.token, person.sessionToken);
    assert.equal(session.activeOrganizationId, person.bapId, 'the only identity is selected');
    for (const name of ['expiresAt', 'createdAt', 'updatedAt']) {
      assert.match(session[name], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    const lifetime = Date.parse(session.expiresAt) - Date.parse(session.createdAt);
    assert.equal(Math.round(lifetime / 1000), 604800);
    assert.ok('ipAddress' in session && 'userAgent' in session && session.id);
    assert.equal(user.id, person.userId);
    assert.equal(user.pubkey, person.pubkey);
    assert.equal(user.emailVerified, false);
    assert.equal(user.email ?? null, null);
    assert.ok('image' in user && user.name && user.createdAt && user.updatedAt);

    const byBearer = await server.request('GET', '/api/auth/get-session', {
      headers: { authorization: `Bearer ${person.sessionToken}` },
    });
    assert.deepEqual(byBearer.json?.session.id, session.id);

    const none = await server.request('GET', '/api/auth/get-session');
    assert.equal(none.status, 200);
    assert.equal(none.text, 'null');
    assert.match(none.headers['cache-control'], /no-store/);
  });

  test('get-session: a cookie that we did not sign is no session', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const value = decodeURIComponent(person.jar.get(sessionCookie));
    const [token, mac] = value.split('.');
    const flipped = `${mac[0] === 'A' ? 'B' : 'A'}${mac.slice(1)}`;
    const forged = [
      token,
      `${token}.`,
      `${token}.${flipped}`,
      `${token.slice(0, -1)}.${mac}`,
      `${value}x`,
      '.',
      '',
      'x'.repeat(4000),
    ];
    for (const cookie of forged) {
      const answer = await server.request('GET', '/api/auth/get-session', {
        headers: { cookie: `${sessionCookie}=${encodeURIComponent(cookie)}` },
      });
      assert.equal(answer.status, 200, `${cookie}: ${answer.describe()}`);
      assert.equal(answer.text, 'null', cookie);
    }
    const bearer = await server.request('GET', '/api/auth/get-session', {
      headers: { authorization: `Bearer ${token}x` },
    });
    assert.equal(bearer.text, 'null');
  });

  test('sign-out ends the session for cookie and bearer, and clears the cookies', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const before = person.jar.header();
    const answer = await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    assert.equal(answer.status, 200, answer.describe());
    assert.deepEqual(answer.json, { success: true });
    for (const name of [sessionCookie, 'better-auth.session_data', 'better-auth.dont_remember']) {
      assert.equal(answer.cookies.get(name)?.value, '', `${name}: ${answer.describe()}`);
      assert.equal(answer.cookies.get(name).attributes['max-age'], '0');
      assert.equal(answer.cookies.get(name).attributes.path, '/');
    }
    for (const headers of [{ cookie: before }, { authorization: `Bearer ${person.sessionToken}` }]) {
      assert.equal((await server.request('GET', '/api/auth/get-session', { headers })).text, 'null');
    }
  });

  test('sign-out leaves other sessions of the person alone', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const other = new Person(person.privateKey);
    await other.signIn(server);
    await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    assert.equal((await other.session(server))?.session.userId, person.userId);
  });

  test('signing in with a session at hand gives a new session id (fixation)', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const answer = await person.trySignIn(server, { headers: { cookie: person.jar.header(), origin: server.base } });
    assert.equal(answer.status, 200, answer.describe());
    assert.notEqual(answer.json.token, person.sessionToken);
  });

  test('Origin is checked when a cookie comes along', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const out = (origin) =>
      server.request('POST', '/api/auth/sign-out', {
        json: {},
        headers: { cookie: person.jar.header(), ...(origin === undefined ? {} : { origin }) },
      });
    const host = new URL(server.base).host;
    for (const origin of [
      'https://evil.example',
      `https://${host}`,
      `${server.base}.evil.example`,
      `http://evil.example/?${server.base}`,
      `${trusted}.evil.example`,
      trusted.replace('https', 'http'),
      `${trusted}:8443`,
    ]) {
      assertApiError(await out(origin), 403, 'INVALID_ORIGIN');
    }
    assertApiError(await out('null'), 403, 'MISSING_OR_NULL_ORIGIN');
    assertApiError(await out(undefined), 403, 'MISSING_OR_NULL_ORIGIN');
    assert.ok((await person.session(server))?.session, 'the session survived all of them');
    assert.equal((await out(trusted)).status, 200, 'a trusted origin may');
  });

  test('without a cookie the origin does not matter', async () => {
    const answer = await new Person().trySignIn(context.server, { headers: { origin: 'https://evil.example' } });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  });

  test('a trailing slash is accepted, the token stays the one for the canonical path', async () => {
    const { server } = context;
    const person = new Person();
    const answer = await server.request('POST', `${signInPath}/`, {
      json: {},
      headers: { 'x-auth-token': person.token(signInPath, { timestamp: distinctTime() }) },
    });
    assert.equal(answer.status, 200, answer.describe());
    person.jar.absorb(answer);
    const session = await person.request(server, 'GET', '/api/auth/get-session/');
    assert.equal(session.json?.user.pubkey, person.pubkey);
  });

  test('wrong methods are 405 with Allow, unknown paths 404, both with words', async () => {
    const { server } = context;
    const table = [
      ['GET', signInPath, 'POST'],
      ['PUT', signInPath, 'POST'],
      ['DELETE', '/api/auth/get-session', 'GET'],
      ['GET', '/api/auth/sign-out', 'POST'],
    ];
    for (const [method, path, allowed] of table) {
      const answer = await server.request(method, path);
      assert.equal(answer.status, 405, answer.describe());
      assert.ok(answer.headers.allow?.split(/,\s*/).includes(allowed), answer.describe());
      assert.ok(answer.json?.message ?? answer.json?.error, answer.describe());
    }
    for (const path of ['/api/auth/nope', '/api/nope', '/api/auth/', '/api/auth/sigma/callback']) {
      const answer = await server.request('GET', path);
      assert.equal(answer.status, 404, answer.describe());
      assert.ok(answer.json?.message ?? answer.json?.error, answer.describe());
    }
  });

  test('GET /api/auth/ok', async () => {
    const answer = await context.server.request('GET', '/api/auth/ok');
    assert.deepEqual([answer.status, answer.json], [200, { ok: true }], answer.describe());
  });
});
