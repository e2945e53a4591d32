// A site on another origin in Chromium, with the plugin's real local signer, and the person who answers it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { verifyAuthToken } from 'bitcoin-auth';
import { Person, startBrowser } from './support/person.mjs';
import { password, startTokenPass, vectors } from './support/server.mjs';
import { startSite } from './support/site.mjs';

/** The page of a site, its signer towards `server` ready for use as `signer`. */
async function siteFor(person, site, server) {
  const page = await person.context.newPage();
  await page.goto(site.origin);
  await page.waitForFunction(() => globalThis.signerFor !== undefined);
  await page.evaluate((base) => (globalThis.signer = globalThis.signerFor(base)), server.base);
  return page;
}
const call = (page, method, ...given) => page.evaluate(([name, args]) => globalThis.signer[name](...args), [method, given]);

test('the local signer: probe, a person’s yes, sign, signAIP, encrypt, friends', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  const person = await Person.at(await startBrowser(t), server);
  const page = await siteFor(person, site, server);

  assert.equal(await call(page, 'probe'), true);
  const times = await page.evaluate(async () => {
    const times = [];
    for (let i = 0; i < 10; ++i) {
      const begin = performance.now();
      await globalThis.signer.probe();
      times.push(performance.now() - begin);
    }
    return times.sort((a, b) => a - b);
  });
  t.diagnostic(`probe: quickest ${times[0].toFixed(1)} ms, median ${times[5].toFixed(1)} ms`);
  assert.ok(times[0] < 50, `the quickest of ten probes took ${times[0]} ms`);
  const status = await call(page, 'getStatus');
  assert.deepEqual([status.created, status.unlocked, status.bapId, status.keys], [true, true, undefined, []]);

  await person.open();
  await person.unlock();
  await person.heading('Connected sites');
  const asking = call(page, 'authenticate', site.host);
  await person.heading(`${site.origin} asks for access`);
  await person.look('question');
  await person.page.getByLabel('How long').selectOption('1h');
  await person.press('Allow');
  // On a busy machine the answer may come too late for this request; then it counts for the next.
  assert.ok((await asking) || (await call(page, 'authenticate', site.host)));
  await person.page.getByText(site.host, { exact: true }).first().waitFor();

  for (const scheme of ['brc77', 'bsm']) {
    for (const body of [undefined, '{"a":1}']) {
      const token = await call(page, 'sign', '/api/x', body, scheme);
      assert.ok(verifyAuthToken(token, { requestPath: '/api/x', body, timestamp: new Date().toISOString() }, 5), scheme);
    }
  }
  const ops = await call(page, 'signAIP', ['6a', '68656c6c6f']);
  assert.deepEqual(ops.slice(0, 2), ['6a', '68656c6c6f']);
  assert.equal(ops.length, 7);
  const sealed = await call(page, 'encrypt', 'secret ✓', 'friend1');
  assert.equal(await call(page, 'decrypt', sealed, 'friend1'), 'secret ✓');
  assert.match(await call(page, 'getFriendPublicKey', 'friend1'), /^0[23][0-9a-f]{64}$/);

  await person.page.reload();
  await person.heading('Connected sites');
  await person.look('sites');
  await person.press(`End access of ${site.host}`);
  await person.page.getByText('None yet.').waitFor();
  await assert.rejects(call(page, 'sign', '/api/x'), /"code":3/);
  await person.leave();
});

test('two wallets, and what the cloud signer made', { timeout: 600_000 }, async (t) => {
  const [alice, bob, site] = await Promise.all([startTokenPass(t), startTokenPass(t), startSite(t)]);
  const { cloudStaticSender: cloud } = JSON.parse(await readFile(path.join(vectors, 'friend-keys.json'), 'utf8'));
  const [form] = cloud;
  for (const [server, rootPk] of [[alice, form.aliceRootPkWif], [bob, form.bobRootPkWif]]) {
    await server.restoreRoot(rootPk);
    await server.cli(['approve', site.host], { input: `${password}\n` });
  }
  const person = await Person.at(await startBrowser(t), alice);
  const pages = { alice: await siteFor(person, site, alice), bob: await siteFor(person, site, bob) };
  for (const page of Object.values(pages)) assert.ok(await call(page, 'authenticate', site.host));

  const bobsKey = await call(pages.bob, 'getFriendPublicKey', 'alice');
  const alicesKey = await call(pages.alice, 'getFriendPublicKey', 'bob');
  const there = await call(pages.alice, 'encrypt', 'hello bob', 'bob', bobsKey);
  assert.equal(await call(pages.bob, 'decrypt', there, 'alice', alicesKey), 'hello bob');
  const back = await call(pages.bob, 'encrypt', 'hello alice', 'alice', alicesKey);
  assert.equal(await call(pages.alice, 'decrypt', back, 'bob', bobsKey), 'hello alice');

  assert.equal(await call(pages.bob, 'decrypt', form.toBobBase64, form.bobSeed, form.alicePub), form.plaintext);
  assert.equal(await call(pages.alice, 'decrypt', form.toBobBase64, form.aliceSeed, form.bobPub), form.plaintext);
  assert.equal(await call(pages.alice, 'decrypt', form.toSelfBase64, form.aliceSeed), form.plaintext);
  await person.leave();
});

