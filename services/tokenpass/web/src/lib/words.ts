// What sites may do, and for how long, in words.

const meanings: Record<string, string> = {
  sign: 'Sign as you: messages and requests with your key for this site, transaction outputs with that of your identity',
  encrypt: 'Encrypt data with your keys',
  decrypt: 'Read what is encrypted to you, also what other sites encrypted',
  read_profile: 'Read your profile',
  write_profile: 'Change your profile',
  read_state: 'Read what it stored here',
  write_state: 'Store data here',
  fund: 'Hand transactions to your connected wallet',
  transfer: 'Transfer tokens through your connected wallet',
};
/** The same, short enough for a list: "signs as you". */
const inShort: Record<string, string> = {
  sign: 'signs as you',
  encrypt: 'encrypts',
  decrypt: 'reads what is encrypted to you',
  read_profile: 'reads your profile',
  write_profile: 'changes your profile',
  read_state: 'reads what it stored',
  write_state: 'stores data',
  fund: 'hands over transactions',
  transfer: 'transfers tokens',
  openid: 'knows who you are',
  profile: 'sees your profile',
  offline_access: 'may look again later',
};
export const shortly = (scopes: string[]): string => scopes.map((scope) => inShort[scope] ?? scope).join(', ') || 'knows who you are';

/** "8 hours", "30 minutes", "45 seconds". */
export function lasting(milliseconds: number): string {
  const names: [string, number][] = [['hour', 3_600_000], ['minute', 60_000], ['second', 1000]];
  const [name, length] = names.find(([, unit]) => milliseconds >= unit && milliseconds % unit === 0) ?? names[2]!;
  const count = Math.round(milliseconds / length);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

export const isScope = (name: string): boolean => Object.hasOwn(meanings, name);
export const meaningOf = (scope: string): string => meanings[scope] ?? scope;

export const durations: [value: string, text: string][] = [
  ['once', 'Ask every time'],
  ['1h', 'An hour'],
  ['1d', 'A day'],
  ['1w', 'A week'],
  ['1m', 'A month'],
  ['forever', 'Until I end it'],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** "in 3 hours", "2 minutes ago", "now". */
export function fromNow(time: number, now = Date.now()): string {
  for (const [unit, length] of units) {
    if (Math.abs(time - now) >= length) return relative.format(Math.round((time - now) / length), unit);
  }
  return time > now ? 'in less than a minute' : 'just now';
}

/** Until when: 0 is never. */
export const until = (time: number): string => (time === 0 ? 'until you end it' : `ends ${fromNow(time)}`);

/** "site.example: was allowed"; what the person did has no host. */
export const happened = (host: string, what: string, times: number): string =>
  `${host ? what : `You ${what}`}${times > 1 ? ` ${times} times` : ''}`;

/** An address in a browser, and not that of a program with a scheme of its own. */
export const isWeb = (origin: string): boolean => /^https?:/.test(origin);

/** Plain http to another machine: everybody on the way can read and change it. */
export function isExposed(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
