import { commonText } from '../../texts/common';
import { explain } from '../api';
import { Attempt } from '../attempt.svelte';
import { afterPaint } from '../start';
import { WrongPassword } from './backup';
import { explainPasskey, PasskeyProblem } from './passkey';

/** An attempt that opens a kept identity: slow, and a wrong password is said at its field. */
export class UnlockAttempt extends Attempt {
  wrongPassword = $state('');

  constructor() {
    super((thrown) => (thrown instanceof PasskeyProblem ? explainPasskey(thrown) : explain(thrown)));
  }

  override run(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    return super.run(async (signal) => {
      this.wrongPassword = '';
      await afterPaint();
      signal.throwIfAborted();
      try {
        await work(signal);
      } catch (thrown) {
        if (!(thrown instanceof WrongPassword)) throw thrown;
        if (!signal.aborted) this.wrongPassword = commonText.get().wrongPassword;
      }
    });
  }

  override abandon(): void {
    super.abandon();
    this.wrongPassword = '';
  }
}
