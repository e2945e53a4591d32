// The consent page in all its states: no wallet, locked, open to another browser, asking, answered.
import assert from 'node:assert/strict';
import test from 'node:test';
import { until } from '../support/until.mjs';
import { pressToClose } from '../browser/support/browser.mjs';
import { Person, startBrowser } from './support/person.mjs';
import { password, startTokenPass } from './support/server.mjs';
import { siteFor, startSite } from './support/site.mjs';

const linkTo = (site, more = {}) => {
  const query = new URLSearchParams({ host: site.host, scopes: 'sign,encrypt', returnURL: `${site.origin}/back?x=1`, ...more });
  return `/auth?${query}`;
};
/** What the page was told after it was led back. */
async function answered(person, site) {
  await person.page.waitForURL(`${site.origin}/back**`);
  return new URL(person.page.url()).searchParams;
}

test('no wallet: made on the spot; a guest identity for this site alone', { timeout: 600_000 }, async (t) => {
  const [server, site, other] = await Promise.all([startTokenPass(t), startSite(t), startSite(t)]);
  const browser = await startBrowser(t);
  const person = await Person.at(browser, server, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await person.open(linkTo(site, { icon: `${site.origin}/icon.svg` }));
  await person.page.getByText('There is no wallet on this computer yet').waitFor();
  await person.look('consent-no-wallet');
  await person.press('Make a new wallet');
  await person.type('New password', password);
  await person.type('Repeat the password', password);
  await person.press('Continue');
  await person.heading('Write these words down');
  const words = await person.page.locator('ol.words li').evaluateAll((items) => items.map((item) => item.lastChild.textContent.trim()));
  await person.press('I have written them down');
  for (const label of await person.page.locator('form label').allTextContents()) await person.type(label, words[Number(/\d+/.exec(label)[0]) - 1]);
  await person.press('Done');

  await person.heading(`${site.host} asks for access`);
  // The site's icon shows, once it has come.
  await person.page.waitForFunction(() => document.querySelector('img.logo')?.naturalWidth > 0);
  await person.page.getByText('Primary Identity').first().waitFor();
  assert.equal(await person.page.getByRole('radio', { name: /guest/ }).isVisible(), false, 'the others are folded away');
  await person.page.getByText('Another identity', { exact: true }).click();
  await person.page.getByRole('radio', { name: /A new guest, for this site only/ }).check();
  await person.page.getByRole('radio', { name: 'An hour' }).check();
  await person.look('consent-guest');
  assert.equal((await server.get('/api/identity')).json.count, 1, 'made when it is allowed, not before');
  await person.press('Allow');
  const token = (await answered(person, site)).get('tokenPass');
  const { identities, primaryId } = (await server.get('/api/identity')).json;
  const guest = identities.find(({ guestFor }) => guestFor === site.host);
  assert.deepEqual([identities.length, guest.name], [2, `Guest @ ${site.host}`]);
  const [row] = (await server.get('/api/sites')).json.sites;
  assert.deepEqual([row.bapId, row.approvals[0].bapId], [guest.idKey, guest.idKey]);

  // The site signs as its guest and as nobody else, whoever it names.
  const sign = (bapId) => server.post('/api/sign', { message: 'x', bapId }, { authorization: token, origin: site.origin });
  assert.deepEqual([(await sign(guest.idKey)).status, (await sign(primaryId)).json.code], [200, 7]);
  const ops = (await server.post('/api/sign-aip', { data: ['6a'] }, { authorization: token, origin: site.origin })).json;
  assert.equal(ops.aip.address, (await sign(guest.idKey)).json.address);

  await person.open(linkTo(site));
  await person.heading(`${site.host} asks for access`);
  await person.page.getByText('Another identity', { exact: true }).click();
  await person.page.getByRole('radio', { name: guest.name }).waitFor();
  assert.equal(await person.page.getByText('A new guest').count(), 0, 'one guest for a site');
  await person.open(linkTo(other));
  await person.heading(`${other.host} asks for access`);
  await person.page.getByText('Another identity', { exact: true }).click();
  await person.page.getByText('A new guest, for this site only').waitFor();
  assert.equal(await person.page.getByText(guest.name).count(), 0, 'nobody else’s guest is offered');
  await person.leave();
});

test('locked, and open to another browser', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  const person = await Person.at(await startBrowser(t), server);
  await person.open(linkTo(site));
  await person.heading('Show that it is you');
  await person.look('consent-show');
  // The pattern shows before the password is typed.
  const pattern = person.page.getByAltText('Your security pattern');
  await until(() => pattern.evaluate((image) => image.naturalWidth > 0));
  await server.post('/api/logout');
  await person.page.reload();
  await person.heading('Unlock');
  await person.look('consent-locked');
  await person.unlock('wrong password');
  await person.page.getByText('That is not the password. Please try again.').waitFor();
  await person.press('Don’t allow');
  assert.equal((await answered(person, site)).get('error'), 'access_denied', 'saying no needs no password');

  await person.open(linkTo(site));
  await person.unlock();
  await person.heading(`${site.host} asks for access`);
  await server.post('/api/logout');
  await person.press('Allow');
  await person.heading('Unlock');
  await person.unlock();
  await person.heading(`${site.host} asks for access`);
  await server.post('/api/logout');
  await server.post('/api/login', { password }); // somebody else opened it; what this browser was given has ended
  await person.press('Allow');
  await person.heading('Show that it is you');
  await person.unlock();
  await person.press('Allow');
  assert.ok((await answered(person, site)).get('tokenPass'));

  // Error answers name the page without a site: it leads to where one unlocks.
  await person.open('/auth');
  await person.page.waitForURL(`${server.base}/`);
  await person.heading('Connected sites');
  await person.leave();
});

