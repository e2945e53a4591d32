// The files under test, and the programs that look at them.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

export const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** All files below a folder of the repository, as paths from its root. */
export function filesIn(folder) {
  return readdirSync(path.join(root, folder)).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(path.join(root, file)).isDirectory() ? filesIn(file) : [file];
  });
}

/** The documents of a YAML file; any warning fails. Merge keys are resolved. */
export function yaml(file) {
  return parseAllDocuments(read(file), { merge: true, strict: true }).map((document) => {
    assert.deepEqual([...document.errors, ...document.warnings], [], file);
    return document.toJS({ maxAliasCount: 1000 });
  });
}

/** A folder that is gone when the process ends. */
export function scratch() {
  const folder = mkdtempSync(path.join(tmpdir(), 'sigma-deploy-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a program to its end; a status that is not `status` fails with everything it said. Answers both streams. */
export function run(program, args, { status = 0, ...options } = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000, ...options });
  if (done.error) throw done.error;
  const said = `${done.stdout}${done.stderr}`;
  assert.equal(done.status, status, `${program} ${args.join(' ')}\n${said}`);
  return said;
}

/** The same without standing still meanwhile; answers standard output. */
export const runLater = (program, args, options) =>
  promisify(execFile)(program, args, { encoding: 'utf8', ...options }).then(
    ({ stdout }) => stdout,
    (error) => assert.fail(`${program} ${args.join(' ')}\n${error.stdout}${error.stderr}`),
  );

/** A self-signed certificate: {cert, key}, PEM files in `folder`. */
export function certificate(folder, name = 'localhost') {
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
  run('openssl', ['req', '-x509', ...options, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`, '-keyout', key, '-out', cert]);
  return { cert, key };
}

/** Why tests that want a network, process and mount namespace of their own cannot run here; undefined where they can, or where none may be left out. */
export const noNamespaces =
  process.env.SIGMA_TEST_NO_SKIPS === '1' || spawnSync('unshare', ['--net', '--pid', '--fork', '--mount-proc', 'true']).status === 0
    ? undefined
    : 'this machine allows no namespaces of its own (unshare); run the suite as root, outside of a container';

/** How many connections to Postgres a server with these settings may hold: docs/how-to/run-on-postgres.md. */
export function connectionsOf({ SIGMA_IO_THREADS: threads, SIGMA_DB_WORKERS: workers }) {
  assert.ok(Number(threads) > 0 && Number(workers) > 0, 'without a number it is the machine that decides');
  return 3 * Number(threads) + Number(workers) + 2 + 1;
}
