// The command line: interface.md, "sigma-auth". It works on the store directly, while servers run.
import { parseAuthToken, verifyAuthToken } from 'bitcoin-auth';
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { rowsOf } from './support/audit.mjs';
import { callback, exchange, exchangeForm, getCode, postToken } from './support/oauth.mjs';
import { Key, newPerson, tokenPath } from './support/person.mjs';
import { sanitizerSettings } from './support/sanitized.mjs';
import { binary } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const noMounts = process.env.SIGMA_TEST_NO_SKIPS === '1' || spawnSync('unshare', ['--mount', 'true']).status === 0 ? undefined : 'this machine allows no mount namespaces';

forEachStore('command line', {}, (context) => {
  const cli = (args, options) => context.server.cli(args, options);
  const json = async (args, options) => JSON.parse((await cli(args, options)).stdout);
  /** Runs and asserts a failure with words on stderr and nothing on stdout. */
  async function fails(args, code, words = /./, options = {}) {
    const done = await cli(args, { ...options, check: false });
    assert.equal(done.code, code, `${args.join(' ')}: ${done.stderr}${done.stdout}`);
    assert.match(done.stderr, words, args.join(' '));
    assert.equal(done.stdout, '', args.join(' '));
  }
  const create = (id, ...more) =>
    json(['client', 'create', '--id', id, '--name', `App ${id}`, '--redirect-uri', callback, ...more]);

  test('client create prints the client; a running server knows it at once', async () => {
    const { server } = context;
    const key = new Key();
    const client = await create(
      'cli-app',
      '--member-pubkey',
      key.pubkey,
      '--skip-consent',
      '--scope',
      'openid profile',
    );
    assert.equal(client.client_id, 'cli-app');
    assert.equal(client.client_name, 'App cli-app');
    assert.deepEqual(client.redirect_uris, [callback]);
    assert.equal(client.token_endpoint_auth_method, 'x_auth_token', 'the method follows from the key');
    assert.equal(client.skip_consent, true);
    assert.deepEqual(
      client.member_pubkeys.map((item) => item.pubkey ?? item),
      [key.pubkey],
    );
    const grant = await getCode(server, await newPerson(server), { client_id: 'cli-app', scope: 'openid profile' });
    await exchange(server, grant, { key });
  });

  test('client create without a key is a public client; with a secret method it prints the secret once', async () => {
    const open = await create('cli-public');
    assert.equal(open.token_endpoint_auth_method, 'none');
    assert.equal(open.client_secret, undefined);
    const secret = await create('cli-secret', '--auth-method', 'client_secret_basic');
    assert.ok(secret.client_secret);
    assert.equal((await json(['client', 'get', 'cli-secret', '--json'])).client_secret, undefined);
  });

  test('client list, get, update, delete', async () => {
    await create('cli-crud');
    const list = await json(['client', 'list', '--json']);
    assert.ok(Array.isArray(list), JSON.stringify(list).slice(0, 200));
    assert.ok(list.some((item) => item.client_id === 'cli-crud'));
    const table = (await cli(['client', 'list'])).stdout;
    assert.match(table, /cli-crud/);
    assert.equal((await json(['client', 'get', 'cli-crud', '--json'])).client_name, 'App cli-crud');
    const [bye, channel] = ['https://app.example.com/bye', 'https://app.example.com/channel'];
    const logout = ['--post-logout-redirect-uri', bye, '--backchannel-logout-uri', channel];
    await cli(['client', 'update', 'cli-crud', '--name', 'Renamed', ...logout]);
    const updated = (await context.server.admin('GET', '/admin/clients/cli-crud')).json;
    assert.equal(updated.client_name, 'Renamed');
    assert.deepEqual([updated.post_logout_redirect_uris, updated.backchannel_logout_uri], [[bye], channel]);
    await cli(['client', 'delete', 'cli-crud']);
    assert.equal((await context.server.admin('GET', '/admin/clients/cli-crud')).status, 404);
    await fails(['client', 'get', 'cli-crud'], 1, /cli-crud/);
    await fails(['client', 'delete', 'cli-crud'], 1, /cli-crud/);
  });

  test('client create with keys of its own: from a file, or where they are', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] };
    const file = path.join(context.server.dataDir, 'jwks.json');
    await writeFile(file, JSON.stringify(keys));
    const method = ['--auth-method', 'private_key_jwt'];
    await fails(['client', 'create', '--name', 'x', '--redirect-uri', callback, ...method], 2, /jwks/);
    const made = await create('cli-keyed', ...method, '--jwks-file', file);
    assert.deepEqual([made.token_endpoint_auth_method, made.jwks], ['private_key_jwt', keys]);
    const uri = 'https://app.example.com/jwks.json';
    const moved = await json(['client', 'update', 'cli-keyed', '--jwks-uri', uri]);
    assert.deepEqual([moved.jwks_uri, moved.jwks], [uri, undefined]);
    assert.deepEqual((await json(['client', 'update', 'cli-keyed', '--jwks-file', file])).jwks, keys);
    for (const bad of ['/nowhere', file.replace('jwks.json', 'sigma.db')])
      await fails(['client', 'update', 'cli-keyed', '--jwks-file', bad], 2, /--jwks-file/);
  });

  test('client update: an empty value takes a member away; scopes are split; a period needs its unit', async () => {
    const address = 'https://app.example.com/bye';
    await create('cli-empty', '--post-logout-redirect-uri', address, '--backchannel-logout-uri', address, '--scope', 'openid,profile');
    const made = (await context.server.admin('GET', '/admin/clients/cli-empty')).json;
    assert.equal(made.scope, 'openid profile');
    const changed = await json(['client', 'update', 'cli-empty', '--post-logout-redirect-uri', '', '--backchannel-logout-uri', '', '--scope', '']);
    for (const member of ['post_logout_redirect_uris', 'backchannel_logout_uri', 'scope']) assert.equal(changed[member], undefined, member);
    assert.deepEqual(changed.redirect_uris, [callback]);
    assert.equal((await create('cli-none', '--backchannel-logout-uri', '')).backchannel_logout_uri, undefined);
    await create('cli-overlap', '--auth-method', 'client_secret_basic');
    await fails(['client', 'rotate-secret', 'cli-overlap', '--overlap', '7'], 2, /unit.*24h/);
    for (const overlap of ['0', '7d']) await cli(['client', 'rotate-secret', 'cli-overlap', '--overlap', overlap]);
  });

  test('client create and update: whose it is, what kind it is, how it is signed for, whether people are asked', async () => {
    const owner = new Key().bapId;
    const made = await create('cli-kind', '--owner-bap-id', owner, '--application-type', 'native', '--id-token-alg', 'ES256', '--ask-consent');
    const members = ({ owner_bap_id, application_type, id_token_signed_response_alg, skip_consent }) => [owner_bap_id, application_type, id_token_signed_response_alg, skip_consent];
    assert.deepEqual(members(made), [owner, 'native', 'ES256', false]);
    const changed = await json(['client', 'update', 'cli-kind', '--owner-bap-id', '', '--application-type', 'web', '--id-token-alg', '', '--skip-consent']);
    assert.deepEqual(members(changed), [undefined, 'web', undefined, true]);
    assert.equal((await json(['client', 'update', 'cli-kind', '--ask-consent'])).skip_consent, false);
    await fails(['client', 'update', 'cli-kind', '--id-token-alg', 'HS256'], 2, /id_token_signed_response_alg|--id-token-alg/);
    await fails(['client', 'update', 'cli-kind', '--application-type', 'tv'], 2, /application-type/);
  });

  test('client add-key: a key that is good from a moment to a moment', async () => {
    const { server } = context;
    const [now, later, over] = [new Key(), new Key(), new Key()];
    await create('cli-periods', '--member-pubkey', new Key().pubkey, '--skip-consent');
    const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
    const periods = [[now, at(-5), at(60)], [later, at(30), at(60)], [over, at(-60), at(-5)]];
    for (const [key, notBefore, notAfter] of periods) await cli(['client', 'add-key', 'cli-periods', key.pubkey, '--not-before', notBefore, '--not-after', notAfter]);
    const { member_pubkeys: kept } = await json(['client', 'get', 'cli-periods', '--json']);
    for (const [key, not_before, not_after] of periods) assert.deepEqual(kept.find((one) => one.pubkey === key.pubkey), { pubkey: key.pubkey, not_before, not_after });
    const person = await newPerson(server);
    const tryWith = async (key) => postToken(server, exchangeForm(await getCode(server, person, { client_id: 'cli-periods', scope: 'openid profile' })), { key });
    assert.equal((await tryWith(now)).status, 200);
    for (const key of [later, over]) assert.equal((await tryWith(key)).json.error, 'invalid_client');
    await fails(['client', 'add-key', 'cli-periods', new Key().pubkey, '--not-before', 'tomorrow'], 2, /not-before|not_before/);
  });

  test('audit list: of one actor, until a moment', async () => {
    const { server } = context;
    const [first, second] = [await newPerson(server), await newPerson(server)];
    for (const { userId } of [first, second]) await rowsOf(server, { type: 'sign_in', actor: `user:${userId}` });
    const of = (...more) => json(['audit', 'list', '--type', 'sign_in', '--json', ...more]);
    const [row, ...others] = await of('--actor', `user:${first.userId}`);
    assert.deepEqual(others, []);
    assert.equal(row.actor, `user:${first.userId}`);
    const [{ at: time }] = await of('--actor', `user:${second.userId}`);
    assert.deepEqual(await of('--actor', `user:${second.userId}`, '--until', time), [], 'before then');
    const after = new Date(Date.parse(time) + 1).toISOString();
    assert.equal((await of('--actor', `user:${second.userId}`, '--until', after)).length, 1);
    await fails(['audit', 'list', '--until', 'tomorrow'], 2, /--until/);
  });

  test('client add-key and remove-key', async () => {
    const { server } = context;
    const [first, second] = [new Key(), new Key()];
    await create('cli-keys', '--member-pubkey', first.pubkey, '--skip-consent');
    await cli(['client', 'add-key', 'cli-keys', second.pubkey]);
    const person = await newPerson(server);
    const grant = () => getCode(server, person, { client_id: 'cli-keys', scope: 'openid profile' });
    await exchange(server, await grant(), { key: second });
    await cli(['client', 'remove-key', 'cli-keys', first.pubkey]);
    const refused = await postToken(server, exchangeForm(await grant()), { key: first });
    assert.equal(refused.json?.error, 'invalid_client', refused.describe());
    await fails(['client', 'remove-key', 'cli-keys', first.pubkey], 1);
    await fails(['client', 'add-key', 'cli-keys', '02zz'], 2, /key/i);
  });

  test('sign: the key comes from stdin or a file, and bitcoin-auth verifies the token', async () => {
    const key = new Key();
    const body = 'grant_type=authorization_code&code=x';
    const keyFile = path.join(context.server.dataDir, 'member.wif');
    await writeFile(keyFile, `${key.wif}\n`, { mode: 0o600 });
    for (const scheme of ['brc77', 'bsm']) {
      for (const [args, input] of [
        [[], `${key.wif}\n`],
        [['--key-file', keyFile], undefined],
      ]) {
        for (const withBody of [body, undefined]) {
          const { stdout } = await cli(
            ['sign', '--path', tokenPath, '--scheme', scheme, ...(withBody ? ['--body', withBody] : []), ...args],
            { input },
          );
          const token = stdout.trim();
          const parsed = parseAuthToken(token);
          assert.equal(parsed?.pubkey, key.pubkey, token);
          assert.equal(parsed.scheme, scheme);
          const target = {
            requestPath: tokenPath,
            timestamp: new Date().toISOString(),
            ...(withBody ? { body: withBody } : {}),
          };
          assert.equal(verifyAuthToken(token, target), true, token);
        }
      }
    }
    await fails(['sign', '--path', tokenPath], 2, /key|WIF/i, { input: 'not a key' });
    await fails(['sign'], 2, /path/i, { input: key.wif });
    const done = await cli(['sign', '--path', tokenPath, '--key', key.wif], { check: false });
    assert.equal(done.code, 2, 'a key on the command line is seen by everybody on the machine');
  });

  test('sign --body-file: the bytes of a file, or of standard input when the key is in a file', async () => {
    const key = new Key();
    const body = 'grant_type=authorization_code&code=é\n';
    const [keyFile, bodyFile] = ['signer.wif', 'body'].map((name) => path.join(context.server.dataDir, name));
    await writeFile(keyFile, key.wif, { mode: 0o600 });
    await writeFile(bodyFile, body);
    for (const [args, input] of [[[bodyFile], key.wif], [['-', '--key-file', keyFile], body]]) {
      const token = (await cli(['sign', '--path', tokenPath, '--body-file', ...args], { input })).stdout.trim();
      assert.ok(verifyAuthToken(token, { requestPath: tokenPath, timestamp: new Date().toISOString(), body }), args.join(' '));
      assert.ok(!verifyAuthToken(token, { requestPath: tokenPath, timestamp: new Date().toISOString(), body: `${body}x` }), args.join(' '));
    }
    await fails(['sign', '--path', tokenPath, '--body-file', '/nowhere'], 2, /--body-file/, { input: key.wif });
  });

  test('a token of sign signs in', async () => {
    const { server } = context;
    const key = new Key();
    const { stdout } = await cli(['sign', '--path', '/api/auth/sign-in/sigma'], { input: key.wif });
    const answer = await server.request('POST', '/api/auth/sign-in/sigma', {
      json: {},
      headers: { 'x-auth-token': stdout.trim() },
    });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.user.pubkey, key.pubkey);
  });

  test('migrate status, migrate again, doctor, version', async () => {
    const status = await cli(['migrate', 'status']);
    assert.match(status.stdout, /0001/);
    await cli(['migrate']);
    const doctor = await cli(['doctor'], { check: false });
    assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
    assert.match(doctor.stdout, /clock|store|database/i);
    const env = { SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow', SIGMA_BASE_URL: 'https://id.example.com' };
    assert.match((await cli(['doctor'], { check: false, env })).stdout, /warn +outbound/);
    assert.match((await cli(['version'])).stdout, /\d+\.\d+/);
    const many = (await cli(['doctor'], { env: { SIGMA_IO_THREADS: '256', SIGMA_DB_WORKERS: '4' } })).stdout;
    if (context.store === 'postgres') assert.match(many, /warn +connections +each replica may hold 775 of/);
    else assert.doesNotMatch(many, /connections/);
    assert.doesNotMatch((await cli(['doctor'], { env: { SIGMA_IO_THREADS: '1', SIGMA_DB_WORKERS: '1' } })).stdout, /connections/);
  });

  test('usage errors are 2, failures 1, both with words on stderr', async () => {
    await fails(['no-such-command'], 2, /no-such-command/);
    await fails([], 2);
    await fails(['client'], 2);
    await fails(['client', 'create'], 2, /--?(id|name|redirect-uri)/);
    await fails(
      ['client', 'create', '--id', 'x', '--name', 'x', '--redirect-uri', 'javascript:alert(1)'],
      2,
      /redirect/i,
    );
    await fails(
      ['client', 'create', '--id', 'x', '--name', 'x', '--redirect-uri', callback, '--member-pubkey', 'zz'],
      2,
      /key/i,
    );
    await fails(
      ['client', 'create', '--id', 'x', '--name', 'x', '--redirect-uri', callback, '--auth-method', 'nope'],
      2,
      /nope|auth-method/,
    );
    await fails(['client', 'get', 'nobody'], 1, /nobody/);
    await create('cli-twice');
    await fails(['client', 'create', '--id', 'cli-twice', '--name', 'x', '--redirect-uri', callback], 1, /cli-twice/);
    const help = await cli(['--help']);
    for (const word of ['serve', 'migrate', 'client', 'sign', 'doctor', 'version'])
      assert.match(help.stdout, new RegExp(word));
  });

  test('configuration errors are 2 and name the variable', async () => {
    await fails(['serve'], 2, /SIGMA_BASE_URL/, { env: { SIGMA_BASE_URL: 'not a url' } });
    await fails(['serve'], 2, /SIGMA_LISTEN/, { env: { SIGMA_LISTEN: 'nowhere' } });
    await fails(['serve'], 2, /SIGMA_DATABASE_URL/, { env: { SIGMA_DATABASE_URL: 'mysql://x' } });
    await fails(['serve'], 2, /SIGMA_BASE_URL/, { env: { SIGMA_BASE_URI: 'http://localhost' } });
    await fails(['serve'], 2, /SIGMA_SECRET/, { env: { SIGMA_SECRET: 'short' } });
    await fails(['serve'], 2, /SIGMA_LOG_LEVEL/, { env: { SIGMA_LOG_LEVEL: 'loud' } });
  });

  test('key list shows no secrets', async () => {
    const before = await json(['key', 'list', '--json']);
    assert.ok(before.length >= 4, JSON.stringify(before));
    assert.doesNotMatch(JSON.stringify(before), /"(d|p|q)":|PRIVATE/);
  });
});

