import { admin, type Page } from './api.svelte';

export interface SigningKey {
  kid: string;
  alg: string;
  status: 'active' | 'upcoming' | 'retired' | 'expired';
  active_from: string;
  expires_at?: string;
}

export const listKeys = async () => (await admin<Page<SigningKey>>('GET', '/keys')).items;
/** `atOnce`: others may know the old key. Otherwise the new one takes over when everybody can have read it. */
export const rotateKey = (alg: string, atOnce: boolean) => admin('POST', '/keys/rotate', atOnce ? { alg, at_once: true } : { alg });
