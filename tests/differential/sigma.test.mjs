// The same requests of Sigma's clients to the reference provider and to this server: what differs is explained, one by
// one, in sigma/explained.json. SIGMA_TEST_UPDATE=1 writes that list anew; new entries then want a reason.
import { fileURLToPath } from 'node:url';
import { startServer } from '../e2e/support/server.mjs';
import { startOracle } from './sigma/oracle.mjs';
import groups from './sigma/requests.mjs';
import { clients, SigmaSide } from './sigma/side.mjs';
import { compare } from './support/compare.mjs';

compare({
  async start(sides) {
    const env = { SIGMA_ALLOW_UNREGISTERED_DEVICE_CLIENTS: 'on' };
    const registrations = clients.map(({ member_pubkey, ...client }) => ({
      ...client,
      ...(member_pubkey ? { member_pubkeys: [member_pubkey] } : { token_endpoint_auth_method: 'none' }),
    }));
    const server = await startServer({ store: 'postgres', env, clients: registrations });
    sides.ours = new SigmaSide({ name: 'ours', base: server.base, stop: () => server.stop() });
    sides.theirs = new SigmaSide({ name: 'reference', ...(await startOracle(clients)) });
  },
  groups,
  atLeast: 180,
  list: fileURLToPath(new URL('sigma/explained.json', import.meta.url)),
});
