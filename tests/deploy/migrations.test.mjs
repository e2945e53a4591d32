// A release serves beside the one before it (docs/how-to/upgrade.md). So migrations since then only add, and say that the older
// program may go on; what nobody uses any more goes one release later. tests/faults/upgrade.test.mjs shows that adding is harmless.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { read, root } from './support/files.mjs';

/** The newest migration of the last release, as migrations/RELEASED names it. Before the first release: where the rule begins. */
const released = Number(read('migrations/RELEASED').trim());

/** What a program that does not know of it cannot notice. A column is nullable or has a default: older programs do not write it. */
const additions = [
  /^CREATE TABLE (IF NOT EXISTS )?\w+ \(/i,
  /^CREATE INDEX /i,
  /^ALTER TABLE \w+ ADD COLUMN (?:(?!\bNOT NULL\b)[^,])*$/i,
  /^ALTER TABLE \w+ ADD COLUMN (?=.*\bDEFAULT\b)[^,]*$/i,
];

/** Its statements, without comments and texts in quotes. */
const statements = (text) =>
  text
    .replace(/--.*$/gm, '')
    .replace(/'[^']*'/g, "''")
    .split(';')
    .map((statement) => statement.trim().replace(/\s+/g, ' '))
    .filter(Boolean);

/** Why the program of the last release could not go on beside it; nothing when it can. */
function objections(text) {
  const mark = /^-- oldest-program: (\d+)$/m.exec(text);
  const found = statements(text)
    .filter((statement) => !additions.some((form) => form.test(statement)))
    .map((statement) => `takes something away, or changes it: ${statement}`);
  if (!mark || Number(mark[1]) > released) found.push(`has no line "-- oldest-program: ${released}": a replica of the last release would not start again`);
  return found;
}

for (const dialect of ['sqlite', 'postgres']) {
  describe(`migrations of ${dialect}`, () => {
    const folder = path.join('migrations', dialect);
    const files = readdirSync(path.join(root, folder)).sort();

    test('they are numbered without a gap, alike in both dialects', () => {
      assert.deepEqual(files.map((name) => Number(name.slice(0, 4))), files.map((_, i) => i + 1));
      assert.deepEqual(files, readdirSync(path.join(root, 'migrations/postgres')).sort());
      assert.ok(released >= 1);
    });

    test('those since the last release only add', () => {
      for (const name of files.slice(released)) assert.deepEqual(objections(read(path.join(folder, name))), [], name);
    });
  });
}

test('what takes away, renames or forbids is found', () => {
  const fine = `-- oldest-program: ${released}\n`;
  assert.deepEqual(objections(`${fine}ALTER TABLE a ADD COLUMN b text; -- ;\nCREATE INDEX i ON a (b);\nCREATE TABLE c (d text NOT NULL, e text DEFAULT ';');`), []);
  assert.deepEqual(objections(`${fine}ALTER TABLE a ADD COLUMN b bigint NOT NULL DEFAULT 0;`), []);
  for (const statement of [
    'ALTER TABLE a DROP COLUMN b',
    'ALTER TABLE a RENAME COLUMN b TO c',
    'ALTER TABLE a ADD COLUMN b text NOT NULL',
    'ALTER TABLE a ADD COLUMN b text, DROP COLUMN c',
    'ALTER TABLE a ALTER COLUMN b SET NOT NULL',
    'CREATE UNIQUE INDEX i ON a (b)',
    'DROP TABLE a',
    'DELETE FROM a',
  ]) {
    assert.equal(objections(`${fine}${statement};`).length, 1, statement);
  }
  assert.equal(objections('CREATE TABLE a (b text);').length, 1);
});
