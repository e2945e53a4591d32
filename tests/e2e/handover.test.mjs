// From the authorization endpoint to our pages and back: consent, selection, sign-in. sigma-contract.md §2 and §6.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertErrorRedirect,
  assertOAuthError,
  authorize,
  callback,
  claimsOf,
  exchange,
  newPkce,
  publicClient,
  redirected,
  userinfo,
} from './support/oauth.mjs';
import { assertOwnPage, handOver } from './support/pages.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const clients = [publicClient('my-app'), publicClient('asking-app', { skip_consent: false })];

forEachStore('page hand-over', { clients }, (context) => {
  const challenge = newPkce().challenge;
  const ask = (person, overrides = {}, options) =>
    authorize(context.server, person, { code_challenge: challenge, ...overrides }, options);
  const person = () => newPerson(context.server);
  const consent = (who, body) => who.request(context.server, 'POST', '/api/auth/oauth2/consent', { json: body });
  const proceed = (who, body) => who.request(context.server, 'POST', '/api/auth/oauth2/continue', { json: body });

  test('consent: asked once, remembered, and prompt=none knows', async () => {
    const { server } = context;
    const somebody = await person();
    const { verifier, challenge: own } = newPkce();
    const request = { client_id: 'asking-app', code_challenge: own };
    assertErrorRedirect(server, await ask(somebody, { ...request, prompt: 'none' }), 'consent_required');
    const query = handOver(context.server, await ask(somebody, request));
    const answer = await consent(somebody, { accept: true, oauth_query: query });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.redirect, true);
    const url = new URL(answer.json.url);
    assert.equal(url.origin + url.pathname, callback);
    assert.equal(url.searchParams.get('state'), 'k3x9q1');
    assert.equal(url.searchParams.get('iss'), server.issuer);
    const grant = { code: url.searchParams.get('code'), verifier, redirectUri: callback, clientId: 'asking-app' };
    const tokens = await exchange(server, grant);
    assert.deepEqual(tokens.scope.split(' ').sort(), ['email', 'openid', 'profile']);

    assert.ok(redirected(await ask(somebody, { ...request, prompt: 'none' })).query.get('code'), 'remembered');
    assert.ok(redirected(await ask(somebody, { ...request, scope: 'openid' })).query.get('code'), 'less is covered');
    assertErrorRedirect(
      server,
      await ask(somebody, { ...request, scope: 'openid profile email offline_access', prompt: 'none' }),
      'consent_required',
    );
    assertErrorRedirect(server, await ask(await person(), { ...request, prompt: 'none' }), 'consent_required');
  });

  // The page says what ba_scope says, so it must be what the application gets, however little of it `scope` tells.
  test('what the consent page is told is what is granted', async () => {
    const { server } = context;
    const claims = JSON.stringify({ userinfo: { email: null } });
    for (const [asked, granted, shown = granted] of [
      [{ scope: undefined }, 'openid profile'],
      [{ scope: '' }, 'openid profile'],
      [{ scope: ' ' }, 'openid profile'],
      [{ scope: 'read' }, 'openid profile'],
      [{ scope: 'openid bsv:tools' }, 'openid'],
      [{ scope: 'openid openid  email' }, 'openid email'],
      [{ scope: 'openid', claims }, 'openid', 'openid email'],
      [{ scope: 'openid profile', ba_scope: 'openid' }, 'openid profile'],
    ]) {
      const somebody = await person();
      const { verifier, challenge: own } = newPkce();
      const answered = await ask(somebody, { client_id: 'asking-app', code_challenge: own, ...asked });
      const oauth_query = handOver(server, answered);
      assert.deepEqual(new URLSearchParams(oauth_query).getAll('ba_scope'), [shown], JSON.stringify(asked));
      const { json } = await consent(somebody, { accept: true, oauth_query });
      const code = new URL(json.url).searchParams.get('code');
      const tokens = await exchange(server, { code, verifier, redirectUri: callback, clientId: 'asking-app' });
      assert.equal(tokens.scope, granted, JSON.stringify(asked));
    }
  });

  test('consent declined is access_denied and nothing is remembered', async () => {
    const { server } = context;
    const somebody = await person();
    const request = { client_id: 'asking-app' };
    const answer = await consent(somebody, {
      accept: false,
      oauth_query: handOver(context.server, await ask(somebody, request)),
    });
    assert.equal(answer.status, 200, answer.describe());
    const { searchParams } = new URL(answer.json.url);
    assert.equal(searchParams.get('error'), 'access_denied');
    assert.equal(searchParams.get('state'), 'k3x9q1');
    assert.equal(searchParams.get('iss'), server.issuer);
    assertErrorRedirect(server, await ask(somebody, { ...request, prompt: 'none' }), 'consent_required');
  });

  test('consent to a part of the scopes gives that part; to more is refused', async () => {
    const { server } = context;
    const somebody = await person();
    const { verifier, challenge: own } = newPkce();
    const query = handOver(context.server, await ask(somebody, { client_id: 'asking-app', code_challenge: own }));
    const more = await consent(somebody, { accept: true, scope: 'openid profile offline_access', oauth_query: query });
    assert.equal(more.status, 400, more.describe());
    assert.ok(more.json?.error, more.describe());
    const part = await consent(somebody, { accept: true, scope: 'openid profile', oauth_query: query });
    assert.equal(part.status, 200, part.describe());
    const code = new URL(part.json.url).searchParams.get('code');
    const tokens = await exchange(server, { code, verifier, redirectUri: callback, clientId: 'asking-app' });
    assert.deepEqual(tokens.scope.split(' ').sort(), ['openid', 'profile']);
  });

  test('a later answer to a part is what is remembered, and what was declined ends', async () => {
    const { server } = context;
    const somebody = await person();
    const request = { client_id: 'asking-app', scope: 'openid profile email' };
    const answer = async (more, body = {}) => {
      const { verifier, challenge: own } = newPkce();
      const oauth_query = handOver(server, await ask(somebody, { ...request, ...more, code_challenge: own }));
      const { json } = await consent(somebody, { accept: true, oauth_query, ...body });
      const code = new URL(json.url).searchParams.get('code');
      return exchange(server, { code, verifier, redirectUri: callback, clientId: 'asking-app' });
    };
    const isAlive = async (tokens) => (await userinfo(server, tokens.access_token)).status === 200;
    const wide = await answer({});
    const small = await answer({ scope: 'openid', prompt: 'consent' });
    assert.equal(await isAlive(wide), true, 'to ask for less takes nothing away');
    const part = await answer({ prompt: 'consent' }, { scope: 'openid profile' });
    assert.equal(part.scope, 'openid profile');
    assert.deepEqual([await isAlive(wide), await isAlive(small), await isAlive(part)], [false, true, true]);
    assertErrorRedirect(server, await ask(somebody, { ...request, prompt: 'none' }), 'consent_required');
    const rest = await ask(somebody, { ...request, scope: 'openid profile', prompt: 'none' });
    assert.ok(redirected(rest).query.get('code'));
  });

  test('a hand-over that we did not write: invalid_signature, and no code', async () => {
    const somebody = await person();
    const query = handOver(context.server, await ask(somebody, { client_id: 'asking-app' }));
    const forged = [
      query.replace(/[A-Za-z0-9](?=[^A-Za-z0-9]*$)/, (c) => (c === 'A' ? 'B' : 'A')),
      `${query}x`,
      query.slice(0, -4),
      'client_id=asking-app',
      'x',
      ...(query.includes('client_id=')
        ? [query.replace('asking-app', 'my-app'), query.replace('profile', 'offline_access')]
        : []),
    ];
    for (const oauth_query of forged) {
      for (const answer of [
        await consent(somebody, { accept: true, oauth_query }),
        await proceed(somebody, { selected: true, oauth_query }),
      ]) {
        assert.equal(answer.status, 400, `${oauth_query}: ${answer.describe()}`);
        assert.equal(answer.json?.error, 'invalid_signature', answer.describe());
      }
    }
  });

  test('consent and continue need a session, and the right Origin', async () => {
    const { server } = context;
    const somebody = await person();
    const oauth_query = handOver(context.server, await ask(somebody, { client_id: 'asking-app' }));
    for (const path of ['/api/auth/oauth2/consent', '/api/auth/oauth2/continue']) {
      const json = { accept: true, selected: true, oauth_query };
      const anonymous = await server.request('POST', path, { json, headers: { origin: server.base } });
      assert.ok(
        [401, 400].includes(anonymous.status) || /\/(login|sign-in)/.test(anonymous.json?.url ?? ''),
        anonymous.describe(),
      );
      assert.doesNotMatch(anonymous.text, /code=/);
      const cross = await somebody.request(server, 'POST', path, { json, headers: { origin: 'https://evil.example' } });
      assert.equal(cross.status, 403, cross.describe());
      const simple = await somebody.request(server, 'POST', path, {
        body: JSON.stringify(json),
        headers: { 'content-type': 'text/plain' },
      });
      assert.equal(simple.status, 415, simple.describe());
    }
  });

  test('continue: none of its words is invalid_request', async () => {
    const somebody = await person();
    const oauth_query = handOver(context.server, await ask(somebody, { client_id: 'asking-app' }));
    assertOAuthError(await proceed(somebody, { oauth_query }), 400, 'invalid_request');
  });

  test('select_account: the page hands back, the person goes on', async () => {
    const { server } = context;
    const somebody = await person();
    const { verifier, challenge: own } = newPkce();
    const oauth_query = handOver(
      context.server,
      await ask(somebody, { prompt: 'select_account', code_challenge: own }),
    );
    const answer = await proceed(somebody, { selected: true, oauth_query });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.redirect, true);
    const code = new URL(answer.json.url).searchParams.get('code');
    assert.ok(code, answer.describe());
    const tokens = await exchange(server, { code, verifier, redirectUri: callback, clientId: 'my-app' });
    assert.equal(claimsOf(tokens.id_token).sub, somebody.userId);
  });

  test('a hand-over started without a session goes on after sign-in', async () => {
    const { server } = context;
    const url = assertOwnPage(context.server, await ask(undefined));
    assert.ok(url, 'the sign-in page gets the request in its address');
    const somebody = await person();
    const answer = await proceed(somebody, { postLogin: true, oauth_query: url.search.slice(1) });
    assert.equal(answer.status, 200, answer.describe());
    assert.ok(new URL(answer.json.url).searchParams.get('code'), answer.describe());
    assert.equal(new URL(answer.json.url).searchParams.get('iss'), server.issuer);
  });
});
