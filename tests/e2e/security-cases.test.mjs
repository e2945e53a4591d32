// docs/reference/security-cases.md names a test for every case: made from the titles of the tests themselves.
// After a change: SIGMA_TEST_UPDATE=1 node --test security-cases.test.mjs
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const page = path.join(root, 'docs/reference/security-cases.md');
const required = Array.from({ length: 68 }, (_, i) => i + 1);

async function filesBelow(folder, ending) {
  const entries = await readdir(path.join(root, folder), { recursive: true });
  return entries
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules') && !name.includes('security-cases.test'))
    .map((name) => path.join(folder, name))
    .sort();
}

/** "12", "13 and 30", "1–3" as numbers. */
function numbersIn(text) {
  return [...text.matchAll(/(\d+)(?:–(\d+))?/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: last - first + 1 }, (_, i) => Number(first) + i),
  );
}

/** `test('case 12: …')`, `test(\`cases 13 and 30: …\`)`. */
function titlesOfJs(source) {
  return [...source.matchAll(/\b(?:test|it|visit)\(\s*(['`"])(cases? [\d, and–]+): (.*?)\1,/gs)].map(([, , cases, title]) => ({
    cases: numbersIn(cases),
    title: title.replaceAll(/\$\{.*?\}/g, '…').replaceAll("\\'", "'"),
  }));
}

/** `TEST_F(Engine, Case12Words)`, or a comment over the test that says "case 12". */
function titlesOfCpp(source) {
  const found = [];
  for (const [, comment, suite, name] of source.matchAll(/((?:^\/\/.*\n)*)^TEST(?:_[FP])?\((\w+),\s*(\w+)\)/gm)) {
    const inName = /^Case(\d+)/.exec(name);
    // Other papers number their cases, too: ours stand at the beginning of a comment, or are called security cases.
    const inComment = /(?:^\/\/ |\bsecurity )cases? ((?:\d+(?:, | and |–)?)+)/im.exec(comment);
    if (inName || inComment) found.push({ cases: numbersIn(inName?.[1] ?? inComment[1]), title: `${suite}.${name}` });
  }
  return found;
}

async function collect() {
  const rows = [];
  for (const [folder, ending, titlesOf] of [
    ['tests/e2e', '.test.mjs', titlesOfJs],
    ['services/sigma-auth/web/tests', '.test.ts', titlesOfJs],
    ['tests/deploy', '.test.mjs', titlesOfJs],
    ['tests/faults', '.test.mjs', titlesOfJs],
    ['tests/contract', '_test.cpp', titlesOfCpp],
    ['tests/unit', '_test.cpp', titlesOfCpp],
  ]) {
    for (const file of await filesBelow(folder, ending)) {
      for (const { cases, title } of titlesOf(await readFile(path.join(root, file), 'utf8'))) {
        for (const number of cases) rows.push({ number, file, title });
      }
    }
  }
  return rows.sort((a, b) => a.number - b.number);
}

function render(rows) {
  const lines = ['| case | test | in |', '|---|---|---|'];
  for (const { number, file, title } of rows) lines.push(`| ${number} | ${title.replaceAll('|', '\\|')} | ${file} |`);
  return lines.join('\n');
}

test('every security case has a test that names it, and the page lists them', async () => {
  const rows = await collect();
  const missing = required.filter((number) => !rows.some((row) => row.number === number));
  assert.deepEqual(missing, [], 'cases without a test');
  const text = await readFile(page, 'utf8');
  const [before, table] = text.split('<!-- made by tests/e2e/security-cases.test.mjs -->\n\n');
  if (process.env.SIGMA_TEST_UPDATE === '1') {
    await writeFile(page, `${before}<!-- made by tests/e2e/security-cases.test.mjs -->\n\n${render(rows)}\n`);
    return;
  }
  assert.equal(table.trimEnd(), render(rows), 'run this test with SIGMA_TEST_UPDATE=1 and commit the page');
});
