// A whole flow, and everything of it that nobody may find anywhere else: in a log, in a trace. Security case 57.
import { authorize, authorizeQuery, exchange, fullScope, getCode, newPkce, postToken, refreshForm, userinfo } from './oauth.mjs';
import { distinctTime, newPerson, signInPath } from './person.mjs';

/** Signs somebody in at `clientId`, whose key is `key`, and goes on; answers the secrets by name. */
export async function flowWithSecrets(server, clientId, key) {
  const person = await newPerson(server);
  const signature = person.token(signInPath, { timestamp: distinctTime() });
  await person.trySignIn(server, { token: signature });
  const grant = await getCode(server, person, { client_id: clientId, scope: fullScope });
  const tokens = await exchange(server, grant, { key });
  await userinfo(server, tokens.access_token);
  const refreshed = (await postToken(server, refreshForm(tokens.refresh_token, clientId), { key })).json;
  const form = new URLSearchParams(authorizeQuery({ client_id: clientId, code_challenge: newPkce().challenge }));
  const requestUri = (await server.request('POST', '/api/auth/oauth2/par', { form, headers: { 'x-auth-token': key.token('/api/auth/oauth2/par', { body: String(form), timestamp: distinctTime() }) } })).json.request_uri;
  await authorize(server, person, new URLSearchParams({ client_id: clientId, request_uri: requestUri }).toString());
  return {
    code: grant.code,
    verifier: grant.verifier,
    access: tokens.access_token,
    refresh: tokens.refresh_token,
    'next access': refreshed.access_token,
    'next refresh': refreshed.refresh_token,
    id: tokens.id_token.split('.')[2],
    session: person.sessionToken,
    cookie: person.jar.header().split('.').at(-1),
    'X-Auth-Token': signature.split('|').at(-1),
    request_uri: requestUri.split(':').at(-1),
    secret: server.secret,
    admin: server.adminToken,
  };
}
