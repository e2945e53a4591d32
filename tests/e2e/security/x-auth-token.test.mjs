// Replayed and stale X-Auth-Tokens, and tokens for something else: security cases 19–21, sigma-contract.md §1.
// Whose key it is, and what is no token at all: x-auth-token-keys; forged signatures: x-auth-token-forged.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { highSTwin, spellings } from '../support/forge.mjs';
import {
  assertApiError,
  assertOAuthError,
  callback,
  exchange,
  exchangeForm,
  getCode,
  newPkce,
  postToken,
  publicClient,
  sigmaClient,
  userinfo,
} from '../support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, signInPath, tokenPath } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { introspectPath, revokePath } from '../support/status.mjs';
import { forEachStore } from '../support/stores.mjs';

const member = new Key();
const schemes = ['brc77', 'bsm'];
const refused = 'INVALID_AUTH_TOKEN_SIGNATURE';
const replayWords = /used before/;
const clients = [sigmaClient('my-app', member), publicClient('public-app')];

forEachStore('X-Auth-Token', { clients }, (context) => {
  before(async () => {
    context.peer = await startServer({ peerOf: context.server });
  });
  after(() => context.peer?.stop());

  const present = (token, options = {}) => new Person().trySignIn(options.on ?? context.server, { token, ...options });
  const fresh = (key, scheme, offset) => key.token(signInPath, { scheme, timestamp: distinctTime(offset) });
  /** A form that passes every check of the client and then meets an unknown code. */
  const lateFailure = (clientId = 'my-app') =>
    new URLSearchParams(
      exchangeForm({ code: 'no-such-code', verifier: newPkce().verifier, redirectUri: callback, clientId }),
    ).toString();

  test('case 19: the same token twice, and in every other spelling', async () => {
    for (const scheme of schemes) {
      const token = fresh(new Key(), scheme);
      assert.equal((await present(token)).status, 200);
      for (const [name, spelling] of Object.entries(spellings(token))) {
        const answer = await present(spelling);
        assert.ok([400, 401].includes(answer.status), `${scheme}, ${name}: ${answer.describe()}`);
      }
      assertApiError(await present(token), 401, refused, replayWords);
    }
  });

  test('case 19: the same token twice at the token endpoint; the honest retry is told what to do', async () => {
    const { server } = context;
    const body = new URLSearchParams(exchangeForm(await getCode(server, await newPerson(server)))).toString();
    const token = member.token(tokenPath, { body, timestamp: distinctTime() });
    const first = await postToken(server, body, { token });
    assert.equal(first.status, 200, first.describe());
    const second = await postToken(server, body, { token });
    assertOAuthError(second, 401, 'invalid_client', /used before.*Sign a new one/);
    const alive = await userinfo(server, first.json.access_token);
    assert.equal(alive.status, 200, 'refused at the client checks: it is no reuse of the code');
  });

  test('case 19: a second signature over the same text is a replay, too', async () => {
    const key = new Key();
    const timestamp = distinctTime();
    const [one, two] = [0, 0].map(() => key.token(signInPath, { timestamp }));
    assert.notEqual(one, two, 'the key id of brc77 is random');
    assert.equal((await present(one)).status, 200);
    assertApiError(await present(two), 401, refused, replayWords);
  });

  test('case 19: the high-S twin first does not open the door twice', async () => {
    for (const scheme of schemes) {
      const token = fresh(new Key(), scheme);
      const answers = [await present(highSTwin(token)), await present(token), await present(highSTwin(token))];
      const good = answers.filter((answer) => answer.status === 200).length;
      assert.equal(good, 1, answers.map((answer) => answer.describe()).join('\n'));
    }
  });

  test('case 19: a hundred at once at two nodes, with the twin among them: one success', async () => {
    const { server, peer } = context;
    for (const scheme of schemes) {
      const token = fresh(new Key(), scheme);
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          present(i % 4 < 2 ? token : highSTwin(token), { on: i % 2 ? peer : server }),
        ),
      );
      assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
      for (const answer of answers.filter((one) => one.status !== 200)) assertApiError(answer, 401, refused);
    }
    const body = lateFailure();
    const token = member.token(tokenPath, { body, timestamp: distinctTime() });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => postToken(i % 2 ? peer : server, body, { token })),
    );
    assert.equal(answers.filter(({ json }) => json.error === 'invalid_grant').length, 1);
    assert.equal(answers.filter(({ json }) => json.error === 'invalid_client').length, 39);
  });

  test('case 19: used on one node, used on the other, and after a restart', async () => {
    const { server, peer } = context;
    const tokens = schemes.map((scheme) => fresh(new Key(), scheme));
    const person = await newPerson(server);
    const grant = await getCode(server, person, { client_id: 'public-app' });
    const access = (await exchange(server, grant)).access_token;
    for (const token of tokens) assert.equal((await present(token)).status, 200);
    for (const token of tokens) assertApiError(await present(token, { on: peer }), 401, refused, replayWords);

    const how = await server.terminate();
    assert.deepEqual([how.code, how.signal], [0, null], 'SIGTERM is an orderly end');
    await server.start();
    for (const token of tokens) {
      for (const spelling of [token, highSTwin(token)]) assertApiError(await present(spelling), 401, refused);
    }
    assert.equal((await person.session(server))?.session.userId, person.userId, 'people are still signed in');
    assert.equal((await userinfo(server, access)).json?.sub, person.userId);
  });

  test('a refused token does not burn the honest one: another path, then the right one', async () => {
    const { server } = context;
    const body = new URLSearchParams(exchangeForm(await getCode(server, await newPerson(server)))).toString();
    const token = member.token(tokenPath, { body, timestamp: distinctTime() });
    assert.equal((await present(token)).status, 401, 'made for the token endpoint');
    assert.equal((await postToken(server, body, { token })).status, 200);
  });

  const day = 86_400_000;
  test('case 20: five minutes to both sides, and not a second more', async () => {
    const { server } = context;
    for (const scheme of schemes) {
      const at = (offset) => new Date(Date.now() + offset).toISOString();
      const signIn = (offset) => present(new Key().token(signInPath, { scheme, timestamp: at(offset) }));
      const redeem = (offset) => postToken(server, lateFailure(), { key: member, scheme, timestamp: at(offset) });
      for (const offset of [-290_000, -60_000, -1000, 60_000, 290_000]) {
        const answer = await signIn(offset);
        assert.equal(answer.status, 200, `${offset}: ${answer.describe()}`);
        assertOAuthError(await redeem(offset), 400, 'invalid_grant');
      }
      for (const age of [301_000, 3_600_000, 365 * day, 80 * 365 * day]) {
        assertApiError(await signIn(-age), 401, refused, /behind the server's, 20\d\d-/);
        assertApiError(await signIn(age + 30_000), 401, refused, /ahead of the server's, 20\d\d-/);
        assertOAuthError(await redeem(-age), 401, 'invalid_client', /behind the server's/);
        assertOAuthError(await redeem(age + 30_000), 401, 'invalid_client', /ahead of the server's/);
      }
    }
  });

  test('case 20: times in any form but toISOString', async () => {
    const { server } = context;
    const now = new Date();
    const iso = now.toISOString();
    const forms = [
      '',
      'abc',
      'NaN',
      'Infinity',
      '-1',
      '0',
      String(now.getTime()),
      String(Math.floor(now.getTime() / 1000)),
      `${now.getTime()}.5`,
      now.toString(),
      now.toUTCString(),
      iso.replace('Z', '+00:00'),
      iso.replace('Z', '-00:00'),
      iso.replace('Z', ''),
      iso.replace('Z', '+02:00'),
      iso.toLowerCase(),
      iso.replace('T', ' '),
      iso.replace(/\.\d{3}/, ''),
      iso.replace(/\.(\d)\d\d/, '.$1'),
      iso.replace('.', ','),
      iso.replace('Z', '000Z'),
      iso.slice(2),
      ` ${iso}`,
      `${iso} `,
      `${iso.slice(0, 11)}24:00:00.000Z`,
      `${iso.slice(0, 17)}60.000Z`,
      `${iso.slice(0, 5)}13${iso.slice(7)}`,
      `${iso.slice(0, 5)}02-30${iso.slice(10)}`,
      `+00${iso}`,
      `${iso}\t`,
      iso.replace(/\d/, '٢'),
    ];
    for (const [i, timestamp] of forms.entries()) {
      const scheme = schemes[i % 2];
      const answer = await present(latin1(new Key().token(signInPath, { scheme, timestamp })));
      assert.ok([400, 401].includes(answer.status), `${JSON.stringify(timestamp)}: ${answer.describe()}`);
      assert.ok(answer.json?.message, answer.describe());
      const body = lateFailure();
      const token = latin1(member.token(tokenPath, { body, scheme: schemes[(i + 1) % 2], timestamp }));
      assertOAuthError(await postToken(server, body, { token }), 401, 'invalid_client', /time|field/);
    }
  });

  const otherPaths = [
    '/',
    '',
    '/oauth2/token',
    `${tokenPath}/`,
    `${tokenPath}?`,
    `${tokenPath}?x=1`,
    `${tokenPath}#f`,
    tokenPath.slice(1),
    `/${tokenPath}`,
    tokenPath.toUpperCase(),
    tokenPath.replace('token', '%74oken'),
    tokenPath.replaceAll('/', '%2F'),
    `${tokenPath}|`,
    `${tokenPath}|x`,
    `https://id.example.com${tokenPath}`,
    introspectPath,
    signInPath,
  ];
  test('case 21: a token that was made for another path', async () => {
    const { server } = context;
    for (const [i, path] of otherPaths.entries()) {
      const body = lateFailure();
      const token = member.token(path, { body, scheme: schemes[i % 2], timestamp: distinctTime() });
      assertOAuthError(await postToken(server, body, { token }), 401, 'invalid_client', /path|field/);
    }
    for (const scheme of schemes) {
      for (const path of [`${signInPath}/`, `${signInPath}?x=1`, '/api/auth/sign-up/sigma', tokenPath, '']) {
        const answer = await present(new Key().token(path, { scheme, timestamp: distinctTime() }));
        assert.ok([400, 401].includes(answer.status), `${path}: ${answer.describe()}`);
      }
      // The token for the canonical path is the one token, however the request is spelled.
      const asked = await server.request('POST', `${tokenPath}/`, {
        form: lateFailure(),
        headers: { 'x-auth-token': member.token(`${tokenPath}/`, { body: lateFailure(), timestamp: distinctTime() }) },
      });
      assertOAuthError(asked, 401, 'invalid_client', /path/);
    }
  });

  test('case 21: another body, a body removed, a body added', async () => {
    const { server } = context;
    const sent = lateFailure();
    const coverings = [`${sent}&scope=openid`, `${sent} `, sent.slice(0, -1), sent.replace('my-app', 'other-app'), 'x'];
    for (const scheme of schemes) {
      const signed = (body) => member.token(tokenPath, { body, scheme, timestamp: distinctTime() });
      for (const covered of [...coverings, undefined, '']) {
        const answer = await postToken(server, sent, { token: signed(covered) });
        assertOAuthError(answer, 401, 'invalid_client', /body/);
      }
      const empty = await postToken(server, '', { token: signed(sent) });
      assertOAuthError(empty, 400, 'invalid_request', /grant_type/);
      const key = new Key();
      const signIn = (covered) => key.token(signInPath, { body: covered, scheme, timestamp: distinctTime() });
      assertApiError(await present(signIn('{"bapId":"x"}')), 401, refused, /body/);
      assertApiError(await present(signIn('{}'), { body: '' }), 401, refused, /body/);
      assertApiError(await present(signIn('{}'), { body: '{ }' }), 401, refused, /body/);
    }
  });

  test('case 21: the same token with another method is no request of ours', async () => {
    const { server } = context;
    const body = lateFailure();
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const headers = { 'x-auth-token': member.token(tokenPath, { body, timestamp: distinctTime() }) };
      assert.equal((await server.request(method, tokenPath, { headers, form: body })).status, 405);
      const signIn = { 'x-auth-token': new Key().token(signInPath, { timestamp: distinctTime() }) };
      assert.equal((await server.request(method, signInPath, { headers: signIn })).status, 405);
    }
  });

  test('case 21: what a foreign server received cannot be turned into tokens here', async () => {
    const { server, store } = context;
    const foreign = await startServer({ store, clients });
    try {
      // The application redeems a code of the foreign server there; that server relays the request, byte for byte.
      const body = new URLSearchParams(exchangeForm(await getCode(foreign, await newPerson(foreign)))).toString();
      const token = member.token(tokenPath, { body, timestamp: distinctTime() });
      assertOAuthError(await postToken(server, body, { token }), 400, 'invalid_grant');
      assert.equal((await postToken(foreign, body, { token })).status, 200, 'the honest request still works there');
      // A code of ours, which an application that is mistaken about the issuer sends there (mix-up): what the relay
      // changes, the signature no longer covers; and the application knows better, because iss came with the code.
      const ours = exchangeForm(await getCode(server, await newPerson(server)));
      const honest = new URLSearchParams(ours).toString();
      const relayed = member.token(tokenPath, { body: honest, timestamp: distinctTime() });
      for (const change of [
        { client_id: 'public-app' },
        { redirect_uri: 'https://evil.example/cb' },
        { scope: 'openid' },
      ]) {
        const changed = new URLSearchParams({ ...ours, ...change }).toString();
        assertOAuthError(await postToken(server, changed, { token: relayed }), 401, 'invalid_client');
      }
      // A sign-in token meant for the foreign server gives no tokens of any application here.
      const signIn = new Person().token(signInPath, { timestamp: distinctTime() });
      for (const path of [tokenPath, introspectPath, revokePath]) {
        const answer = await server.request('POST', path, {
          form: `${lateFailure()}&token=x`,
          headers: { 'x-auth-token': signIn },
        });
        assertOAuthError(answer, 401, 'invalid_client');
      }
    } finally {
      await foreign.stop();
    }
  });
});

/** Node sends header values as Latin-1: this makes the bytes on the wire the UTF-8 of `text`. */
function latin1(text) {
  return Buffer.from(text, 'utf8').toString('latin1');
}
