// The open wallet when something goes wrong, comes late or comes twice: what failed is said, and stays said; no press
// answers what the person has not seen.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Person, startBrowser } from './support/person.mjs';
import { password, startTokenPass } from './support/server.mjs';

const words = `${'abandon '.repeat(11)}about`;
const minutes = { timeout: 600_000 };

/** An open wallet, and a person at its dashboard. */
async function start(t, options) {
  const server = await startTokenPass(t).then((made) => made.registered());
  const person = await Person.at(await startBrowser(t), server, options);
  await person.open();
  await person.enter();
  return { server, person };
}

/** Sites that ask and wait for the person, in this order. What they are told comes at the end of the test. */
async function asking(t, server, ...hosts) {
  for (const [index, host] of hosts.entries()) {
    const told = server.post('/api/auth', { host, scopes: ['sign'] }, { origin: `https://${host}` });
    t.after(() => told);
    while ((await server.get('/api/approvals')).json.pending.length <= index) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** From now on the page is told this instead, until the function that is answered is called. */
async function instead(person, method, path, error) {
  const where = `**${path}`;
  const handler = (route) => (route.request().method() === method ? route.fulfill({ status: 500, json: { error } }) : route.fallback());
  await person.page.route(where, handler);
  return () => person.page.unroute(where, handler);
}

/** The page has looked for questions again, twice. */
async function looked(person) {
  for (let times = 0; times < 2; ++times) await person.page.waitForResponse((answer) => answer.url().endsWith('/api/approvals'));
}

test('another wallet is restored while one is open, and the first one used again', minutes, async (t) => {
  const { server, person } = await start(t);
  await person.type('Another identity', 'Old work');
  await person.press('Add');
  await person.page.getByText('Old work', { exact: true }).waitFor();
  await person.press('Backup');
  await person.press('Restore another wallet');
  await person.page.getByLabel('The words', { exact: true }).fill(words);
  await person.type('New password', 'another password');
  await person.type('Repeat the password', 'another password');
  await person.press('Restore');
  await person.page.getByText('The wallet is restored and in use now.').waitFor();
  await person.heading('Connected sites');
  const { primaryId } = (await server.get('/api/identity')).json;
  await person.page.getByText(primaryId).first().waitFor();
  assert.equal(await person.page.getByText('Old work', { exact: true }).count(), 0, 'nothing of the other wallet');
  assert.equal((await server.get('/api/backups')).json.backups.length, 2);
  await person.look('restored');
  await person.press('Activity');
  assert.equal(await person.page.getByText('The wallet is restored').count(), 0);

  await person.press('Backup');
  await person.page.getByRole('button', { name: /^Use/ }).click();
  await person.page.getByText('It has a password of its own.').waitFor();
  await person.heading('Unlock');
  await person.look('changed');
  await person.enter();
  await person.page.getByText('Old work', { exact: true }).waitFor();
  await person.leave();
});

test('what failed stays said until the next thing is done', minutes, async (t) => {
  const { server, person } = await start(t);
  await server.token('site.example', 'sign');
  await person.page.reload();
  const shown = (text) => person.page.getByRole('alert').getByText(text).waitFor();
  const gone = (text) => person.page.getByText(text).waitFor({ state: 'detached' });

  const sites = await instead(person, 'DELETE', '/api/sites', 'The site stays.');
  await person.press('End access of site.example');
  await shown('The site stays.');
  await looked(person);
  await shown('The site stays.');
  await person.look('failed');
  await sites();
  await person.press('End access of site.example');
  await person.page.getByText('None yet.').waitFor();
  await gone('The site stays.');

  const identities = await instead(person, 'POST', '/api/identity', 'No room.');
  await person.press('Add');
  await shown('Please type a name for it.');
  await person.type('Another identity', 'Work');
  await person.press('Add');
  await shown('No room.');
  await looked(person);
  await shown('No room.');
  await identities();
  await person.press('Add');
  await person.page.getByText('Work', { exact: true }).waitFor();

  await asking(t, server, 'app.example');
  const answers = await instead(person, 'POST', '/api/approvals/*', 'Not heard.');
  await person.press('Allow');
  await shown('Not heard.');
  await looked(person);
  await shown('Not heard.');
  await answers();
  await person.press('Allow');
  await person.page.getByText('app.example', { exact: true }).waitFor();
  await gone('Not heard.');

  // What the next look mends is said as long as it is so.
  const looks = await instead(person, 'GET', '/api/approvals', 'Out of reach.');
  await shown('Out of reach.');
  await looks();
  await gone('Out of reach.');
  await person.leave();
});

test('the profile is a form only once it is known', minutes, async (t) => {
  const { server, person } = await start(t);
  await server.post('/api/profile', { displayName: 'Alice' });
  const profile = await instead(person, 'GET', '/api/profile', 'Not now.');
  await person.press('Settings');
  await person.page.getByRole('alert').getByText('Not now.').waitFor();
  assert.equal(await person.page.getByRole('button', { name: 'Save', exact: true }).count(), 0);
  await profile();
  await person.press('Try again');
  await person.page.getByLabel('Name (optional)', { exact: true }).waitFor();
  assert.equal(await person.page.getByLabel('Name (optional)', { exact: true }).inputValue(), 'Alice');
  await person.leave();
});

test('no press answers a question that has just come into place of another', minutes, async (t) => {
  const { server, person } = await start(t);
  await asking(t, server, 'first.example', 'second.example');
  await person.heading('https://second.example asks for access');
  await person.look('questions');
  const card = (host) => person.page.locator('.question').filter({ hasText: host });
  // The second click of two, at the very moment when the next question takes the place of the first.
  await person.page.evaluate(() => {
    const watch = new MutationObserver(() => {
      if (document.querySelectorAll('.question').length > 1) return;
      watch.disconnect();
      for (const button of document.querySelectorAll('.question .pair button')) button.click();
    });
    watch.observe(document.querySelector('main'), { childList: true, subtree: true });
  });
  await card('first.example').getByRole('button', { name: 'Allow', exact: true }).focus();
  await card('first.example').locator('button[aria-disabled="false"]').last().waitFor();
  await person.page.keyboard.press('Enter');
  await card('first.example').waitFor({ state: 'detached' });
  await person.page.waitForFunction(() => document.activeElement.textContent.startsWith('https://second.example'));
  const allowed = async () => (await server.get('/api/sites')).json.sites.flatMap(({ approvals }) => approvals.map(({ origin }) => origin));
  assert.deepEqual(await allowed(), ['https://first.example']);
  assert.equal((await server.get('/api/approvals')).json.pending.length, 1);

  await card('second.example').getByRole('button', { name: 'Allow', exact: true }).click(); // once it may be pressed
  await card('second.example').waitFor({ state: 'detached' });
  assert.deepEqual((await allowed()).sort(), ['https://first.example', 'https://second.example']);
  await person.page.waitForFunction(() => document.activeElement.textContent === 'Connected sites');
  await person.leave();
});

test('who has scrolled away is told, and led to the question', minutes, async (t) => {
  const { server, person } = await start(t, { viewport: { width: 360, height: 640 } });
  await person.press('Settings');
  await person.page.getByText('TOKENPASS_SYNC_URL').scrollIntoViewIfNeeded();
  await asking(t, server, 'app.example');
  const waiting = person.page.getByRole('button', { name: 'app.example asks for access' });
  await waiting.waitFor();
  await waiting.click();
  await waiting.waitFor({ state: 'detached' });
  await person.page.waitForFunction(() => document.activeElement.textContent.startsWith('https://app.example'));
  await person.leave();
});

test('a tab that nobody looks at says in its title that a site waits', minutes, async (t) => {
  const { server, person } = await start(t);
  await person.page.evaluate(() => Object.defineProperty(document, 'hidden', { get: () => true }));
  await looked(person);
  await asking(t, server, 'app.example');
  await person.page.waitForFunction(() => /^\(1\) .+ · TokenPass$/.test(document.title));
  await person.press('Lock');
  await person.heading('Unlock');
  assert.equal(await person.page.title(), 'Unlock · TokenPass');
  await person.leave();
});

test('a lock that fails is told, and this browser has to show the password again', minutes, async (t) => {
  const { server, person } = await start(t);
  const logout = await instead(person, 'POST', '/api/logout', 'Something is in the way.');
  await person.press('Lock');
  await person.page.getByText('The wallet may still be open. Something is in the way.').waitFor();
  assert.equal(await person.page.evaluate(() => localStorage.getItem('tokenpass.session')), null);
  await person.page.reload();
  await person.heading('Show that it is you');
  await logout();
  await person.enter();
  await person.press('Lock');
  await person.heading('Unlock');

  // Somebody guesses meanwhile; who has unlocked here before does not wait for that.
  for (let times = 0; times < 5; ++times) assert.equal((await server.post('/api/login', { password: 'wrong password' })).status, 401);
  assert.equal((await server.post('/api/login', { password })).status, 429);
  await person.enter();
  await person.leave();
});

test('a wallet is made, its words come later', minutes, async (t) => {
  const server = await startTokenPass(t);
  const person = await Person.at(await startBrowser(t), server);
  await person.open();
  await person.press('Make a new wallet');
  await person.type('New password', password);
  await person.type('Repeat the password', password);
  const secrets = await instead(person, 'POST', '/api/export', 'Not now.');
  await person.press('Continue');
  await person.heading('Your wallet is made');
  await person.page.getByRole('alert').getByText('Not now.').waitFor();
  await person.look('made');
  await secrets();
  await person.press('Show the words');
  await person.heading('Write these words down');
  assert.equal(await person.page.locator('ol.words li').count(), 12);
  assert.equal(await person.page.getByRole('alert').count(), 0);
  await person.leave();
});
