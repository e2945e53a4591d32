// The signer's rules without a browser: who is asked what, who gets an answer, and what is never done.
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Keyring, memberOf } from '../src/lib/identity/keys';
import { longestText, readMessage, Refusal } from '../src/lib/signer/messages';
import { listPermissions, withdraw } from '../src/lib/signer/permissions';
import { checkPath } from '../src/lib/signer/perform';
import { lockAfterMs, type Question, Signer } from '../src/lib/signer/signer';

const app = 'https://app.example.com';
const own = 'https://id.example.com';
const keyring: Keyring = { kind: 'member', member: PrivateKey.fromRandom() };
const { bapId } = memberOf(keyring);
const identity = { bapId, name: 'Ada', createdAt: '2026-01-01T00:00:00.000Z', backup: 'sealed' };

let sent: { message: any; origin: string }[];
let question: Question | undefined;
let now: number;
let signer: Signer;
const memory = new Map<string, string>();

beforeEach(() => {
  memory.clear();
  memory.set('sigma.identities', JSON.stringify([identity]));
  vi.stubGlobal('localStorage', { getItem: (key: string) => memory.get(key) ?? null, setItem: (key: string, value: string) => memory.set(key, value) });
  sent = [];
  question = undefined;
  now = Date.parse('2026-01-31T12:00:00Z');
  signer = newSigner();
});
const newSigner = () =>
  new Signer({ ownOrigin: own, send: (message, origin) => sent.push({ message, origin }), now: () => now, ask: (asked) => (question = asked) });

/** The password of what is asked now. */
const unlock = () => signer.unlock(keyring, question!);
const identify = (id = bapId, origin = app) => signer.receive(origin, { type: 'SET_IDENTITY', payload: { bapId: id } });
const cwi = (id: string, call: string, args: unknown = {}, origin = app) => signer.receive(origin, { type: 'CWI', isInvocation: true, id, call, args });
const plain = (type: string, payload: object, origin = app) => signer.receive(origin, { type, payload });
const answers = () => sent.map(({ message }) => message).filter((message) => message.id !== undefined || message.payload?.requestId !== undefined);

