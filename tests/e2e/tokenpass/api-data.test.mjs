// Profile, a host's scratch data, and what a connected wallet would do (tokenpass-contract §3.13 to §3.15).
import assert from 'node:assert/strict';
import test from 'node:test';
import { startTokenPass } from './support/server.mjs';

test('profile', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const { bapID } = (await server.get('/api/profile')).json;
  const change = (body, headers) => server.post('/api/profile', body, headers);
  assert.deepEqual((await change({ displayName: 'A', custom: { x: 1 }, host: 'evil', bapID: 'evil' })).json, { success: true });
  assert.deepEqual((await server.get('/api/profile')).json, { host: 'global', bapID, displayName: 'A', custom: { x: 1 } });
  assert.equal((await change({ paymail: 'nobody' })).status, 400);

  await change({ displayName: '', paymail: 'a@example.com' });
  assert.deepEqual((await server.get('/api/profile')).json, { host: 'global', bapID, paymail: 'a@example.com', custom: { x: 1 } });
  await change({ displayName: 'A', paymail: '' });

  const origin = 'https://example.com';
  assert.deepEqual((await server.get('/api/profile', { origin })).json, { displayName: 'A', bapID });
  assert.equal((await change({ displayName: 'B' }, { origin })).json.code, 2);
  const sign = await server.token('example.com', 'sign');
  assert.equal((await change({ displayName: 'B' }, { origin, authorization: sign })).json.code, 6);
  const write = await server.token('example.com', 'write_profile');
  assert.equal((await change({ displayName: 'B' }, { origin, authorization: write })).status, 200);

  await server.request('POST', '/api/profile?mode=clear', { json: { paymail: 'a@example.com' } });
  assert.deepEqual((await server.get('/api/profile')).json, { host: 'global', bapID, paymail: 'a@example.com' });
  await server.post('/api/logout');
  assert.equal((await server.get('/api/profile')).json.paymail, 'a@example.com');
  assert.equal((await change({ displayName: 'C' })).json.code, 1);
});

test('state of a host', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const mine = { authorization: await server.token('a.example', 'read_state,write_state') };
  const theirs = { authorization: await server.token('b.example', 'read_state') };
  assert.deepEqual((await server.get('/api/state', mine)).json, {});
  await server.post('/api/state', { a: 1, host: 'b.example', scopes: ['sign'], expireTime: 0, accessToken: 'x' }, mine);
  await server.post('/api/state', { b: { c: 2 } }, mine);
  assert.deepEqual((await server.get('/api/state', mine)).json, { host: 'a.example', a: 1, b: { c: 2 } });
  assert.deepEqual((await server.get('/api/state', theirs)).json, {});
  assert.equal((await server.post('/api/state', { a: 1 }, theirs)).json.code, 6);
  assert.equal((await server.post('/api/state', { big: 'x'.repeat(70_000) }, mine)).status, 400);
  await server.request('POST', '/api/state?mode=clear', { json: { d: 4 }, headers: mine });
  assert.deepEqual((await server.get('/api/state', mine)).json, { host: 'a.example', d: 4 });
  assert.deepEqual((await server.del('/api/state', {}, mine)).json, { success: true });
  assert.deepEqual((await server.get('/api/state', mine)).json, {});
});

test('fund and transfer: no wallet is connected', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const authorization = await server.token('example.com', 'fund,transfer');
  const fund = await server.post('/api/fund', { rawtx: '00' }, { authorization });
  assert.deepEqual([fund.status, fund.json.code, fund.json.error], [501, 8, 'No wallet connected']);
  assert.equal((await server.post('/api/transfer', {}, { authorization })).status, 501);
  const sign = await server.token('example.com', 'sign');
  assert.equal((await server.post('/api/fund', { rawtx: '00' }, { authorization: sign })).json.code, 6);
});
