import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { mockApi } from './dev/mock-api.mjs';
import { pageShell } from './tools/page-shell.ts';

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

export default defineConfig({
  resolve: { alias: [{ find: /^@bsv\/sdk$/, replacement: resolve(import.meta.dirname, 'src/lib/identity/sdk.ts') }] },
  plugins: [pageShell(import.meta.dirname, '{{language}}'), svelte(), { name: 'mock-api', apply: 'serve', configureServer: (server) => void server.middlewares.use(mockApi()) }],
  build: {
    target: 'es2022',
    // The content security policy forbids inline code and data: scripts, so nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index', 'login', 'select-identity', 'consent', 'device', 'signer', 'account', 'developers', 'developers/try', 'admin', 'error', 'sign-out', 'signed-out'].map(page),
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node', testTimeout: 30_000 },
});
