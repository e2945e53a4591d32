// Every suite runs on both stores, each with a server of its own.
import { after, before, describe } from 'node:test';
import { startServer } from './server.mjs';

export const stores = ['sqlite', 'postgres'];

/**
 * Declares the suite once per store. `define(context)` declares the tests; `context.server` exists from `before` on.
 * @param options what startServer takes, or a function of the store that gives it
 */
export function forEachStore(title, options, define) {
  for (const store of stores) {
    describe(`${title} on ${store}`, () => {
      const context = { store };
      before(async () => {
        const given = typeof options === 'function' ? await options(store) : options;
        context.server = await startServer({ store, ...given });
      });
      after(() => context.server?.stop());
      define(context);
    });
  }
}
