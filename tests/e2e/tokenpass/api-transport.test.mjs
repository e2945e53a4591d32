// Older paths, and what is no request to us (tokenpass-contract §1).
import assert from 'node:assert/strict';
import test from 'node:test';
import { password, startTokenPass } from './support/server.mjs';

test('the paths of 2023 answer too', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const auth = await server.post('/auth', { password, host: 'example.com', scopes: 'sign,encrypt', expire: '1h' });
  assert.equal(auth.status, 200);
  const headers = { authorization: auth.json.accessToken };
  assert.equal((await server.post('/sign', { message: 'x', host: 'example.com' }, headers)).status, 200);
  assert.equal((await server.post('/encrypt', { message: 'x' }, headers)).status, 200);
  assert.equal((await server.get('/profile')).status, 200);
  assert.match((await server.get('/auth/icon')).headers['content-type'], /svg/);
  assert.equal((await server.post('/logout')).status, 200);
  assert.equal((await server.post('/login', { password })).status, 200);
  assert.equal((await server.post('/export', { password })).status, 200);
  assert.equal((await server.get('/state', headers)).json.code, 6);
  assert.equal((await server.post('/fund', { rawtx: '' }, headers)).status, 400);
});

test('what is no question to us', async (t) => {
  const server = await startTokenPass(t);
  const expectError = (answer, status) => {
    assert.equal(answer.status, status, answer.describe());
    assert.equal(answer.json.success, false);
    assert.ok(answer.json.error);
  };
  expectError(await server.get('/api/nothing'), 404);
  expectError(await server.get('/api/sign'), 405);
  expectError(await server.request('POST', '/api/login/', { json: { password } }), 417);
  for (const body of ['{bad', '[]', '"x"', '7', '', '{"password":1,"password":2}']) {
    const answer = await server.request('POST', '/api/register', { body, headers: { 'content-type': 'application/json' } });
    expectError(answer, 400);
  }
  expectError(await server.request('POST', '/api/register', { json: { password: 'x'.repeat(1_100_000) } }), 413);
});
