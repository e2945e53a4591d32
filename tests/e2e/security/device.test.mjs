// The device flow under those who poll too much, guess codes, or want somebody else's yes: security cases 18, 37–43.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { answer, begin, clients, elsewhere, env, grantType, look, member, poll, start } from '../support/device.mjs';
import { assertOAuthError, claimsOf, postToken, userinfo } from '../support/oauth.mjs';
import { newPerson, Person } from '../support/person.mjs';
import { sanitized } from '../support/sanitized.mjs';
import { startServer } from '../support/server.mjs';
import { forEachStore } from '../support/stores.mjs';

const secretClient = {
  client_id: 'kiosk',
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: [grantType],
  scope: 'openid',
};

forEachStore('device flow under attack', { clients, env }, (context) => {
  before(async () => {
    context.peer = await startServer({ peerOf: context.server, env });
  });
  after(() => context.peer?.stop());

  test('case 38: a poll too early is slowed down; final answers stay', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const codes = await begin(server);
    assertOAuthError(await poll(server, codes), 400, 'authorization_pending');
    assertOAuthError(await poll(server, codes), 400, 'slow_down', /10 seconds/);
    assertOAuthError(await poll(server, codes), 400, 'slow_down', /15 seconds/);
    assert.equal((await answer(server, person, 'deny', codes.user_code)).status, 200);
    assertOAuthError(await poll(server, codes), 400, 'access_denied');
    assertOAuthError(await poll(server, codes), 400, 'access_denied');

    const used = await begin(server);
    await answer(server, person, 'approve', used.user_code);
    assert.equal((await poll(server, used)).status, 200);
    assertOAuthError(await poll(server, used), 400, 'invalid_grant');
  });

  test('case 38: the interval is kept across nodes and grows by five seconds each time', async () => {
    const { server, peer } = context;
    const codes = await begin(server);
    assert.equal(codes.interval, 5);
    assertOAuthError(await poll(server, codes), 400, 'authorization_pending');
    for (const [i, on] of [peer, server, peer].entries()) {
      assertOAuthError(await poll(on, codes), 400, 'slow_down', new RegExp(`${10 + 5 * i} seconds`));
    }
    const elsewhere = { grant_type: grantType, device_code: codes.device_code, client_id: 'television' };
    assertOAuthError(await postToken(server, elsewhere), 400, 'slow_down', /25 seconds/);
    const person = await newPerson(peer);
    assert.equal((await answer(peer, person, 'approve', codes.user_code)).status, 200);
    assert.equal((await poll(server, codes)).status, 200, 'who polls after the yes gets the tokens');
    for (const on of [server, peer]) assertOAuthError(await poll(on, codes), 400, 'invalid_grant');
  });

  test('case 38: fifty polls at the same time after the yes: one answer', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const codes = await begin(server);
    await answer(server, person, 'approve', codes.user_code);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => poll(i % 2 ? context.peer : server, codes)));
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 1, answers.map(({ status }) => status).join(' '));
    for (const other of answers) if (other.status !== 200) assertOAuthError(other, 400, 'invalid_grant');
    assert.equal((await userinfo(server, good[0].json.access_token)).status, 200);
  });

  test('case 39: a code is bound to its client, and a client with a key must sign', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const codes = await begin(server);
    await answer(server, person, 'approve', codes.user_code);
    assertOAuthError(await poll(server, codes, { client_id: 'radio' }), 400, 'invalid_grant');
    assert.equal((await poll(server, codes)).status, 200);

    assertOAuthError(await start(server, { client_id: 'robot' }), 400, 'invalid_client');
    const signed = (path, json) => {
      const body = JSON.stringify(json);
      return server.request('POST', path, {
        body,
        headers: { 'content-type': 'application/json', 'x-auth-token': member.token(path, { body }) },
      });
    };
    const started = await signed('/api/auth/device/code', { client_id: 'robot' });
    assert.equal(started.status, 200, started.describe());
    await answer(server, person, 'approve', started.json.user_code);
    const request = { grant_type: grantType, device_code: started.json.device_code, client_id: 'robot' };
    assertOAuthError(await server.request('POST', '/api/auth/device/token', { json: request }), 401, 'invalid_client');
    const tokens = await signed('/api/auth/device/token', request);
    assert.equal(tokens.status, 200, tokens.describe());
  });

  test('case 39: a client with a secret must show it, at the start and at the poll', async () => {
    const { server } = context;
    const { client_secret } = await server.createClient(secretClient);
    const device = { client_id: 'kiosk' };
    for (const wrong of [{}, { client_secret: 'x' }, { client_secret: `${client_secret}x` }]) {
      assertOAuthError(await start(server, { ...device, ...wrong }), 400, 'invalid_client');
    }
    const codes = await begin(server, { ...device, client_secret });
    await answer(server, await newPerson(server), 'approve', codes.user_code);
    for (const wrong of [{}, { client_secret: 'x' }]) {
      assertOAuthError(await poll(server, codes, { ...device, ...wrong }), 401, 'invalid_client');
      const form = { grant_type: grantType, device_code: codes.device_code, ...device, ...wrong };
      assertOAuthError(await postToken(server, form), 401, 'invalid_client');
    }
    assertOAuthError(await poll(server, codes, { client_id: 'radio' }), 400, 'invalid_grant');
    assert.equal((await poll(server, codes, { ...device, client_secret })).status, 200);
  });

  test('case 18: a poll cannot ask for more than was allowed', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const codes = await begin(server, { client_id: 'television', scope: 'openid' });
    await answer(server, person, 'approve', codes.user_code);
    assertOAuthError(await poll(server, codes, { scope: 'openid email' }), 400, 'invalid_scope');
    assert.equal((await poll(server, codes)).json.scope, 'openid');
  });

  test('case 40: nothing but the person on our own page can answer', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const stranger = await newPerson(server);
    const { user_code: userCode, ...codes } = await begin(server);
    for (const what of ['approve', 'deny']) {
      const path = `/api/auth/device/${what}`;
      const post = (who, options) => who.request(server, 'POST', path, options);
      const target = `${path}?userCode=${userCode}&user_code=${userCode}`;
      for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
        assert.notEqual((await person.request(server, method, target)).status, 200, `by ${method}`);
      }
      const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'https://evil.example', ...crossSite },
        { origin: 'null' },
        { origin: `${server.base}.evil.example` },
        { origin: server.base.replace('http:', 'https:') },
        { origin: '' },
        { origin: undefined },
      ]) {
        const sent = Object.fromEntries(
          Object.entries({ cookie: person.jar.header(), ...headers }).filter(([, v]) => v !== undefined),
        );
        const refused = await server.request('POST', path, { json: { userCode }, headers: sent });
        assert.equal(refused.status, 403, `${JSON.stringify(headers)}: ${refused.describe()}`);
        assert.match(refused.json.error, /origin/);
      }
      // What a form of another site can send, even with our own Origin: no JSON, so no answer.
      const form = await post(person, { form: { userCode } });
      assertOAuthError(form, 415, 'invalid_request');
      for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/jsonx', undefined]) {
        const body = JSON.stringify({ userCode });
        const refused = await post(person, { body, headers: type ? { 'content-type': type } : {} });
        assertOAuthError(refused, 415, 'invalid_request');
      }
      // No session, a session somebody made up, one that has ended, and a cookie beside a foreign bearer token.
      assertOAuthError(await server.request('POST', path, { json: { userCode } }), 401, 'unauthorized');
      const made = person.jar.header().replace(/=.{8}/, '=AAAAAAAA');
      const forged = await server.request('POST', path, {
        json: { userCode },
        headers: { cookie: made, origin: server.base },
      });
      assertOAuthError(forged, 401, 'unauthorized');
      const gone = new Person();
      await gone.signIn(server);
      const old = gone.jar.header();
      await gone.request(server, 'POST', '/api/auth/sign-out', { json: {} });
      const ended = await server.request('POST', path, {
        json: { userCode },
        headers: { cookie: old, origin: server.base },
      });
      assertOAuthError(ended, 401, 'unauthorized');
      if (what === 'approve') {
        const unowned = await answer(server, person, what, userCode, { bapId: stranger.bapId });
        assertOAuthError(unowned, 403, 'access_denied');
      }
    }
    assertOAuthError(await poll(server, codes), 400, 'authorization_pending');
    assert.equal((await look(server, person, userCode)).json.status, 'pending', 'and nothing has changed');
    assert.equal((await answer(server, person, 'approve', userCode)).status, 200);
  });

  test('case 40: the session in the cookie is the one that answers', async () => {
    const { server } = context;
    const [person, other] = [await newPerson(server), await newPerson(server)];
    const codes = await begin(server);
    await answer(
      server,
      person,
      'approve',
      codes.user_code,
      {},
      { headers: { authorization: `Bearer ${other.sessionToken}` } },
    );
    const tokens = (await poll(server, codes)).json;
    assert.equal(claimsOf(tokens.id_token).sub, person.userId);
  });

  test('case 41: looking at verification_uri_complete answers nothing', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const codes = await begin(server);
    const { pathname, search } = new URL(codes.verification_uri_complete);
    for (const target of [pathname + search, `/device?user_code=${codes.user_code}`, '/device']) {
      for (const headers of [{}, { accept: 'application/json' }, { 'sec-fetch-mode': 'cors' }]) {
        const page = await person.request(server, 'GET', target, { headers });
        assert.equal(page.status, 200, page.describe());
        assert.match(page.headers['content-type'], /^text\/html/);
        assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
        assert.equal(page.headers['x-frame-options'], 'DENY');
      }
    }
    assertOAuthError(await poll(server, codes), 400, 'authorization_pending');
    assert.equal((await look(server, person, codes.user_code)).json.status, 'pending');
  });

  test('case 37: unknown and used codes get one answer', async () => {
    const { server } = context;
    const headers = elsewhere();
    const [person, other] = [await newPerson(server), await newPerson(server)];
    const used = await begin(server);
    await answer(server, person, 'approve', used.user_code, {}, { headers });
    const seen = (userCode) => other.request(server, 'GET', `/api/auth/device?user_code=${userCode}`, { headers });
    const refused = [
      await seen('ABCD-2345'),
      await seen(used.user_code),
      await seen('nonsense'),
      await answer(server, other, 'approve', used.user_code, {}, { headers }),
      await answer(server, person, 'approve', used.user_code, {}, { headers }),
    ];
    for (const each of refused) {
      assertOAuthError(each, 400, 'invalid_request');
      assert.equal(each.text, refused[0].text);
    }
  });

  test('case 37: wrong codes from everywhere raise an alarm', async () => {
    const { server } = context;
    const guess = () => server.request('GET', '/api/auth/device?user_code=ABCD-2345', { headers: elsewhere() });
    const guesses = await Promise.all(Array.from({ length: 250 }, guess));
    for (const one of guesses) assertOAuthError(one, 400, 'invalid_request');
    await server.logWritten();
    const alarms = server.logs.filter((entry) => (entry.event ?? entry.msg) === 'device_user_codes_guessed');
    assert.ok(alarms.length > 0, 'no network was throttled, but somebody hears of it');
  });

  test('case 37: five wrong codes and the sixth waits', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const codes = await begin(server);
    const from = elsewhere();
    for (let i = 0; i < 5; ++i)
      assertOAuthError(
        await answer(server, person, 'approve', `ABCD-234${i + 2}`, {}, { headers: from }),
        400,
        'invalid_request',
      );
    for (const headers of [from, elsewhere()]) {
      const throttled = await answer(server, person, 'approve', codes.user_code, {}, { headers });
      assertOAuthError(throttled, 429, 'too_many_requests');
      assert.ok(Number(throttled.headers['retry-after']) > 0, throttled.describe());
      assert.equal(throttled.headers['x-retry-after'], throttled.headers['retry-after'], 'contract §6: both');
    }
    const stranger = await newPerson(server);
    assert.equal(
      (await answer(server, stranger, 'approve', codes.user_code, {}, { headers: from })).status,
      429,
      'the network waits too',
    );
    assert.equal(
      (await answer(server, stranger, 'approve', codes.user_code, {}, { headers: elsewhere() })).status,
      200,
    );
  });

  test('case 42: what was approved is what is delivered', async () => {
    const { server } = context;
    const person = await newPerson(server);
    for (const scope of ['openid', 'openid profile', 'openid offline_access']) {
      const codes = await begin(server, { client_id: 'television', scope });
      const seen = (await look(server, person, codes.user_code)).json;
      assert.equal(seen.scope, scope);
      await answer(server, person, 'approve', codes.user_code);
      const tokens = (await poll(server, codes)).json;
      assert.equal(tokens.scope, scope);
      assert.equal('refresh_token' in tokens, scope.includes('offline_access'));
      const claims = (await userinfo(server, tokens.access_token)).json;
      assert.equal('name' in claims, scope.includes('profile'));
    }
  });

  test('case 42: an application that was switched off cannot be approved, nor deliver', async () => {
    const { server } = context;
    const person = await newPerson(server);
    await server.createClient({ ...clients[1], client_id: 'switched' });
    const [one, other] = [
      await begin(server, { client_id: 'switched' }),
      await begin(server, { client_id: 'switched' }),
    ];
    await answer(server, person, 'approve', one.user_code);
    await server.admin('PATCH', '/admin/clients/switched', { json: { disabled: true } });
    assertOAuthError(await answer(server, person, 'approve', other.user_code), 403, 'access_denied');
    assertOAuthError(await poll(server, one, { client_id: 'switched' }), 401, 'invalid_client');
    assertOAuthError(await start(server, { client_id: 'switched' }), 400, 'invalid_client');
  });

  test('case 42: a person who was switched off: access_denied', async () => {
    const { server } = context;
    const [before, late] = [await newPerson(server), await newPerson(server)];
    const [approved, pending] = [await begin(server), await begin(server)];
    await answer(server, before, 'approve', approved.user_code);
    for (const { userId } of [before, late]) await server.admin('PATCH', `/admin/users/${userId}`, { json: { disabled: true } });
    for (let i = 0; i < 2; ++i) assertOAuthError(await poll(server, approved), 400, 'access_denied');
    assertOAuthError(await answer(server, late, 'approve', pending.user_code), 401, 'unauthorized');
    assertOAuthError(await poll(server, pending), 400, 'authorization_pending');
  });

  test('case 43: ten thousand starts from one address: 429, and memory is flat', async () => {
    const { server } = context;
    const headers = elsewhere();
    const begun = () => server.request('POST', '/api/auth/device/code', { json: { client_id: 'television' }, headers });
    const tally = {};
    const residentKb = async () => {
      const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
    };
    let kbAfterTheFirst;
    const since = Date.now();
    for (let round = 0; round < 100; ++round) {
      for (const one of await Promise.all(Array.from({ length: 100 }, begun))) {
        tally[one.status] = (tally[one.status] ?? 0) + 1;
        if (one.status === 200) continue;
        assertOAuthError(one, 429, 'too_many_requests');
        assert.ok(Number(one.headers['retry-after']) > 0, one.describe());
      }
      if (round === 9) kbAfterTheFirst = await residentKb();
    }
    assert.equal(tally[200] + tally[429], 10_000);
    const seconds = (Date.now() - since) / 1000;
    assert.ok(tally[200] <= 61 + seconds, `sixty, and then one a second: ${tally[200]} in ${seconds} s`);
    const grown = (await residentKb()) - kbAfterTheFirst;
    if (!sanitized) assert.ok(grown < 8 * 1024, `nine thousand refusals cost ${grown} KB`);
    assert.equal((await start(server)).status, 200, 'others may');
  });
});
