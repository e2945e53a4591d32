// The device flow under those who poll too much, guess codes, or want somebody else's yes. Security cases 18, 37–41, 43.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, begin, clients, elsewhere, env, grantType, look, member, poll, start } from '../support/device.mjs';
import { assertOAuthError, userinfo } from '../support/oauth.mjs';
import { Key, newPerson } from '../support/person.mjs';
import { forEachStore } from '../support/stores.mjs';

forEachStore('device flow under attack', { clients, env }, (context) => {
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

  test('case 38: fifty polls at the same time after the yes: one answer', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const codes = await begin(server);
    await answer(server, person, 'approve', codes.user_code);
    const answers = await Promise.all(Array.from({ length: 50 }, () => poll(server, codes)));
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
    const { user_code: userCode, ...codes } = await begin(server);
    const target = `/api/auth/device/approve?userCode=${userCode}&user_code=${userCode}`;
    assert.equal((await person.request(server, 'GET', target)).status, 405);
    for (const origin of ['https://evil.example', 'null', `${server.base}.evil.example`]) {
      const refused = await answer(server, person, 'approve', userCode, {}, { headers: { origin } });
      assert.equal(refused.status, 403, refused.describe());
      assert.match(refused.json.error, /origin/);
    }
    const form = await person.request(server, 'POST', '/api/auth/device/approve', { form: { userCode } });
    assertOAuthError(form, 415, 'invalid_request');
    const plain = await person.request(server, 'POST', '/api/auth/device/approve', {
      body: JSON.stringify({ userCode }),
      headers: { 'content-type': 'text/plain' },
    });
    assertOAuthError(plain, 415, 'invalid_request');
    const noOrigin = await server.request('POST', '/api/auth/device/approve', {
      json: { userCode },
      headers: { cookie: person.jar.header() },
    });
    assert.equal(noOrigin.status, 403, noOrigin.describe());
    assertOAuthError(
      await server.request('POST', '/api/auth/device/approve', { json: { userCode } }),
      401,
      'unauthorized',
    );
    assertOAuthError(
      await answer(server, person, 'approve', userCode, { bapId: new Key().bapId }),
      403,
      'access_denied',
    );
    assertOAuthError(await poll(server, codes), 400, 'authorization_pending');
    assert.equal((await look(server, person, userCode)).json.status, 'pending', 'looking claims nothing');
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

  test('case 43: a network cannot start without end', async () => {
    const { server } = context;
    const headers = elsewhere();
    const starts = await Promise.all(
      Array.from({ length: 100 }, () =>
        server.request('POST', '/api/auth/device/code', { json: { client_id: 'television' }, headers }),
      ),
    );
    assert.equal(starts.filter(({ status }) => status === 200).length, 60);
    const refused = starts.find(({ status }) => status !== 200);
    assertOAuthError(refused, 429, 'too_many_requests');
    assert.ok(Number(refused.headers['retry-after']) > 0, refused.describe());
    assert.equal((await start(server)).status, 200, 'others may');
  });

  test('case 41: the page refuses to be framed', async () => {
    const { server } = context;
    const page = await server.request('GET', '/device?code=ABCD-2345');
    assert.equal(page.status, 200, page.describe());
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.equal(page.headers['x-frame-options'], 'DENY');
  });
});
