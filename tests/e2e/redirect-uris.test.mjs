// Who may be redirected to, and where: sigma-contract.md §2, security cases 1–6.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize, newPkce, publicClient, redirected } from './support/oauth.mjs';
import { assertErrorPage } from './support/pages.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const exact = 'https://a.example/cb';
const clients = [
  publicClient('my-app'),
  publicClient('exact-app', { redirect_uris: [exact] }),
  publicClient('two-uris', { redirect_uris: [`${exact}/one`, `${exact}/two`] }),
  publicClient('native-app', { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb'] }),
  publicClient('disabled-app', { disabled: true }),
];

forEachStore('redirect URIs', { clients }, (context) => {
  const challenge = newPkce().challenge;
  const ask = (person, overrides = {}, options) =>
    authorize(context.server, person, { code_challenge: challenge, ...overrides }, options);
  const person = () => newPerson(context.server);

  test('unknown and disabled clients: an error page, no redirect', async () => {
    const somebody = await person();
    for (const who of [undefined, somebody]) {
      assertErrorPage(await ask(who, { client_id: 'no-such-app' }));
      assertErrorPage(await ask(who, { client_id: 'disabled-app' }));
      assertErrorPage(await ask(who, { client_id: undefined }));
      assertErrorPage(await ask(who, { client_id: '' }));
    }
  });

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
    'https://a.example/cb\n',
    'https://a.example/cb\0',
    'https://a.example/cb ',
    ' https://a.example/cb',
    'https://а.example/cb',
    'https://a.example./cb',
    'HTTPS://a.example/cb',
    'https://A.example/cb',
    '//a.example/cb',
    '/cb',
    '',
    'javascript:alert(1)//a.example/cb',
    'data:text/html,x',
    'vbscript:x',
    'file:///cb',
    'blob:https://a.example/cb',
    'com.app:/cb',
    `https://a.example/${'c'.repeat(3000)}`,
  ];
  test('redirect URIs compare exactly; anything else is an error page', async () => {
    const somebody = await person();
    for (const uri of strangers) {
      for (const who of [somebody, undefined]) {
        assertErrorPage(await ask(who, { client_id: 'exact-app', redirect_uri: uri }), JSON.stringify(uri));
      }
    }
    redirected(await ask(somebody, { client_id: 'exact-app', redirect_uri: exact }), exact);
  });

  test('two registered URIs and none sent: an error page', async () => {
    assertErrorPage(await ask(await person(), { client_id: 'two-uris', redirect_uri: undefined }));
  });

  test('loopback addresses of native clients: the port is free, nothing else', async () => {
    const somebody = await person();
    const native = (uri) => ask(somebody, { client_id: 'native-app', redirect_uri: uri });
    for (const uri of ['http://127.0.0.1:51234/cb', 'http://[::1]:51234/cb', 'http://127.0.0.1/cb']) {
      const answer = await native(uri);
      assert.ok(answer.location?.startsWith(`${uri}?`), `${uri}: ${answer.describe()}`);
    }
    for (const uri of [
      'http://localhost:51234/cb',
      'http://127.0.0.1:51234/other',
      'http://127.0.0.1:51234/cb?x=1',
      'http://127.0.0.1.evil.com:51234/cb',
      'http://127.1:51234/cb',
      'http://2130706433:51234/cb',
      'https://127.0.0.1:51234/cb',
      'http://127.0.0.1:99999/cb',
      'http://127.0.0.1:0x50/cb',
      'http://127.0.0.1:51234@evil.com/cb',
      'http://127.0.0.2:51234/cb',
    ]) {
      assertErrorPage(await native(uri), uri);
    }
  });
});