describe('an application', () => {
  it('gets nothing before the person has typed the password, then what it asked for', () => {
    identify();
    cwi('1', 'signAuthToken', { requestPath: '/api/x?y=1', body: '{"a":1}', signatureType: 'bsm' });
    expect(answers()).toEqual([]);
    expect(question).toEqual({ origin: app, bapId, identity, allowed: false });
    expect(sent.map(({ message }) => message)).toContainEqual({ type: 'CWI', cwiState: { status: 'need_password' } });
    expect(sent.map(({ message }) => message)).toContainEqual({ type: 'WALLET_LOCKED' });
    expect(unlock()).toBe(true);
    const [{ id, result }] = answers();
    expect(id).toBe('1');
    const time = new Date(now).toISOString();
    expect(result.split('|').slice(0, 4)).toEqual([memberOf(keyring).key.toPublicKey().toString(), 'bsm', time, '/api/x?y=1']);
    expect(question).toBeUndefined();
    expect(sent.map(({ message }) => message)).toContainEqual({ type: 'WALLET_UNLOCKED' });
    expect(new Set(sent.map(({ origin }) => origin))).toEqual(new Set([app]));
  });

  it('is asked about once; later only the password is', () => {
    identify();
    cwi('1', 'getPublicKey', { protocolID: [2, 'sigma-encrypt'], keyID: 'friend' });
    unlock();
    expect(listPermissions()).toEqual([{ origin: app, bapId, since: new Date(now).toISOString() }]);
    signer = newSigner();
    identify();
    plain('GET_FRIEND_PUBKEY_REQUEST', { requestId: 'r', friendBapId: 'friend' });
    expect(question?.allowed).toBe(true);
  });

  it('speaks the older protocol', () => {
    identify();
    plain('SIGN_REQUEST', { requestId: 'req_1', requestPath: '/x', body: 'b', bodyEncoding: 'utf8', signatureType: 'brc77' });
    unlock();
    plain('ENCRYPT_REQUEST', { requestId: 'enc_1', data: 'hej ✓', friendBapId: 'f' });
    const encrypted = answers().at(-1).payload.encrypted;
    plain('DECRYPT_REQUEST', { requestId: 'dec_1', ciphertext: encrypted, friendBapId: 'f' });
    plain('SIGN_AIP_REQUEST', { requestId: 'aip_1', hexArray: ['6a', 'ff'] });
    plain('GET_WALLET_KEY_REQUEST', { requestId: 'w_1' });
    const byType = Object.fromEntries(answers().map(({ type, payload }) => [type, payload]));
    expect(byType['SIGN_RESPONSE'].authToken.split('|')[3]).toBe('/x');
    expect(byType['SIGN_RESPONSE'].signingPubkey).toBe(byType['SIGN_RESPONSE'].authToken.split('|')[0]);
    expect(byType['DECRYPT_RESPONSE']).toEqual({ requestId: 'dec_1', decrypted: 'hej ✓' });
    expect(byType['SIGN_AIP_RESPONSE'].signedOps).toHaveLength(7);
    expect(byType['GET_WALLET_KEY_RESPONSE'].error).toMatch(/does not give keys away/);

    // What an older client encrypts a newer one reads.
    const bytes = Uint8Array.from(atob(encrypted), (character) => character.charCodeAt(0));
    cwi('c', 'decrypt', { ciphertext: bytes, protocolID: [2, 'sigma-encrypt'], keyID: 'f' });
    expect(new TextDecoder().decode(Uint8Array.from(answers().at(-1).result.plaintext))).toBe('hej ✓');
  });

  it('learns that it was refused, and is not asked about again', () => {
    identify();
    plain('SIGN_AIP_REQUEST', { requestId: 'a', hexArray: ['ff'] });
    signer.refuse();
    expect(question).toBeUndefined();
    cwi('2', 'signAIP', { hexArray: ['ff'] });
    expect(question).toBeUndefined();
    expect(answers()).toMatchObject([
      { type: 'SIGN_AIP_RESPONSE', payload: { requestId: 'a', error: expect.stringMatching(/did not allow/) } },
      { id: '2', status: 'error', code: 'NOT_ALLOWED' },
    ]);
  });

  it.each(['/api/auth/oauth2/token', '/api/auth', '/api/backup/sync', '/api/user/bap-ids', '/api/user?x', '/api/oauth-clients', '/oauth2/token', '/wallet/connect', '/api/wallet/connect'])(
    'gets no signature for %s, unlocked or not',
    (requestPath) => {
      identify();
      cwi('1', 'signAuthToken', { requestPath });
      expect(answers().at(-1)).toMatchObject({ status: 'error', code: 'FORBIDDEN_PATH' });
      expect(question).toBeUndefined();
    },
  );
  it.each(['/api/users/me', '/wallet/balance', '/api/wallet/connect/mine', '/oauth2/tokens', '/api/bap/1', '/api/oauth'])(
    'may use %s, which is none of ours',
    (path) => expect(() => checkPath(path, app, own)).not.toThrow(),
  );
  it('may be the server’s own page', () => expect(() => checkPath('/api/backup/sync', own, own)).not.toThrow());
});

describe('the keys', () => {
  const unlocked = () => {
    identify();
    cwi('first', 'signAIP', { hexArray: ['ff'] });
    unlock();
    sent = [];
  };
  it('are forgotten after ten minutes without use', () => {
    unlocked();
    now += lockAfterMs - 1;
    cwi('1', 'signAIP', { hexArray: ['ff'] });
    expect(answers()).toHaveLength(1);
    now += lockAfterMs;
    cwi('2', 'signAIP', { hexArray: ['ff'] });
    expect(answers()).toHaveLength(1);
    expect(question?.allowed).toBe(true);
  });
  it('are forgotten when the application wants another identity', () => {
    unlocked();
    identify('2RseHSaFbT8wnM8psnp6XjvQtXVR');
    cwi('1', 'signAIP', { hexArray: ['ff'] });
    expect(answers()).toEqual([]);
    expect(question).toMatchObject({ bapId: '2RseHSaFbT8wnM8psnp6XjvQtXVR', identity: undefined, allowed: false });
    expect(unlock()).toBe(false);
  });
  it('stay while it says the same identity again', () => {
    unlocked();
    identify();
    cwi('1', 'signAIP', { hexArray: ['ff'] });
    expect(answers()).toHaveLength(1);
  });
  it('are not used once the person has withdrawn the permission', () => {
    unlocked();
    withdraw(app, bapId);
    cwi('1', 'signAIP', { hexArray: ['ff'] });
    expect(answers()).toEqual([]);
    expect(question?.allowed).toBe(false);
  });
});

