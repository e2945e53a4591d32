// A site's page: the plugin's real local signer and client, for a bundler to pack (support/site.mjs).
import { LocalServerSigner, sigmaClient } from '@sigma-auth/better-auth-plugin/client';
import { createAuthClient } from 'better-auth/client';

// The plugin gives its probe half a second: on a busy machine that says nothing of the server.
const { setTimeout: begin } = globalThis;
globalThis.setTimeout = (work, ms, ...rest) => begin(work, ms === 500 ? 20_000 : ms, ...rest);

globalThis.signerFor = (baseUrl) => new LocalServerSigner({ baseUrl });
globalThis.clientFor = (localServerUrl) => createAuthClient({ plugins: [sigmaClient({ preferLocal: true, localServerUrl })] });
globalThis.received = [];
addEventListener('message', (event) => globalThis.received.push({ origin: event.origin, data: event.data }));
