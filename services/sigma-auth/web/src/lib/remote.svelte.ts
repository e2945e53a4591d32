import { explain } from './api';

/** Something from the server: on its way, there, or not to be had. */
export class Remote<T> {
  value = $state.raw<T>();
  error = $state('');

  constructor(private readonly fetchIt: () => Promise<T>) {
    void this.load();
  }

  async load(): Promise<void> {
    try {
      this.value = await this.fetchIt();
      this.error = '';
    } catch (thrown) {
      this.error = explain(thrown);
    }
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
}
