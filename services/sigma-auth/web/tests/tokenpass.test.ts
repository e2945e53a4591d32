// TokenPass is asked only where the person's answer to the browser allows it, and in the way that Local Network Access wants.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cameByTokenPass, rememberTokenPass, tokenpassToken } from '../src/lib/tokenpass';

const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status });
let fetched: { url: string; options: RequestInit & { targetAddressSpace?: string } }[];

/** Answers of a TokenPass that is unlocked and says yes. */
function present(answers: Record<string, () => Response> = {}) {
  const usual: Record<string, () => Response> = {
    '/api/status': () => json({ seed: true, unlocked: true }),
    '/api/auth': () => json({ accessToken: 'token-1' }),
    '/api/sign': () => json({ token: 'signed' }),
  };
  vi.stubGlobal('fetch', (url: string, options: RequestInit) => {
    fetched.push({ url, options });
    const { pathname } = new URL(url);
    return Promise.resolve((answers[pathname] ?? usual[pathname]!)());
  });
}

/** A browser that knows permissions by these names. */
const permissions = (states: Record<string, string>) =>
  vi.stubGlobal('navigator', {
    permissions: { query: ({ name }: { name: string }) => (name in states ? Promise.resolve({ state: states[name] }) : Promise.reject(new TypeError('unknown'))) },
  });

const ask = () => tokenpassToken('/api/auth/sign-in/sigma', 'id.example');

beforeEach(() => {
  fetched = [];
  present();
  permissions({});
});

describe('TokenPass', () => {
  it.each(['loopback-network', 'local-network-access'])('is not asked when the person denied %s', async (name) => {
    permissions({ [name]: 'denied' });
    await expect(ask()).rejects.toMatchObject({ kind: 'blocked' });
    expect(fetched).toEqual([]);
  });

  it.each([{}, { 'loopback-network': 'prompt' }, { 'local-network-access': 'granted' }])('is asked where the permissions are %j', async (states) => {
    permissions(states);
    expect(await ask()).toBe('signed');
    expect(fetched.map(({ url }) => url)).toEqual(['/api/status', '/api/auth', '/api/sign'].map((path) => `http://localhost:21000${path}`));
    for (const { options } of fetched) expect(options).toMatchObject({ targetAddressSpace: 'loopback', credentials: 'omit' });
  });

  it('gets neither the path nor the host before it has said that it is one', async () => {
    present({ '/api/status': () => json({ hello: 'another program' }) });
    await expect(ask()).rejects.toMatchObject({ kind: 'absent' });
    expect(fetched).toHaveLength(1);
  });

  it.each([
    ['empty', '/api/status', json.bind(null, { seed: false, unlocked: false })],
    ['locked', '/api/status', json.bind(null, { seed: true, unlocked: false })],
    ['refused', '/api/auth', json.bind(null, { error: 'no' }, 403)],
    ['failed', '/api/sign', json.bind(null, { error: 'no' }, 500)],
  ])('is %s', async (kind, path, answer) => {
    present({ [path]: answer });
    await expect(ask()).rejects.toMatchObject({ kind });
  });

  it('is remembered as the last way, where the browser stores anything', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
    expect(cameByTokenPass()).toBe(false);
    rememberTokenPass(true);
    expect(cameByTokenPass()).toBe(true);
    rememberTokenPass(false);
    expect(cameByTokenPass()).toBe(false);
    vi.stubGlobal('localStorage', { getItem: () => { throw new Error('blocked'); }, setItem: () => { throw new Error('blocked'); }, removeItem: () => { throw new Error('blocked'); } });
    rememberTokenPass(true);
    expect(cameByTokenPass()).toBe(false);
  });
});
