// How much a page makes a person load: bytes as they travel (brotli), of everything that the page asks for by itself.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newPkce, publicClient } from '../support/oauth.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor } from './support/browser.mjs';

const kilobyte = 1024;

describe('what pages make a browser load', () => {
  let server;
  let browser;
  before(async () => {
    const clients = [publicClient('photo-album', { client_name: 'Photo Album' })];
    [server, browser] = await Promise.all([startServer({ clients }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Bytes on the wire, with headers, until the page is quiet; and when `ready` could be seen, in ms. */
  async function load(open, ready) {
    const visitor = await Visitor.arrive(browser, server);
    const cdp = await visitor.context.newCDPSession(visitor.page);
    await cdp.send('Network.enable');
    let bytes = 0;
    const codings = new Set();
    cdp.on('Network.responseReceived', ({ response }) => codings.add(response.headers['content-encoding'] ?? response.headers['Content-Encoding'] ?? 'none'));
    cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await open(visitor);
    await ready(visitor);
    const interactive = await visitor.page.evaluate(() => performance.now());
    await visitor.page.waitForLoadState('networkidle');
    await visitor.leave();
    assert.ok(bytes > 10 * kilobyte, 'something was counted');
    assert.ok(codings.has('br'), [...codings].join());
    return { bytes, interactive };
  }

  test('the sign-in page stays below 200 KB', async (t) => {
    const { bytes, interactive } = await load(
      (visitor) => visitor.open({ client_id: 'photo-album', code_challenge: newPkce().challenge }),
      (visitor) => visitor.page.getByRole('button', { name: 'Create a new identity' }).click({ trial: true }),
    );
    t.diagnostic(`sign-in page: ${(bytes / kilobyte).toFixed(1)} KB compressed, interactive after ${Math.round(interactive)} ms`);
    assert.ok(bytes < 200 * kilobyte, `${bytes} bytes`);
  });

  test('the signer stays below 120 KB', async (t) => {
    const { bytes, interactive } = await load(
      (visitor) => visitor.page.goto(`${server.base}/signer`),
      (visitor) => visitor.heading('This page works inside applications'),
    );
    t.diagnostic(`signer: ${(bytes / kilobyte).toFixed(1)} KB compressed, ready after ${Math.round(interactive)} ms`);
    assert.ok(bytes < 120 * kilobyte, `${bytes} bytes`);
  });
});
