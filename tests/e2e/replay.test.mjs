// Forged, stale and replayed X-Auth-Tokens: sigma-contract.md §1, security cases 12, 19–22. Also over restarts and by a
// second process on the same database.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claim, flipBit, highSTwin, spellings } from './support/forge.mjs';
import {
  assertApiError,
  assertOAuthError,
  exchangeForm,
  getCode,
  postToken,
  publicClient,
  sigmaClient,
  userinfo,
} from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, signInPath, tokenPath } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();
const schemes = ['brc77', 'bsm'];
const refused = 'INVALID_AUTH_TOKEN_SIGNATURE';
const replayWords = /already|replay|used/i;

forEachStore('X-Auth-Token', { clients: [sigmaClient('my-app', member), publicClient('public-app')] }, (context) => {
  const present = (token, options = {}) => new Person().trySignIn(options.on ?? context.server, { token, ...options });
  const fresh = (key, scheme, offset) => key.token(signInPath, { scheme, timestamp: distinctTime(offset) });

  test('each reason has words of its own', async () => {
    for (const scheme of schemes) {
      const key = new Key();
      const victim = new Key();
      const used = fresh(key, scheme);
      assert.equal((await present(used)).status, 200);
      const timeless = (timestamp) => key.token(signInPath, { scheme, timestamp });
      const reasons = {
        claimed: [claim(fresh(key, scheme), victim.pubkey), /key|signature/i],
        stale: [timeless(new Date(Date.now() - 6 * 60_000).toISOString()), /old|expired|time|clock|past/i],
        future: [timeless(new Date(Date.now() + 6 * 60_000).toISOString()), /future|ahead|time|clock/i],
        unparsable: [timeless('abc'), /time/i],
        path: [key.token('/elsewhere', { scheme, timestamp: distinctTime() }), /path/i],
        body: [key.token(signInPath, { scheme, body: '{"bapId":"x"}', timestamp: distinctTime() }), /body|signature/i],
        replayed: [used, replayWords],
      };
      const messages = {};
      for (const [name, [token, words]] of Object.entries(reasons)) {
        const answer = await present(token);
        assertApiError(answer, 401, refused, words);
        messages[name] = answer.json.message;
        assert.equal(answer.cookies.size, 0);
      }
      const { claimed: _, body, ...others } = messages;
      const distinct = Object.values({ body, ...others });
      assert.equal(new Set(distinct).size, distinct.length, JSON.stringify(messages, null, 1));
      for (const name of ['stale', 'future']) {
        assert.match(messages[name], /20\d\d-\d\d-\d\dT\d\d:\d\d/, `${name}: the server's time is in the message`);
      }
    }
  });

  test('the claimed key must be the signing key', async () => {
    const { server } = context;
    const victim = await newPerson(server);
    for (const scheme of schemes) {
      const answer = await present(claim(fresh(new Key(), scheme), victim.pubkey));
      assertApiError(answer, 401, refused, /key|signature/i);
    }
    // brc77 names the signer inside the signature as well: swapping that one helps no more.
    const attacker = new Key();
    const parts = fresh(attacker, 'brc77').split('|');
    const bytes = Buffer.from(parts[4], 'base64');
    Buffer.from(victim.pubkey, 'hex').copy(bytes, 4);
    const token = [victim.pubkey, parts[1], parts[2], parts[3], bytes.toString('base64')].join('|');
    assertApiError(await present(token), 401, refused);
  });

  test('a claimed member key at the token endpoint gives no tokens', async () => {
    const { server } = context;
    const grant = await getCode(server, await newPerson(server));
    const body = new URLSearchParams(exchangeForm(grant)).toString();
    const forged = claim(new Key().token(tokenPath, { body, timestamp: distinctTime() }), member.pubkey);
    assertOAuthError(await postToken(server, body, { token: forged }), 401, 'invalid_client');
  });

  test('the window is five minutes to both sides', async () => {
    for (const scheme of schemes) {
      const at = async (offset) => {
        const token = new Key().token(signInPath, { scheme, timestamp: new Date(Date.now() + offset).toISOString() });
        return present(token);
      };
      for (const offset of [-290_000, -60_000, 60_000, 290_000]) {
        const answer = await at(offset);
        assert.equal(answer.status, 200, `${offset}: ${answer.describe()}`);
      }
      for (const offset of [-310_000, -3_600_000, -365 * 86_400_000, 310_000, 3_600_000, 365 * 86_400_000]) {
        assertApiError(await at(offset), 401, refused);
      }
    }
  });

  test('times in any form but toISOString are refused', async () => {
    const now = new Date();
    const iso = now.toISOString();
    const forms = [
      '',
      'abc',
      'NaN',
      'Infinity',
      String(now.getTime()),
      String(Math.floor(now.getTime() / 1000)),
      now.toString(),
      now.toUTCString(),
      iso.replace('Z', '+00:00'),
      iso.replace('Z', ''),
      iso.replace('Z', '+02:00'),
      iso.toLowerCase(),
      iso.replace('T', ' '),
      iso.replace(/\.\d{3}/, ''),
      iso.replace(/\.(\d)\d\d/, '.$1'),
      iso.replace('Z', '000Z'),
      iso.slice(2),
      ` ${iso}`,
      `${iso} `,
      `${iso.slice(0, 11)}24:00:00.000Z`,
      `${iso.slice(0, 17)}60.000Z`,
      `${iso.slice(0, 5)}13${iso.slice(7)}`,
      `+00${iso}`,
      `${iso}\t`,
      iso.replace(/\d/, '٢'),
    ];
    for (const scheme of schemes) {
      for (const timestamp of forms) {
        const answer = await present(latin1(new Key().token(signInPath, { scheme, timestamp })));
        assert.ok([400, 401].includes(answer.status), `${JSON.stringify(timestamp)}: ${answer.describe()}`);
        assert.ok(answer.json?.message, answer.describe());
      }
    }
  });

  test('one changed bit anywhere is refused', async () => {
    for (const scheme of schemes) {
      const positions =
        scheme === 'bsm' ? [1, 20, 32, 33, 50, 64] : [0, 3, 4, 5, 20, 36, 37, 38, 60, 70, 71, 75, 100, -1];
      for (const at of positions) {
        const answer = await present(flipBit(fresh(new Key(), scheme), at));
        assert.ok([400, 401].includes(answer.status), `${scheme} ${at}: ${answer.describe()}`);
        assert.ok(answer.json?.message, answer.describe());
      }
    }
  });

  test('replays: identical and in every other spelling', async () => {
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

  test('brc77: a second signature over the same text is a replay, too', async () => {
    const key = new Key();
    const timestamp = distinctTime();
    const [one, two] = [0, 0].map(() => key.token(signInPath, { timestamp }));
    assert.notEqual(one, two, 'the key id is random');
    assert.equal((await present(one)).status, 200);
    assertApiError(await present(two), 401, refused, replayWords);
  });

  test('the high-S twin first does not open the door twice', async () => {
    for (const scheme of schemes) {
      const token = fresh(new Key(), scheme);
      const answers = [await present(highSTwin(token)), await present(token)];
      const good = answers.filter((answer) => answer.status === 200).length;
      assert.equal(good, 1, answers.map((answer) => answer.describe()).join('\n'));
    }
  });

  test('a refused token may not burn the honest one: another path, then the right one', async () => {
    const { server } = context;
    const grant = await getCode(server, await newPerson(server));
    const body = new URLSearchParams(exchangeForm(grant)).toString();
    const token = member.token(tokenPath, { body, timestamp: distinctTime() });
    assert.equal((await present(token)).status, 401, 'made for the token endpoint');
    assert.equal((await postToken(server, body, { token })).status, 200);
  });

  test('a hundred at once: one success', async () => {
    for (const scheme of schemes) {
      const token = fresh(new Key(), scheme);
      const answers = await Promise.all(Array.from({ length: 100 }, () => present(token)));
      assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
      for (const answer of answers.filter((one) => one.status !== 200))
        assertApiError(answer, 401, refused, replayWords);
    }
  });

  test('thirty first sign-ins of one key: one user', async () => {
    const key = new Key();
    const answers = await Promise.all(Array.from({ length: 30 }, () => present(fresh(key, 'brc77'))));
    for (const answer of answers) assert.equal(answer.status, 200, answer.describe());
    assert.equal(new Set(answers.map((answer) => answer.json.user.id)).size, 1);
  });

  test('after a restart the used tokens are still used, and people still signed in', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const tokens = schemes.map((scheme) => fresh(new Key(), scheme));
    for (const token of tokens) assert.equal((await present(token)).status, 200);
    const grant = await getCode(server, person, { client_id: 'public-app' });
    const access = (await postToken(server, exchangeForm(grant))).json.access_token;

    const how = await server.terminate();
    assert.deepEqual([how.code, how.signal], [0, null], 'SIGTERM is an orderly end');
    await server.start();

    for (const token of tokens) assertApiError(await present(token), 401, refused, replayWords);
    assert.equal((await person.session(server))?.session.userId, person.userId);
    assert.equal((await userinfo(server, access)).json?.sub, person.userId);
    assertOAuthError(await postToken(server, exchangeForm(grant)), 400, 'invalid_grant');
  });

  test('a second process on the same database: one system', async () => {
    const { server } = context;
    const peer = await startServer({ peerOf: server });
    try {
      for (const scheme of schemes) {
        const token = fresh(new Key(), scheme);
        assert.equal((await present(token)).status, 200);
        assertApiError(await present(token, { on: peer }), 401, refused, replayWords);
        const both = fresh(new Key(), scheme);
        const answers = await Promise.all(
          Array.from({ length: 60 }, (_, i) => present(both, { on: i % 2 ? peer : server })),
        );
        assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
      }

      const person = await newPerson(server);
      assert.equal((await person.session(peer))?.session.userId, person.userId);
      const grant = await getCode(peer, person, { client_id: 'public-app' });
      const redeemed = await Promise.all(
        Array.from({ length: 50 }, (_, i) => postToken(i % 2 ? peer : server, exchangeForm(grant))),
      );
      assert.equal(
        redeemed.filter((answer) => answer.status === 200).length,
        1,
        redeemed.map((one) => one.status).join(' '),
      );

      const again = await getCode(server, person, { client_id: 'public-app' });
      const tokens = await postToken(server, exchangeForm(again));
      assert.equal((await userinfo(peer, tokens.json.access_token)).status, 200, 'usable at once on every replica');
      assertOAuthError(await postToken(peer, exchangeForm(again)), 400, 'invalid_grant');
      assert.equal((await userinfo(server, tokens.json.access_token)).status, 401, 'and dead at once');
    } finally {
      await peer.stop();
    }
  });
});

/** Node sends header values as Latin-1: this makes the bytes on the wire the UTF-8 of `text`. */
function latin1(text) {
  return Buffer.from(text, 'utf8').toString('latin1');
}
