// The programs that are shipped are built to make a bug harder to use: what the linker and the compiler have done is read
// from the binaries themselves. docs/reference/dependencies.md says what is in them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { read, root, run } from './support/files.mjs';

const programs = ['sigma-auth', 'tokenpass'];
const binaryOf = (program) => path.join(root, 'build/release/bin', program);
const readelf = (program, ...flags) => run('readelf', [...flags, '--wide', binaryOf(program)]);
/** Shared libraries that a program is linked with, without those of the C and C++ runtime. */
const needed = (program) => [...readelf(program, '--dynamic').matchAll(/\(NEEDED\).*\[(lib[^\]]+)\]/g)].map(([, name]) => name).filter((name) => !/^lib(c|m|gcc_s|stdc\+\+)\.so/.test(name));

for (const program of programs) {
  describe(program, () => {
    test('is at another address every time it starts', () => {
      assert.match(readelf(program, '--file-header'), /Type:\s+DYN/);
      assert.match(readelf(program, '--dynamic'), /\(FLAGS_1\).*\bPIE\b/);
    });

    test('writes nothing that it executes, and executes nothing that it writes', () => {
      const segments = readelf(program, '--segments');
      assert.match(segments, /GNU_STACK .* RW +0/);
      assert.doesNotMatch(segments, /^\s+\w+\s+(0x\w+\s+){5}RWE/m);
      assert.doesNotMatch(readelf(program, '--dynamic'), /\(TEXTREL\)/);
    });

    test('has its table of foreign functions resolved and sealed before it begins', () => {
      assert.match(readelf(program, '--segments'), /GNU_RELRO/);
      assert.match(readelf(program, '--dynamic'), /\(FLAGS_1\).*\bNOW\b/);
    });

    test('guards its stack and its copies', () => {
      const symbols = readelf(program, '--dyn-syms');
      assert.match(symbols, /\b__stack_chk_fail\b/);
      assert.match(symbols, /\b__\w+_chk@/, '_FORTIFY_SOURCE');
      assert.match(symbols, /__glibcxx_assert_fail/, '_GLIBCXX_ASSERTIONS');
    });

    test('takes its libraries from where the system has them', () => {
      assert.doesNotMatch(readelf(program, '--dynamic'), /\((RPATH|RUNPATH)\)/);
    });
  });
}

describe('docs/reference/dependencies.md', () => {
  const page = 'docs/reference/dependencies.md';
  const rowsOf = (title) => [...read(page).split(`## ${title}\n`)[1].split('\n## ')[0].matchAll(/^\| (?!---|library|package)([^|]+) \| ([^|]+) \|/gm)].map(([, name, second]) => [name.trim(), second.trim()]);

  test('names every library that the programs are linked with, and none that they are not', () => {
    const shared = new Set(programs.flatMap(needed).map((name) => name.replace(/(-[\d.]+)?\.so.*$/, '')));
    const listed = rowsOf('Linked').map(([name]) => name);
    assert.deepEqual(listed.toSorted(), [...shared].toSorted());
  });

  test('names the package that ./dev installs for each', () => {
    const installed = read('dev').split('build_packages=(')[1].split(')')[0].split(/\s+/).filter((name) => /-dev$/.test(name) && !name.startsWith('libclang'));
    const listed = [...rowsOf('Linked'), ...rowsOf('Compiled in'), ...rowsOf('Only for building and testing')].flatMap(([, packages]) => packages.split(', '));
    for (const name of installed) assert.ok(listed.includes(name), `${name} is installed by ./dev and not in ${page}`);
    for (const name of listed) assert.ok(installed.includes(name), `${name} is in ${page} and not installed by ./dev`);
  });

  test('names every npm package that is part of the pages', () => {
    const { packages } = JSON.parse(read('services/sigma-auth/web/package-lock.json'));
    const rows = Object.entries(packages)
      .filter(([name, { dev }]) => name && !dev)
      .map(([name, { version, license }]) => `| ${name.replace(/^.*node_modules\//, '')} | ${version} | ${license} |`);
    const [before, after] = read(page).split('<!-- made by tests/deploy/hardening.test.mjs -->\n');
    const table = `\n| package | version | licence |\n|---|---|---|\n${rows.join('\n')}\n`;
    if (process.env.SIGMA_TEST_UPDATE === '1') writeFileSync(path.join(root, page), `${before}<!-- made by tests/deploy/hardening.test.mjs -->\n${table}`);
    else assert.equal(after, table, 'run this test with SIGMA_TEST_UPDATE=1 and commit the page');
    assert.ok(readFileSync(path.join(root, page), 'utf8').includes(rows[0]));
  });
});
