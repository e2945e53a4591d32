import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { BAP } from 'bsv-bap';
import { describe, expect, it } from 'vitest';
import { bapIdOf, memberFor, memberKey, memberOf, readWif, rootAddress, rootFromWords } from '../src/lib/identity/keys';
import { newWords } from '../src/lib/identity/words';
import { vectors } from './vectors';

interface WalletVector {
  mnemonic: string;
  passphrase: string;
  masters: { gen3_rootPk: { wif: string } };
}
const wallets: WalletVector[] = vectors('tokenpass/bip39-bip32.json').vectors;

describe('root from recovery words', () => {
  it.each(wallets)('$mnemonic / $passphrase', ({ mnemonic, passphrase, masters }) => {
    expect(rootFromWords(mnemonic.split(' '), passphrase).toWif()).toBe(masters.gen3_rootPk.wif);
  });
});

interface IdentityVector {
  rootPath: string;
  memberWif: string;
  memberPubkey: string;
  rootAddress: string;
  bapId: string;
}
const masters = (vectors('sigma/bap.json').masters as { kind: string; rootPk?: string; identities: IdentityVector[] }[]).filter(
  ({ kind }) => kind === 'type42',
);

describe('member keys of a root', () => {
  it.each(masters.flatMap(({ rootPk, identities }) => identities.map((identity) => ({ rootPk: rootPk!, ...identity }))))(
    'Sigma vectors: $rootPk $rootPath',
    ({ rootPk, rootPath, memberWif, memberPubkey, rootAddress: address, bapId }) => {
      const member = memberKey(PrivateKey.fromWif(rootPk), Number(rootPath.split(':')[1]));
      expect(member.toWif()).toBe(memberWif);
      expect(member.toPublicKey().toString()).toBe(memberPubkey);
      expect(rootAddress(member)).toBe(address);
      expect(bapIdOf(member)).toBe(bapId);
    },
  );

  it.each(vectors('tokenpass/bap-ids.json').type42 as { rootPkWif: string; counter: number; identityKey: string; memberPub: string }[])(
    'TokenPass vectors: $rootPkWif $counter',
    ({ rootPkWif, counter, identityKey, memberPub }) => {
      const member = memberOf({ kind: 'root', root: PrivateKey.fromWif(rootPkWif) }, counter);
      expect(member.bapId).toBe(identityKey);
      expect(member.key.toPublicKey().toString()).toBe(memberPub);
    },
  );

  it('agree with bsv-bap for fresh words', () => {
    const root = rootFromWords(newWords());
    const bap = new BAP({ rootPk: root.toWif() });
    for (const counter of [0, 1, 7]) {
      expect(memberOf({ kind: 'root', root }, counter).bapId).toBe(bap.newIdWithCounter(counter, 'x').getIdentityKey());
    }
  });
});

describe('BAP id of a single key', () => {
  it.each(vectors('sigma/bap.json').ids as { wif: string; bapId: string }[])('$bapId', ({ wif, bapId }) => {
    const key = readWif(wif);
    if (typeof key === 'string') throw new Error(key);
    expect(memberOf({ kind: 'member', member: key }).bapId).toBe(bapId);
  });
});

describe('the identity an application wants', () => {
  const root = PrivateKey.fromWif(masters[0]!.rootPk!);
  const [first, second] = [memberOf({ kind: 'root', root }, 0), memberOf({ kind: 'root', root }, 1)];

  it('is found below the root', () => expect(memberFor({ kind: 'root', root }, second.bapId).key.toWif()).toBe(second.key.toWif()));
  it('is the first when nothing is wanted', () => expect(memberFor({ kind: 'root', root }, undefined).bapId).toBe(first.bapId));
  it('is the first when the wanted one is somebody else’s', () =>
    expect(memberFor({ kind: 'root', root }, 'BvAv5Xhnu5xB576AkKPzhZ6zPpY').bapId).toBe(first.bapId));
  it('is the only one of a single key', () =>
    expect(memberFor({ kind: 'member', member: second.key }, first.bapId).bapId).toBe(second.bapId));
});

describe('private keys in WIF', () => {
  const wif = 'L5k28V9y5gpsDgGiGcZDC2ZgowkweLiTL2pBdUj5xbZkrQ7HbuGn';

  it('are read with blanks around', () => expect((readWif(`  ${wif}\n`) as PrivateKey).toWif()).toBe(wif));

  it.each([
    ['', 'unreadable'],
    ['hello', 'unreadable'],
    [`${wif.slice(0, -1)}o`, 'unreadable'], // checksum
    [wif.slice(1), 'unreadable'],
    ['1BZ9j3F7m4H1RPyeDp5iFwpR31SB6zrs19', 'unreadable'], // an address
    ['5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ', 'uncompressed'],
    [PrivateKey.fromWif(wif).toWif([0xef]), 'test-network'],
  ])('%s is refused', (text, problem) => expect(readWif(text)).toBe(problem));
});
