import { tick } from 'svelte';

/** Follows the address's fragment through the parts of a page, as links, "back" and reloading lead. */
export class HashRoute<Route> {
  now = $state.raw() as Route;

  /** `read`: undefined for fragments that are no part of the page (the link that skips to the content). */
  constructor(
    private readonly read: (hash: string) => Route | undefined,
    first: Route,
  ) {
    this.now = read(location.hash) ?? first;
    addEventListener('hashchange', () => void this.follow());
  }

  private async follow(): Promise<void> {
    const next = this.read(location.hash);
    if (next === undefined) return;
    this.now = next;
    await tick();
    document.getElementById('content')?.focus();
    scrollTo(0, 0);
  }
}
