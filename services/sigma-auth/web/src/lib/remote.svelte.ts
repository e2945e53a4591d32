import { explain } from './api';

/** Something from the server: on its way, there, or not to be had. */
export class Remote<T> {
  value = $state.raw<T>();
  error = $state('');
  /** An answer that was overtaken is dropped. */
  #turn = 0;

  constructor(private readonly fetchIt: () => Promise<T>) {
    void this.load();
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const value = await this.fetchIt();
      if (turn === this.#turn) [this.value, this.error] = [value, ''];
    } catch (thrown) {
      if (turn === this.#turn) this.error = explain(thrown);
    }
  }

  /** Changes something on the server and loads anew, also after a refusal: what is shown may be why. It is said above the list. */
  change(work: () => Promise<unknown>): Promise<void> {
    return changeThenLoad(this, work);
  }
}

/** What `Remote` and `Paged` do about a change. */
export async function changeThenLoad(list: { error: string; load: () => Promise<void> }, work: () => Promise<unknown>): Promise<void> {
  let refusal = '';
  try {
    await work();
  } catch (thrown) {
    refusal = explain(thrown);
  }
  await list.load();
  if (refusal) list.error = refusal;
}