test('sigmaClient({ preferLocal: true }) finds it and signs', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  await server.cli(['approve', site.host], { input: `${password}\n` });
  const person = await Person.at(await startBrowser(t), server);
  const page = await siteFor(person, site, server);
  const found = await page.evaluate(async (base) => {
    const { sigma } = globalThis.clientFor(base);
    const server = await sigma.detectServer();
    sigma.setIdentity('any');
    const token = await sigma.sign('/api/x', { a: 1 });
    return { server, type: sigma.getSignerType(), token };
  }, server.base);
  assert.deepEqual(found.server, { url: server.base, isLocal: true });
  assert.equal(found.type, 'local');
  assert.match(found.token, /^0[23][0-9a-f]{64}\|brc77\|/);
  await person.leave();
});

test('the consent page: allowed by link, refused by link', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  const person = await Person.at(await startBrowser(t), server);
  const link = (more = {}) => {
    const query = new URLSearchParams({ host: site.host, scopes: 'sign,encrypt', returnURL: `${site.origin}/back?x=1`, ...more });
    return `/auth?${query}`;
  };
  await person.open(link());
  await person.unlock();
  await person.heading(`${site.host} asks for access`);
  await person.look('consent');
  const picture = await person.page.getByAltText('Your security pattern').evaluate((image) => image.naturalWidth);
  assert.ok(picture > 0, 'the security pattern shows');
  await person.press('Allow');
  await person.page.waitForURL(`${site.origin}/back**`);
  const query = new URL(person.page.url()).searchParams;
  assert.equal(query.get('x'), '1');
  const sign = await server.post('/api/sign', { message: 'x' }, { authorization: query.get('tokenPass') });
  assert.equal(sign.status, 200);

  await person.open(link());
  await person.press('Don’t allow');
  await person.page.waitForURL(`${site.origin}/back**`);
  assert.equal(new URL(person.page.url()).searchParams.get('error'), 'access_denied');

  for (const [more, words] of [
    [{ host: 'bank.example' }, /would lead back to/],
    [{ returnURL: 'javascript:alert(1)' }, /no web page/],
    [{ returnURL: '' }, /where to go back/],
    [{ host: '' }, /which site/],
    [{ returnURL: `http://me:secret@${site.host}/` }, /password in it/],
  ]) {
    await person.open(link(more));
    await person.heading('This request cannot be answered');
    await person.page.getByText(words).waitFor();
    assert.equal(await person.page.getByRole('button').count(), 0);
  }
  await person.leave();
});

test('the consent page as a popup: the answer goes to its opener only', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  const person = await Person.at(await startBrowser(t), server);
  await person.open();
  await person.unlock();
  await person.heading('Connected sites');
  const page = await siteFor(person, site, server);
  const query = new URLSearchParams({ host: site.host, scopes: 'sign', returnURL: site.origin });
  const popup = async (from) => {
    const opened = person.context.waitForEvent('page');
    await from.evaluate((url) => void globalThis.open(url, 'tokenpass', 'width=400,height=600'), `${server.base}/auth?${query}`);
    return opened;
  };
  const allow = await popup(page);
  const closed = allow.waitForEvent('close');
  await allow.getByRole('button', { name: 'Allow', exact: true }).click();
  await closed;
  await page.waitForFunction(() => globalThis.received.length === 1);
  const [{ origin, data }] = await page.evaluate(() => globalThis.received);
  assert.equal(origin, server.base);
  assert.deepEqual([data.type, data.host], ['tokenpass', site.host]);
  assert.equal((await server.post('/api/sign', { message: 'x' }, { authorization: data.accessToken })).status, 200);

  const deny = await popup(page);
  await deny.getByRole('button', { name: 'Don’t allow' }).click();
  await page.waitForFunction(() => globalThis.received.length === 2);
  assert.equal((await page.evaluate(() => globalThis.received[1])).data.error, 'access_denied');

  // A page of another origin that opens the same link gets nothing.
  const thief = await person.context.newPage();
  await thief.goto(site.other);
  await thief.waitForFunction(() => globalThis.received !== undefined);
  const stolen = await popup(thief);
  const gone = stolen.waitForEvent('close');
  await stolen.getByRole('button', { name: 'Allow', exact: true }).click();
  await gone;
  assert.deepEqual(await thief.evaluate(() => globalThis.received), []);
  await person.leave();
});

test('clickjacking: no page of ours can be framed', { timeout: 300_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  for (const where of ['/', `/auth?host=${site.host}&returnURL=${site.origin}`]) {
    const answer = await server.get(where);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.equal(answer.headers['x-frame-options'], 'DENY');
  }
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  await page.goto(site.origin);
  await page.evaluate((base) => {
    const frame = document.createElement('iframe');
    frame.src = `${base}/`;
    document.body.append(frame);
    return new Promise((done) => (frame.onload = done));
  }, server.base);
  const [, framed] = page.frames();
  assert.ok(!(await framed.content()).includes('TokenPass'), 'the frame stays empty');
});
