// Places of the console, and what is sent when a client was edited.
import { describe, expect, it } from 'vitest';
import { type AdminClient, changesOf } from '../src/lib/admin/clients';
import { filled } from '../src/lib/developers/redirect-uri';
import { clientLink, menuOf, routeOf, viewLink } from '../src/lib/admin/route';

describe('places', () => {
  it.each([
    ['', { view: 'overview' }],
    ['#/', { view: 'overview' }],
    ['#/clients', { view: 'clients' }],
    ['#/clients/new', { view: 'clients/new' }],
    ['#/clients/a%2Fb', { view: 'client', id: 'a/b' }],
    ['#/clients/%E0%A4%A', { view: 'clients' }],
    ['#/keys/whatever', { view: 'keys' }],
    ['#/audit?user_id=a%2Fb&role=admin', { view: 'audit', filter: { user_id: 'a/b' } }],
    ['#content', undefined],
    ['#/constructor', undefined],
  ])('%s', (hash, route) => expect(routeOf(hash)).toEqual(route));

  it.each(['photo-album', 'a/b', 'new', 'https://app.example/client?x', '..'])('of client %s come back', (id) =>
    expect(routeOf(clientLink(id))).toEqual({ view: 'client', id }),
  );

  it('have their entry in the menu', () => {
    expect(menuOf({ view: 'client', id: 'a' })).toBe('clients');
    expect(menuOf({ view: 'clients/new' })).toBe('clients');
    expect(viewLink(menuOf({ view: 'keys' }))).toBe('#/keys');
  });
});

describe('a change', () => {
  const client: AdminClient = {
    client_id: 'a',
    client_id_issued_at: 1,
    client_name: 'A',
    redirect_uris: ['https://a.example/cb'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
    member_pubkeys: [],
    disabled: false,
    require_pkce: true,
  };

  it('names only what is different', () =>
    expect(changesOf(client, { client_name: 'A', redirect_uris: ['https://a.example/cb2'], require_pkce: false, dpop_bound_access_tokens: false })).toEqual({
      redirect_uris: ['https://a.example/cb2'],
      require_pkce: false,
    }));
  it('takes away what was there, and nothing that was not', () => {
    expect(changesOf({ ...client, scope: 'openid' }, { scope: null, post_logout_redirect_uris: null })).toEqual({ scope: null });
    expect(changesOf(client, { scope: null })).toEqual({});
  });
  it('holds no empty lines', () => expect(filled([' https://a.example ', '', '  '])).toEqual(['https://a.example']));
});
