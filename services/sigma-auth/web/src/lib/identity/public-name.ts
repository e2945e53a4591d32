// What the server, and with it applications, call an identity (sigma-contract §8b).
import { call } from '../api';
import type { Member } from './keys';
import { authToken } from './token';

const path = '/api/user/bap-ids';

interface Change {
  bapId: string;
  name: string;
  isPrimary: false;
  accountPubkey: string;
  counter: 0;
}
const change = (bapId: string, accountPubkey: string, name: string): Change => ({ bapId, name, isPrimary: false, accountPubkey, counter: 0 });

/** For an identity that the signed-in person has already. */
export const renameIdentity = (bapId: string, pubkey: string, name: string): Promise<unknown> =>
  call('POST', path, { body: change(bapId, pubkey, name) });

/** Adds an identity to the signed-in person: its own key signs that it is theirs. */
export function addIdentity({ key, bapId }: Member, name: string): Promise<unknown> {
  const body = change(bapId, key.toPublicKey().toString(), name);
  return call('POST', path, { body, headers: { 'x-auth-token': authToken(key, { path, body: JSON.stringify(body), now: new Date() }) } });
}
