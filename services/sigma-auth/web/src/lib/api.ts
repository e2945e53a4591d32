// Calls to this server, and its refusals in words for people.

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
}

/** One call; the answer's JSON, or ApiError (also when the server cannot be reached: status 0). */
export async function call<T>(method: 'GET' | 'POST', path: string, { body, headers }: CallOptions = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      cache: 'no-store',
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError('The server could not be reached. Please check your connection and try again.', 0, 'unreachable', undefined);
  }
  const json = (await answer.json().catch(() => undefined)) as unknown;
  if (!answer.ok) throw refusal(answer, json);
  return json as T;
}

/** Both error shapes of the contract: {error, error_description} and {message, code}. */
function refusal(answer: Response, json: unknown): ApiError {
  const said = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const text = [said['error_description'], said['message'], said['error']].find((item) => typeof item === 'string');
  const code = [said['code'], said['error']].find((item) => typeof item === 'string');
  const date = Date.parse(answer.headers.get('date') ?? '');
  return new ApiError(
    (text as string | undefined) ?? `The server answered with status ${answer.status}.`,
    answer.status,
    (code as string | undefined) ?? '',
    Number.isNaN(date) ? undefined : new Date(date),
  );
}

/** More than the server's tolerance of five minutes would hide; a little less is worth saying when a time was refused. */
const noticeableDrift = 2 * 60_000;

/** A sentence or two for the person. Never shows a stack, a key or a token. */
export function explain(error: unknown, now = new Date()): string {
  if (!(error instanceof ApiError)) return 'Something went wrong on this page. Please load it again.';
  if (error.status === 401 && error.serverTime && Math.abs(error.serverTime.getTime() - now.getTime()) > noticeableDrift) {
    const clock = (time: Date) => time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
    return (
      `This device’s clock seems to be wrong: it says ${clock(now)}, the server says ${clock(error.serverTime)}. ` +
      'Please set the clock and try again.'
    );
  }
  if (error.status === 429) return 'Those were a few too many tries in a short time. Please wait a minute, then try again.';
  if (error.code === 'USER_NOT_FOUND' || error.code === 'RESTORE_PROFILE_NOT_FOUND') {
    return 'This server does not know your identity, and it takes new people by invitation only. Please ask its operator.';
  }
  if (error.code === 'invalid_signature') {
    return 'This sign-in has run out of time. Please go back to the application and start again.';
  }
  if (error.status >= 500) return `The server has a problem right now. Please try again in a moment. (${error.message})`;
  return error.message;
}
