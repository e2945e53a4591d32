// Profiles that somebody wrote on chain to harm whoever shows them: docs/reference/security-cases.md.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { chainIdentity, sendJson, startBapApi } from '../support/bap-api.mjs';
import { claimsOf, exchange, getCode, publicClient, userinfo } from '../support/oauth.mjs';
import { Person } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { stores } from '../support/stores.mjs';

for (const store of stores) {
  describe(`hostile profiles on ${store}`, () => {
    let api, server;

    before(async () => {
      api = await startBapApi();
      server = await startServer({ store, clients: [publicClient('my-app')], env: api.env({ SIGMA_BAP_API_TIMEOUT: '10s' }) });
    });
    beforeEach(() => api.reset());
    after(async () => {
      await server?.stop();
      await api?.close();
    });

    /** Signs in a person whose profile on chain is `profile`; everything that shows it. */
    async function shown(profile, behave) {
      const person = new Person();
      api.identities.push(chainIdentity([person], profile));
      api.behave = behave;
      const signedIn = await person.signIn(server);
      const session = await person.session(server);
      assert.equal(session.session.activeOrganizationId, person.bapId);
      const tokens = await exchange(server, await getCode(server, person));
      const info = await userinfo(server, tokens.access_token);
      assert.equal(info.status, 200, info.describe());
      const organizations = await person.request(server, 'GET', '/api/auth/organization/list');
      const bap = JSON.parse(info.json.bap).identity ?? {};
      return { person, signedIn, session, tokens, claims: info.json, bap, organizations: organizations.json };
    }

    test('case 64: HTML in a name is text, and is said as JSON', async () => {
      const alternateName = '<img src=x onerror=alert(1)>';
      const { signedIn, claims, session, organizations } = await shown({ alternateName, description: '</script><b>' });
      for (const name of [claims.name, signedIn.json.user.name, session.user.name, organizations[0].name])
        assert.equal(name, alternateName);
      assert.match(signedIn.headers['content-type'], /^application\/json/);
      assert.equal(signedIn.headers['x-content-type-options'], 'nosniff');
    });

    test('case 64: addresses that a browser would run are gone', async () => {
      for (const url of ['javascript:alert(1)', ' JaVa\nScript:alert(1)', 'java\u007fscript:alert(1)', 'vbscript:x', 'data:text/html,<script>', 'data:image/svg+xml;base64,PHN2Zz4=']) {
        const { claims, bap, session } = await shown({ alternateName: 'A', image: url, url, banner: url, sameAs: [url, 'https://example.com'] });
        assert.deepEqual([claims.picture, session.user.image, bap.image, bap.url, bap.banner], [undefined, null, undefined, undefined, undefined]);
        assert.deepEqual(bap.sameAs, ['https://example.com']);
        assert.doesNotMatch(JSON.stringify(claims), /script:|text\/html|svg/i);
      }
    });

    test('case 64: names cannot break lines or turn text around', async () => {
      const { claims } = await shown({ alternateName: 'Bank\r\nSet-Cookie: a=b\u202egpj\u0000\u200b' });
      assert.equal(claims.name, 'Bank Set-Cookie: a=bgpj');
      const long = await shown({ alternateName: '日'.repeat(1000) });
      assert.equal(long.claims.name, '日'.repeat(33));
    });

    test('case 64: half a surrogate pair: the answer counts as none', async () => {
      const { person, claims } = await shown({ alternateName: 'Half' }, (request, response, honest) =>
        sendJson(response, JSON.stringify(honest).replace('Half', 'x\\ud83d')),
      );
      assert.equal(claims.name, person.address);
    });

    test('case 64: an image of 10 MB is no reason to wait, and is nobody’s picture', async () => {
      const image = `data:image/png;base64,${'A'.repeat(10_000_000)}`;
      const { person, claims } = await shown({ alternateName: 'Large', image });
      assert.equal(claims.picture, undefined);
      assert.equal(claims.name, person.address, 'an answer that is too large is none');
    });

    test('case 64: an image of 200 KB is dropped, the rest of the profile stays', async () => {
      const { claims } = await shown({ alternateName: 'Large', image: `data:image/png;base64,${'A'.repeat(200_000)}` });
      assert.deepEqual([claims.name, claims.picture], ['Large', undefined]);
    });

    test('case 64: a small image in a data: URI is a claim, and never in a cookie, session or ID token', async () => {
      const image = `data:image/png;base64,${'iVBORw0KGgo'.repeat(2000)}==`;
      const { claims, bap, signedIn, session, tokens } = await shown({ alternateName: 'Small', image, banner: image });
      assert.equal(claims.picture, image);
      assert.equal(bap.image, image);
      assert.equal(session.user.image, null);
      for (const cookie of signedIn.headers['set-cookie'] ?? []) assert.ok(cookie.length < 500);
      const idToken = claimsOf(tokens.id_token);
      assert.equal(idToken.picture, undefined);
      assert.ok(tokens.id_token.length < 4000, `an ID token of ${tokens.id_token.length} bytes`);
      assert.equal(JSON.parse(idToken.bap).identity.alternateName, 'Small');
    });

    test('case 64: members of any number and depth are cut', async () => {
      let deep = 'x';
      for (let i = 0; i < 12; i += 1) deep = { deep };
      const wide = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`m${i}`, 'y'.repeat(50)]));
      const { claims } = await shown({ alternateName: 'Much', deep, ...wide });
      assert.equal(claims.name, 'Much');
      assert.ok(claims.bap.length < 50_000, `${claims.bap.length}`);
    });

    test('case 64: names of members that mean something to programs stay data', async () => {
      const { bap } = await shown(JSON.parse('{"alternateName":"P","__proto__":{"admin":true},"constructor":{"x":1}}'));
      assert.equal(bap.alternateName, 'P');
      assert.equal({}.admin, undefined);
    });
  });
}
