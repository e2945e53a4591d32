// The audit log (admin API, /admin/audit): who did what to whom, newest first.
import { adminPage } from './api.svelte';

export interface AuditRow {
  stream: string;
  sequence: number;
  at: string;
  type: string;
  outcome: string;
  actor: string;
  client_id: string | null;
  user_id: string | null;
  bap_id: string | null;
  session_id: string | null;
  network: string | null;
  request_id: string | null;
  detail: unknown;
}

export const filters = ['type', 'outcome', 'user_id', 'client_id'] as const;
export type AuditFilter = Partial<Record<(typeof filters)[number], string>>;

/** All types are in docs/reference/audit-events.md; these are offered while somebody types. */
export const auditTypes = [
  'sign_in', 'sign_up', 'sign_out', 'session_revoked', 'consent_given', 'consent_narrowed', 'consent_withdrawn', 'device_approved', 'device_denied',
  'identity_changed', 'entitlements_changed', 'code_issued', 'token_issued', 'token_refreshed', 'token_revoked', 'reuse_detected', 'client_created',
  'client_changed', 'client_deleted', 'client_key_added', 'client_key_removed', 'client_secret_rotated', 'admin_access', 'key_rotated',
  'secrets_resealed', 'data_imported', 'user_disabled', 'user_enabled', 'user_deleted', 'log_level_changed', 'rate_limited', 'events_lost',
  'rows_removed',
] as const;

const trimmed = (filter: AuditFilter) => Object.fromEntries(filters.map((name) => [name, filter[name]?.trim()]));

export const listAudit = (filter: AuditFilter, cursor?: string) => adminPage<AuditRow>('/audit', { limit: '50', ...trimmed(filter), cursor });

/** Rows as the server tells them, each on a line of its own (https://jsonlines.org), the newest `most` of them. */
export async function exportAudit(filter: AuditFilter, most: number): Promise<{ text: string; rows: number; complete: boolean }> {
  const lines: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await adminPage<AuditRow>('/audit', { limit: '200', ...trimmed(filter), cursor });
    lines.push(...page.items.map((row) => JSON.stringify(row)));
    cursor = page.next_cursor;
  } while (cursor !== undefined && lines.length < most);
  return { text: lines.map((line) => `${line}\n`).join(''), rows: lines.length, complete: cursor === undefined };
}

/** "user:<id>" and "client:<id>" lead somewhere. */
export function actorOf(actor: string): { kind: 'user' | 'client' | 'other'; id: string } {
  const [, kind, id] = /^(user|client):(.+)$/.exec(actor) ?? [];
  return kind === undefined ? { kind: 'other', id: actor } : { kind: kind as 'user' | 'client', id: id! };
}
