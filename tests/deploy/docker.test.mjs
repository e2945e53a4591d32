// The Dockerfile, and the image's content: the same script that fills the image fills a folder here, and the program runs in
// it as the image's user on a read-only root.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { run as lint } from 'dockerfilelint/lib/index.js';
import { freePorts } from '../e2e/support/server.mjs';
import { filesIn, noNamespaces, read, root, run, scratch } from './support/files.mjs';

const file = 'docker/Dockerfile';
const parsed = DockerfileParser.parse(read(file));
const stages = parsed.getFROMs();
const instructions = (name, stage) =>
  parsed
    .getInstructions()
    .filter((instruction) => instruction.getKeyword() === name)
    .filter((instruction) => {
      const line = instruction.getRange().start.line;
      const at = stages.findIndex((from) => from.getBuildStage() === stage);
      return line > stages[at].getRange().start.line && line < (stages[at + 1]?.getRange().start.line ?? Infinity);
    });

describe('Dockerfile', () => {
  test('two linters find nothing', () => {
    assert.deepEqual(validate(read(file), { deprecatedMaintainer: 2 }), []);
    // dockerfilelint is older than names of build stages, options of RUN and the start period of health checks.
    const unknown = /^(FROM .* AS |RUN --mount=|HEALTHCHECK .*--start-period=)/;
    const lines = read(file).split('\n');
    const findings = lint(path.join(root, 'docker'), read(file)).filter(({ line }) => !unknown.test(lines[line - 1]));
    assert.deepEqual(findings, []);
  });

  test('every base is pinned, and the image itself has none', () => {
    for (const from of stages) {
      const image = from.getImage();
      assert.ok(image === 'scratch' || /^debian:\d+\.\d+-slim$/.test(image), image);
    }
    assert.deepEqual(stages.map((from) => from.getBuildStage()), ['build', 'tokenpass', 'sigma-auth']);
  });

  test('both images run as nobody in particular, and start without a shell', () => {
    for (const stage of ['sigma-auth', 'tokenpass']) {
      assert.equal(instructions('USER', stage)[0].getArgumentsContent(), '65532:65532');
      assert.deepEqual(JSON.parse(instructions('ENTRYPOINT', stage)[0].getArgumentsContent()), [`/usr/bin/${stage}`]);
      assert.deepEqual(JSON.parse(instructions('CMD', stage)[0].getArgumentsContent()), ['serve']);
      assert.equal(instructions('RUN', stage).length, 0);
    }
    assert.match(instructions('HEALTHCHECK', 'sigma-auth')[0].getArgumentsContent(), /CMD \["\/usr\/bin\/sigma-auth", "health"\]$/);
    assert.equal(instructions('EXPOSE', 'sigma-auth')[0].getArgumentsContent(), '8787', 'not the admin listener');
  });

  test('the builder gets what the build reads, and no more', () => {
    const kept = read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    for (const name of kept) assert.ok(existsSync(path.join(root, name)), name);
    const copy = scratch();
    run('bash', ['-euo', 'pipefail', '-c', 'tar -c --exclude=node_modules --exclude=dist "${@:2}" | tar -x -C "$1"', '--', copy, ...kept], { cwd: root });
    run('cmake', ['--preset', 'release', '-S', copy, '-B', path.join(copy, 'build/release')], { cwd: copy, timeout: 240_000 });
  });
});

const ports = await freePorts(2);

