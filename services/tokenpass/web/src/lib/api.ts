// The server, as its own pages see it. A session is what shows that this browser was given the password since the
// wallet was unlocked; only then may a page say yes to sites.

const places = {
  session: 'tokenpass.session',
  /** Shows this browser again after the wallet was locked: others who guess its password do not make it wait. */
  browser: 'tokenpass.browser',
} as const;
type Kept = keyof typeof places;

export class ApiProblem extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** For the person: what went wrong. */
export const explain = (problem: unknown): string => (problem as Error).message;

/** The same, after a password was asked for. */
export const explainPassword = (problem: unknown): string =>
  problem instanceof ApiProblem && problem.status === 401 ? 'That is not the password. Please try again.' : explain(problem);

function kept(what: Kept): string | null {
  try {
    return localStorage.getItem(places[what]);
  } catch {
    return null; // storage is blocked: the password is asked for each time
  }
}

function keep(what: Kept, text: unknown): void {
  try {
    if (typeof text === 'string') localStorage.setItem(places[what], text);
  } catch {
    // as above
  }
}

export const hasSession = (): boolean => kept('session') !== null;

/** After the server has refused it: the wallet was locked since, or opened by somebody else. */
export function forgetSession(): void {
  try {
    localStorage.removeItem(places.session);
  } catch {
    // as above
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  for (const what of ['session', 'browser'] as const) {
    const shown = kept(what);
    if (shown) headers[`x-tokenpass-${what}`] = shown;
  }
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new ApiProblem('TokenPass does not answer. Is it still running?', 0);
  }
  const json = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (!answer.ok) {
    const said = json['error'];
    throw new ApiProblem(typeof said === 'string' ? said : `TokenPass answered with status ${answer.status}.`, answer.status);
  }
  keep('session', json['session']);
  keep('browser', json['browser']);
  return json as T;
}

const get = <T>(path: string) => call<T>('GET', path);
const post = <T>(path: string, body: unknown = {}) => call<T>('POST', path, body);

export interface Status {
  created: boolean;
  unlocked: boolean;
  bapId?: string;
}
export interface Identity {
  idKey: string;
  name: string;
  /** The host that it was made for, and nobody else sees. */
  guestFor?: string;
}
export interface Question {
  id: string;
  origin: string;
  host: string;
  scopes: string[];
  icon: string;
  /** The identity that the site would like; nobody has to follow. */
  bapId: string;
}
export interface Site {
  host: string;
  scopes: string[];
  tokens: number;
  expireTime?: number;
  /** The newest token was given without a question. */
  automatic?: boolean;
  approvals: { origin: string; scopes: string[]; until: number }[];
}
export interface Activity {
  at: number;
  host: string;
  what: string;
  times: number;
}
/** Every site has access without a question, for a while. */
export interface AutoApproval {
  on: boolean;
  available: string[];
  scopes?: string[];
  until?: number;
  except?: string[];
}
export interface WalletFile {
  path: string;
  label: string;
  isCurrent: boolean;
}
export interface Profile {
  displayName?: string;
  paymail?: string;
  logo?: string;
}
export interface Settings {
  folder: string;
  autoLockMs: number;
  allowCli: boolean;
  whitelist: string[];
  syncUrl: string;
  version: string;
}
export interface Cloud {
  cloud: { exists: boolean; lastUpdated: number | string | null; error: string | null };
  serverUrl: string;
}
export interface Secrets {
  mnemonic?: string;
  passphrase?: string;
  rootPk?: string;
  xprv?: string;
}
export interface Restore {
  password: string;
  mnemonic?: string;
  passphrase?: string;
  rules?: string;
  content?: string;
  filePassword?: string;
}

/** What an application asks for through OAuth, as the server has checked it. */
export interface Authorization {
  client: { id: string; name: string; described_at: string | null };
  origin: string;
  scopes: string[];
  bapId: string;
}
export interface Application {
  id: string;
  client: string;
  name: string;
  scopes: string[];
  since: number;
}

export const api = {
  status: () => get<Status>('/api/status'),
  register: (password: string, displayName: string) =>
    post('/api/register', { password, ...(displayName ? { displayName } : {}) }),
  login: (password: string) => post('/api/login', { password }),
  logout: () => post('/api/logout'),
  secrets: (password: string) => post<Secrets>('/api/export', { password }),
  restore: (wallet: Restore) => post('/api/import', wallet),
  changePassword: (password: string, newPassword: string) => post('/api/password', { password, newPassword }),
  identities: async () => (await get<{ identities: Identity[] }>('/api/identity')).identities,
  guest: (host: string) => post<Identity>('/api/identity/guest', { host }),
  newIdentity: (name: string) => post('/api/identity', { name }),
  questions: async () => (await get<{ pending: Question[] }>('/api/approvals')).pending,
  answer: (id: string, answer: { allow: boolean; duration?: string; bapId?: string }) =>
    post(`/api/approvals/${encodeURIComponent(id)}`, answer),
  approve: (approval: { origin: string; host: string; scopes: string[]; duration: string; bapId?: string }) =>
    post('/api/approvals', approval),
  token: (wish: { host: string; scopes: string[]; expiry: string; identityKey?: string; icon?: string }) =>
    post<{ accessToken: string; expireTime: number }>('/api/auth', wish),
  sites: async () => (await get<{ sites: Site[] }>('/api/sites')).sites,
  revoke: (host: string) => call('DELETE', '/api/sites', { host }),
  authorization: (query: string) => post<Authorization>('/api/authorization', { query }),
  answerAuthorization: (answer: { query: string; allow: boolean; bapId: string }) =>
    post<{ url: string }>('/api/authorization/answer', answer),
  applications: async () => (await get<{ applications: Application[] }>('/api/applications')).applications,
  endApplication: (id: string) => call('DELETE', '/api/applications', { id }),
  autoApproval: () => get<AutoApproval>('/api/auto-approval'),
  approveAutomatically: (wish: { password: string; scopes: string[]; duration: string }) =>
    post<AutoApproval>('/api/auto-approval', wish),
  askAgain: () => call('DELETE', '/api/auto-approval'),
  activity: async () => (await get<{ activity: Activity[] }>('/api/activity')).activity,
  wallets: async () => (await get<{ backups: WalletFile[] }>('/api/backups')).backups,
  useWallet: (path: string) => post('/api/backups/switch', { path }),
  backupFile: (password: string, withWords: boolean) =>
    post<{ content: string; fileName: string }>('/api/backups/download', { password, withWords }),
  profile: () => get<Profile>('/api/profile'),
  setProfile: (profile: Profile) => post('/api/profile', profile),
  settings: () => get<Settings>('/api/settings'),
  cloud: () => get<Cloud>('/api/sync/status'),
  pushToCloud: () => post('/api/sync/push'),
};
