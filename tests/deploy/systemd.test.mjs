// The units as systemd itself reads them, and how exposed it finds them.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { filesIn, read, root, run, scratch } from './support/files.mjs';

const units = filesIn('deploy/systemd').filter((file) => /\.(service|timer)$/.test(file));
const folder = scratch();
for (const file of units) {
  // Programs that are not installed on this machine, from where they are.
  const text = read(file)
    .replaceAll('/usr/lib/sigma-auth/', path.join(root, 'deploy/backup/'))
    .replaceAll('/usr/bin/sigma-auth', path.join(root, 'build/release/bin/sigma-auth'))
    .replaceAll('%h/.local/bin/tokenpass', path.join(root, 'build/release/bin/tokenpass'));
  writeFileSync(path.join(folder, path.basename(file)), text);
}
copyFileSync(path.join(root, 'deploy/systemd/sigma-auth.env'), path.join(folder, 'sigma-auth.env'));

for (const file of units) {
  test(`${path.basename(file)}: systemd has nothing to say`, () => {
    const said = run('systemd-analyze', ['verify', '--man=no', path.basename(file)], { cwd: folder, env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` } });
    // What this machine's other units make systemd say is not about ours.
    const ours = said.split('\n').filter((line) => /sigma-auth|tokenpass/.test(line));
    assert.deepEqual(ours, []);
  });
}

for (const [name, threshold] of [['sigma-auth', 15], ['sigma-auth@', 15], ['sigma-auth-migrate', 30], ['sigma-auth-backup', 35]]) {
  test(`${name}.service: exposure is at most ${threshold / 10}`, () => {
    run('systemd-analyze', ['security', '--offline=yes', `--threshold=${threshold}`, '--no-pager', path.join(folder, `${name}.service`)]);
  });
}

test('tls.conf lets the service listen on 443 and read the key, and takes no more of its bounds away', () => {
  const unit = path.join(folder, 'sigma-auth.service');
  const other = scratch();
  copyFileSync(unit, path.join(other, 'sigma-auth.service'));
  mkdirSync(path.join(other, 'sigma-auth.service.d'));
  writeFileSync(path.join(other, 'sigma-auth.service.d/tls.conf'), read('deploy/systemd/tls.conf'));
  const said = run('systemd-analyze', ['verify', '--man=no', 'sigma-auth.service'], { cwd: other, env: { ...process.env, SYSTEMD_UNIT_PATH: `${other}:` } });
  assert.deepEqual(said.split('\n').filter((line) => /sigma-auth|tls\.conf/.test(line)), []);
  const values = (name, text) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];
  const conf = read('deploy/systemd/tls.conf');
  for (const name of ['AmbientCapabilities', 'CapabilityBoundingSet']) assert.equal(values(name, conf), 'CAP_NET_BIND_SERVICE');
  assert.equal(values('PrivateUsers', conf), 'no', 'a capability of a namespace of its own is none outside');
});

test('tokenpass.desktop opens what the unit serves', () => {
  const [group, ...lines] = read('deploy/tokenpass.desktop').trimEnd().split('\n');
  assert.equal(group, '[Desktop Entry]');
  const entry = Object.fromEntries(lines.map((line) => /^([A-Za-z]+)=(.+)$/.exec(line).slice(1)));
  assert.deepEqual([entry.Type, entry.Name], ['Application', 'TokenPass']);
  const address = /^Documentation=(.*)$/m.exec(read('deploy/systemd/tokenpass.service'))[1];
  assert.equal(entry.Exec, `xdg-open ${address}`);
  for (const list of ['Categories', 'Keywords']) assert.match(entry[list], /^([^;]+;)+$/, list);
});

test('of two instances that take turns each is the service, but for the shared port', () => {
  const directives = (name) => read(`deploy/systemd/${name}.service`).split('[Service]\n')[1].split('\n').filter((line) => /^[A-Z]/.test(line));
  const [one, turns] = [directives('sigma-auth'), directives('sigma-auth@')];
  assert.deepEqual(one.filter((line) => !turns.includes(line)), []);
  assert.deepEqual(turns.filter((line) => !one.includes(line)), ['EnvironmentFile=/etc/sigma-auth/%i.env', 'Environment=SIGMA_SHARE_PORT=on', 'User=sigma-auth']);
});

test('the service is given time to drain', () => {
  const unit = read('deploy/systemd/sigma-auth.service');
  const delay = Number(/^SIGMA_DRAIN_DELAY=(\d+)s$/m.exec(read('deploy/systemd/sigma-auth.env'))[1]);
  const timeout = Number(/`SIGMA_DRAIN_TIMEOUT` \|[^|]+\| (\d+)s/.exec(read('docs/reference/configuration.md'))[1]);
  assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)[1]) > delay + timeout);
});
