// Two names: what applications see, and what this device says.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listKept } from '../src/lib/identity/kept';
import { followName, isAdministrator, listIdentities, type Session } from '../src/lib/session';

const kept = (bapId: string, name: string) => ({ bapId, name, createdAt: '', backup: 'sealed' });
const memory = new Map<string, string>();

beforeEach(() => {
  memory.clear();
  memory.set('sigma.identities', JSON.stringify([kept('a', 'The office'), kept('b', 'Ada'), kept('c', '')]));
  vi.stubGlobal('localStorage', { getItem: (key: string) => memory.get(key) ?? null, setItem: (key: string, value: string) => memory.set(key, value) });
  vi.stubGlobal('fetch', async () => Response.json(['a', 'b', 'c', 'd'].map((id) => ({ id, name: id === 'b' ? 'Ada' : `Public ${id}` }))));
});
afterEach(() => vi.unstubAllGlobals());

describe('identities', () => {
  it('have the name that applications see, and beside it the one of this device', async () =>
    expect((await listIdentities()).map(({ name, nameHere }) => [name, nameHere])).toEqual([
      ['Public a', 'The office'],
      ['Ada', 'Ada'],
      ['Public c', 'Public c'],
      ['Public d', 'Public d'],
    ]));

  it('take their new name on this device too, unless they are called something else here', async () => {
    for (const identity of await listIdentities()) followName(identity, 'New');
    expect(listKept().map(({ name }) => name)).toEqual(['The office', 'New', 'New']);
  });
});

describe('administrators', () => {
  it.each([
    ['admin', true],
    ['user,admin', true],
    ['administrator', false],
    [undefined, false],
  ])('are told by the roles %s: %s', (roles, yes) => expect(isAdministrator({ session: {}, user: { roles } } as Session)).toBe(yes));
});
