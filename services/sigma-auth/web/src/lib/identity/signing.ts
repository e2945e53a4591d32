// What an unlocked identity does for applications (sigma-contract §7, §9, §13.21): signatures over data for the chain,
// and messages between two people. The same derivations as bsv-bap 0.1.24, which tests/signing.test.ts compares with.
import { sign as signBsm } from '@bsv/sdk/compat/BSM';
import ECIES from '@bsv/sdk/compat/ECIES';
import { sha256 } from '@bsv/sdk/primitives/Hash';
import PublicKey from '@bsv/sdk/primitives/PublicKey';
import { toArray, toHex } from '@bsv/sdk/primitives/utils';
import { hdPath, type Keyring, type Member, type PrivateKey } from './keys';

const aipPrefix = '15PciHG22SNLQJXMoSUaWVi7WSqc7hCfva';
const opReturn = '6a';

const selfChild = (key: PrivateKey, invoice: string): PrivateKey => key.deriveChild(key.toPublicKey(), invoice);
const hexOf = (text: string): string => toHex(toArray(text, 'utf8'));

/**
 * The key that signs data of this identity. Below a root the wallet root is the member key itself; a member that was
 * brought alone has it one step further down (bsv-bap's MemberID). Both before any rotation.
 */
export const signingKey = (keyring: Keyring, member: Member): PrivateKey =>
  selfChild(walletRoot(keyring, member), '1-sigma-identity');

function walletRoot(keyring: Keyring, { key, counter }: Member): PrivateKey {
  switch (keyring.kind) {
    case 'root':
      return key;
    case 'hd':
      return keyring.root.derive(hdPath(counter, 1)).privKey;
    case 'member':
      return selfChild(key, 'bap:0');
  }
}

/** AIP over data pushes (hex): the pushes, followed by `|`, prefix, algorithm, address and signature, all hex. */
export function signPushes(pushes: string[], signing: PrivateKey): string[] {
  // The signed bytes begin with OP_RETURN whether or not the application put it in front.
  const signed = toArray((pushes[0] === opReturn ? '' : opReturn) + pushes.join(''), 'hex');
  const signature = toHex(toArray(signBsm(signed, signing, 'base64') as string, 'base64'));
  return [...pushes, hexOf('|'), hexOf(aipPrefix), hexOf('BITCOIN_ECDSA'), hexOf(signing.toPublicKey().toAddress()), signature];
}

const hashOf = (friendBapId: string): string => toHex(sha256(toArray(friendBapId, 'utf8')));

/** The key for messages with one friend; its public key is what the friend is given. */
export const friendKey = (member: PrivateKey, friendBapId: string): PrivateKey =>
  selfChild(member, `2-friend-${hashOf(friendBapId)}`);

/** ECIES (BIE1) with the friend key as sender, to `recipient` or as a note to oneself. */
export function encryptFor(member: PrivateKey, plain: number[], friendBapId: string, recipient?: string): number[] {
  const sender = friendKey(member, friendBapId);
  return ECIES.electrumEncrypt(plain, recipient ? PublicKey.fromString(recipient) : sender.toPublicKey(), sender);
}

/**
 * Opens what encryptFor of either side made: the sender's key stands in the message, or the other side is `sender` when
 * the message is one's own. Also opens messages of the older friend key (invoice without `2-friend-`). Throws when none fits.
 */
export function decryptFrom(member: PrivateKey, message: number[], friendBapId: string, sender?: string): number[] {
  const others = sender ? [undefined, PublicKey.fromString(sender)] : [undefined];
  for (const key of [friendKey(member, friendBapId), selfChild(member, hashOf(friendBapId))]) {
    for (const other of others) {
      try {
        return ECIES.electrumDecrypt(message, key, other);
      } catch {
        // another key or another sender
      }
    }
  }
  throw new Error('not for this identity and friend');
}
