// The commands in README and docs/how-to do what they say: each ```sh block runs against a fresh server, in the order of
// its page. A block that cannot run here is listed with the reason; one that is neither fails.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Key } from './support/person.mjs';
import { publicClient } from './support/oauth.mjs';
import { binary, startServer } from './support/server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** Pages whose commands have a suite of their own. */
const ownSuite = ['docs/how-to/deploy.md']; // tests/deploy/guide.test.mjs
const howTos = (await readdir(path.join(root, 'docs/how-to'))).sort().map((name) => `docs/how-to/${name}`)
  .filter((page) => !ownSuite.includes(page));

/** Beginning of a block → why it is not run here. */
const elsewhere = [
  ['./dev run', 'installs and serves: what .ci/run begins with'],
  ['export SIGMA_DATABASE_URL', 'pgbouncer.test.mjs migrates, asks the status and serves on Postgres'],
  ['install -D -m 755 build/release/bin/tokenpass', "changes the reader's home folder"],
  ['TOKEN=$(curl -s localhost:21000', "TokenPass's own suite asks and signs"],
  ['sigma-auth entitlements', 'asks about a person; entitlements.test.mjs does both'],
  ['curl -s localhost:21000/api/auth/oauth2/register', "TokenPass's own suite registers applications"],
  ["export SIGMA_REDIS_URL='redis", 'security/redis.test.mjs starts a Redis and uses it'],
  ['export PGPASSWORD', 'wants a cloud; tests/differential/import.test.mjs brings one'],
  ['NEXT_PUBLIC_SIGMA_AUTH_URL', 'variables; sigma-client.test.mjs uses them'],
];

const registrationToken = 'a-registration-token-for-this-test-only';

/** What a page presumes: settings, clients, shell variables. */
const presumes = {
  'docs/how-to/let-applications-register-themselves.md': {
    env: { SIGMA_DYNAMIC_REGISTRATION: 'token', SIGMA_REGISTRATION_TOKEN: registrationToken },
    shell: { TOKEN: registrationToken },
  },
  'docs/how-to/sign-people-out.md': { clients: [publicClient('shop')] },
  'docs/how-to/use-dpop-par-and-resources.md': { clients: [publicClient('shop')] },
};

/** What the last block of a page has to print. */
const prints = { 'README.md': /"bap_id":"[^"]+".*"sub":"/ };

function blocksOf(text) {
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block);
}

async function runPage(page, blocks) {
  const { env = {}, clients = [], shell = {} } = presumes[page] ?? {};
  const server = await startServer({ env, clients });
  const folder = await mkdtemp(path.join(tmpdir(), 'sigma-docs-'));
  try {
    await mkdir(path.join(folder, 'build/release/bin'), { recursive: true });
    await symlink(binary, path.join(folder, 'build/release/bin/sigma-auth'));
    await mkdir(path.join(folder, 'var'));
    await writeFile(path.join(folder, 'var/admin-token'), server.adminToken);
    const options = {
      cwd: folder,
      env: { ...server.env, ...shell, PATH: `${folder}/build/release/bin:${process.env.PATH}` },
    };
    let printed = '';
    for (const block of blocks) {
      const here = block
        .replaceAll('https://id.example.com', server.base)
        .replaceAll('localhost:8787', new URL(server.base).host)
        .replaceAll('http://127.0.0.1:8788', server.adminBase)
        .replaceAll('02…', new Key().pubkey);
      const script = `set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n${here}`;
      printed = await new Promise((resolve, reject) => {
        execFile('bash', ['-c', script], options, (error, out, err) =>
          error ? reject(new Error(`${page}:\n${block}\n${out}\n${err}`)) : resolve(out),
        );
      });
    }
    if (prints[page]) assert.match(printed.replaceAll('\n', ' '), prints[page]);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

describe('commands in the documentation', async () => {
  const used = new Set();
  for (const page of ['README.md', ...howTos]) {
    const blocks = blocksOf(await readFile(path.join(root, page), 'utf8')).filter((block) => {
      const reason = elsewhere.find(([beginning]) => block.startsWith(beginning));
      if (reason) used.add(reason);
      return !reason;
    });
    if (blocks.length > 0) test(page, () => runPage(page, blocks));
  }
  test('no block is excused that is not there', () => {
    assert.deepEqual(
      elsewhere.filter((entry) => !used.has(entry)).map(([beginning]) => beginning),
      [],
    );
  });
  test('every how-to is in the index', async () => {
    const index = await readFile(path.join(root, 'docs/how-to/README.md'), 'utf8');
    const listed = new Set([...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name));
    const there = (await readdir(path.join(root, 'docs/how-to'))).filter((name) => name !== 'README.md');
    assert.deepEqual([...listed].sort(), there.sort());
  });
});
