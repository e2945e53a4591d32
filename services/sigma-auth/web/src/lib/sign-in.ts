// Apart from session.ts, so that pages without keys do not load the cryptography.
import { call } from './api';
import type { Member } from './identity/keys';
import { signInPath, signInToken } from './identity/token';

/** Signs with the member key here; only the signature and the public key travel. The session begins with this identity. */
export const signIn = ({ key, bapId }: Member, signal?: AbortSignal): Promise<unknown> => signInWith(signInToken(key, new Date()), { bapId, signal });

/** With a token that was made elsewhere. */
export const signInWith = (token: string, { bapId, signal }: { bapId?: string; signal?: AbortSignal | undefined } = {}): Promise<unknown> =>
  call('POST', signInPath, { body: bapId === undefined ? {} : { bapId }, headers: { 'x-auth-token': token }, signal });
