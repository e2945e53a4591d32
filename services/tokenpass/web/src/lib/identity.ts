// As whom a site sees the person: one of their identities, or a guest made for this site alone.
import { api, type Identity } from './api';

/** In the place of a BAP id: one that is made when the person says yes. */
export const newGuest = 'guest';

/** Those that may be offered to `host`, the likeliest first: guests are for the site that they were made for. */
export function offered(identities: Identity[], host: string | undefined): Identity[] {
  const guests = identities.filter(({ guestFor }) => guestFor !== undefined && guestFor === host);
  return [...identities.filter(({ guestFor }) => guestFor === undefined), ...guests];
}

/** What stands chosen before the person has chosen: what the site asked for if it is theirs, else the first. */
export const suggested = (identities: Identity[], host: string, wanted: string): string =>
  (offered(identities, host).find(({ idKey }) => idKey === wanted) ?? identities[0])?.idKey ?? '';

/** The BAP id that was chosen; makes the guest if that is what was chosen. */
export const resolve = async (choice: string, host: string): Promise<string> =>
  choice === newGuest ? (await api.guest(host)).idKey : choice;