describe('command line, where nothing was set', () => {
  let folder;
  before(async () => { folder = await mkdtemp(path.join(tmpdir(), 'sigma-cli-')); });
  after(() => rm(folder, { recursive: true, force: true }));
  /** In the folder, with no setting but `env`. */
  async function run(args, env = {}) {
    return promisify(execFile)(binary, args, { cwd: folder, env: { PATH: process.env.PATH, SIGMA_BAP_API_URL: 'off', ...sanitizerSettings, ...env } }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  }

  test('who only looks, or changes what must be there, makes no database: there is none, and where to look', async () => {
    const asking = [
      ['migrate', 'status'], ['doctor'], ['audit', 'verify'], ['audit', 'list'], ['audit', 'export'], ['key', 'list'], ['key', 'rotate'],
      ['key', 'reseal'], ['client', 'list'], ['client', 'get', 'x'], ['client', 'delete', 'x'], ['client', 'rotate-secret', 'x'], ['user', 'list'],
      ['user', 'disable', 'x'], ['session', 'list'], ['session', 'revoke', 'x'], ['entitlements', 'x'],
    ];
    for (const args of asking) {
      const done = await run(args);
      assert.equal(done.code, 1, args.join(' '));
      assert.match(done.stderr, /There is no database at .*var\/sigma\.db.*SIGMA_DATABASE_URL/s, args.join(' '));
      assert.equal(done.stdout, '', args.join(' '));
    }
    assert.equal((await run(['health'])).code, 1);
    assert.deepEqual(await readdir(folder), []);
  });

  test('a log in which nobody has written is not verified', async () => {
    assert.equal((await run(['migrate'])).code, 0);
    const done = await run(['audit', 'verify']);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /nothing to verify/);
    assert.equal((await run(['client', 'create', '--name', 'First', '--redirect-uri', callback])).code, 0);
    assert.equal((await run(['audit', 'verify'])).code, 0);
    assert.equal((await run(['doctor'])).code, 0);
  });

  test('the first client may be there before the first start', async () => {
    await rm(path.join(folder, 'var'), { recursive: true });
    assert.equal((await run(['client', 'create', '--name', 'First', '--redirect-uri', callback])).code, 0);
    assert.match((await run(['client', 'list'])).stdout, /First/);
  });

  test('doctor reads every file as the start would', async () => {
    const file = async (name, text) => {
      await writeFile(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const wrong = [
      [{ SIGMA_ENTITLEMENTS_FILE: '/nope' }, /FAIL +file +SIGMA_ENTITLEMENTS_FILE \(\/nope\): cannot be read/],
      [{ SIGMA_ENTITLEMENTS_FILE: await file('rules.json', '{"nfts": 5}') }, /FAIL +file +SIGMA_ENTITLEMENTS_FILE/],
      [{ SIGMA_CLIENTS_FILE: '/nope' }, /FAIL +file +SIGMA_CLIENTS_FILE: \/nope cannot be read/],
      [{ SIGMA_CLIENTS_FILE: await file('broken.json', '[{') }, /FAIL +file +SIGMA_CLIENTS_FILE: .* is not JSON/],
      [{ SIGMA_CLIENTS_FILE: await file('clients.json', '[{"client_name": "Nobody"}]') }, /FAIL +file +SIGMA_CLIENTS_FILE: client 1/],
      [{ SIGMA_TLS_CERT: await file('cert.pem', 'no certificate'), SIGMA_TLS_KEY: await file('key.pem', 'no key') }, /FAIL +file +The TLS file/],
      [{ SIGMA_OUTBOUND_CA_FILE: await file('ca.pem', 'no authority') }, /FAIL +file +.*ca\.pem/],
    ];
    for (const [env, words] of wrong) {
      const done = await run(['doctor'], env);
      assert.equal(done.code, 1, JSON.stringify(env));
      assert.match(done.stdout, words);
    }
    const right = { SIGMA_CLIENTS_FILE: await file('clients.json', '[{"client_id": "a", "client_name": "A", "redirect_uris": ["https://a.example.com/cb"], "token_endpoint_auth_method": "none"}]') };
    assert.equal((await run(['doctor'], right)).code, 0, (await run(['doctor'], right)).stdout);
  });

  test('doctor sees a database that cannot be written', { skip: noMounts }, async () => {
    await run(['migrate']);
    const script = 'mount --bind "$1/var" "$1/var" && mount -o remount,bind,ro "$1/var" && cd "$1" && exec "$2" doctor';
    const done = await promisify(execFile)('unshare', ['--mount', 'bash', '-c', script, 'bash', folder, binary], { env: { PATH: process.env.PATH, SIGMA_BAP_API_URL: 'off', ...sanitizerSettings } }).catch((error) => error);
    assert.equal(done.code, 1, done.stdout);
    assert.match(done.stdout, /FAIL +database/);
  });

  test('what is not a database is called so, and not tried again', async () => {
    const elsewhere = path.join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(path.join(elsewhere, 'sigma.db'), 'this is a letter to my aunt, and it is longer than a header of SQLite would be, much longer than that');
    const done = await run(['client', 'list'], { SIGMA_DATA_DIR: elsewhere });
    assert.equal(done.code, 1);
    assert.match(done.stderr, /none of SQLite's/);
    const cloud = await run(['import', 'mysql://root@localhost/cloud']);
    assert.equal(cloud.code, 2);
    assert.match(cloud.stderr, /postgresql:\/\//);
  });

  test('--version and help, as everywhere', async () => {
    assert.equal((await run(['--version'])).stdout, (await run(['version'])).stdout);
    assert.equal((await run(['help'])).stdout, (await run(['--help'])).stdout);
  });
});
