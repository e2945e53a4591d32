// docs/reference/claims.md is true: what tokens and userinfo hold for a set of scopes is what its table says.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { claimsOf, getCode, publicClient, userinfo } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';

const api = 'https://api.example.com';
const withSecret = { token_endpoint_auth_method: 'client_secret_post', resources: [api], access_token_format: 'jwt' };
let server;
let person;
let rows;
before(async () => {
  server = await startServer({ env: { SIGMA_RESOURCES: api } });
  person = await newPerson(server);
  const page = await readFile(new URL('../../docs/reference/claims.md', import.meta.url), 'utf8');
  rows = [...page.matchAll(/^\| (`.*?) \| (\w+) \| ([IUTJ() ]+) \|/gm)].flatMap(([, names, scope, places]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => ({ name, scope, places: places.replaceAll(/[() ]/g, ''), sometimes: places.startsWith('(') })),
  );
});
after(() => server?.stop());

/** Asserts that `claims` are those of the table at `place` for these scopes. */
function assertAsDocumented(place, scopes, claims) {
  const here = rows.filter((row) => row.places.includes(place) && scopes.includes(row.scope));
  const always = here.filter((row) => !row.sometimes).map(({ name }) => name);
  for (const name of always) assert.ok(name in claims, `${name} is missing at ${place} with ${scopes}`);
  const known = here.map(({ name }) => name);
  for (const name of Object.keys(claims)) assert.ok(known.includes(name), `${name} at ${place} with ${scopes} is not documented`);
}

for (const scopes of [['openid'], ['openid', 'profile'], ['openid', 'email'], ['openid', 'profile', 'email']]) {
  test(`claims for ${scopes.join(' ')}`, async () => {
    const id = scopes.join('-');
    const { client_secret: secret } = await server.createClient(publicClient(id, withSecret));
    const tokensFor = async (more) => {
      const grant = await getCode(server, person, { client_id: id, scope: scopes.join(' '), nonce: 'n', ...more });
      const form = { grant_type: 'authorization_code', code: grant.code, redirect_uri: grant.redirectUri, client_id: id, client_secret: secret, code_verifier: grant.verifier };
      const answer = await server.request('POST', '/api/auth/oauth2/token', { form });
      assert.equal(answer.status, 200, answer.describe());
      return answer.json;
    };
    const tokens = await tokensFor();
    assertAsDocumented('I', scopes, claimsOf(tokens.id_token));
    assertAsDocumented('U', scopes, (await userinfo(server, tokens.access_token)).json);
    const introspected = await server.request('POST', '/api/auth/oauth2/introspect', { form: { token: tokens.access_token, client_id: id, client_secret: secret } });
    assertAsDocumented('T', scopes, introspected.json);
    const { access_token: jwt } = await tokensFor({ resource: api });
    assertAsDocumented('J', scopes, claimsOf(jwt));
  });
}

test('discovery names the claims of ID tokens and userinfo', async () => {
  const { claims_supported: supported } = (await server.request('GET', '/.well-known/openid-configuration')).json;
  const documented = rows.filter(({ places }) => /[IU]/.test(places)).map(({ name }) => name);
  assert.deepEqual([...supported].sort(), documented.sort());
});
