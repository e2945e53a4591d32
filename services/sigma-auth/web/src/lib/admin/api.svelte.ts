// The admin API as administrators' browsers reach it: below /api/admin, with their session.
import { ApiError, call } from '../api';
import { standing } from '../standing.svelte';

export interface Page<T> {
  items: T[];
  next_cursor?: string;
}

export async function admin<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  try {
    return await call<T>(method, `/api/admin${path}`, body === undefined ? {} : { body });
  } catch (error) {
    if (error instanceof ApiError && error.code === 'sign_in_again') standing.stale = true;
    throw error;
  }
}

/** A page of a list; members without a value are left out of the question. */
export function adminPage<T>(path: string, question: Record<string, string | undefined>): Promise<Page<T>> {
  const given = Object.entries(question).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  return admin('GET', `${path}?${new URLSearchParams(given)}`);
}
