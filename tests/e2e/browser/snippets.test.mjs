// What the developers' page gives to copy does what it says: each snippet runs, as it stands, against the real server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { importCode, pack } from '../support/pack.mjs';
import { Key, newPerson } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor } from './support/browser.mjs';

const redirectUri = 'https://photos.example.com/auth/sigma/callback';
const developers = path.resolve(import.meta.dirname, '../../../services/sigma-auth/web/src/lib/developers');

describe('the snippets', () => {
  let server;
  let person;
  let snippetsFor;
  before(async () => {
    server = await startServer();
    person = await newPerson(server);
    ({ snippetsFor } = await importCode(await pack(path.join(developers, 'snippets.ts'), {})));
  });
  after(() => server?.stop());

  const key = new Key();
  const methods = {
    x_auth_token: { extra: { member_pubkeys: [key.pubkey] }, env: () => ({ SIGMA_MEMBER_PRIVATE_KEY: key.wif }) },
    client_secret_basic: { extra: {}, env: (client) => ({ OIDC_CLIENT_SECRET: client.client_secret }) },
    client_secret_post: { extra: {}, env: (client) => ({ OIDC_CLIENT_SECRET: client.client_secret }) },
    none: { extra: {}, env: () => ({}) },
  };

  async function snippet(method, title, label) {
    const created = await server.createClient({
      client_id: `snippet-${method}-${label.replaceAll(/\W/g, '-')}`,
      client_name: 'Snippet',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: method,
      skip_consent: true,
      ...methods[method].extra,
    });
    const client = { member_pubkeys: [], disabled: false, ...created, redirect_uris: [redirectUri], token_endpoint_auth_method: method };
    const parts = snippetsFor({ client, base: server.base, environment: 'Environment' }).find((item) => item.title.startsWith(title)).parts;
    return { text: parts.find((part) => part.label === label).text, env: methods[method].env(created) };
  }

  /** The person follows an authorization address and comes back to the callback. */
  async function follow(address) {
    const { pathname, search } = new URL(address);
    const answer = await person.request(server, 'GET', pathname + search);
    assert.equal(answer.status, 302, answer.describe());
    assert.ok(answer.headers.location.startsWith(redirectUri), answer.headers.location);
    return answer.headers.location;
  }

  /** Runs a program that prints an address on a line and then waits for an answer; everything that it prints after that. */
  async function converse(command, args, env, answerOf) {
    const child = spawn(command, args, { cwd: import.meta.dirname, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let complaints = '';
    child.stderr.on('data', (text) => (complaints += text));
    const closed = once(child, 'close');
    let said = '';
    let answered = false;
    for await (const line of createInterface({ input: child.stdout })) {
      if (!answered && line.startsWith('http')) {
        answered = true;
        child.stdin.end(`${await answerOf(line)}\n`);
      } else said += `${line}\n`;
    }
    await closed;
    assert.ok(answered, `no address was printed: ${said}${complaints}`);
    return { said, complaints };
  }

  for (const method of Object.keys(methods)) {
    test(`openid-client signs a person in: ${method}`, async () => {
      const { text, env } = await snippet(method, 'openid-client', 'sign-in.mjs');
      // Only this server is at plain http, which the library refuses unless it is told.
      const plain = text.replace(/,\n\);\n/, ',\n  { execute: [client.allowInsecureRequests] },\n);\n');
      assert.notEqual(plain, text);
      const [first, second] = plain.split('// 2. They come back to currentUrl.');
      const program = `${first}
console.log(address.href);
const currentUrl = new URL((await import('node:fs')).readFileSync(0, 'utf8').trim());
${second.replace('console.log(tokens.claims())', 'console.log(JSON.stringify(tokens.claims()))')}`;
      const { said, complaints } = await converse(process.execPath, ['--input-type=module', '-e', program], env, follow);
      assert.ok(said !== '', complaints);
      assert.equal(JSON.parse(said).sub, person.userId);
    });

    test(`curl gets tokens: ${method}`, async () => {
      const { text, env } = await snippet(method, 'curl', 'bash');
      const codeOf = async (address) => new URL(await follow(address)).searchParams.get('code');
      const { said, complaints } = await converse('bash', ['-c', text], env, codeOf);
      assert.match(said, /"access_token"/, `${said}${complaints}`);
    });
  }

  test('better-auth and Next.js with the plugin sign a person in with the member key', async () => {
    const { text, env } = await snippet('x_auth_token', 'better-auth', 'lib/auth.ts');
    const route = (await snippet('x_auth_token', 'Next.js', 'app/api/auth/sigma/callback/route.ts')).text;
    const clientId = 'snippet-x_auth_token-lib-auth-ts';
    const settings = { NEXT_PUBLIC_SIGMA_AUTH_URL: server.base, NEXT_PUBLIC_SIGMA_CLIENT_ID: clientId };
    const page = `<!doctype html><title>An application</title><button>Sign in</button>
<script>globalThis.process = { env: ${JSON.stringify(settings)} };</script><script type="module" src="/app.js"></script>`;
    const script = await pack('page.ts', { 'page.ts': "import { authClient, signIn } from './auth.ts';\nObject.assign(globalThis, { authClient });\ndocument.querySelector('button').onclick = signIn;", './auth.ts': text }, { platform: 'browser' });
    Object.assign(process.env, env, settings);
    // What it imports is found from a file in this folder only.
    const file = path.join(import.meta.dirname, `.route-${process.pid}.mjs`);
    await writeFile(file, route);
    const { POST } = await import(file).finally(() => rm(file));

    const browser = await launchBrowser();
    const { origin, host } = new URL(redirectUri);
    const visitor = await Visitor.arrive(browser, server, { applications: [origin] });
    await visitor.context.route(`${origin}/**`, async (request) => {
      const { pathname } = new URL(request.request().url());
      if (pathname === '/app.js') return request.fulfill({ contentType: 'text/javascript', body: script });
      if (pathname !== '/api/auth/sigma/callback') return request.fulfill({ contentType: 'text/html', body: page });
      const headers = { 'content-type': 'application/json', 'x-forwarded-host': host, 'x-forwarded-proto': 'https' };
      const answer = await POST(new Request(request.request().url(), { method: 'POST', headers, body: request.request().postData() }));
      return request.fulfill({ status: answer.status, contentType: 'application/json', body: await answer.text() });
    });
    try {
      await visitor.page.goto(origin);
      await visitor.press('Sign in');
      await visitor.press('Use a private key (WIF)');
      await visitor.type('Private key (WIF)', person.wif);
      await visitor.press('Continue');
      await visitor.page.getByLabel('Keep it on this device').uncheck();
      await visitor.press('Sign in');
      await visitor.page.waitForURL(`${redirectUri}?**`);
      const { user } = await visitor.page.evaluate(() => globalThis.authClient.sigma.handleCallback(new URLSearchParams(location.search)));
      assert.equal(user.sub, person.userId);
      await visitor.leave();
    } finally {
      await browser.close();
    }
  });
});
