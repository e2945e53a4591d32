import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { type BapMasterBackup, decryptBackup, encryptBackup, type WifBackup } from 'bitcoin-backup';
import { BAP } from 'bsv-bap';
import { describe, expect, it } from 'vitest';
import { openKeyring, sealKeyring, WrongPassword } from '../src/lib/identity/backup';
import { type Keyring, memberOf, rootFromWords } from '../src/lib/identity/keys';

const words = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'.split(' ');
const rooted: Keyring = { kind: 'root', root: rootFromWords(words) };
const single: Keyring = { kind: 'member', member: PrivateKey.fromWif('L5k28V9y5gpsDgGiGcZDC2ZgowkweLiTL2pBdUj5xbZkrQ7HbuGn') };
const labels = { name: 'Ada', password: 'pässwörd ✓ 12', now: new Date('2026-01-22T12:00:00.000Z') };

describe('what this browser keeps', () => {
  it.each([
    ['root', rooted],
    ['single key', single],
  ])('a %s comes back with the password', async (_, keyring) => {
    const opened = await openKeyring(await sealKeyring(keyring, labels), labels.password);
    expect(opened.kind).toBe(keyring.kind);
    expect(memberOf(opened).key.toWif()).toBe(memberOf(keyring).key.toWif());
  });

  it('stays shut without it', async () => {
    const sealed = await sealKeyring(rooted, labels);
    await expect(openKeyring(sealed, 'pässwörd ✓ 13')).rejects.toThrow(WrongPassword);
    const damaged = `${sealed.slice(0, -8)}AAAAAAAA`;
    await expect(openKeyring(damaged, labels.password)).rejects.toThrow(WrongPassword);
  });

  it('shows nothing of the key and differs each time', async () => {
    const [once, twice] = [await sealKeyring(single, labels), await sealKeyring(single, labels)];
    expect(once).not.toBe(twice);
    for (const text of [once, Buffer.from(once, 'base64').toString('latin1')]) {
      expect(text).not.toContain('L5k28V9y5gpsDgGiGcZDC2ZgowkweLiTL2pBdUj5xbZkrQ7HbuGn');
      expect(text).not.toContain('wif');
    }
  });
});

describe('npm bitcoin-backup and bsv-bap', () => {
  it('open a root with its words and its identity', async () => {
    const sealed = await sealKeyring(rooted, { ...labels, words });
    const backup = (await decryptBackup(sealed, labels.password)) as BapMasterBackup & { rootPk: string };
    expect(backup).toMatchObject({ label: 'Ada', mnemonic: words.join(' '), createdAt: '2026-01-22T12:00:00.000Z' });
    const bap = new BAP({ rootPk: backup.rootPk });
    bap.importIds(backup.ids);
    expect(bap.listIds()).toEqual([memberOf(rooted).bapId]);
    expect(bap.getId(memberOf(rooted).bapId)?.idName).toBe('Ada');
  });

  it('open a single key', async () => {
    const backup = (await decryptBackup(await sealKeyring(single, labels), labels.password)) as WifBackup;
    expect(backup.wif).toBe('L5k28V9y5gpsDgGiGcZDC2ZgowkweLiTL2pBdUj5xbZkrQ7HbuGn');
  });

  it('write backups that open here', async () => {
    const root = (rooted as { root: PrivateKey }).root;
    const bap = new BAP({ rootPk: root.toWif() });
    bap.newIdWithCounter(0, 'Primary Identity');
    const backup = await encryptBackup(bap.exportForBackup('elsewhere') as BapMasterBackup, labels.password);
    expect(memberOf(await openKeyring(backup, labels.password)).bapId).toBe(memberOf(rooted).bapId);
  });
});
