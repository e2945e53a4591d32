// command-line.md, admin-api.md, endpoints.md and openapi.json of docs/reference are made from the program itself: from --help
// of every command, and from the OpenAPI documents. After a change: SIGMA_TEST_UPDATE=1 node --test reference.test.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { request } from './support/http.mjs';
import { binary, startServer } from './support/server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

async function assertPage(name, text) {
  const page = path.join(root, 'docs/reference', name);
  if (process.env.SIGMA_TEST_UPDATE === '1') await writeFile(page, text);
  assert.equal(await readFile(page, 'utf8'), text, `run this test with SIGMA_TEST_UPDATE=1 and commit ${name}`);
}

const help = (words) => execFileSync(binary, [...words, '--help'], { encoding: 'utf8', env: {} });

/** The sections of a help text by title: lines of [name, words]. */
function sectionsOf(text) {
  const sections = {};
  let lines = [];
  for (const line of text.split('\n')) {
    const title = /^(\w[\w ]*):$/.exec(line);
    if (title) sections[title[1]] = lines = [];
    const entry = /^ {2}(\S.*?)(?: {2,}(\S.*))?$/.exec(line);
    const more = /^ {3,}(\S.*)$/.exec(line);
    if (entry) lines.push([entry[1], entry[2] ?? '']);
    else if (more && lines.length > 0) lines.at(-1)[1] = `${lines.at(-1)[1]} ${more[1]}`.trim();
  }
  return sections;
}

function describe(words) {
  const text = help(words);
  const sections = sectionsOf(text);
  const commands = (sections.Subcommands ?? []).map(([name]) => name);
  const below = commands.flatMap((name) => describe([...words, name]));
  if (commands.length > 0 && !/^Usage: .*\[SUBCOMMAND/m.test(text)) return below;
  const options = ['Positionals', 'Options']
    .flatMap((title) => sections[title] ?? [])
    .filter(([name]) => !name.startsWith('-h,'))
    .map(([name, meaning]) => `| \`${name.replaceAll('|', '\\|')}\` | ${meaning.replaceAll('|', '\\|')} |`);
  const table = options.length > 0 ? ['', '| | |', '|---|---|', ...options] : [];
  return [`## ${words.join(' ')}`, '', text.split('\n')[0], ...table, '', ...below];
}

test('the command line is documented as it is', async () => {
  const text = [
    '# Command line',
    '',
    'Made from `--help` by tests/e2e/reference.test.mjs. Every setting of [configuration.md](configuration.md) that has a',
    'flag may stand anywhere. Exit codes: 0, 1 failure, 2 usage or configuration; `audit verify` and `doctor` are 1 when they',
    'find something.',
    '',
    'Commands work on the database, while servers run; no server is asked. What they change holds at the next request, with',
    'two bounds: what servers remember of a live access token or of a client ends within two seconds, and a signing key that',
    'was replaced is seen within ten (tests/e2e/cli-and-servers.test.mjs).',
    '',
    ...describe([]),
  ];
  await assertPage('command-line.md', `${text.join('\n').trimEnd()}\n`);
});

test('the console offers every audit event but those of the log itself', async () => {
  const page = await readFile(path.join(root, 'docs/reference/audit-events.md'), 'utf8');
  const types = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, type]) => type);
  const source = await readFile(path.join(root, 'services/sigma-auth/web/src/lib/admin/audit.ts'), 'utf8');
  const offered = [.../auditTypes = \[(.*?)\]/s.exec(source)[1].matchAll(/'(\w+)'/g)].map(([, type]) => type);
  assert.deepEqual(offered, types.filter((type) => !['log_opened', 'checkpoint', 'log_closed'].includes(type)));
});

const schemaOf = (content) => Object.values(content ?? {})[0]?.schema.$ref?.split('/').pop() ?? '';

/** One line for each operation of an OpenAPI document; `remark` says more of one. */
function tableOf({ paths }, remark = () => '') {
  const rows = Object.entries(paths).flatMap(([route, item]) =>
    Object.entries(item).map(([method, operation]) => {
      const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
      const status = Object.keys(operation.responses).find((code) => code.startsWith('2')) ?? 'default';
      const body = operation.requestBody && `body ${schemaOf(operation.requestBody.content)}`.trim();
      const takes = [...query.map((parameter) => `\`${parameter.name}\``), ...(body ? [body] : [])];
      const answer = schemaOf(operation.responses[status].content);
      return `| ${method.toUpperCase()} | \`${route}\` | ${operation.summary}${remark(operation)} | ${takes.join(', ')} | ${status === 'default' ? 'error' : status} ${answer} |`;
    }),
  );
  return ['| | path | does | takes | answers |', '|---|---|---|---|---|', ...rows];
}

test('the admin API is documented as it is', async () => {
  const server = await startServer();
  try {
    const document = (await server.admin('GET', '/admin/openapi.json')).json;
    const text = [
      '# Admin API',
      '',
      'Made from `/admin/openapi.json` by tests/e2e/reference.test.mjs; the schemas are there. `Authorization: Bearer <admin',
      'token>`; errors are problem documents (RFC 9457). Lists answer `{"items": […], "next_cursor": "…"}`; `next_cursor` is there',
      'while there may be more, and good for the same list only. `POST` takes an `Idempotency-Key`.',
      '',
      ...tableOf(document, ({ security }) => (security?.length === 0 ? ' (without token)' : '')),
      '',
    ];
    await assertPage('admin-api.md', text.join('\n'));
  } finally {
    await server.stop();
  }
});

test('the public API is described as it is', async () => {
  const server = await startServer({ env: { SIGMA_BASE_URL: 'http://localhost:8787' } });
  try {
    // The document itself is held against what is kept of it: not with a stale one.
    const { json } = await request(server.local, 'GET', '/api/auth/openapi.json', { headers: { host: 'localhost:8787' } });
    json.info.version = '0';
    await assertPage('openapi.json', `${JSON.stringify(json, null, 1)}\n`);
    const text = [
      '# Endpoints',
      '',
      'Made from `/api/auth/openapi.json` by tests/e2e/reference.test.mjs; the schemas are there, and in [openapi.json](openapi.json). What',
      'an error means and how to mend it: [errors.md](errors.md). The operators\' side: [admin-api.md](admin-api.md).',
      '',
      ...tableOf(json, ({ description }) => (description ? ` (${description})` : '')),
      '',
    ];
    await assertPage('endpoints.md', text.join('\n'));
  } finally {
    await server.stop();
  }
});
