import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { pageShell } from '../../sigma-auth/web/tools/page-shell.ts';

const here = (name: string) => resolve(import.meta.dirname, name);

export default defineConfig({
  resolve: {
    alias: [
      { find: '$shared', replacement: here('../../sigma-auth/web/src') },
      // The shared parts speak three languages; these pages speak one.
      { find: /^(\.\.?\/)+lib\/i18n$/, replacement: here('src/lib/i18n.ts') },
    ],
    dedupe: ['svelte'],
  },
  plugins: [pageShell(import.meta.dirname, 'en'), svelte()],
  build: {
    target: 'es2022',
    // The content security policy forbids inline code and data: scripts, so nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index', 'auth', 'consent', 'error'].map((name) => here(`${name}.html`)) },
  },
});
