import { tick } from 'svelte';

/** Who is asked before another part of the page is shown. */
const guards = new Set<() => boolean>();

/** `mayLeave`: false when leaving this part of the page would lose something; it says so itself. Answers how to stop asking. */
export function guardRoute(mayLeave: () => boolean): () => void {
  guards.add(mayLeave);
  return () => void guards.delete(mayLeave);
}

/** Follows the address's fragment through the parts of a page, as links, "back" and reloading lead. */
export class HashRoute<Route> {
  now = $state.raw() as Route;
  #shown = location.hash;

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
    if (![...guards].every((mayLeave) => mayLeave())) {
      history.pushState(null, '', location.pathname + location.search + this.#shown);
      return;
    }
    this.#shown = location.hash;
    this.now = next;
    await tick();
    document.getElementById('content')?.focus();
    scrollTo(0, 0);
  }
}
