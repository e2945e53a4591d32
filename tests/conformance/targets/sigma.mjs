// This project's own server behind TLS, on one of its stores.
import { startServer } from '../../e2e/support/server.mjs';
import { metadataOf } from '../lib/clients.mjs';

const scope = 'openid profile email offline_access';

/**
 * @param store   'sqlite' or 'postgres'
 * @param clients registrations without secrets of the server's making
 * @returns {issuer, clients, close}; `clients` carry the secrets that the server gave
 */
export async function startSigma({ store, clients, certificates, env = {} }) {
  const { files } = certificates;
  const server = await startServer({
    store,
    env: {
      SIGMA_TLS_CERT: files.cert,
      SIGMA_TLS_KEY: files.key,
      SIGMA_ID_TOKEN_LIFETIME: '10s', // short, so that a module can wait for the end of one
      SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow',
      SIGMA_OUTBOUND_CA_FILE: files.ca,
      ...env,
    },
  });
  const registered = {};
  try {
    for (const [name, { client_secret: _, ...client }] of Object.entries(clients)) {
      const { client_secret } = await server.createClient({ ...metadataOf(client), scope });
      registered[name] = { ...client, client_secret };
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { issuer: server.issuer, clients: registered, close: () => server.stop() };
}
