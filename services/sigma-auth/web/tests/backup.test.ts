import HD from '@bsv/sdk/compat/HD';
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { type BapMasterBackup, decryptBackup, encryptBackup, type WifBackup } from 'bitcoin-backup';
import { BAP } from 'bsv-bap';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isEncrypted, NoIdentityInside, openKeyring, WrongPassword } from '../src/lib/identity/backup';
import { readBackup, sealKeyring } from '../src/lib/identity/backup-file';
import { hdFromWords, type Keyring, memberOf, rootFromWords } from '../src/lib/identity/keys';
import { signingKey } from '../src/lib/identity/signing';
import { vectors } from './vectors';

const words = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'.split(' ');
const rooted: Keyring = { kind: 'root', root: rootFromWords(words) };
const older: Keyring = { kind: 'hd', root: hdFromWords(words) };
const single: Keyring = { kind: 'member', member: PrivateKey.fromWif('L5k28V9y5gpsDgGiGcZDC2ZgowkweLiTL2pBdUj5xbZkrQ7HbuGn') };
const password = 'pässwörd ✓ 12';
const now = new Date('2026-01-22T12:00:00.000Z');
const sealed = (keyring: Keyring, more: { words?: string[]; counters?: number[] } = {}) => {
  const identities = (more.counters ?? [0]).map((counter) => ({ bapId: memberOf(keyring, counter).bapId, name: `Ada ${counter}` }));
  return sealKeyring(keyring, { identities, password, words: more.words, now });
};

// bitcoin-backup says what failed on the console.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => void vi.restoreAllMocks());

describe('what this browser keeps', () => {
  it.each([
    ['root', rooted],
    ['older root', older],
    ['single key', single],
  ])('a %s comes back with the password', async (_, keyring) => {
    const opened = await openKeyring(await sealed(keyring), password);
    expect(opened.kind).toBe(keyring.kind);
    for (const counter of [0, 3]) expect(memberOf(opened, counter).key.toWif()).toBe(memberOf(keyring, counter).key.toWif());
  });

  it('stays shut without it', async () => {
    const backup = await sealed(rooted);
    await expect(openKeyring(backup, 'pässwörd ✓ 13')).rejects.toThrow(WrongPassword);
    await expect(openKeyring(`${backup.slice(0, -8)}AAAAAAAA`, password)).rejects.toThrow(WrongPassword);
  });

  it('shows nothing of the key and differs each time', async () => {
    const [once, twice] = [await sealed(single), await sealed(single)];
    expect(once).not.toBe(twice);
    for (const text of [once, Buffer.from(once, 'base64').toString('latin1')]) {
      expect(text).not.toContain('L5k28V9y5gpsDgGiGcZDC2ZgowkweLiTL2pBdUj5xbZkrQ7HbuGn');
      expect(text).not.toContain('"wif"'); // the letters alone occur in base64 by chance
    }
  });

  it.each([
    ['root', rooted],
    ['older root', older],
  ])('a %s keeps its words and the names of all its identities', async (_, keyring) => {
    const read = await readBackup(await sealed(keyring, { words, counters: [0, 2, 5] }), password);
    expect(read.words).toEqual(words);
    expect(read.identities).toEqual([0, 2, 5].map((counter) => ({ bapId: memberOf(keyring, counter).bapId, name: `Ada ${counter}` })));
  });
});

