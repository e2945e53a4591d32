// Signatures and messages of the signer against the vectors and against bsv-bap itself.
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { toArray, toBase64, toHex } from '@bsv/sdk/primitives/utils';
import { BAP, MemberID } from 'bsv-bap';
import { describe, expect, it } from 'vitest';
import { type Keyring, memberOf } from '../src/lib/identity/keys';
import { decryptFrom, encryptFor, friendKey, signingKey, signPushes } from '../src/lib/identity/signing';
import { vectors } from './vectors';

const utf8 = (text: string) => toArray(text, 'utf8') as number[];
const text = (bytes: number[]) => new TextDecoder().decode(Uint8Array.from(bytes));

describe('AIP', () => {
  interface Vector {
    rootPkWif: string;
    signingAddress: string;
    data: string[];
    signedOpsHex: string[];
  }
  it.each(vectors('tokenpass/aip.json').bap as Vector[])('$data', ({ rootPkWif, signingAddress, data, signedOpsHex }) => {
    const keyring: Keyring = { kind: 'root', root: PrivateKey.fromWif(rootPkWif) };
    const signing = signingKey(keyring, memberOf(keyring));
    expect(signing.toAddress()).toBe(signingAddress);
    expect(signPushes(data, signing)).toEqual(signedOpsHex);
  });

  it('leaves a push that only begins with the byte of OP_RETURN alone', () => {
    const key = PrivateKey.fromRandom();
    expect(signPushes(['6a', '6a736f6e'], key).at(-1)).toBe(signPushes(['6a736f6e'], key).at(-1));
  });
});

describe('bsv-bap agrees', () => {
  const key = PrivateKey.fromRandom();
  const alone: Keyring = { kind: 'member', member: key };
  const bap = new MemberID(key);

  it('on the signing key of a member alone', () =>
    expect(signingKey(alone, memberOf(alone)).toPublicKey().toString()).toBe(bap.getPublicKey()));
  it('on the signing key below a root', () => {
    const root = PrivateKey.fromRandom();
    const keyring: Keyring = { kind: 'root', root };
    const id = new BAP({ rootPk: root.toWif() }).newIdWithCounter(0, 'x');
    expect(signingKey(keyring, memberOf(keyring)).toAddress()).toBe(id.getCurrentAddress());
  });
  it('on the friend key', () => expect(friendKey(key, 'bob').toPublicKey().toString()).toBe(bap.getEncryptionPublicKeyWithSeed('bob')));
  it('on messages, in both directions', () => {
    const theirs = toBase64(encryptFor(key, utf8('grüße'), 'bob'));
    expect(bap.decryptWithSeed(theirs, 'bob')).toBe('grüße');
    expect(text(decryptFrom(key, toArray(bap.encryptWithSeed('back', 'bob'), 'base64') as number[], 'bob'))).toBe('back');
  });
});

describe('messages between two people', () => {
  const [alice, bob] = [PrivateKey.fromRandom(), PrivateKey.fromRandom()];
  const bobForAlice = friendKey(bob, 'alice').toPublicKey().toString();
  const aliceForBob = friendKey(alice, 'bob').toPublicKey().toString();
  const message = encryptFor(alice, utf8('hello bob'), 'bob', bobForAlice);

  it('open for the receiver', () => {
    expect(text(decryptFrom(bob, message, 'alice', aliceForBob))).toBe('hello bob');
    expect(text(decryptFrom(bob, message, 'alice'))).toBe('hello bob');
  });
  it('open for the sender again', () => expect(text(decryptFrom(alice, message, 'bob', bobForAlice))).toBe('hello bob'));
  it('open for nobody else', () => {
    expect(() => decryptFrom(PrivateKey.fromRandom(), message, 'alice', aliceForBob)).toThrow();
    expect(() => decryptFrom(bob, message, 'carol', aliceForBob)).toThrow();
    expect(() => decryptFrom(bob, message.map((byte, index) => (index === 60 ? byte ^ 1 : byte)), 'alice')).toThrow();
  });

  interface Older {
    aliceRootPkWif: string;
    aliceSeed: string;
    bobRootPkWif: string;
    bobSeed: string;
    alicePub: string;
    plaintext: string;
    toBobBase64: string;
    toSelfBase64: string;
  }
  it.each(vectors('tokenpass/friend-keys.json').cloudStaticSender as Older[])('open in the older form: $plaintext', (vector) => {
    const member = (wif: string) => memberOf({ kind: 'root', root: PrivateKey.fromWif(wif) }).key;
    const open = (wif: string, message: string, seed: string) => text(decryptFrom(member(wif), toArray(message, 'base64') as number[], seed));
    expect(open(vector.bobRootPkWif, vector.toBobBase64, vector.bobSeed)).toBe(vector.plaintext);
    expect(open(vector.aliceRootPkWif, vector.toSelfBase64, vector.aliceSeed)).toBe(vector.plaintext);
  });
});

it('hex of a signature has 65 bytes', () => expect(toHex(toArray(signPushes(['00'], PrivateKey.fromRandom()).at(-1)!, 'hex'))).toHaveLength(130));
