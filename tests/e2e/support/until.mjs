import { patience } from './sanitized.mjs';

/** Polls until `look` answers something true; answers that, or fails after `limitMs` with what it saw last. */
export async function until(look, { limitMs = 20_000 * patience, pauseMs = 50 } = {}) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(seen)} after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
