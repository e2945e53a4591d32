// What a passkey seals, apart from the authenticator (tests/e2e/browser/passkey.test.mjs has one).
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { describe, expect, it } from 'vitest';
import { hdFromWords, type Keyring, memberOf } from '../src/lib/identity/keys';
import { openSealed, passkeysOf, PasskeyProblem, sealKeyring } from '../src/lib/identity/passkey';

const words = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'.split(' ');
const secret = () => crypto.getRandomValues(new Uint8Array(32));
const keyrings: Keyring[] = [
  { kind: 'root', root: hdFromWords(words).privKey },
  { kind: 'hd', root: hdFromWords(words) },
  { kind: 'member', member: PrivateKey.fromRandom() },
];

describe('a sealed keyring', () => {
  it.each(keyrings)('of the kind $kind opens with the same secret', async (keyring) => {
    const prf = secret();
    const opened = await openSealed(await sealKeyring(keyring, prf), prf);
    expect(opened.kind).toBe(keyring.kind);
    expect(memberOf(opened, 3).bapId).toBe(memberOf(keyring, 3).bapId);
  });

  it('stays shut for another secret, and when it was changed', async () => {
    const prf = secret();
    const sealed = await sealKeyring(keyrings[0]!, prf);
    await expect(openSealed(sealed, secret())).rejects.toThrow(PasskeyProblem);
    const changed = (sealed.sealed[0] === 'A' ? 'B' : 'A') + sealed.sealed.slice(1);
    await expect(openSealed({ ...sealed, sealed: changed }, prf)).rejects.toThrow(PasskeyProblem);
  });
});

describe('passkeys of a kept identity', () => {
  const kept = { bapId: 'x', name: '', createdAt: '', backup: '' };
  it('are none where storage holds something else', () => {
    expect(passkeysOf(kept)).toEqual([]);
    expect(passkeysOf({ ...kept, passkeys: 'x' as never })).toEqual([]);
    expect(passkeysOf({ ...kept, passkeys: [null, { id: 'a' }] as never })).toEqual([]);
  });
});
