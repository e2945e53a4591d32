// Every setting, metric, route and command that deployment files and guides name exists.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { filesIn, read, run, root, yaml } from './support/files.mjs';

const texts = [...filesIn('docker'), ...filesIn('deploy'), ...filesIn('docs/how-to')].filter((file) => !file.endsWith('.png'));
const settings = new Set([...read('docs/reference/configuration.md').matchAll(/^\| `(SIGMA_[A-Z_]+)` \|/gm)].map(([, name]) => name));
/** Not settings of the server: what docs/ and tests say to clients, and a name that Kubernetes would make up. */
const others = new Set(['SIGMA_MEMBER_PRIVATE_KEY', 'SIGMA_AUTH_PORT', 'SIGMA_AUTH_URL', 'SIGMA_AUTH_BIN']);

test('every SIGMA_ variable is in the table of settings', () => {
  assert.ok(settings.size > 40);
  for (const file of texts) {
    for (const [name] of read(file).matchAll(/\bSIGMA_[A-Z][A-Z_]*[A-Z]\b/g)) {
      assert.ok(settings.has(name) || others.has(name), `${file}: ${name}`);
    }
  }
});

test('the server itself accepts the settings of the environment file, the config map and compose', () => {
  const environments = {
    systemd: Object.fromEntries([...read('deploy/systemd/sigma-auth.env').matchAll(/^(SIGMA_[A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value])),
    kubernetes: { ...yaml('deploy/kubernetes/config-map.yaml')[0].data, ...yaml('deploy/kubernetes/secret.example.yaml')[0].stringData },
    compose: Object.fromEntries(
      Object.entries(yaml('docker/docker-compose.yml')[0].services['sigma-auth-1'].environment).map(([name, value]) => [
        name,
        value.replaceAll(/\$\{([A-Z_]+):\?[^}]*\}/g, (_, variable) => (variable === 'SIGMA_BASE_URL' ? 'http://localhost:8080' : 'x'.repeat(64))),
      ]),
    ),
  };
  for (const [where, env] of Object.entries(environments)) {
    // `health` reads all settings first; then there is nobody to answer.
    const said = run(`${root}/build/release/bin/sigma-auth`, ['health'], { status: 1, env: { PATH: process.env.PATH, ...env, SIGMA_ADMIN_LISTEN: '127.0.0.1:1' } });
    assert.match(said, /No server answers/, where);
  }
});

test('probes wait longer than the server does for its database', () => {
  const patience = Number(/kPatience\{(\d)'000\}/.exec(read('services/sigma-auth/src/admin/readiness.hpp'))[1]);
  const [{ readinessProbe }] = yaml('deploy/kubernetes/deployment.yaml')[0].spec.template.spec.containers;
  const timeouts = [
    readinessProbe.timeoutSeconds,
    Number(/timeout check (\d+)s/.exec(read('deploy/haproxy/haproxy.cfg'))[1]),
    Number(/health_timeout (\d+)s/.exec(read('deploy/caddy/Caddyfile'))[1]),
    Number.parseInt(yaml('docker/docker-compose.yml')[0].services['sigma-auth-1'].healthcheck.timeout, 10),
    Number(/HEALTHCHECK .*--timeout=(\d+)s/.exec(read('docker/Dockerfile'))[1]),
    Number(/kPatience\{(\d)\}/.exec(read('services/sigma-auth/src/cli/health_command.cpp'))[1]),
  ];
  // tests/e2e/readiness.test.mjs asks with the shortest of them.
  assert.equal(Math.min(...timeouts), 3);
  assert.ok(timeouts.every((seconds) => seconds > patience), `${timeouts}`);
});

test('every unit and every manifest that commands in the guides name exists', () => {
  const units = filesIn('deploy/systemd').map((file) => path.basename(file).replace(/\.service$/, ''));
  let named = 0;
  for (const file of texts.filter((name) => name.endsWith('.md'))) {
    for (const [, unit] of read(file).matchAll(/\bsystemctl (?:[a-z-]+ )(?:--\w+ )*(sigma-auth[\w@.-]*?)\b(?![\w@.-])/g)) {
      named += 1;
      assert.ok(units.includes(unit.replace(/@.*/, '@')), `${file}: ${unit}`);
    }
    for (const [, manifest] of read(file).matchAll(/ -[fk] ((?:deploy|docker)\/[\w./-]+)/g)) {
      named += 1;
      // secret.yaml is made from an example.
      assert.ok([manifest, manifest.replace(/\.yaml$/, '.example.yaml')].some((name) => existsSync(path.join(root, name))), `${file}: ${manifest}`);
    }
  }
  assert.ok(named > 8, `${named}`);
});

test('every command of sigma-auth exists', () => {
  const binary = `${root}/build/release/bin/sigma-auth`;
  const commands = [...run(binary, ['--help']).matchAll(/^  ([a-z]+) {2,}/gm)].map(([, command]) => command);
  assert.ok(commands.includes('serve') && commands.includes('health'));
  // As code: in backquotes, at the start of a command line, or as the program of a unit or a container.
  const calls = [/`sigma-auth ([a-z]+)/g, /^(?:\$ )?(?:\S*\/)?sigma-auth ([a-z]+)/gm, /\/usr\/bin\/sigma-auth"?,? "?([a-z]+)/g];
  for (const file of texts) {
    for (const call of calls) for (const [, command] of read(file).matchAll(call)) assert.ok(commands.includes(command), `${file}: sigma-auth ${command}`);
  }
});
