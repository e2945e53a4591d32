// A page asks without a password: the person is asked, the page waits up to 4 seconds, the answer is remembered.
import assert from 'node:assert/strict';
import test from 'node:test';
import { password, startTokenPass } from './support/server.mjs';

const site = { origin: 'https://app.example' };
const wish = { host: 'app.example', scopes: ['sign', 'encrypt', 'decrypt'], expiry: '1h' };

async function start(t, env) {
  const server = await startTokenPass(t, { env }).then((made) => made.registered());
  const own = { origin: server.base };
  const { session } = (await server.post('/api/login', { password }, own)).json;
  server.page = { ...own, 'x-tokenpass-session': session };
  /** The question that waits, as soon as it does. */
  server.question = async () => {
    for (;;) {
      const { pending } = (await server.get('/api/approvals')).json;
      if (pending.length > 0) return pending[0];
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return server;
}

test('yes while the page waits', async (t) => {
  const server = await start(t);
  const asking = server.post('/api/auth', wish, site);
  const question = await server.question();
  assert.deepEqual([question.origin, question.host, question.scopes], ['https://app.example', 'app.example', wish.scopes]);
  assert.equal((await server.post(`/api/approvals/${question.id}`, { allow: true, duration: '1d' }, server.page)).status, 200);
  const answer = await asking;
  assert.equal(answer.status, 200, answer.describe());
  const sign = await server.post('/api/sign', { message: 'x' }, { ...site, authorization: `Bearer ${answer.json.accessToken}` });
  assert.equal(sign.status, 200);
  assert.equal((await server.get('/api/approvals')).json.pending.length, 0);

  // Remembered for this origin and these scopes, and for nothing else.
  const again = (body, headers) => server.post('/api/auth', { ...wish, ...body }, { ...site, ...headers });
  assert.equal((await again()).status, 200);
  assert.equal((await again({ scopes: ['sign'] })).status, 200);
  await server.restart();
  await server.post('/api/login', { password });
  assert.equal((await again()).status, 200, 'after a restart');
  assert.equal((await server.post('/api/auth', { host: 'app.example', scopes: ['sign'] })).status, 400, 'not for programs');

  const more = again({ scopes: ['sign', 'fund'] });
  await server.question();
  const plain = again({}, { origin: 'http://app.example' });
  assert.deepEqual([(await more).json.code, (await plain).json.code], [7, 7]);
});

test('no: refused at once', async (t) => {
  const server = await start(t);
  const asking = server.post('/api/auth', wish, site);
  const question = await server.question();
  const begin = Date.now();
  // Saying no needs no password: it gives nothing away.
  assert.equal((await server.post(`/api/approvals/${question.id}`, { allow: false })).status, 200);
  const answer = await asking;
  assert.deepEqual([answer.status, answer.json.code], [403, 7]);
  assert.ok(Date.now() - begin < 3900, 'not only when the question has run out');
});

test('nobody answers: refused in time, with the way to decide; a later yes still counts', async (t) => {
  const server = await start(t);
  const begin = Date.now();
  // How late this process itself may be.
  const late = new Promise((resolve) => setTimeout(() => resolve(Date.now() - begin - 4000), 4000));
  const answer = await server.post('/api/auth', wish, site);
  const waited = Date.now() - begin;
  assert.deepEqual([answer.status, answer.json.code], [403, 7]);
  assert.ok(waited > 3500 && waited < 4900 + (await late), `${waited} ms`);
  const url = new URL(answer.json.errorURL);
  assert.equal(url.origin + url.pathname, `${server.base}/auth`);
  assert.deepEqual(Object.fromEntries(url.searchParams), { host: 'app.example', scopes: 'sign,encrypt,decrypt', returnURL: 'https://app.example' });
  const question = await server.question();
  await server.post(`/api/approvals/${question.id}`, { allow: true, duration: 'once' }, server.page);
  assert.equal((await server.post('/api/auth', wish, site)).status, 200, 'the client asks again on its next call');
});

test('only a person says yes', async (t) => {
  const server = await start(t);
  const asking = server.post('/api/auth', wish, site);
  const { id } = await server.question();
  const decide = (body, headers) => server.post(`/api/approvals/${id}`, { allow: true, duration: '1h', ...body }, headers);
  assert.equal((await decide({}, { origin: server.base })).status, 401);
  assert.equal((await decide({}, {})).status, 401);
  assert.equal((await decide({ password: 'wrong password' }, {})).status, 401);
  assert.equal((await decide({}, { ...site })).json.code, 7);
  assert.equal((await decide({ allow: 'yes' }, server.page)).status, 400);
  assert.equal((await decide({ duration: '2h' }, server.page)).status, 400);
  assert.equal((await server.post('/api/approvals/nothing', { allow: true }, server.page)).status, 404);
  assert.equal((await decide({ password }, {})).status, 200);
  await asking; // may have given up meanwhile
  assert.equal((await server.post('/api/auth', wish, site)).status, 200);
});

test('two tabs ask the same: one question, two tokens', async (t) => {
  const server = await start(t);
  const tabs = [server.post('/api/auth', wish, site), server.post('/api/auth', wish, site)];
  const { id } = await server.question();
  await new Promise((resolve) => setTimeout(resolve, 300)); // both have to be waiting
  assert.equal((await server.get('/api/approvals')).json.pending.length, 1);
  await server.post(`/api/approvals/${id}`, { allow: true, duration: '1h' }, server.page);
  const [one, two] = await Promise.all(tabs);
  assert.notEqual(one.json.accessToken, two.json.accessToken);
  for (const { json } of [one, two]) {
    assert.equal((await server.post('/api/sign', { message: 'x' }, { authorization: json.accessToken })).status, 200);
  }
});

test('a token ends with the approval; revoking ends both', async (t) => {
  const server = await start(t);
  const asking = server.post('/api/auth', { ...wish, expiry: 'forever' }, site);
  const { id } = await server.question();
  await server.post(`/api/approvals/${id}`, { allow: true, duration: '1h' }, server.page);
  const { json } = await asking;
  assert.ok(json.expireTime > 0 && json.expireTime <= Date.now() + 3_600_000);

  const [row] = (await server.get('/api/sites')).json.sites;
  assert.deepEqual([row.host, row.tokens, row.approvals.length], ['app.example', 1, 1]);
  assert.equal((await server.del('/api/sites', { host: 'app.example' })).json.ended, 2);
  const sign = await server.post('/api/sign', { message: 'x' }, { authorization: json.accessToken });
  assert.equal(sign.json.code, 3);
  assert.deepEqual((await server.get('/api/sites')).json.sites, []);
  const { activity } = (await server.get('/api/activity')).json;
  assert.deepEqual(activity.map(({ what }) => what), ['was disconnected', 'got access', 'was allowed']);
});

test('locking forgets the questions', async (t) => {
  const server = await start(t);
  const asking = server.post('/api/auth', wish, site);
  await server.question();
  await server.post('/api/logout');
  assert.equal((await asking).status, 401);
  await server.post('/api/login', { password });
  assert.deepEqual((await server.get('/api/approvals')).json.pending, []);
});

test('many questions: the rest is refused at once, the server goes on', async (t) => {
  const server = await start(t);
  const asking = Array.from({ length: 40 }, (_, i) =>
    server.post('/api/auth', { host: `h${i}.example`, scopes: ['sign'] }, { origin: `https://h${i}.example` }),
  );
  const begin = Date.now();
  await server.question();
  assert.equal((await server.get('/api/status')).status, 200);
  assert.ok(Date.now() - begin < 3900, 'not only when the question has run out');
  const answers = await Promise.all(asking);
  assert.ok(answers.every(({ status, json }) => status === 403 && json.code === 7));
  assert.equal((await server.get('/api/approvals')).json.pending.length, 32);
});

test('auto-lock: not used for the time, locked', async (t) => {
  const server = await start(t, { TOKENPASS_AUTO_LOCK: '2s' });
  const authorization = await server.token();
  const deadline = Date.now() + 15_000;
  // Looking at the status is no use of the wallet.
  while ((await server.get('/api/status')).json.unlocked && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal((await server.post('/api/sign', { message: 'x' }, { authorization })).json.code, 1);
});