describe('image', () => {
  const folder = scratch();
  const image = path.join(folder, 'sigma-auth');
  const settings = { SIGMA_LISTEN: `0.0.0.0:${ports[0]}`, SIGMA_ADMIN_LISTEN: `0.0.0.0:${ports[1]}`, SIGMA_BASE_URL: `http://localhost:${ports[0]}`, SIGMA_DATA_DIR: '/data', SIGMA_DRAIN_DELAY: '0s' };
  const asRoot = process.getuid() === 0;
  /** The command line of the program in the image: nothing can be written but /data. */
  const contained = (...args) => [
    'unshare',
    ...(asRoot ? ['--mount'] : ['--mount', '--map-root-user']),
    'bash', '-euc',
    'mount --bind "$0" "$0"; mount --bind "$0/data" "$0/data"; mount -o remount,bind,ro "$0"; mount -o remount,bind,rw "$0/data"; exec chroot $1 "$0" /usr/bin/sigma-auth "${@:2}"',
    image, asRoot ? '--userspec=65532:65532' : '--', ...args,
  ];
  const inside = (args, options = {}) => {
    const [program, ...rest] = contained(...args);
    return run(program, rest, { env: { PATH: process.env.PATH, ...settings }, ...options });
  };
  let server;
  let log = '';

  before(() => {
    run('docker/rootfs.sh', ['build/release/bin/sigma-auth', image], { cwd: root, timeout: 240_000 });
    run('chmod', ['755', folder, image]);
  });
  after(() => server?.kill('SIGKILL'));

  test('holds the program, its libraries and authorities, no shell, and stays small', () => {
    const names = run('find', [image, '-type', 'f', '-perm', '/111'], { encoding: 'utf8' }).trim().split('\n').map((name) => path.relative(image, name));
    const programs = names.filter((name) => !/\.so(\.|$)|\/ld-linux/.test(name));
    assert.deepEqual(programs, ['usr/bin/sigma-auth']);
    assert.ok(existsSync(path.join(image, 'etc/ssl/certs/ca-certificates.crt')));
    const megabytes = Number(run('du', ['-sm', image]).split('\t')[0]);
    assert.ok(megabytes < 60, `${megabytes} MB`);
    assert.match(readFileSync(path.join(image, 'var/lib/dpkg/status'), 'utf8'), /^Package: libssl3$/m, 'scanners see which OpenSSL it is');
  });

  test('says its version', { skip: noNamespaces }, () => {
    assert.match(inside(['version']), /^sigma-auth \d+\.\d+\.\d+$/m);
  });

  test('is not healthy while nothing runs', { skip: noNamespaces }, () => {
    assert.match(inside(['health'], { status: 1 }), /No server answers/);
  });

  test('serves, says that it is healthy, and leaves with 0', { skip: noNamespaces }, async () => {
    const [program, ...args] = contained('serve');
    server = spawn(program, args, { env: { PATH: process.env.PATH, ...settings } });
    const exited = new Promise((resolve) => server.on('exit', (code) => resolve(code)));
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => { log += text; });
    const deadline = Date.now() + 20_000;
    while (!log.includes('serving')) {
      assert.ok(Date.now() < deadline && server.exitCode === null, log);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.match(inside(['health']), /^ready$/m);
    assert.match(inside(['health', '--live']), /^live$/m);
    assert.equal((await fetch(`http://localhost:${ports[0]}/api/auth/ok`)).status, 200);
    server.kill('SIGTERM');
    assert.equal(await exited, 0, log);
  });
});

test('TokenPass finds its libraries in its image, too', () => {
  const image = path.join(scratch(), 'tokenpass');
  run('docker/rootfs.sh', ['build/release/bin/tokenpass', image], { cwd: root, timeout: 240_000 });
  assert.match(run('unshare', [...(process.getuid() === 0 ? [] : ['-r']), 'chroot', image, '/usr/bin/tokenpass', 'version']), /^tokenpass \d/m);
});

test('no file names a registry', () => {
  for (const name of [...filesIn('docker'), ...filesIn('deploy')]) {
    for (const [, image] of read(name).matchAll(/^\s*(?:FROM|-?\s*image:)\s+"?([^\s"]+)/gm)) {
      assert.ok(!/^[^/]*\.[^/]*\//.test(image), `${name}: ${image}`);
      assert.ok(!/:latest$/.test(image), `${name}: ${image}`);
    }
  }
});
