/** One thing at a time that a person asked for: whether it is under way, and what went wrong last. */
export class Attempt {
  busy = $state(false);
  error = $state('');
  #underWay: AbortController | undefined;

  /** `explain` puts what was thrown into words for the person. */
  constructor(private readonly explain: (thrown: unknown) => string) {}

  /**
   * Never throws. What comes while something is under way is not begun. Work that changes something after a wait asks
   * `signal` first: it is aborted when the person has gone elsewhere meanwhile.
   */
  async run(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    if (this.busy) return;
    const mine = new AbortController();
    this.#underWay = mine;
    this.busy = true;
    this.error = '';
    try {
      await work(mine.signal);
    } catch (thrown) {
      if (!mine.signal.aborted) this.error = this.explain(thrown);
    } finally {
      if (!mine.signal.aborted) this.busy = false;
    }
  }

  /** The person goes elsewhere: what is under way ends without a word, and something else may begin. */
  abandon(): void {
    this.#underWay?.abort();
    this.busy = false;
    this.error = '';
  }
}
