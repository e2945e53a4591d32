// What the gate does with keys, this device and the server, and what it leaves undone when the person goes elsewhere.
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sealKeyring } from '../src/lib/identity/backup-file';
import { dropPasskey, keepPasskey, type KeptIdentity, listKept } from '../src/lib/identity/kept';
import { type Keyring, memberOf, nextMember, searchedIdentities } from '../src/lib/identity/keys';
import { Gate } from '../src/pages/login/gate.svelte';

const password = 'correct horse battery';
const root: Keyring = { kind: 'root', root: PrivateKey.fromRandom() };
const alone: Keyring = { kind: 'member', member: PrivateKey.fromRandom() };
const [first, second] = [memberOf(root, 0).bapId, memberOf(root, 1).bapId];

const sealed = async (keyring: Keyring, ids: string[]): Promise<KeptIdentity[]> => {
  const now = new Date('2026-01-31T12:00:00Z');
  const backup = await sealKeyring(keyring, { identities: ids.map((bapId) => ({ bapId, name: 'Ada' })), password, now });
  return ids.map((bapId) => ({ bapId, name: 'Ada', createdAt: now.toISOString(), backup }));
};
let ofRoot: KeptIdentity[];
let ofKey: KeptIdentity[];

const memory = new Map<string, string>();
const store = (kept: KeptIdentity[]) => memory.set('sigma.identities', JSON.stringify(kept));
const keptIds = () => listKept().map(({ bapId }) => bapId);

/** "POST /path", with the identity that the body names. */
let asked: string[];
/** Answers of the server by "POST /path"; what is not here is answered with {}. */
let answers: Record<string, () => Response | Promise<Response>>;
const json = (body: unknown, status = 200) => Response.json(body, { status });
const signIn = 'POST /api/auth/sign-in/sigma';
const register = 'POST /api/user/bap-ids';
const setActive = 'POST /api/auth/organization/set-active';
const goOn = 'POST /api/auth/oauth2/continue';
const location = { search: '', host: 'id.example.com', href: 'https://id.example.com/login', origin: 'https://id.example.com', replace: vi.fn(), assign: vi.fn() };

/** A second, vitest's own patience, is not enough for a busy machine. */
const seen = (look: () => void) => vi.waitFor(look, 20_000);

beforeAll(async () => {
  [ofRoot, ofKey] = await Promise.all([sealed(root, [first]), sealed(alone, [memberOf(alone).bapId])]);
});
beforeEach(() => {
  memory.clear();
  store(ofRoot);
  asked = [];
  answers = {};
  location.search = '';
  location.replace.mockClear();
  location.assign.mockClear();
  vi.stubGlobal('location', location);
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => setTimeout(paint, 0));
  vi.stubGlobal('localStorage', { getItem: (key: string) => memory.get(key) ?? null, setItem: (key: string, value: string) => memory.set(key, value), removeItem: (key: string) => memory.delete(key) });
  vi.stubGlobal('fetch', async (url: string, { method = 'GET', body, signal }: RequestInit) => {
    const { pathname } = new URL(url, location.origin);
    const { bapId, organizationId } = (body ? JSON.parse(String(body)) : {}) as Record<string, string>;
    asked.push([method, pathname, bapId ?? organizationId].filter(Boolean).join(' '));
    const answer = await (answers[`${method} ${pathname}`]?.() ?? json({}));
    signal?.throwIfAborted();
    return answer;
  });
});
afterAll(() => vi.unstubAllGlobals());

const refused = () => json({ message: 'Not today.' }, 400);

describe('another identity from the same words', () => {
  it('is kept only after the account has it', async () => {
    answers[register] = refused;
    const gate = new Gate();
    gate.go('another');
    await gate.another('Work', password);
    expect(gate).toMatchObject({ step: 'another', error: 'Not today.', identity: { bapId: first } });
    expect(keptIds()).toEqual([first]);
    delete answers[register];
    asked = [];
    await gate.another('Work', password);
    expect(asked).toEqual([`${signIn} ${first}`, `${register} ${second}`, `${setActive} ${second}`]);
    expect(keptIds()).toEqual([second, first]);
    expect(location.replace).toHaveBeenCalledWith('/');
  });

  it('that is there already is unlocked, not made once more', async () => {
    answers[setActive] = refused;
    const gate = new Gate();
    gate.go('another');
    await gate.another('Work', password);
    expect(gate).toMatchObject({ step: 'unlock', error: 'Not today.', identity: { bapId: second } });
  });

  it('is not made where it would not be found again', async () => {
    const ids = Array.from({ length: searchedIdentities }, (_, counter) => memberOf(root, counter).bapId);
    store(ids.map((bapId) => ({ ...ofRoot[0]!, bapId })));
    const gate = new Gate();
    gate.go('another');
    await gate.another('One too many', password);
    expect(gate.error).toMatch(/^20 identities come from these words already/);
    expect(asked).toEqual([]);
    expect(keptIds()).toHaveLength(searchedIdentities);
    expect(nextMember(root, ids.slice(0, -1))?.bapId).toBe(ids.at(-1));
  });

  it('cannot come from a single key', async () => {
    store(ofKey);
    const gate = new Gate();
    gate.go('another');
    await gate.another('Work', password);
    expect(gate.error).toMatch(/single key/);
    expect(asked).toEqual([]);
  });
});