describe('a password', () => {
  const root: Keyring = { kind: 'root', root: PrivateKey.fromRandom() };
  const [first, second] = [memberOf(root, 0).bapId, memberOf(root, 1).bapId];
  /** The question about the first identity is up, and its key is being derived. */
  const askedFor = () => {
    memory.set('sigma.identities', JSON.stringify([first, second].map((bapId) => ({ ...identity, bapId }))));
    identify(first);
    cwi('for the first', 'signAIP', { hexArray: ['ff'] });
    return question!;
  };

  it('typed for one identity does not open another of the same root', () => {
    const asked = askedFor();
    identify(second);
    cwi('for the second', 'signAIP', { hexArray: ['ff'] });
    expect(question?.bapId).toBe(second);
    expect(signer.unlock(root, asked)).toBe(false);
    expect(listPermissions()).toEqual([]);
    expect(answers()).toMatchObject([{ id: 'for the first', status: 'error', code: 'IDENTITY_CHANGED' }]);
    expect(signer.unlock(root, question!)).toBe(true);
    expect(listPermissions()).toMatchObject([{ bapId: second }]);
    expect(answers().at(-1)).toMatchObject({ id: 'for the second', result: expect.anything() });
  });
  it('signs nothing by another identity, and nothing is asked before something is asked for', () => {
    askedFor();
    identify(second);
    expect(question).toBeUndefined();
    expect(answers()).toMatchObject([{ id: 'for the first', code: 'IDENTITY_CHANGED' }]);
  });
  it('does not overrule a no that came meanwhile', () => {
    const asked = askedFor();
    signer.refuse();
    expect(signer.unlock(root, asked)).toBe(false);
    expect(listPermissions()).toEqual([]);
    cwi('later', 'signAIP', { hexArray: ['ff'] });
    expect(answers()).toMatchObject([{ code: 'NOT_ALLOWED' }, { code: 'NOT_ALLOWED' }]);
  });
  it('answers the identity that was asked about again in the end', () => {
    const asked = askedFor();
    identify(second);
    identify(first);
    cwi('again', 'signAIP', { hexArray: ['ff'] });
    expect(signer.unlock(root, asked)).toBe(true);
    expect(answers().at(-1)).toMatchObject({ id: 'again', result: expect.anything() });
  });
  it('is not asked for when an identity is handed over late', () => {
    askedFor();
    signer.refuse();
    signer.receiveIdentity({ ...identity, bapId: first });
    expect(question).toBeUndefined();
  });
});

