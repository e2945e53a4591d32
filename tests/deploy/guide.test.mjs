// docs/how-to/deploy.md, word by word: every command of "Once on this machine", in one shell, in a network of its own.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { noNamespaces, read, root, run, scratch } from './support/files.mjs';

const page = read('docs/how-to/deploy.md');
const section = page.slice(page.indexOf('## Once on this machine'), page.indexOf('## With Docker Compose'));
const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text);

after(() => rmSync(path.join(root, 'var/deploy'), { recursive: true, force: true }));

test('deploy.md: every command works', { timeout: 240_000, skip: noNamespaces }, () => {
  rmSync(path.join(root, 'var/deploy'), { recursive: true, force: true });
  assert.ok(blocks.length >= 8);
  const temporary = scratch();
  run('chmod', ['755', temporary]); // Postgres runs as another user
  // Whatever happens, nothing goes on running: the processes die with their namespace.
  const script = ['ip link set lo up', 'trap \'echo "FAILED in: $BASH_COMMAND"; tail -n 20 replica-*.log\' ERR', ...blocks.map((text, i) => `echo "== block ${i}"\n${text}`), 'echo "== the end"'].join('\n');
  const said = run('unshare', ['--net', '--pid', '--fork', '--kill-child', '--mount-proc', 'bash', '-Eeuo', 'pipefail', '-c', script], {
    cwd: root,
    timeout: 240_000,
    env: { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary },
  });
  assert.match(said, /== the end/);
  assert.equal(said.match(/ready$/gm).length, 4, 'each replica twice');
  assert.match(said, /"issuer": ?"http:\/\/localhost:8080\/api\/auth"/);
  assert.match(said, /"client_id": "my-app"/);
  assert.ok(said.match(/\{"ok":true\}/g).length > 2, said);
});

test('pages that the guides name exist', () => {
  for (const name of ['deploy', 'back-up', 'upgrade', 'rotate-secrets']) {
    for (const [, target] of read(`docs/how-to/${name}.md`).matchAll(/\]\(([^)#:]+)\)/g)) read(path.join('docs/how-to', target));
    for (const [, file] of read(`docs/how-to/${name}.md`).matchAll(/`((?:deploy|docker|tests)\/[\w./-]+\.\w+)`/g)) read(file);
  }
});
