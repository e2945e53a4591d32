import { sigmaClient } from '@sigma-auth/better-auth-plugin/client';
import { createAuthClient } from 'better-auth/client';

/** The npm client as a page of this server runs it: with the person's cookie and the page's Origin. */
export function clientOf(server, person) {
  return createAuthClient({
    baseURL: server.base,
    plugins: [sigmaClient()],
    fetchOptions: { headers: { cookie: person.jar.header(), origin: server.base } },
  });
}