describe('messages', () => {
  it('case 63: of another origin than the first one are ignored', () => {
    identify();
    sent = [];
    cwi('1', 'signAIP', { hexArray: ['ff'] }, 'https://evil.example');
    identify('2RseHSaFbT8wnM8psnp6XjvQtXVR', 'https://evil.example');
    expect(sent).toEqual([]);
    expect(question).toBeUndefined();
  });
  it.each(['null', 'file://', 'chrome-extension://abc', ''])('of the origin “%s” are ignored', (origin) => {
    identify(bapId, origin);
    cwi('1', 'signAIP', { hexArray: ['ff'] }, origin);
    expect(sent).toEqual([]);
  });
  it('without an identity are refused', () => {
    cwi('1', 'signAIP', { hexArray: ['ff'] });
    expect(answers()).toMatchObject([{ code: 'NO_IDENTITY' }]);
  });
  it('case 63: in a flood are told so, and not carried out', () => {
    identify();
    for (let index = 0; index < 500; index++) cwi(`${index}`, 'signAIP', { hexArray: ['ff'] });
    expect(answers()).toHaveLength(500 - 32);
    expect(answers().every(({ status, code }) => status === 'error' && code === 'BUSY')).toBe(true);
    sent = [];
    unlock();
    expect(answers()).toHaveLength(32);
  });
  it('that name the identity do not count, and none of them is lost', () => {
    identify();
    cwi('first', 'signAIP', { hexArray: ['ff'] });
    signer.refuse();
    sent = [];
    for (let index = 0; index < 90; index++) {
      identify();
      identify();
      cwi(`${index}`, 'signAIP', { hexArray: ['ff'] });
    }
    expect(answers().map(({ code }) => code)).toEqual(Array(90).fill('NOT_ALLOWED'));
    for (let index = 0; index < 50; index++) cwi(`flood ${index}`, 'signAIP', { hexArray: ['ff'] });
    expect(answers().at(-1).code).toBe('BUSY');
    identify('2RseHSaFbT8wnM8psnp6XjvQtXVR');
    now += 60_000;
    cwi('later', 'signAIP', { hexArray: ['ff'] });
    expect(question?.bapId).toBe('2RseHSaFbT8wnM8psnp6XjvQtXVR');
  });
  it('that nobody waits for any more are dropped', () => {
    identify();
    cwi('old', 'signAIP', { hexArray: ['ff'] });
    now += 29_000;
    cwi('new', 'signAIP', { hexArray: ['ff'] });
    now += 2_000;
    unlock();
    expect(answers().map(({ id }) => id)).toEqual(['new']);
  });

  it('that nobody waits for any more leave room for others', () => {
    identify();
    for (let index = 0; index < 32; index++) cwi(`old ${index}`, 'signAIP', { hexArray: ['ff'] });
    now += 31_000;
    cwi('new', 'signAIP', { hexArray: ['ff'] });
    unlock();
    expect(answers().map(({ id }) => id)).toEqual(['new']);
  });

  it.each([
    undefined,
    null,
    'CWI',
    [],
    { type: 'CWI' },
    { type: 'CWI', isInvocation: true },
    { type: 'CWI', isInvocation: true, id: 7, call: 'signAIP' },
    { type: 'CWI', isInvocation: true, id: 'x'.repeat(201), call: 'signAIP' },
    { type: 'CWI', isInvocation: false, id: '1', result: 'x' },
    { type: 'SET_IDENTITY' },
    { type: 'SET_IDENTITY', payload: { bapId: 'a"b' } },
    { type: 'SIGN_REQUEST' },
    { type: 'SIGN_REQUEST', payload: 'x' },
    { type: 'webpackOk' },
  ])('that are none are passed over: %j', (data) => expect(readMessage(data)).toBeUndefined());

  it.each([
    ['signAuthToken', {}],
    ['signAuthToken', { requestPath: 'api' }],
    ['signAuthToken', { requestPath: '/a|b' }],
    ['signAuthToken', { requestPath: '/a\nb' }],
    ['signAuthToken', { requestPath: '/a', signatureType: 'BSM' }],
    ['signAuthToken', { requestPath: '/a', body: { a: 1 } }],
    ['signAuthToken', { requestPath: '/a', body: 'x'.repeat(longestText + 1) }],
    ['signAIP', {}],
    ['signAIP', { hexArray: [] }],
    ['signAIP', { hexArray: ['f'] }],
    ['signAIP', { hexArray: ['zz'] }],
    ['encrypt', { plaintext: [1], protocolID: [2, 'sigma-encrypt'] }],
    ['encrypt', { plaintext: [256], protocolID: [2, 'sigma-encrypt'], keyID: 'f' }],
    ['encrypt', { plaintext: 'text', protocolID: [2, 'sigma-encrypt'], keyID: 'f' }],
    ['encrypt', { plaintext: [1], protocolID: [2, 'other'], keyID: 'f' }],
    ['encrypt', { plaintext: [1], protocolID: [2, 'sigma-encrypt'], keyID: 'f', counterparty: '02ff' }],
    ['getPublicKey', { keyID: 'f' }],
    ['createAction', {}],
    [undefined, {}],
  ])('that ask for nonsense are refused: %s %j', (call, args) => {
    const message = readMessage({ type: 'CWI', isInvocation: true, id: '1', call, args });
    expect(message?.kind === 'request' && message.request.call).toBeInstanceOf(Refusal);
  });
});
