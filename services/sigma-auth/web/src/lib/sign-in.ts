// Apart from session.ts, so that pages without keys do not load the cryptography.
import { call } from './api';
import type { Member } from './identity/keys';
import { signInPath, signInToken } from './identity/token';

/** Signs with the member key here; only the signature and the public key travel. */
export const signIn = (member: Member, wantedBapId: string | undefined): Promise<unknown> =>
  signInWith(signInToken(member.key, new Date()), member.bapId === wantedBapId ? member.bapId : undefined);

/** With a token that was made elsewhere. */
export const signInWith = (token: string, bapId?: string): Promise<unknown> =>
  call('POST', signInPath, { body: bapId === undefined ? {} : { bapId }, headers: { 'x-auth-token': token } });
