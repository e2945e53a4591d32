import { explain } from './api';

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

  /** Another question: its first page. */
  restart(): Promise<void> {
    this.#pages = 1;
    return this.load();
  }

  /** Changes something on the server and loads anew; what was refused is said in place of the list. */
  async change(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.error = explain(thrown);
      return;
    }
    await this.load();
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
