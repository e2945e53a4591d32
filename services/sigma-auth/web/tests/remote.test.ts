// Lists from the server: which answer counts, and what is shown after a change.
import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/lib/api';
import { Paged } from '../src/lib/paged.svelte';
import { Remote } from '../src/lib/remote.svelte';

const refusal = new ApiError('That is gone already.', 404, '', undefined);

/** Questions that wait for their answers, in order. */
function slow<T>() {
  const waiting: ((value: T) => void)[] = [];
  return { ask: () => new Promise<T>((resolve) => waiting.push(resolve)), answer: (index: number, value: T) => waiting[index]!(value) };
}

describe('something from the server', () => {
  it('is the answer to the last question, whichever comes last', async () => {
    const { ask, answer } = slow<string>();
    const remote = new Remote(ask);
    const second = remote.load();
    answer(1, 'new');
    await second;
    answer(0, 'old');
    await Promise.resolve();
    expect(remote.value).toBe('new');
  });

  it('is loaded anew after a change that was refused, which is still said', async () => {
    let rows = ['a', 'b'];
    const remote = new Remote(async () => rows);
    await remote.load();
    rows = ['b'];
    await remote.change(() => Promise.reject(refusal));
    expect(remote).toMatchObject({ value: ['b'], error: 'That is gone already.' });
    await remote.change(() => Promise.resolve());
    expect(remote.error).toBe('');
  });
});

describe('a list of pages', () => {
  const page = (items: string[], next_cursor?: string) => ({ items, ...(next_cursor ? { next_cursor } : {}) });

  it('is loaded anew after a change that was refused, which is still said', async () => {
    let rows = ['a', 'b'];
    const list = new Paged(async () => page(rows));
    await list.load();
    rows = ['b'];
    await list.change(() => Promise.reject(refusal));
    expect(list).toMatchObject({ value: ['b'], error: 'That is gone already.' });
  });

  it('has nothing more to add while another question is asked', async () => {
    const { ask, answer } = slow<ReturnType<typeof page>>();
    const list = new Paged(ask);
    answer(0, page(['a'], 'x'));
    await expect.poll(() => list.more).toBe(true);
    const other = list.restart();
    expect(list.more).toBe(false);
    answer(1, page(['c'], 'y'));
    await other;
    expect(list).toMatchObject({ value: ['c'], more: true });
  });
});
