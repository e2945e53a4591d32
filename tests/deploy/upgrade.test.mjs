// docs/how-to/deploy.md, "With systemd", and upgrade.md, "One machine, no load balancer", word by word, with the units as they are.
// systemd's part is played by support/systemctl.mjs, which starts and stops what a unit says with the settings that it names.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createDatabase, dropDatabase } from '../e2e/support/postgres.mjs';
import { freePorts } from '../e2e/support/server.mjs';
import { read, root, runLater, scratch } from './support/files.mjs';

/** The blocks of commands of a section, indented by four. */
function commandsOf(page, title) {
  const [section] = read(page).split(`## ${title}\n`)[1].split('\n## ');
  const paragraphs = section.split('\n\n').map((text) => text.replace(/^\n+|\n+$/g, '').split('\n'));
  return paragraphs.filter((lines) => lines.every((line) => line.startsWith('    '))).map((lines) => lines.map((line) => line.slice(4)).join('\n'));
}

const [install, begin] = commandsOf('docs/how-to/deploy.md', 'With systemd');
const [once, each] = commandsOf('docs/how-to/upgrade.md', 'One machine, no load balancer');

/** People who ask without a pause, on kept connections and on new ones; stop() answers what they met. */
function people(port) {
  const met = { answered: 0, failures: [] };
  let stopped = false;
  const ask = (agent) =>
    new Promise((resolve) => {
      http
        .get({ host: '127.0.0.1', port, path: '/api/auth/ok', agent }, (answer) => {
          if (answer.statusCode === 200) met.answered += 1;
          else met.failures.push(answer.statusCode);
          answer.resume().on('end', resolve);
        })
        .on('error', (error) => resolve(met.failures.push(error.message)));
    });
  const done = Promise.all(
    [true, false, true, false].map(async (keepAlive) => {
      const agent = new http.Agent({ keepAlive });
      while (!stopped) await ask(agent);
      agent.destroy();
    }),
  );
  return {
    stop: async () => {
      stopped = true;
      await done;
      return met;
    },
  };
}

for (const store of ['sqlite', 'postgres']) {
  describe(`a machine with systemd, on ${store}`, () => {
    const machine = scratch();
    let ports;
    let database;
    let env;
    before(async () => {
      for (const folder of ['bin', 'state']) mkdirSync(path.join(machine, folder));
      ports = await freePorts(3);
      if (store === 'postgres') database = await createDatabase();
      const systemctl = path.join(root, 'tests/deploy/support/systemctl.mjs');
      writeFileSync(path.join(machine, 'bin/systemctl'), `#!/bin/sh\nexec ${process.execPath} ${systemctl} "$@"\n`, { mode: 0o755 });
      env = { PATH: `${path.join(machine, 'bin')}:${process.env.PATH}`, MACHINE: machine };
    });
    after(async () => {
      for (const name of ['sigma-auth', 'sigma-auth@a', 'sigma-auth@b'].filter(runs)) await runLater('systemctl', ['disable', '--now', name], { env });
      if (database) await dropDatabase(database);
    });
    const runs = (name) => existsSync(path.join(machine, 'state', `${name}.pid`));
    const log = () => readFileSync(path.join(machine, 'state/log'), 'utf8').slice(-3000);

    /** Commands of a page, with the places and ports of this machine. */
    function shell(commands) {
      const places = { '/etc/sigma-auth': 'etc', '/etc/systemd/system': 'units', '/usr/bin/sigma-auth': 'bin/sigma-auth', '/usr/lib/sigma-auth': 'lib' };
      let here = commands;
      for (const [there, place] of Object.entries(places)) here = here.replaceAll(there, path.join(machine, place));
      here = here.replaceAll('127.0.0.1:8788', `127.0.0.1:${ports[1]}`).replaceAll('127.0.0.1:8789', `127.0.0.1:${ports[2]}`);
      return runLater('bash', ['-euo', 'pipefail', '-c', here], { cwd: root, env, timeout: 60_000 });
    }

    test('deploy.md: installed, adapted, begun, and it answers', async () => {
      await shell(install);
      const file = path.join(machine, 'etc/sigma-auth.env');
      const adapted = readFileSync(file, 'utf8')
        .replace(/^SIGMA_BASE_URL=.*$/m, `SIGMA_BASE_URL=http://127.0.0.1:${ports[0]}`)
        .replace(/^SIGMA_LISTEN=.*$/m, `SIGMA_LISTEN=127.0.0.1:${ports[0]}`)
        .replace(/^SIGMA_ADMIN_LISTEN=.*$/m, `SIGMA_ADMIN_LISTEN=127.0.0.1:${ports[1]}`)
        .replace(/^SIGMA_DATABASE_URL=.*$/m, database ? `SIGMA_DATABASE_URL=${database}` : '')
        .replace(/^SIGMA_REDIS_URL=.*$/m, '')
        .replace(/^SIGMA_DRAIN_DELAY=.*$/m, 'SIGMA_DRAIN_DELAY=1s');
      writeFileSync(file, `${adapted}SIGMA_BAP_API_URL=off\n`);
      // Otherwise it asks at the default port, where another server of this machine may be.
      const said = await shell(begin.replace('sigma-auth health', 'sigma-auth health --admin-listen 127.0.0.1:8788'));
      assert.match(said, /^ready$/m);
      assert.match(said, /"users"/);
    });

    test('upgrade.md: two instances take turns, there and back, and nobody is refused', async () => {
      await shell(once);
      await shell('until sigma-auth health --admin-listen 127.0.0.1:8788; do sleep 0.2; done');
      assert.deepEqual([runs('sigma-auth'), runs('sigma-auth@a'), runs('sigma-auth@b')], [false, true, false]);
      const busy = people(ports[0]);
      let met;
      try {
        await shell(each);
        assert.deepEqual([runs('sigma-auth@a'), runs('sigma-auth@b')], [false, true]);
        await shell(each.replaceAll(/sigma-auth@[ab]/g, (name) => (name.endsWith('a') ? 'sigma-auth@b' : 'sigma-auth@a')).replaceAll(':8789', ':8788'));
        assert.deepEqual([runs('sigma-auth@a'), runs('sigma-auth@b')], [true, false]);
      } finally {
        met = await busy.stop();
      }
      assert.deepEqual(met.failures, [], log());
      assert.ok(met.answered > 100, `${met.answered}`);
    });
  });
}
