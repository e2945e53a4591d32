// X-Auth-Tokens whose key or signature no honest client makes: security case 22, sigma-contract.md §1.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { claim, flipBit, highSTwin } from '../support/forge.mjs';
import {
  assertApiError,
  assertOAuthError,
  callback,
  exchangeForm,
  getCode,
  newPkce,
  postToken,
  sigmaClient,
} from '../support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, signInPath, tokenPath } from '../support/person.mjs';
import { forEachStore } from '../support/stores.mjs';

const member = new Key();
const schemes = ['brc77', 'bsm'];
const refused = 'INVALID_AUTH_TOKEN_SIGNATURE';
const derAt = 4 + 33 + 1 + 32; // magic, sender, "anyone", key id

const groupOrder = Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'hex');
const zero = Buffer.alloc(32);
const ones = Buffer.alloc(32, 0xff);

/** DER of the INTEGER whose content is `bytes`, as they are. */
const integer = (bytes) => Buffer.concat([Buffer.from([0x02, bytes.length]), bytes]);
const sequence = (...parts) => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
};
/** 32 bytes as DER wants them: no needless zeros, and one where the sign would be read. */
function unsigned(bytes) {
  let at = 0;
  while (at < bytes.length - 1 && bytes[at] === 0) ++at;
  const short = bytes.subarray(at);
  return short[0] & 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short;
}

/** r and s of a DER signature, 32 bytes each. */
function parseDer(der) {
  const read = (at) => {
    const content = der.subarray(at + 2, at + 2 + der[at + 1]);
    const bytes = content.length > 32 ? content.subarray(content.length - 32) : content;
    return [Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]), at + 2 + der[at + 1]];
  };
  const [r, next] = read(2);
  return { r, s: read(next)[0] };
}

/** Every form of signature that case 22 names, made of a good token. */
function forgedSignatures(token) {
  const parts = token.split('|');
  const bytes = Buffer.from(parts[4], 'base64');
  const withBytes = (changed) => [...parts.slice(0, 4), changed.toString('base64')].join('|');
  const forged = {
    'of no bytes': withBytes(Buffer.alloc(1)),
    'of zeros': withBytes(Buffer.alloc(65)),
    'with a byte too much': withBytes(Buffer.concat([bytes, Buffer.from([0])])),
    'with a byte too few': withBytes(bytes.subarray(0, -1)),
    'of 16 KB, of which the headers hold no more than half': withBytes(Buffer.alloc(6000, 0x30)),
    'that is no base64': [...parts.slice(0, 4), '!'.repeat(88)].join('|'),
  };
  if (parts[1] === 'bsm') {
    const compact = (header, r, s) => withBytes(Buffer.concat([Buffer.from([header]), r, s]));
    const [r, s] = [bytes.subarray(1, 33), bytes.subarray(33)];
    for (let id = 0; id < 4; ++id) {
      if (id !== ((bytes[0] - 27) & 3)) forged[`with the recovery id ${id}`] = compact(31 + id, r, s);
    }
    for (const header of [0, 26, 35, 39, 43, 255]) forged[`with the header ${header}`] = compact(header, r, s);
    for (const [name, value] of Object.entries({ zero, n: groupOrder, 'all ones': ones })) {
      forged[`with r = ${name}`] = compact(bytes[0], value, s);
      forged[`with s = ${name}`] = compact(bytes[0], r, value);
      forged[`with both = ${name}`] = compact(bytes[0], value, value);
    }
    return forged;
  }
  const [head, der] = [bytes.subarray(0, derAt), bytes.subarray(derAt)];
  const { r, s } = parseDer(der);
  const [R, S] = [integer(unsigned(r)), integer(unsigned(s))];
  assert.deepEqual(sequence(R, S), der, 'taken apart and put together again');
  const negative = Buffer.from(r);
  negative[0] |= 0x80;
  const ders = {
    'in long form': Buffer.concat([Buffer.from([0x30, 0x81, der.length - 2]), der.subarray(2)]),
    'in longer form': Buffer.concat([Buffer.from([0x30, 0x82, 0, der.length - 2]), der.subarray(2)]),
    'of indefinite length': Buffer.concat([Buffer.from([0x30, 0x80]), der.subarray(2), Buffer.from([0, 0])]),
    'with an integer in long form': sequence(Buffer.concat([Buffer.from([2, 0x81, R.length - 2]), R.subarray(2)]), S),
    'with a negative r': sequence(integer(negative), S),
    'with a negative s': sequence(R, integer(Buffer.concat([Buffer.from([0x80]), s.subarray(1)]))),
    'with needless zeros': sequence(integer(Buffer.concat([Buffer.from([0, 0]), r])), S),
    'with an empty integer': sequence(Buffer.from([2, 0]), S),
    'with bytes behind': Buffer.concat([der, Buffer.from([0, 0])]),
    'with bytes inside': sequence(R, S, Buffer.from([0])),
    'with a third integer': sequence(R, S, S),
    'with r alone': sequence(R),
    empty: sequence(),
    'as a set': Buffer.concat([Buffer.from([0x31]), der.subarray(1)]),
    'with a length beyond the end': Buffer.concat([Buffer.from([0x30, der[1] + 1]), der.subarray(2)]),
    'with r beyond the end': Buffer.concat([der.subarray(0, 3), Buffer.from([0x7f]), der.subarray(4)]),
    'of 64 plain bytes': Buffer.concat([r, s]),
  };
  for (const [name, value] of Object.entries({ zero, n: groupOrder, 'all ones': ones })) {
    ders[`with r = ${name}`] = sequence(integer(unsigned(value)), S);
    ders[`with s = ${name}`] = sequence(R, integer(unsigned(value)));
  }
  for (const [name, changed] of Object.entries(ders)) forged[name] = withBytes(Buffer.concat([head, changed]));
  const withHead = (at, value) =>
    withBytes(Buffer.concat([head.subarray(0, at), value, bytes.subarray(at + value.length)]));
  forged['of another magic'] = withHead(0, Buffer.from([0x42, 0x42, 0x33, 0x02]));
  forged['for one recipient'] = withHead(37, Buffer.from([2]));
  forged['by the sender at infinity'] = withHead(4, Buffer.alloc(33));
  return forged;
}

