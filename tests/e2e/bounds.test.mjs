// How many of a thing a client may have or name: the last that fits, and the first that does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertErrorRedirect, assertOAuthError, authorize, callback, exchangeForm, getCode, newPkce, postToken, publicClient, sigmaClient } from './support/oauth.mjs';
import { Key, newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const range = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const resources = range(11, (i) => `https://api${i}.example.com/`);

forEachStore('bounds', { clients: [publicClient('my-app')], env: { SIGMA_RESOURCES: resources.join(' ') } }, (context) => {
  const create = (id, members) => context.server.admin('POST', '/admin/clients', { json: { ...publicClient(id), ...members } });
  async function assertBound(member, fits, tooMany, words) {
    const made = await create(`fits-${member}`, { [member]: fits });
    assert.equal(made.status, 201, made.describe());
    assert.deepEqual(made.json[member], fits);
    const refused = await create(`too-many-${member}`, { [member]: tooMany });
    assert.equal(refused.status, 400, refused.describe());
    assert.match(refused.json.detail, words);
  }

  test('50 addresses of a kind', async () => {
    for (const member of ['redirect_uris', 'post_logout_redirect_uris']) {
      const uris = range(51, (i) => `${callback}/${i}`);
      await assertBound(member, uris.slice(1), uris, new RegExp(`${member}.*50`));
    }
  });

  test('20 member keys, at once or one by one', async () => {
    const { server } = context;
    const keys = range(21, () => new Key().pubkey);
    const registration = (id, pubkeys) => sigmaClient(id, undefined, { member_pubkeys: pubkeys });
    assert.equal((await create('twenty', registration('twenty', keys.slice(1)))).status, 201);
    const refused = await create('twenty-one', registration('twenty-one', keys));
    assert.equal(refused.status, 400, refused.describe());
    assert.match(refused.json.detail, /member_pubkeys.*20/);
    const oneMore = await server.admin('POST', '/admin/clients/twenty/member-keys', { json: { pubkey: keys[0] } });
    assert.equal(oneMore.status, 400, oneMore.describe());
    assert.match(oneMore.json.detail, /20/);
    assert.equal((await server.admin('GET', '/admin/clients/twenty')).json.member_pubkeys.length, 20);
  });

  test('10 resources in a request', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const asking = (count) => `${new URLSearchParams({ client_id: 'my-app', redirect_uri: callback, response_type: 'code', state: 'k3x9q1', scope: 'openid profile', code_challenge_method: 'S256', code_challenge: newPkce().challenge })}&${new URLSearchParams(resources.slice(0, count).map((one) => ['resource', one]))}`;
    assert.match((await authorize(server, person, asking(10))).location, /[?&]code=/);
    assertErrorRedirect(server, await authorize(server, person, asking(11)), 'invalid_target', { description: /at most 10/ });
    const form = new URLSearchParams(exchangeForm(await getCode(server, person)));
    for (const one of resources) form.append('resource', one);
    assertOAuthError(await postToken(server, String(form)), 400, 'invalid_target', /at most 10/);
  });
});
