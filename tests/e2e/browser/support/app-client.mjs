// The application's page: the real client plugin, for a bundler to pack (support/app.mjs).
import { sigmaClient } from '@sigma-auth/better-auth-plugin/client';
import { createAuthClient } from 'better-auth/client';

// The plugin gives its iframe ten seconds to load: on a busy machine that says nothing of the page.
const { setTimeout: begin } = globalThis;
globalThis.setTimeout = (work, ms, ...rest) => begin(work, ms === 10_000 ? 60_000 : ms, ...rest);

const client = createAuthClient({ plugins: [sigmaClient()] });
globalThis.client = client;
globalThis.signedIn = location.pathname === '/auth/sigma/callback' ? client.sigma.handleCallback(new URLSearchParams(location.search)) : undefined;
