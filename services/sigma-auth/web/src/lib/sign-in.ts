// Apart from session.ts, so that pages without keys do not load the cryptography.
import { call } from './api';
import type { Member } from './identity/keys';
import { signInPath, signInToken } from './identity/token';

/** Signs with the member key here; only the signature and the public key travel. */
export async function signIn(member: Member, wantedBapId: string | undefined): Promise<void> {
  await call('POST', signInPath, {
    body: member.bapId === wantedBapId ? { bapId: member.bapId } : {},
    headers: { 'x-auth-token': signInToken(member.key, new Date()) },
  });
}
