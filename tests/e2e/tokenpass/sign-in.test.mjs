// A person signs in to our identity provider with TokenPass on the same computer: both servers, both pages, the person's
// yes, and the application that gets the tokens.
import assert from 'node:assert/strict';
import test from 'node:test';
import { authorizeQuery, authorizePath, exchange, newPkce, publicClient, userinfo } from '../support/oauth.mjs';
import { startServer } from '../support/server.mjs';
import { Person, startBrowser } from './support/person.mjs';
import { startTokenPass } from './support/server.mjs';
import { startSite } from './support/site.mjs';

test('the sign-in page finds TokenPass at its port, the person allows it, the application learns who it is', { timeout: 600_000 }, async (t) => {
  const site = await startSite(t);
  const redirectUri = `${site.origin}/cb`;
  // The port is what sign-in pages know, so this test takes the real one.
  const tokenpass = await startTokenPass(t, { port: 21_000 }).then((made) => made.registered());
  const provider = await startServer({ clients: [publicClient('notes', { redirect_uris: [redirectUri] })] });
  t.after(() => provider.stop());

  const person = await Person.at(await startBrowser(t), tokenpass);
  await person.open();
  await person.unlock();
  await person.heading('Connected sites');

  const { verifier, challenge } = newPkce();
  const page = await person.context.newPage();
  await page.goto(`${provider.base}${authorizePath}?${authorizeQuery({ client_id: 'notes', redirect_uri: redirectUri, code_challenge: challenge })}`);
  await page.getByRole('button', { name: 'Use TokenPass on this computer' }).click();
  await page.getByRole('button', { name: 'Look for TokenPass' }).click();
  await person.heading(`${provider.base} asks for access`);
  await person.page.getByRole('radio', { name: 'An hour' }).check();
  await person.press('Allow');
  const again = page.getByRole('button', { name: 'Try again' });
  const back = page.waitForURL(`${redirectUri}**`);
  // On a busy machine the answer may come too late for this request; then it counts for the next.
  await Promise.race([back, again.waitFor().then(() => again.click(), () => {})]);
  await back;

  const landed = new URL(page.url()).searchParams;
  const tokens = await exchange(provider, { code: landed.get('code'), verifier, redirectUri, clientId: 'notes' });
  const who = (await userinfo(provider, tokens.access_token)).json;
  const host = new URL(provider.base).host;
  const { keys } = (await tokenpass.get('/api/status')).json;
  assert.equal(who.pubkey, keys.find((row) => row.host === host).pub, 'the key that TokenPass keeps for this provider');
  await person.leave();
});
