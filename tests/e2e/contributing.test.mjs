// The endpoint that CONTRIBUTING.md shows is one that the compiler takes, with the flags of its neighbours.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { binary } from './support/server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const build = path.resolve(path.dirname(binary), '..');

test('the endpoint in CONTRIBUTING.md compiles', async () => {
  const page = await readFile(path.join(root, 'CONTRIBUTING.md'), 'utf8');
  const samples = [...page.matchAll(/^ *```cpp\n(.*?)^ *```$/gms)].map(([, code]) => code.replaceAll(/^ {3}/gm, ''));
  assert.equal(samples.length, 1);
  const commands = JSON.parse(await readFile(path.join(build, 'compile_commands.json'), 'utf8'));
  const neighbour = commands.find(({ file }) => file.endsWith('/routes/invitations.cpp'));
  assert.ok(neighbour, 'routes/invitations.cpp is compiled');
  const folder = await mkdtemp(path.join(tmpdir(), 'sigma-contributing-'));
  try {
    const file = path.join(folder, 'hello.cpp');
    await writeFile(file, samples[0]);
    const command = neighbour.command.replace(/ -o \S+ -c \S+/, ` -fsyntax-only ${file}`);
    assert.notEqual(command, neighbour.command);
    await promisify(execFile)('sh', ['-c', command], { cwd: neighbour.directory });
  } finally {
    await rm(folder, { recursive: true });
  }
});
