// A site's page: the plugin's real local signer and client, for a bundler to pack (support/site.mjs).
import { LocalServerSigner, sigmaClient } from '@sigma-auth/better-auth-plugin/client';
import { createAuthClient } from 'better-auth/client';

globalThis.signerFor = (baseUrl) => new LocalServerSigner({ baseUrl });
globalThis.clientFor = (localServerUrl) => createAuthClient({ plugins: [sigmaClient({ preferLocal: true, localServerUrl })] });
globalThis.received = [];
addEventListener('message', (event) => globalThis.received.push({ origin: event.origin, data: event.data }));
