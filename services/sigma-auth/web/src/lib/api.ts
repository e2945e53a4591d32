// Calls to this server, and its refusals in words for people.
import { errorText } from '../texts/common';
import { format } from './i18n';
import { standing } from './standing.svelte';

export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    /** The server's clock (Date header), when it said so. */
    readonly serverTime: Date | undefined,
  ) {
    super(message);
  }
}

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Aborted: the answer is not waited for. */
  signal?: AbortSignal | undefined;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** One call; the answer's JSON, or ApiError (also when the server cannot be reached: status 0). */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const answer = await send(method, path, options);
  return (await answer.json().catch(() => undefined)) as T;
}

/** As `call`, for answers that are no JSON. */
export async function send(method: Method, path: string, { body, headers, signal }: CallOptions = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      cache: 'no-store',
      credentials: 'same-origin',
      signal: signal ?? null,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(errorText.get().unreachable, 0, 'unreachable', undefined);
  }
  // Requests that bring a signature of their own are refused for it, not for the session.
  if (answer.status === 401 && headers === undefined) standing.ended = true;
  if (!answer.ok) throw refusal(answer, await answer.json().catch(() => undefined));
  return answer;
}

/** What the server has said in its own words. */
const serverWords = new Set<string>();

/** The language of what `explain` says, where it is not the page's: the server speaks English. */
export const languageOf = (text: string): 'en' | undefined => (serverWords.has(text) ? 'en' : undefined);

/** Both error shapes of the contract, {error, error_description} and {message, code}, and problem documents (RFC 9457). */
function refusal(answer: Response, json: unknown): ApiError {
  const said = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const text = [said['error_description'], said['message'], said['detail'], said['error']].find((item) => typeof item === 'string') as string | undefined;
  if (text !== undefined) serverWords.add(text);
  const code = [said['code'], said['error']].find((item) => typeof item === 'string');
  const date = Date.parse(answer.headers.get('date') ?? '');
  return new ApiError(
    text ?? errorText.get().status({ status: answer.status }),
    answer.status,
    (code as string | undefined) ?? '',
    Number.isNaN(date) ? undefined : new Date(date),
  );
}

/** More than the server's tolerance of five minutes would hide; a little less is worth saying when a time was refused. */
const noticeableDrift = 2 * 60_000;

/** A sentence or two for the person. Never shows a stack, a key or a token. */
export function explain(error: unknown, now = new Date()): string {
  const text = errorText.get();
  if (!(error instanceof ApiError)) return text.page;
  if (error.status === 401 && error.serverTime && Math.abs(error.serverTime.getTime() - now.getTime()) > noticeableDrift) {
    const clock = (time: Date) => format.time(time, { dateStyle: 'medium', timeStyle: 'short' });
    return text.clock({ here: clock(now), there: clock(error.serverTime) });
  }
  if (error.status === 429) return text.tooMany;
  if (error.code === 'USER_NOT_FOUND' || error.code === 'RESTORE_PROFILE_NOT_FOUND') return text.unknownPerson;
  if (error.code === 'invalid_signature') return text.expired;
  if (error.status >= 500) return text.server({ detail: error.message });
  return error.message;
}