describe('whoever goes elsewhere', () => {
  /** Until the password is being turned into a key. */
  const derivation = async () => {
    const derives = vi.spyOn(crypto.subtle, 'importKey');
    await seen(() => expect(derives).toHaveBeenCalled());
    derives.mockRestore();
  };

  it('is not signed in by what was under way', async () => {
    const gate = new Gate();
    const unlocking = gate.unlock(password);
    await derivation();
    expect(gate.busy).toBe(true);
    gate.go('welcome');
    expect(gate.busy).toBe(false);
    await unlocking;
    expect(asked).toEqual([]);
    expect(gate).toMatchObject({ step: 'welcome', error: '', wrongPassword: '', busy: false });
  });

  it('is not told of a password that was wrong there', async () => {
    const gate = new Gate();
    const unlocking = gate.unlock('not the password');
    await derivation();
    gate.back();
    await unlocking;
    expect(gate.wrongPassword).toBe('');
  });

  it('can begin something else at once', async () => {
    let say = (_: Response) => {};
    answers['GET /api/status'] = () => new Promise((resolve) => (say = resolve));
    const gate = new Gate();
    gate.go('tokenpass');
    const waiting = gate.tokenpass();
    await seen(() => expect(asked).toEqual(['GET /api/status']));
    gate.back();
    await gate.unlock(password);
    expect(asked.slice(1)).toEqual([`${signIn} ${first}`]);
    say(json({ unlocked: false }));
    await waiting;
    expect(gate.error).toBe('');
  });

  it('is not signed in by the late yes of TokenPass', async () => {
    let say = (_: Response) => {};
    answers['GET /api/status'] = () => json({ seed: true, unlocked: true });
    answers['POST /api/auth'] = () => json({ accessToken: 't' });
    answers['POST /api/sign'] = () => new Promise((resolve) => (say = resolve));
    const gate = new Gate();
    gate.go('tokenpass');
    const waiting = gate.tokenpass();
    await seen(() => expect(asked).toContain('POST /api/sign'));
    gate.back();
    say(json({ token: 'a|b|c|d|e' }));
    await waiting;
    expect(asked.some((request) => request.startsWith(signIn))).toBe(false);
    expect(memory.has('sigma.tokenpass')).toBe(false);
  });

  it('is not pulled back by words or a copy', async () => {
    const gate = new Gate();
    gate.go('words');
    const reading = gate.bringWords([...Array(11).fill('abandon'), 'about'], { passphrase: '', older: false });
    gate.back();
    await reading;
    expect(gate).toMatchObject({ step: 'unlock', waiting: undefined });
  });

  it('does not find an identity here that they removed meanwhile', async () => {
    const gate = new Gate();
    const unlocking = gate.unlock(password);
    await derivation();
    gate.remove(gate.identity!.bapId);
    await unlocking;
    expect(keptIds()).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('what another tab has stored', () => {
  it('is not overwritten by unlocking', async () => {
    store([...ofRoot, ...ofKey]);
    const gate = new Gate();
    store([...ofKey, { ...ofRoot[0]!, name: 'Renamed there' }]);
    await gate.unlock(password);
    expect(listKept().map(({ name }) => name)).toEqual(['Renamed there', 'Ada']);
  });

  it('keeps its passkeys', () => {
    const passkey = (id: string) => ({ id, salt: '', createdAt: '', iv: '', sealed: '' });
    store([...ofRoot, ...ofKey].map((kept) => ({ ...kept, passkeys: [passkey('there')] })));
    expect(keepPasskey(first, passkey('here'))).toBe(true);
    expect(listKept().map(({ passkeys }) => passkeys?.map(({ id }) => id))).toEqual([['there', 'here'], ['there']]);
    expect(dropPasskey(first, 'there')).toBe(true);
    expect(listKept().map(({ passkeys }) => passkeys?.map(({ id }) => id))).toEqual([['here'], ['there']]);
    expect(keepPasskey('removed', passkey('here'))).toBe(false);
  });
});

describe('after signing in', () => {
  it('the application still waits when the server did not answer', async () => {
    location.search = '?client_id=a&sig=x';
    answers[goOn] = refused;
    const gate = new Gate();
    await gate.unlock(password);
    expect(gate).toMatchObject({ step: 'leaving', error: 'Not today.', busy: false });
    answers[goOn] = () => json({ redirect: true, url: 'https://app.example.com/cb?code=1' });
    void gate.goOn();
    await seen(() => expect(location.assign).toHaveBeenCalledWith('https://app.example.com/cb?code=1'));
    expect(gate).toMatchObject({ error: '', program: '', busy: true });
  });

  it('a program on this device is called, and the page stays', async () => {
    location.search = '?client_id=a&sig=x';
    answers[goOn] = () => json({ redirect: true, url: 'com.example.app:/cb?code=1' });
    const gate = new Gate();
    await gate.unlock(password);
    expect(gate).toMatchObject({ program: 'com.example.app:/cb?code=1', busy: false });
  });
});
