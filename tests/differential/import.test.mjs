// An installation of the reference provider moves here: its applications, people, identities and consents go on as they
// were (docs/how-to/migrate-from-the-sigma-cloud.md).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { callback, exchange, getCode, postToken, sigmaClient } from '../e2e/support/oauth.mjs';
import { Key, Person } from '../e2e/support/person.mjs';
import { inDatabase } from '../e2e/support/postgres.mjs';
import { startServer } from '../e2e/support/server.mjs';
import { startOracle } from './sigma/oracle.mjs';
import { SigmaSide } from './sigma/side.mjs';

const memberKey = new Key();
const [person, several, other] = [new Person(), new Person(), new Key()];
const secret = 'a-secret-that-the-application-keeps-using';
const sha256 = (text) => createHash('sha256').update(text).digest('base64url');

let cloud;
let side;
let server;
before(async () => {
  cloud = await startOracle([{ ...sigmaClient('my-app', memberKey), member_pubkey: memberKey.pubkey, skip_consent: false }]);
  side = new SigmaSide({ name: 'reference', ...cloud });
  await person.signIn(side);
  await several.signIn(side);
  const query = (text, values) => inDatabase(cloud.url, text, values);
  await query(
    `INSERT INTO "oauthClient" (id, "clientId", name, "redirectUris", "clientSecret", "ownerBapId", scopes, "grantTypes", "tokenEndpointAuthMethod")
     VALUES ('s', 'secret-app', 'Secret app', $1, $2, 'none', $3, $4, 'client_secret_post'), ('b', 'bad app', 'Bad', '["nonsense"]', null, 'none', null, null, 'none')`,
    [JSON.stringify([callback]), sha256(secret), JSON.stringify(['openid']), JSON.stringify(['authorization_code'])],
  );
  await query(
    `INSERT INTO "oauthConsent" (id, "clientId", "userId", "referenceId", scopes, "createdAt", "updatedAt")
     VALUES ('c', 'my-app', $1, $2, $3, now(), now()), ('d', 'bad app', $1, null, '["openid"]', now(), now())`,
    [person.userId, person.bapId, JSON.stringify(['openid', 'profile', 'email'])],
  );
  await query(`INSERT INTO "user" (id, name, "emailVerified", pubkey, "createdAt", "updatedAt") VALUES ('keyless', 'Keyless', false, '', now(), now())`);
  await query(
    'CREATE TABLE profile (bap_id text, user_id text, name text, image text, member_pubkey text, is_primary boolean, profile jsonb, counter int)',
  );
  const identity = (key, name, primary) =>
    query('INSERT INTO profile VALUES ($1, $2, $3, null, $4, $5, null, 2)', [key.bapId, several.userId, name, key.pubkey, primary]);
  await identity(other, 'At work', true);
  await identity(several, 'At home', false);
  server = await startServer({ store: 'postgres' });
});
after(() => Promise.all([server?.stop(), cloud?.stop()]));

const importCloud = async (...flags) => JSON.parse((await server.cli(['import', cloud.url, ...flags])).stdout);

test('a dry run says what would come, and keeps nothing', async () => {
  const report = await importCloud('--dry-run');
  assert.equal(report.dry_run, true);
  assert.deepEqual([report.clients.created, report.users.created, report.consents.created], [2, 2, 2]);
  assert.deepEqual((await server.admin('GET', '/admin/clients')).json.items, []);
});

test('an import takes over what can be used, and names what cannot', async () => {
  const report = await importCloud();
  assert.deepEqual([report.clients.created, report.users.created, report.consents.created], [2, 2, 1]);
  assert.deepEqual(report.clients.skipped.map(({ id }) => id), ['bad app']);
  assert.match(report.clients.skipped[0].why, /redirect_uris/);
  assert.deepEqual(report.users.skipped.map(({ id, why }) => [id, /no key/.test(why)]), [['keyless', true]]);
  assert.deepEqual(report.consents.skipped.map(({ id }) => id), ['d']);
  const { items } = (await server.admin('GET', '/admin/audit?type=client_created')).json;
  assert.deepEqual(items.map((row) => row.client_id).sort(), ['my-app', 'secret-app']);
  const [imported, ...more] = (await server.admin('GET', '/admin/audit?type=data_imported')).json.items;
  assert.deepEqual([imported.actor, imported.detail, more], ['command-line', { clients: 2, users: 2, consents: 1 }, []]);
});

test('people are who they were: same subject, same identities, asked for nothing again', async () => {
  const before = person.userId;
  await person.signIn(server);
  assert.equal(person.userId, before);
  const grant = await getCode(server, person, { bapId: person.bapId });
  const tokens = await exchange(server, grant, { key: memberKey });
  const claims = (await server.request('GET', '/api/auth/oauth2/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } })).json;
  assert.deepEqual([claims.sub, claims.bap_id], [before, person.bapId]);

  const known = several.userId;
  await several.signIn(server);
  assert.equal(several.userId, known);
  const { items } = { items: (await server.admin('GET', `/admin/users/${known}`)).json.identities };
  assert.deepEqual(items.map(({ bap_id, name, primary }) => [bap_id, name, primary]), [
    [other.bapId, 'At work', true],
    [several.bapId, 'At home', false],
  ]);
});

test('an application’s secret goes on working', async () => {
  const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: callback, client_id: 'secret-app', code_verifier: 'v'.repeat(43) };
  const right = await postToken(server, { ...form, client_secret: secret });
  assert.equal(right.json.error, 'invalid_grant', right.describe());
  const wrong = await postToken(server, { ...form, client_secret: `${secret}!` });
  assert.equal(wrong.json.error, 'invalid_client', wrong.describe());
});

test('a second import changes nothing', async () => {
  const report = await importCloud();
  for (const kind of ['clients', 'users', 'consents']) assert.equal(report[kind].created, 0, kind);
  assert.deepEqual([report.clients.known, report.users.known, report.consents.known], [2, 2, 1]);
});

test('a database of something else is refused in words', async () => {
  const refused = await server.cli(['import', server.databaseUrl], { check: false });
  assert.match(`${refused.stderr}`, /no database of Better Auth/);
});
