import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiError, explain } from '../src/lib/api';
import { Attempt } from '../src/lib/attempt.svelte';
import { WrongPassword } from '../src/lib/identity/backup';
import { explainPasskey, PasskeyProblem } from '../src/lib/identity/passkey';
import { UnlockAttempt } from '../src/lib/identity/unlock-attempt.svelte';

const refused = () => Promise.reject(new ApiError('That name is taken.', 400, '', undefined));

describe('an attempt', () => {
  it('is busy until its work is done, and lets nothing else in meanwhile', async () => {
    const attempt = new Attempt(explain);
    let finish = () => {};
    const work = new Promise<void>((resolve) => (finish = resolve));
    const second = vi.fn(() => Promise.resolve());
    expect(attempt.busy).toBe(false);
    const first = attempt.run(() => work);
    expect(attempt.busy).toBe(true);
    await attempt.run(second);
    expect(second).not.toHaveBeenCalled();
    expect(attempt.busy).toBe(true);
    finish();
    await first;
    expect(attempt.busy).toBe(false);
    await attempt.run(second);
    expect(second).toHaveBeenCalledOnce();
  });

  it('says what went wrong, and is ready for another', async () => {
    const attempt = new Attempt(explain);
    await attempt.run(refused);
    expect(attempt).toMatchObject({ busy: false, error: 'That name is taken.' });
  });

  it('forgets what went wrong as soon as the next begins', async () => {
    const attempt = new Attempt(explain);
    await attempt.run(refused);
    const said: string[] = [];
    await attempt.run(async () => said.push(attempt.error));
    expect(said).toEqual(['']);
    expect(attempt.error).toBe('');
  });
});

describe('an attempt that is abandoned', () => {
  it('lets another begin, and says nothing of its end', async () => {
    const attempt = new Attempt(explain);
    let fail = (_: unknown) => {};
    let told: AbortSignal | undefined;
    const first = attempt.run((signal) => ((told = signal), new Promise((_, reject) => (fail = reject))));
    attempt.abandon();
    expect(attempt.busy).toBe(false);
    expect(told?.aborted).toBe(true);
    let finish = () => {};
    const second = attempt.run(() => new Promise<void>((resolve) => (finish = resolve)));
    fail(new ApiError('Too late.', 400, '', undefined));
    await first;
    expect(attempt).toMatchObject({ busy: true, error: '' });
    finish();
    await second;
    expect(attempt.busy).toBe(false);
  });

  it('takes back what went wrong', async () => {
    const attempt = new Attempt(explain);
    await attempt.run(refused);
    attempt.abandon();
    expect(attempt.error).toBe('');
  });
});

describe('an attempt that opens a kept identity', () => {
  beforeAll(() => vi.stubGlobal('requestAnimationFrame', (paint: () => void) => setTimeout(paint, 0)));
  afterAll(() => vi.unstubAllGlobals());

  it('says a wrong password at its field, until the next', async () => {
    const attempt = new UnlockAttempt();
    await attempt.run(() => Promise.reject(new WrongPassword()));
    expect(attempt).toMatchObject({ busy: false, error: '', wrongPassword: 'That is not the password of this identity. Please try again.' });
    await attempt.run(() => Promise.resolve());
    expect(attempt).toMatchObject({ error: '', wrongPassword: '' });
  });

  it('says everything else above the form', async () => {
    const attempt = new UnlockAttempt();
    const problem = new PasskeyProblem('cancelled');
    await attempt.run(() => Promise.reject(problem));
    expect(attempt).toMatchObject({ error: explainPasskey(problem), wrongPassword: '' });
    await attempt.run(refused);
    expect(attempt).toMatchObject({ error: 'That name is taken.', wrongPassword: '' });
  });

  it('shows that it has begun before its work does', async () => {
    const attempt = new UnlockAttempt();
    const work = vi.fn(() => Promise.resolve());
    const done = attempt.run(work);
    expect(attempt.busy).toBe(true);
    expect(work).not.toHaveBeenCalled();
    await done;
    expect(work).toHaveBeenCalledOnce();
  });
});