test('allowed and refused by link; as whom and what for', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  const { idKey } = (await server.post('/api/identity', { name: 'Work' })).json;
  const person = await Person.at(await startBrowser(t), server);
  await person.open();
  await person.enter();
  await person.open(linkTo(site, { scopes: 'sign,Nothing will be shared', icon: 'https://tracker.example/pixel.png' }));
  await person.heading(`${site.host} asks for access`);
  await person.look('consent');
  assert.equal(await person.page.getByText('Nothing will be shared').count(), 0, 'no words of the link’s');
  assert.equal(await person.page.locator('img.logo').count(), 0, 'no picture from elsewhere');
  assert.equal(await person.page.getByRole('radio', { name: 'Ask every time' }).isChecked(), true);
  await person.page.getByText('Another identity', { exact: true }).click();
  await person.page.getByRole('radio', { name: /^Work/ }).check();
  await person.press('Allow');
  const query = await answered(person, site);
  assert.equal(query.get('x'), '1');
  const sign = await server.post('/api/sign', { message: 'x' }, { authorization: query.get('tokenPass') });
  assert.equal(sign.status, 200);
  assert.equal((await server.get('/api/sites')).json.sites[0].bapId, idKey);

  await person.open(linkTo(site, { scopes: '' }));
  await person.page.getByText('It would only learn who you are: the identity that you choose').waitFor();
  await person.press('Don’t allow');
  assert.equal((await answered(person, site)).get('error'), 'access_denied');

  for (const [more, words] of [
    [{ host: 'bank.example' }, /would lead back to/],
    [{ returnURL: 'javascript:alert(1)' }, /no web page/],
    [{ returnURL: '' }, /where to go back/],
    [{ host: '' }, /which site/],
    [{ returnURL: `http://me:secret@${site.host}/` }, /password in it/],
  ]) {
    await person.open(linkTo(site, more));
    await person.heading('This request cannot be answered');
    await person.page.getByText(words).waitFor();
    assert.equal(await person.page.getByRole('button').count(), 0);
  }
  await person.leave();
});

test('one answer: who has said yes does not say no as well', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  const person = await Person.at(await startBrowser(t), server);
  await person.open();
  await person.enter();
  await person.open(linkTo(site));
  await person.heading(`${site.host} asks for access`);
  const [asked, goOn] = await person.holdBack('/api/approvals');
  await person.press('Allow');
  await asked;
  await person.page.getByRole('button', { name: 'Don’t allow' }).dispatchEvent('click');
  assert.equal(await person.page.getByRole('button', { name: 'Don’t allow' }).isDisabled(), true);
  goOn();
  const query = await answered(person, site);
  assert.deepEqual([query.get('error'), Boolean(query.get('tokenPass'))], [null, true]);

  // A no while the password is looked at stays a no.
  await server.post('/api/logout');
  await person.open(linkTo(site));
  const [unlocking, unlocked] = await person.holdBack('/api/login');
  await person.unlock();
  await unlocking;
  await person.press('Don’t allow');
  assert.equal((await answered(person, site)).get('error'), 'access_denied');
  unlocked();
  await person.leave();
});

test('as a popup: the answer goes to its opener only', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  const person = await Person.at(await startBrowser(t), server);
  await person.open();
  await person.enter();
  const page = await siteFor(person, site, server);
  const query = new URLSearchParams({ host: site.host, scopes: 'sign', returnURL: site.origin });
  const popup = async (from) => {
    const opened = person.context.waitForEvent('page');
    await from.evaluate((url) => void globalThis.open(url, 'tokenpass', 'width=400,height=600'), `${server.base}/auth?${query}`);
    return opened;
  };
  const allow = await popup(page);
  await pressToClose(allow.getByRole('button', { name: 'Allow', exact: true }));
  await page.waitForFunction(() => globalThis.received.length === 1);
  const [{ origin, data }] = await page.evaluate(() => globalThis.received);
  assert.equal(origin, server.base);
  assert.deepEqual([data.type, data.host], ['tokenpass', site.host]);
  assert.equal((await server.post('/api/sign', { message: 'x' }, { authorization: data.accessToken })).status, 200);

  const deny = await popup(page);
  await pressToClose(deny.getByRole('button', { name: 'Don’t allow' }));
  await page.waitForFunction(() => globalThis.received.length === 2);
  assert.equal((await page.evaluate(() => globalThis.received[1])).data.error, 'access_denied');

  // A page of another origin that opens the same link gets nothing.
  const thief = await person.context.newPage();
  await thief.goto(site.other);
  await thief.waitForFunction(() => globalThis.received !== undefined);
  const stolen = await popup(thief);
  await pressToClose(stolen.getByRole('button', { name: 'Allow', exact: true }));
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
