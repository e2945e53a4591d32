// The way of an MCP client, with oauth4webapi: from a 401 to the metadata of the resource and of the server, to a client_id
// of its own, to tokens for the MCP server. RFC 9728, RFC 8414, RFC 7591, RFC 8707.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { authorize, newPkce } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const mcpServer = 'https://mcp.example.com/mcp';
const loopback = 'http://127.0.0.1:4711/callback';
const insecure = { [oauth.allowInsecureRequests]: true };
const env = {
  SIGMA_DYNAMIC_REGISTRATION: 'open',
  SIGMA_CLIENT_ID_METADATA_DOCUMENTS: 'on',
  SIGMA_RESOURCES: mcpServer,
};

forEachStore('an MCP client', { env }, (context) => {
  test('learns from a 401 where to go, and gets tokens for the MCP server', async () => {
    const { server } = context;
    const userinfo = new URL('/api/auth/oauth2/userinfo', server.base);
    const refused = await server.request('GET', userinfo.pathname);
    assert.equal(refused.status, 401, refused.describe());
    const [, metadata] = /resource_metadata="([^"]+)"/.exec(refused.headers['www-authenticate']);
    assert.equal(metadata, `${server.base}/.well-known/oauth-protected-resource${userinfo.pathname}`);
    const resource = await oauth.processResourceDiscoveryResponse(
      userinfo,
      await oauth.resourceDiscoveryRequest(userinfo, insecure),
    );
    assert.deepEqual(resource.authorization_servers, [server.issuer]);
    assert.deepEqual(resource.bearer_methods_supported, ['header', 'body']);

    // RFC 8414 §3.1: the path of the issuer comes after the well-known part.
    const issuer = new URL(resource.authorization_servers[0]);
    const as = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' }),
    );
    assert.deepEqual(as.code_challenge_methods_supported, ['S256']);
    assert.equal(as.client_id_metadata_document_supported, true);
    const client = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(
        as,
        {
          client_name: 'MCP Inspector',
          application_type: 'native',
          redirect_uris: [loopback],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
          scope: 'openid profile offline_access',
        },
        insecure,
      ),
    );
    const person = await newPerson(server);
    const { verifier, challenge } = newPkce();
    const asked = await authorize(server, person, {
      client_id: client.client_id,
      redirect_uri: 'http://127.0.0.1:53682/callback', // another port than the registered one
      scope: 'openid profile offline_access',
      code_challenge: challenge,
      resource: mcpServer,
    });
    assert.match(asked.location, /\/consent\?/, asked.describe());
    const agreed = await person.request(server, 'POST', '/api/auth/oauth2/consent', {
      json: { accept: true, oauth_query: new URL(asked.location, server.base).search },
    });
    const answer = oauth.validateAuthResponse(as, client, new URL(agreed.json.url), 'k3x9q1');
    const tokens = await oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(
        as,
        client,
        oauth.None(),
        answer,
        'http://127.0.0.1:53682/callback',
        verifier,
        { ...insecure, additionalParameters: { resource: mcpServer } },
      ),
    );
    const claims = await oauth.validateJwtAccessToken(
      as,
      new Request(mcpServer, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
      mcpServer,
      insecure,
    );
    assert.equal(claims.client_id, client.client_id);
    const refreshed = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token, {
        ...insecure,
        additionalParameters: { resource: mcpServer },
      }),
    );
    assert.ok(refreshed.access_token);
  });

  test('the metadata of the host names the host, for any origin', async () => {
    const { server } = context;
    const answer = await server.request('GET', '/.well-known/oauth-protected-resource', {
      headers: { origin: 'https://inspector.example.com' },
    });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.resource, server.base);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  });
});
