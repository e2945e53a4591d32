// What every run against a server of this machine needs: certificates, the tester's listener, registrations.
import { clientRegistrations } from '../lib/clients.mjs';
import { Listener } from '../lib/listener.mjs';
import { makeCertificates } from './certificates.mjs';

/**
 * @param given certificates to use instead of new ones; they stay with the caller
 * @returns {certificates, backchannel, clients, close}
 */
export async function openLab(given) {
  const certificates = given ?? makeCertificates();
  const backchannel = await Listener.start({ tls: certificates });
  const clients = clientRegistrations({ backchannelLogoutUri: backchannel.logoutUri });
  const close = async () => {
    await backchannel.close();
    if (!given) certificates.close();
  };
  return { certificates, backchannel, clients, close };
}
