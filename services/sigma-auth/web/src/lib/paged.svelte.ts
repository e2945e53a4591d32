import { explain } from './api';
import { changeThenLoad } from './remote.svelte';

/** A list that the server tells page by page. */
export class Paged<T> {
  value = $state.raw<T[]>();
  error = $state('');
  /** The server has more than is shown. */
  more = $state(false);
  #cursor: string | undefined;
  #pages = 1;
  /** Answers to a question that is not asked any more are dropped. */
  #turn = 0;

  constructor(private readonly fetchPage: (cursor: string | undefined) => Promise<{ items: T[]; next_cursor?: string }>) {
    void this.load();
  }

  /** What is shown, anew: after a change, or when something else is asked for. */
  load(): Promise<void> {
    return this.#read([], undefined, this.#pages);
  }

  /** Shows up to so many pages more. */
  next(pages = 1): Promise<void> {
    return this.#read(this.value ?? [], this.#cursor, pages);
  }

  /** Another question: its first page. Until it is here, nothing is added to the answer before. */
  restart(): Promise<void> {
    this.#pages = 1;
    this.more = false;
    return this.load();
  }

  /** Changes something on the server and loads anew, as `Remote` does. */
  change(work: () => Promise<unknown>): Promise<void> {
    return changeThenLoad(this, work);
  }

  async #read(before: T[], from: string | undefined, most: number): Promise<void> {
    const turn = ++this.#turn;
    let items = before;
    let cursor = from;
    let pages = before.length === 0 ? 0 : this.#pages;
    const end = pages + most;
    try {
      do {
        const page = await this.fetchPage(cursor);
        if (turn !== this.#turn) return;
        items = [...items, ...page.items];
        cursor = page.next_cursor;
        pages += 1;
      } while (cursor !== undefined && pages < end);
      [this.value, this.#cursor, this.#pages, this.more, this.error] = [items, cursor, pages, cursor !== undefined, ''];
    } catch (thrown) {
      if (turn === this.#turn) this.error = explain(thrown);
    }
  }
}
