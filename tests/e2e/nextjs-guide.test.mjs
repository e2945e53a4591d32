// docs/how-to/use-nextjs.md: its route handlers, as they stand, sign a person in at the real server. Next.js itself is
// played by two modules of a few lines; the plugin's part has its test in browser/snippets.test.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { publicClient } from './support/oauth.mjs';
import { importCode, pack } from './support/pack.mjs';
import { newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';

const app = 'https://app.example.com';
let server;
let client;
before(async () => {
  server = await startServer();
  client = await server.createClient(
    publicClient('next', { token_endpoint_auth_method: 'client_secret_post', redirect_uris: [`${app}/api/callback`] }),
  );
});
after(() => server?.stop());

/** The files of the guide's last block by path. */
async function filesOfGuide() {
  const page = await readFile(new URL('../../docs/how-to/use-nextjs.md', import.meta.url), 'utf8');
  const block = page.slice(page.indexOf('## With `openid-client` alone')).match(/^```ts\n(.*?)^```$/ms)[1];
  return Object.fromEntries(block.split(/^\/\/ (?=(?:app|lib)\/)/m).slice(1).map((file) => [file.slice(0, file.indexOf('\n')), file.slice(file.indexOf('\n'))]));
}

const next = {
  'next/navigation': 'export const redirect = (to) => { throw Object.assign(new Error("redirect"), { to }); };',
  'next/headers': `export const cookies = async () => ({
    set: (name, value, options) => globalThis.jar.set(name, { value, ...options }), get: (name) => globalThis.jar.get(name) });`,
};

test('login and callback sign a person in, and a callback that nobody began is refused', async () => {
  const files = await filesOfGuide();
  // Only this server is at plain http, which the library refuses unless it is told.
  const configuration = files['lib/oidc.ts'].replace("process.env.CLIENT_SECRET!", '$&, undefined, { execute: [oidc.allowInsecureRequests] }')
    .replace('https://id.example.com', server.base);
  assert.match(configuration, /allowInsecureRequests/);
  Object.assign(process.env, { APP_URL: app, CLIENT_ID: 'next', CLIENT_SECRET: client.client_secret });
  const entry = "export { GET as login } from './login'; export { GET as callback } from './callback';";
  const callback = files['app/api/callback/route.ts'].replace('// Begin', 'globalThis.signedIn = { sub, name }; // Begin');
  const { login, callback: finish } = await importCode(
    await pack('entry', { ...next, entry, './login': files['app/api/login/route.ts'], './callback': callback, '@/lib/oidc': configuration }),
  );
  globalThis.jar = new Map();
  const goesTo = (work) => work.then(() => assert.fail('no redirect'), ({ to, ...error }) => to ?? Promise.reject(error));

  const person = await newPerson(server);
  const { pathname, search } = new URL(await goesTo(login()));
  const answer = await person.request(server, 'GET', pathname + search);
  assert.equal(await goesTo(finish(new Request(answer.location))), '/');
  assert.equal(globalThis.signedIn.sub, person.userId);
  assert.deepEqual([globalThis.jar.get('login').httpOnly, globalThis.jar.get('login').secure], [true, true]);

  const forged = new URL(answer.location);
  forged.searchParams.set('state', 'of-somebody-else');
  await assert.rejects(finish(new Request(forged)), /unexpected "state"|invalid response/i);
});
