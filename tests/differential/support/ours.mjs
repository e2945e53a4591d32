// This server as a side of the comparison.
import { newPerson } from '../../e2e/support/person.mjs';
import { startServer } from '../../e2e/support/server.mjs';
import { clients } from './clients.mjs';
import { Side } from './side.mjs';

/** Starts the server with the common clients and somebody signed in. `stop()` ends it. */
export async function startOurs({ store = 'sqlite', env = {} } = {}) {
  const server = await startServer({ store, env: { SIGMA_DYNAMIC_REGISTRATION: 'open', ...env } });
  try {
    const side = new Side({
      name: 'ours',
      base: server.base,
      issuer: server.issuer,
      stop: () => server.stop(),
      newBrowser: async () => (await newPerson(server)).jar,
    });
    for (const client of clients) {
      const made = await server.createClient({ ...client, skip_consent: client.client_id !== 'asking' });
      if (made.client_secret) side.secrets[client.client_id] = made.client_secret;
    }
    side.jar = await side.newBrowser();
    return await side.discover();
  } catch (error) {
    await server.stop();
    throw error;
  }
}
