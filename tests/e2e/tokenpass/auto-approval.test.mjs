// Every site has access without a question: what a person does at the pages and on the command line. The rules and the
// clock: tests/contract/tokenpass/auto_approval_test.cpp.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Person, startBrowser } from './support/person.mjs';
import { password, startTokenPass } from './support/server.mjs';
import { call, siteFor, startSite } from './support/site.mjs';

test('on with the password, seen everywhere, off with one press', { timeout: 600_000 }, async (t) => {
  const [server, site] = await Promise.all([startTokenPass(t).then((made) => made.registered()), startSite(t)]);
  const person = await Person.at(await startBrowser(t), server, { colorScheme: 'dark' });
  await person.open();
  await person.enter();
  await person.press('Settings');
  await person.page.getByText('Off: every new site waits for your answer.').waitFor();
  await person.page.getByText('Stop asking for a while').click();
  assert.equal(await person.page.getByRole('radio', { name: 'Until I end it' }).count(), 0);
  assert.equal(await person.page.getByRole('checkbox', { name: /money|transfer|Change your profile/i }).count(), 0);
  await person.page.getByRole('radio', { name: 'A day' }).check();
  await person.look('auto-approval-form');
  await person.press('Stop asking');
  await person.page.getByText('Please type your password.').waitFor();
  await person.type('Password', 'wrong password');
  await person.press('Stop asking');
  await person.page.getByText('That is not the password. Please try again.').waitFor();
  assert.equal((await server.get('/api/auto-approval')).json.on, false);
  await person.type('Password', password);
  await person.press('Stop asking');
  await person.page.getByText('Sites get access without a question.').waitFor();
  await person.look('auto-approval');

  const page = await siteFor(person, site, server);
  assert.equal(await call(page, 'authenticate', site.host), true, 'nobody is asked');
  assert.match(await call(page, 'sign', '/api/x'), /^0[23][0-9a-f]{64}\|brc77\|/);
  await person.press('Activity');
  await person.page.getByText('got access without a question').waitFor();
  await person.page.getByText('You switched auto-approval on').waitFor();
  await person.look('activity');
  await person.press('Overview');
  await person.page.getByText(/without a question/).nth(1).waitFor();

  await person.press('Ask again');
  await person.page.getByText('Sites get access without a question.').waitFor({ state: 'detached' });
  await assert.rejects(call(page, 'sign', '/api/x'), /"code":3/, 'what was given without a question has ended');
  await person.leave();
});

test('on the command line', { timeout: 300_000 }, async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const cli = (args, input = `${password}\n`) => server.cli(['auto-approve', ...args], { input });
  assert.equal((await cli(['maybe'])).code, 2);
  const forever = await cli(['on', '--for', 'forever']);
  assert.deepEqual([forever.code, /it ends by itself/.test(forever.stderr)], [1, true], forever.stderr);
  assert.equal((await cli(['on', '--scopes', 'fund'])).code, 1);
  assert.equal((await cli(['on'], 'wrong password\n')).code, 1);
  assert.equal((await cli(['on', '--for', '1d', '--scopes', 'sign'])).code, 0);
  assert.match((await server.cli(['status'])).stdout, /asking +not until \d{4}-/);
  assert.match((await server.cli(['doctor'])).stdout, /warn +questions +sites get access without one until/);
  const asked = await server.post('/api/auth', { host: 'app.example', scopes: ['sign'] }, { origin: 'https://app.example' });
  assert.equal(asked.status, 200);
  const off = await cli(['off'], '');
  assert.deepEqual([off.code, off.stdout], [0, 'Sites are asked about again; 1 ended\n']);
  assert.doesNotMatch((await server.cli(['status'])).stdout, /asking/);
});