describe('npm bitcoin-backup and bsv-bap', () => {
  it('open a root with its words and its identity', async () => {
    const backup = (await decryptBackup(await sealed(rooted, { words }), password)) as BapMasterBackup & { rootPk: string };
    expect(backup).toMatchObject({ label: 'Ada 0', mnemonic: words.join(' '), createdAt: '2026-01-22T12:00:00.000Z' });
    const bap = new BAP({ rootPk: backup.rootPk });
    bap.importIds(backup.ids);
    expect(bap.listIds()).toEqual([memberOf(rooted).bapId]);
    expect(bap.getId(memberOf(rooted).bapId)?.idName).toBe('Ada 0');
  });

  it('open a single key', async () => {
    const backup = (await decryptBackup(await sealed(single), password)) as WifBackup;
    expect(backup.wif).toBe('L5k28V9y5gpsDgGiGcZDC2ZgowkweLiTL2pBdUj5xbZkrQ7HbuGn');
  });

  it('write backups that open here', async () => {
    const bap = new BAP({ rootPk: (rooted as { root: PrivateKey }).root.toWif() });
    bap.newIdWithCounter(0, 'Primary Identity');
    const backup = await encryptBackup(bap.exportForBackup('elsewhere') as BapMasterBackup, password);
    expect(await readBackup(backup, password)).toMatchObject({ identities: [{ bapId: memberOf(rooted).bapId, name: 'Primary Identity' }] });
  });

  it('agree on the identities of the older kind', () => {
    const bap = new BAP((older as { root: HD }).root.toString());
    const ids = [bap.newId('a'), bap.newId('b', "/0'/1'/0'")];
    expect(ids.map((id) => id.getIdentityKey())).toEqual([0, 1].map((counter) => memberOf(older, counter).bapId));
    expect(signingKey(older, memberOf(older, 1)).toAddress()).toBe(ids[1]!.getCurrentAddress());
  });
});

describe('files that people bring', () => {
  interface Vector {
    kind: string;
    password: string;
    plaintextJson: string;
    fileText: string;
  }
  const files: Vector[] = vectors('tokenpass/bep-backups.json').vectors;
  const idOf = (kind: string, wif: string) => (kind.startsWith('BapMember') || kind.startsWith('Wif') || kind.startsWith('OneSat') ? memberOf({ kind: 'member', member: PrivateKey.fromWif(wif) }).bapId : '');

  it.each(files)('$kind', async ({ kind, password, plaintextJson, fileText }) => {
    const json = JSON.parse(plaintextJson);
    const expected = kind.includes('bip32')
      ? memberOf({ kind: 'hd', root: HD.fromString(json.xprv) }).bapId
      : json.rootPk
        ? memberOf({ kind: 'root', root: PrivateKey.fromWif(json.rootPk) }).bapId
        : json.encryptedVault
          ? memberOf({ kind: 'root', root: HD.fromSeed([...Buffer.from(JSON.parse(json.encryptedVault).hex, 'hex')]).privKey }).bapId
          : idOf(kind, json.wif ?? json.identityPk);
    expect(isEncrypted(fileText)).toBe(true);
    const read = await readBackup(fileText, password);
    expect(read.identities.map(({ bapId }) => bapId)).toContain(expected);
    expect(read.words?.join(' ')).toBe(json.mnemonic ?? (json.encryptedVault ? JSON.parse(json.encryptedVault).mnemonic : undefined));
    // The same in the clear.
    expect((await readBackup(plaintextJson, '')).identities).toEqual(read.identities);
  });

  it.each(vectors('tokenpass/bep-backups.json').reject as { why: string; password: string; fileText: string }[])('$why', ({ why, password, fileText }) =>
    expect(readBackup(fileText, password)).rejects.toThrow(/short|base64/.test(why) ? NoIdentityInside : WrongPassword),
  );

  it('TokenPass’ export', async () => {
    const wallet = vectors('tokenpass/bip39-bip32.json').vectors[0] as { mnemonic: string; seedHex?: string; masters: { gen3_rootPk: { wif: string } } };
    const seed = wallet.seedHex!;
    const read = await readBackup(JSON.stringify({ seed, mnemonic: wallet.mnemonic }), '');
    expect(memberOf(read.keyring).bapId).toBe(memberOf({ kind: 'root', root: PrivateKey.fromWif(wallet.masters.gen3_rootPk.wif) }).bapId);
  });

  it.each(['', 'hello', '[]', '{}', 'null', '{"wif":"K"}', '{"rootPk":"x","ids":"y"}', '{"encryptedVault":"{}"}', '{"seed":"zz"}', '{"chromeStorage":{},"accountData":{}}'])(
    'that are none: %s',
    (text) => expect(readBackup(text, 'password')).rejects.toThrow(NoIdentityInside),
  );
});
