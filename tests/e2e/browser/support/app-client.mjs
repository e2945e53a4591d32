// The application's page: the real client plugin, for a bundler to pack (support/app.mjs).
import { sigmaClient } from '@sigma-auth/better-auth-plugin/client';
import { createAuthClient } from 'better-auth/client';

const client = createAuthClient({ plugins: [sigmaClient()] });
globalThis.client = client;
globalThis.signedIn = location.pathname === '/auth/sigma/callback' ? client.sigma.handleCallback(new URLSearchParams(location.search)) : undefined;
