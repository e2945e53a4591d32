// The encrypted copy of a backup that this server may keep (sigma-contract §8): put and fetched with the identity's own key.
import { ApiError, call } from '../api';
import type { Member } from './keys';
import { authToken } from './token';

const path = '/api/backup/sync';

export interface CloudCopy {
  encryptedBackup: string;
  /** ISO 8601 */
  lastUpdated: string;
}

const signed = ({ key }: Member, body?: string) => ({
  authorization: `Bitcoin-Auth ${authToken(key, { path, now: new Date(), ...(body === undefined ? {} : { body }) })}`,
});

/** Undefined when the server keeps none. */
export async function fetchCopy(member: Member): Promise<CloudCopy | undefined> {
  try {
    return await call<CloudCopy>('GET', `${path}?${new URLSearchParams({ bapId: member.bapId })}`, { headers: signed(member) });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

export function saveCopy(member: Member, encryptedBackup: string): Promise<unknown> {
  const body = { bapId: member.bapId, encryptedBackup };
  return call('POST', path, { body, headers: signed(member, JSON.stringify(body)) });
}
