import { admin } from './api.svelte';

export interface Stats {
  /** Rows by table; counting ends at a limit (`complete` false). */
  tables: Record<string, { rows: number; complete: boolean } | undefined>;
  recent: { since: string; users: number; sessions: number; grants: number };
}

export const getStats = () => admin<Stats>('GET', '/stats');
