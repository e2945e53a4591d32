// What every page tells the browser it may do, and how much of it there is to load.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startServer } from './support/server.mjs';

const web = path.resolve(import.meta.dirname, '../../services/sigma-auth/web');
const templates = ['error', 'sign-out', 'signed-out'];
/** Every page that Vite builds and an address leads to. */
const pages = readdirSync(web, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.html') && !/node_modules|dist|web\/src/.test(entry.parentPath))
  .map((entry) => path.relative(web, path.join(entry.parentPath, entry.name)).replace(/\.html$/, ''))
  .filter((name) => !templates.includes(name))
  .map((name) => (name === 'index' ? '/' : `/${name}`))
  .sort();

const directives = (policy) => new Map(policy.split(';').map((part) => part.trim().split(' ')).map(([name, ...values]) => [name, values.join(' ')]));

describe('pages', () => {
  let server;
  before(async () => {
    server = await startServer();
  });
  after(() => server?.stop());

  test('are all known to this test', () => {
    for (const page of ['/', '/account', '/consent', '/developers', '/developers/try', '/device', '/login', '/select-identity', '/signer'])
      assert.ok(pages.includes(page), page);
  });

  for (const page of pages) {
    test(`case 57: ${page} allows itself no inline code, no other host and only the frames that are meant`, async () => {
      const { status, headers, text } = await server.request('GET', page);
      assert.equal(status, 200);
      assert.match(headers['content-type'], /^text\/html/);
      const policy = directives(headers['content-security-policy']);
      assert.equal(policy.get('default-src'), "'none'");
      assert.equal(policy.get('script-src'), "'self'");
      assert.equal(policy.get('style-src'), "'self'");
      assert.equal(policy.get('base-uri'), "'none'");
      assert.equal(policy.get('require-trusted-types-for'), "'script'");
      const framed = page === '/signer';
      assert.equal(policy.get('frame-ancestors'), framed ? '*' : "'none'");
      assert.equal(headers['x-frame-options'], framed ? undefined : 'DENY');
      // The sign-in may ask TokenPass on the person's own computer; the signer has no business with any server.
      const connect = { '/login': "'self' http://localhost:21000", '/signer': "'none'" };
      assert.equal(policy.get('connect-src'), connect[page] ?? "'self'");
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(headers['permissions-policy'], /camera=\(\).*geolocation=\(\).*microphone=\(\)/);
      assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)/, 'inline script');
      assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=/, 'inline style or handler');
      assert.doesNotMatch(text, /(?:src|href)="(?:https?:)?\/\//, 'another host');
      assert.match(text, /<noscript>[^]*JavaScript is switched off/, 'says what is missing without JavaScript');
    });
  }

  test('the server’s own pages (error, sign-out) may do still less', async () => {
    for (const address of ['/no/such/page', '/oauth2/authorize?client_id=nobody', '/api/auth/oauth2/end-session']) {
      const { headers, text } = await server.request('GET', address, { headers: { accept: 'text/html' } });
      assert.match(headers['content-type'], /^text\/html/, address);
      const policy = directives(headers['content-security-policy']);
      assert.equal(policy.get('default-src'), "'none'", address);
      assert.equal(policy.get('frame-ancestors'), "'none'", address);
      assert.equal(headers['x-frame-options'], 'DENY', address);
      assert.match(headers['referrer-policy'], /^(no-referrer|same-origin)$/, address);
      assert.match(headers['permissions-policy'], /camera=\(\)/, address);
      assert.equal(headers['cache-control'], 'no-store', address);
      assert.doesNotMatch(text, /<script/, address);
    }
  });

  test('an error page speaks the person’s language: their choice, the application’s, the browser’s', async () => {
    const at = async (address, headers) => (await server.request('GET', address, { headers: { accept: 'text/html', ...headers } })).text;
    const unknown = '/oauth2/authorize?client_id=nobody';
    const german = await at(unknown, { 'accept-language': 'de-AT,de;q=0.9,en;q=0.8' });
    assert.match(german, /<html lang="de">/);
    assert.match(german, /<h1>Wir kennen diese Anwendung nicht<\/h1>/);
    assert.match(german, /Kennung: <code>[^<]+<\/code>/);
    assert.match(german, /<p [^>]*lang="en"[^>]*>invalid_client: /, 'what a developer needs');
    assert.match(await at(`${unknown}&ui_locales=fr+es-MX`, { 'accept-language': 'de' }), /<h1>No conocemos esta aplicación<\/h1>/);
    assert.match(await at(`${unknown}&ui_locales=es`, { cookie: 'sigma.language=de' }), /<html lang="de">/);
    assert.match(await at('/no/such/page', { 'accept-language': 'es' }), /<h1>Aquí no hay nada<\/h1>/);
    assert.match(await at('/no/such/page', { 'accept-language': 'fr' }), /<h1>There is nothing here<\/h1>/);
    const sentBy = await at('/api/auth/error?error=access_denied&error_description=Call+0900-666', {});
    assert.match(sentBy, /access_denied/);
    assert.doesNotMatch(sentBy, /0900/, 'no words of strangers on our page');
  });

  test('an error page carries the reference under which the log has the request', async () => {
    const { text } = await server.request('GET', '/oauth2/authorize?client_id=nobody', { headers: { accept: 'text/html' } });
    const [, reference] = /Reference: <code>([^<]+)<\/code>/.exec(text);
    await server.logWritten();
    assert.ok(server.logs.some((line) => line.request_id === reference), reference);
  });
});
