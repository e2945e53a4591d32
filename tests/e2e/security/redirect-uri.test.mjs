// Who may be redirected to, and where: security cases 1–4, 6, 7 and sigma-contract.md §2.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  askedAgain,
  authorize,
  authorizePath,
  authorizeQuery,
  callback,
  newPkce,
  publicClient,
  redirected,
} from '../support/oauth.mjs';
import { assertErrorPage } from '../support/pages.mjs';
import { newPerson } from '../support/person.mjs';
import { rawRequest } from '../support/raw.mjs';
import { forEachStore } from '../support/stores.mjs';

const exact = 'https://a.example/cb';
const development = ['http://localhost:3000/cb', 'http://127.0.0.1:3000/cb'];
const clients = [
  publicClient('my-app'),
  publicClient('exact-app', { redirect_uris: [exact] }),
  publicClient('two-uris', { redirect_uris: [`${exact}/one`, `${exact}/two`] }),
  publicClient('native-app', { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb'] }),
  publicClient('web-on-loopback', { redirect_uris: development }),
  publicClient('disabled-app', { disabled: true }),
];

/** What case 1 lists, and what is as near. */
const strangers = [
  `${exact}/`,
  `${exact}/x`,
  `${exact}?x=1`,
  `${exact}#f`,
  'https://a.example/CB',
  'https://a.example//cb',
  'https://a.example:443/cb',
  'https://a.example:8443/cb',
  'http://a.example/cb',
  'https://a.example.evil.com/cb',
  'https://a.example@evil.com/cb',
  'https://user@a.example/cb',
  'https://a.example%2eevil.com/cb',
  'https://a.example\\@evil.com/cb',
  'https://a.example/cb/../evil',
  'https://a.example/cb/%2e%2e/evil',
  'https://a.example/\tcb',
  'https://a.example/cb\t',
  'https://a.example/cb\n',
  'https://a.example/cb\r\n',
  'https://a.example/cb\0',
  'https://a.example/cb ',
  ' https://a.example/cb',
  'https://а.example/cb',
  'https://xn--80a.example/cb',
  'https://a.example./cb',
  'HTTPS://a.example/cb',
  'https://A.example/cb',
  'https://a.example/%63b',
  '//a.example/cb',
  '///a.example/cb',
  '/cb',
  '',
  `https://a.example/${'c'.repeat(3000)}`,
];
/** What the page says of an address that is not registered, or that no query may hold. */
const notThere = /^invalid_redirect: .*\(redirect_uri\)|NUL byte/;
const forbiddenSchemes = [
  'javascript:alert(1)//a.example/cb',
  'JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///cb',
  'blob:https://a.example/cb',
  'about:blank',
  'com.app:/cb',
  'com.example.app:/cb',
];

forEachStore('redirect URIs', { clients }, (context) => {
  const challenge = newPkce().challenge;
  const ask = (person, overrides = {}, options) =>
    authorize(context.server, person, { code_challenge: challenge, ...overrides }, options);
  const person = () => newPerson(context.server);
  const post = async (who, overrides) => {
    const answer = await context.server.request('POST', authorizePath, {
      form: authorizeQuery({ code_challenge: challenge, ...overrides }),
      headers: who ? { cookie: who.jar.header() } : {},
    });
    return askedAgain(context.server, authorizePath, answer);
  };

  test('case 1: redirect URIs compare exactly; anything else is an error page', async () => {
    const somebody = await person();
    for (const uri of strangers) {
      const parameters = { client_id: 'exact-app', redirect_uri: uri };
      assertErrorPage(await ask(somebody, parameters), notThere, JSON.stringify(uri));
      assertErrorPage(await ask(undefined, parameters), notThere, JSON.stringify(uri));
      assertErrorPage(await ask(somebody, parameters, { path: '/oauth2/authorize' }), notThere, JSON.stringify(uri));
      assertErrorPage(await post(somebody, parameters), notThere, JSON.stringify(uri));
      assertErrorPage(await ask(somebody, { ...parameters, prompt: 'none' }), notThere, JSON.stringify(uri));
    }
    assert.ok(redirected(await ask(somebody, { client_id: 'exact-app', redirect_uri: exact }), exact).query.get('code'));
  });

  test('case 2: loopback addresses of native clients: the port is free, nothing else', async () => {
    const somebody = await person();
    const native = (uri) => ask(somebody, { client_id: 'native-app', redirect_uri: uri });
    for (const uri of ['http://127.0.0.1:51234/cb', 'http://[::1]:51234/cb', 'http://127.0.0.1/cb']) {
      const answer = await native(uri);
      assert.ok(answer.location?.startsWith(`${uri}?`), `${uri}: ${answer.describe()}`);
    }
    for (const uri of [
      'http://localhost:51234/cb',
      'http://localhost/cb',
      'http://127.0.0.1:51234/other',
      'http://127.0.0.1:51234/cb/',
      'http://127.0.0.1:51234/cb?x=1',
      'http://127.0.0.1:51234/cb#f',
      'http://127.0.0.1.evil.com:51234/cb',
      'http://127.0.0.1.evil.com/cb',
      'http://127.1:51234/cb',
      'http://2130706433:51234/cb',
      'http://0x7f000001:51234/cb',
      'http://[::ffff:127.0.0.1]:51234/cb',
      'http://[0:0:0:0:0:0:0:1]:51234/cb',
      'https://127.0.0.1:51234/cb',
      'http://127.0.0.1:99999/cb',
      'http://127.0.0.1:0/cb',
      'http://127.0.0.1:/cb',
      'http://127.0.0.1:0x50/cb',
      'http://127.0.0.1:51234@evil.com/cb',
      'http://127.0.0.2:51234/cb',
    ]) {
      assertErrorPage(await native(uri), notThere, uri);
    }
    for (const uri of development) {
      const web = (address) => ask(somebody, { client_id: 'web-on-loopback', redirect_uri: address });
      redirected(await web(uri), uri);
      assertErrorPage(await web(uri.replace('3000', '3001')), notThere, `a web client on another port than ${uri}`);
    }
  });

  test('case 3: schemes that a browser acts on are refused at registration and at use', async () => {
    const { server } = context;
    const somebody = await person();
    for (const uri of forbiddenSchemes) {
      assertErrorPage(await ask(somebody, { client_id: 'exact-app', redirect_uri: uri }), notThere, uri);
      assertErrorPage(await ask(somebody, { client_id: 'native-app', redirect_uri: uri }), notThere, uri);
    }
    for (const application_type of ['web', 'native']) {
      for (const uri of forbiddenSchemes) {
        if (application_type === 'native' && uri.startsWith('com.')) continue; // what RFC 8252 §7.1 is for
        for (const redirect_uris of [[uri], [exact, uri]]) {
          const metadata = { ...publicClient('never-made'), application_type, redirect_uris };
          const answer = await server.admin('POST', '/admin/clients', { json: metadata });
          assert.equal(answer.status, 400, `${uri}: ${answer.describe()}`);
          assert.match(answer.json.detail, /redirect_uris|control character/, answer.describe());
        }
      }
    }
    const patched = await server.admin('PATCH', '/admin/clients/exact-app', {
      json: { redirect_uris: ['javascript:alert(1)'] },
    });
    assert.equal(patched.status, 400, patched.describe());
    const made = await server.cli(
      ['client', 'create', '--id', 'never-made', '--name', 'x', '--redirect-uri', 'data:,x'],
      {
        check: false,
      },
    );
    assert.notEqual(made.code, 0);
    assert.match(made.stderr, /redirect/i);
    assert.equal((await server.admin('GET', '/admin/clients/never-made')).status, 404);
  });

  test('case 4: two registered URIs and none sent: an error page', async () => {
    for (const who of [undefined, await person()]) {
      assertErrorPage(await ask(who, { client_id: 'two-uris', redirect_uri: undefined }), /^invalid_redirect: .*redirect_uri is missing/);
      assertErrorPage(await post(who, { client_id: 'two-uris', redirect_uri: undefined }), /^invalid_redirect: .*redirect_uri is missing/);
    }
    const somebody = await person();
    for (const uri of [`${exact}/one`, `${exact}/two`])
      assert.ok(redirected(await ask(somebody, { client_id: 'two-uris', redirect_uri: uri }), uri).query.get('code'), 'either of them');
    assert.ok(redirected(await ask(somebody, { client_id: 'exact-app', redirect_uri: undefined }), exact).query.get('code'), 'the only one');
  });

  test('case 6: unknown and disabled clients: an error page, no redirect', async () => {
    const somebody = await person();
    for (const who of [undefined, somebody]) {
      for (const client_id of ['no-such-app', 'disabled-app', undefined, '', 'MY-APP', 'my-app ']) {
        const words = client_id === 'disabled-app' ? /^client_disabled: / : /^invalid_client: /;
        assertErrorPage(await ask(who, { client_id }), words, client_id);
        assertErrorPage(await ask(who, { client_id, redirect_uri: exact, prompt: 'none' }), words, client_id);
      }
    }
    assert.ok(redirected(await ask(somebody)).query.get('code'), 'who is known gets a code for the same');
    const enabled = await context.server.admin('PATCH', '/admin/clients/disabled-app', { json: { disabled: false } });
    assert.equal(enabled.status, 200, enabled.describe());
    assert.ok(redirected(await ask(somebody, { client_id: 'disabled-app' })).query.get('code'), 'nothing else was the matter');
  });

  const splitting = 'x\r\nSet-Cookie: evil=1\r\n\r\n<script>alert(1)</script>';
  const states = ['1', 'a b+c&d=e#f%20', 'é✓𝄞', '"><script>', splitting, '\n', '\r', '\u2028\u0085', 'x'.repeat(1000)];
  test('case 7: state comes back exactly and cannot leave its place', async () => {
    const { server } = context;
    const somebody = await person();
    for (const state of states) {
      for (const overrides of [{}, { response_type: 'token' }, { scope: 'nothing-of-ours' }, { code_challenge: 'x' }]) {
        const answer = await ask(somebody, { state, ...overrides });
        const { query, fragment } = redirected(answer);
        assert.equal(query.get('state') ?? fragment.get('state'), state, answer.describe());
        assert.match(answer.location, /^[!-~]+$/, 'percent-encoded: printable ASCII only');
        assert.equal(answer.headers['set-cookie'], undefined, answer.describe());
      }
      const declined = await ask(undefined, { state, prompt: 'none' });
      assert.equal(redirected(declined).query.get('state'), state, declined.describe());
      const form = await ask(somebody, { state, response_mode: 'form_post' });
      assert.equal(form.status, 200, form.describe());
      assert.doesNotMatch(form.text, /<script>alert|"><script>/, state);
      const json = await ask(somebody, { state }, { headers: { accept: 'application/json' } });
      assert.equal(new URL(json.json.url).searchParams.get('state'), state, json.describe());
    }
    assertErrorPage(await ask(somebody, { state: 'a\0b' }), /NUL byte/, 'no honest client sends a NUL');
  });

  test('case 7: as seen in the bytes of the answer', async () => {
    const { server } = context;
    const query = authorizeQuery({ code_challenge: challenge, prompt: 'none', state: splitting });
    const { text } = await rawRequest(server.local, [
      `GET ${authorizePath}?${query} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n`,
    ]);
    const head = text.slice(0, text.indexOf('\r\n\r\n'));
    assert.match(head, /^HTTP\/1\.1 302/);
    assert.doesNotMatch(head, /^set-cookie:/im);
    assert.match(head, new RegExp(`^location: ${callback}`, 'im'));
    assert.equal(text.slice(head.length).trim(), '', 'nothing was pushed into the body');
  });
});
