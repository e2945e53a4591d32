import { type Component, mount } from 'svelte';

/** Puts a page into the document. A page that the browser brings back from its memory is loaded anew: its answer may be used up. */
export function start(page: Component): void {
  const target = document.getElementById('app')!;
  target.replaceChildren();
  mount(page, { target });
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
}

/** Lets the browser show what was just changed before work that blocks it (key derivation) begins. */
export const afterPaint = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
