// Doing what an application may ask for, with an unlocked identity.
import type { Keyring, Member } from '../identity/keys';
import { decryptFrom, encryptFor, friendKey, signingKey, signPushes } from '../identity/signing';
import { authToken } from '../identity/token';
import { type Call, Refusal, type Result } from './messages';

export interface Unlocked {
  keyring: Keyring;
  member: Member;
}

/** Contract §7: a token for a path of this server would act as the person here, which is no application's business. */
const ownPlaces = ['/api/auth', '/api/backup', '/api/user', '/api/oauth-clients'];
/** Beside them, what this server verifies tokens for (contract §1): wallets, and the token path of the clients of 2025. */
const ownPaths = ['/api/wallet/connect', '/wallet/connect', '/oauth2/token'];

/** The paths are compared as they are signed, which is how they are verified. */
export function checkPath(path: string, origin: string, own: string): void {
  const isPlace = ownPlaces.some((place) => path === place || path.startsWith(`${place}/`) || path.startsWith(`${place}?`));
  if (origin !== own && (isPlace || ownPaths.includes(path))) {
    throw new Refusal('FORBIDDEN_PATH', `Applications get no signatures for ${path.split('?')[0]}: that path belongs to the identity server.`);
  }
}

export function perform(call: Call, { keyring, member }: Unlocked, now: Date): Result {
  switch (call.kind) {
    case 'token':
      return authToken(member.key, { path: call.path, body: call.body, scheme: call.scheme, now });
    case 'aip':
      return signPushes(call.pushes, signingKey(keyring, member));
    case 'publicKey':
      return friendKey(member.key, call.friend).toPublicKey().toString();
    case 'encrypt':
      return guarded('The friend’s public key is not a point of the curve.', () => encryptFor(member.key, call.plain, call.friend, call.other));
    case 'decrypt':
      return guarded('This message cannot be opened with this identity and this friend.', () =>
        decryptFrom(member.key, call.message, call.friend, call.other),
      );
  }
}

/** What a library throws about foreign input is not for foreign eyes. */
function guarded<T>(message: string, work: () => T): T {
  try {
    return work();
  } catch {
    throw new Refusal('FAILED', message);
  }
}
