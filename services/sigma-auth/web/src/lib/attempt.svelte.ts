/** One thing at a time that a person asked for: whether it is under way, and what went wrong last. */
export class Attempt {
  busy = $state(false);
  error = $state('');

  /** `explain` puts what was thrown into words for the person. */
  constructor(private readonly explain: (thrown: unknown) => string) {}

  /** Never throws. What comes while something is under way is not begun. */
  async run(work: () => Promise<unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = '';
    try {
      await work();
    } catch (thrown) {
      this.error = this.explain(thrown);
    } finally {
      this.busy = false;
    }
  }
}
