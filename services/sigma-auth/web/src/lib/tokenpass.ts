// TokenPass on this computer (TokenPass contract §2–4): asked only after the person has pressed the button that says so.
export const tokenpassUrl = 'http://localhost:21000';

const place = 'sigma.tokenpass';

/** Did the last sign-in in this browser go by TokenPass? Then its way is the first to be offered; it is asked no sooner. */
export function cameByTokenPass(): boolean {
  try {
    return localStorage.getItem(place) !== null;
  } catch {
    return false; // storage is blocked
  }
}

export function rememberTokenPass(used: boolean): void {
  try {
    if (used) localStorage.setItem(place, '1');
    else localStorage.removeItem(place);
  } catch {
    // nothing is remembered here
  }
}

/** The browser may be asking the person meanwhile, and TokenPass holds a request while its own prompt is open. */
const patienceMs = 60_000;

export class TokenPassProblem extends Error {
  constructor(
    readonly kind: 'absent' | 'blocked' | 'empty' | 'locked' | 'refused' | 'failed',
    message = '',
  ) {
    super(message);
  }
}

async function ask(path: string, body?: unknown, bearer?: string): Promise<{ status: number; json: Record<string, unknown> }> {
  // targetAddressSpace: what Local Network Access asks for; browsers without it pass it over.
  const options: RequestInit & { targetAddressSpace: string } = {
    targetAddressSpace: 'loopback',
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(patienceMs),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
  };
  let answer: Response;
  try {
    answer = await fetch(tokenpassUrl + path, options);
  } catch {
    throw new TokenPassProblem('absent');
  }
  const json: unknown = await answer.json().catch(() => undefined);
  return { status: answer.status, json: typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {} };
}

/** The permission's names over time (Local Network Access); a browser that knows none of them does not ask. */
const permissions = ['loopback-network', 'local-network-access'];

/** Has the person told the browser that this page may not reach programs on the computer? */
async function isBlocked(): Promise<boolean> {
  for (const name of permissions) {
    const state = await navigator.permissions?.query({ name: name as PermissionName }).then((found) => found.state, () => undefined);
    if (state !== undefined) return state === 'denied';
  }
  return false;
}

/** An X-Auth-Token for `path`, by the key that TokenPass keeps for this host. */
export async function tokenpassToken(path: string, host = location.host): Promise<string> {
  if (await isBlocked()) throw new TokenPassProblem('blocked');
  const status = await ask('/api/status');
  // Other programs use this port as well.
  if (status.status !== 200 || typeof status.json['unlocked'] !== 'boolean') throw new TokenPassProblem('absent');
  if (status.json['seed'] === false) throw new TokenPassProblem('empty');
  if (!status.json['unlocked']) throw new TokenPassProblem('locked');

  const granted = await ask('/api/auth', { host, scopes: ['sign'], expiry: 'once' });
  if (granted.status === 403) throw new TokenPassProblem('refused');
  const accessToken = granted.json['accessToken'];
  if (granted.status !== 200 || typeof accessToken !== 'string') throw failed(granted);

  const signed = await ask('/api/sign', { path, signatureType: 'brc77' }, accessToken);
  const token = signed.json['token'];
  if (signed.status !== 200 || typeof token !== 'string') throw failed(signed);
  return token;
}

function failed({ status, json }: { status: number; json: Record<string, unknown> }): TokenPassProblem {
  const said = json['error'];
  return new TokenPassProblem('failed', typeof said === 'string' ? said.slice(0, 200) : String(status));
}