/** Keys in the first field that are not the compressed key on the curve which signed. */
function forgedKeys(key, token) {
  const point = key.privateKey.toPublicKey();
  const uncompressed = point.encode(false, 'hex');
  const otherHalf = (key.pubkey.startsWith('02') ? '03' : '02') + key.pubkey.slice(2);
  return {
    'the uncompressed form of the same point': claim(token, uncompressed),
    'the hybrid form of the same point': claim(token, `06${uncompressed.slice(2)}`),
    'the other half of the curve': claim(token, otherHalf),
    'a point off the curve': claim(token, `02${'0'.repeat(62)}05`),
    'x beyond the field': claim(token, `02${'f'.repeat(64)}`),
    'the point at infinity': claim(token, '00'),
    'the point at infinity, 33 bytes': claim(token, '0'.repeat(66)),
    'x alone': claim(token, key.pubkey.slice(2)),
    'a prefix of 05': claim(token, `05${key.pubkey.slice(2)}`),
    'no hex': claim(token, 'z'.repeat(66)),
    'a blank behind': claim(token, `${key.pubkey} `),
  };
}

forEachStore('forged X-Auth-Tokens', { clients: [sigmaClient('my-app', member)] }, (context) => {
  const present = (token) => new Person().trySignIn(context.server, { token });
  const fresh = (key, scheme) => key.token(signInPath, { scheme, timestamp: distinctTime() });
  let pid;
  before(() => {
    pid = context.server.pid;
  });

  /** Refused with words and no cookie; answers the id of the request. */
  async function assertRefused(token, what) {
    const answer = await present(token);
    const story = `${what}: ${answer.describe()}`;
    assert.ok([400, 401].includes(answer.status), story);
    assert.ok(['INVALID_AUTH_TOKEN_FORMAT', refused].includes(answer.json?.code), story);
    assert.ok(answer.json.message.length > 20, story);
    assert.equal(answer.cookies.size, 0, story);
    return answer.headers['x-request-id'];
  }

  test('case 22: the claimed key must be the signing key', async () => {
    const { server } = context;
    const victim = await newPerson(server);
    for (const scheme of schemes) {
      assertApiError(await present(claim(fresh(new Key(), scheme), victim.pubkey)), 401, refused, /key|signature/i);
    }
    // brc77 names the signer inside the signature as well: swapping that one helps no more.
    const attacker = new Key();
    const parts = fresh(attacker, 'brc77').split('|');
    const bytes = Buffer.from(parts[4], 'base64');
    Buffer.from(victim.pubkey, 'hex').copy(bytes, 4);
    for (const name of [victim.pubkey, attacker.pubkey]) {
      const token = [name, ...parts.slice(1, 4), bytes.toString('base64')].join('|');
      assertApiError(await present(token), 401, refused);
    }
    const grant = await getCode(server, victim);
    const body = new URLSearchParams(exchangeForm(grant)).toString();
    for (const scheme of schemes) {
      const forged = claim(new Key().token(tokenPath, { body, scheme, timestamp: distinctTime() }), member.pubkey);
      assertOAuthError(await postToken(server, body, { token: forged }), 401, 'invalid_client');
    }
    assert.equal((await postToken(server, body, { key: member })).status, 200);
  });

  test('case 22: the high-S twin of a used signature', async () => {
    for (const scheme of schemes) {
      const token = fresh(new Key(), scheme);
      assert.equal((await present(token)).status, 200);
      await assertRefused(highSTwin(token), scheme);
    }
  });

  test('case 22: keys that are not a compressed point on the curve', async () => {
    for (const scheme of schemes) {
      const key = new Key();
      const token = fresh(key, scheme);
      for (const [name, forged] of Object.entries(forgedKeys(key, token))) {
        await assertRefused(forged, `${scheme}, ${name}`);
      }
      assert.equal((await present(token)).status, 200, 'and the token as it was is good');
    }
  });

  test('case 22: signatures of every wrong form', async () => {
    const { server } = context;
    const ids = new Set();
    for (const scheme of schemes) {
      const token = fresh(new Key(), scheme);
      for (const [name, forged] of Object.entries(forgedSignatures(token))) {
        assert.notEqual(forged, token, name);
        ids.add(await assertRefused(forged, `${scheme}, a signature ${name}`));
      }
      assert.equal((await present(token)).status, 200, 'and the token as it was is good');
    }
    await server.logWritten();
    const lines = server.logs.filter((entry) => ids.has(entry.request_id));
    assert.equal(lines.length, ids.size, 'one line for each');
    assert.ok(
      lines.every(({ event, msg }) => (event ?? msg) === 'request'),
      JSON.stringify(lines.slice(0, 2)),
    );
    assert.doesNotMatch(server.output, new RegExp(signInPath.replaceAll('/', '\\/') + '\\|'), 'no token in the log');
  });

  test('case 22: one changed bit anywhere', async () => {
    const all = { bsm: 65, brc77: derAt + 70 };
    for (const scheme of schemes) {
      const token = fresh(new Key(), scheme);
      for (let at = 0; at < all[scheme]; at += 3) await assertRefused(flipBit(token, at), `${scheme} ${at}`);
      await assertRefused(flipBit(token, -1), scheme);
      assert.equal((await present(token)).status, 200, 'and the token as it was is good');
    }
  });

  test('case 22: a signature of 16 KB, and after all that the process lives', async () => {
    const { server } = context;
    const body = new URLSearchParams(
      exchangeForm({ code: 'x', verifier: newPkce().verifier, redirectUri: callback, clientId: 'my-app' }),
    ).toString();
    const parts = member.token(tokenPath, { body, timestamp: distinctTime() }).split('|');
    const token = [...parts.slice(0, 4), Buffer.alloc(16_384, 0x30).toString('base64')].join('|');
    for (const answer of [await postToken(server, body, { token }), await present(token)]) {
      assert.equal(answer.status, 431, answer.describe());
      assert.ok(answer.text.length > 20, 'with words');
    }
    assert.equal(server.pid, pid);
    process.kill(pid, 0);
    await newPerson(server);
  });

  test('each reason has words of its own', async () => {
    for (const scheme of schemes) {
      const key = new Key();
      const victim = new Key();
      const used = fresh(key, scheme);
      assert.equal((await present(used)).status, 200);
      const timed = (timestamp) => key.token(signInPath, { scheme, timestamp });
      const reasons = {
        claimed: [claim(fresh(key, scheme), victim.pubkey), /key|signature/i],
        stale: [timed(new Date(Date.now() - 6 * 60_000).toISOString()), /behind/],
        future: [timed(new Date(Date.now() + 6 * 60_000).toISOString()), /ahead/],
        unparsable: [timed('abc'), /time/i],
        path: [key.token('/elsewhere', { scheme, timestamp: distinctTime() }), /path/i],
        body: [key.token(signInPath, { scheme, body: '{"bapId":"x"}', timestamp: distinctTime() }), /body|signature/i],
        replayed: [used, /used before/],
      };
      const messages = {};
      for (const [name, [token, words]] of Object.entries(reasons)) {
        const answer = await present(token);
        assertApiError(answer, 401, refused, words);
        messages[name] = answer.json.message;
        assert.equal(answer.cookies.size, 0);
      }
      const { claimed: _, ...others } = messages;
      assert.equal(new Set(Object.values(others)).size, 6, JSON.stringify(messages, null, 1));
    }
  });

  test('thirty first sign-ins of one key: one user', async () => {
    const key = new Key();
    const answers = await Promise.all(Array.from({ length: 30 }, () => present(fresh(key, 'brc77'))));
    for (const answer of answers) assert.equal(answer.status, 200, answer.describe());
    assert.equal(new Set(answers.map((answer) => answer.json.user.id)).size, 1);
  });
});
