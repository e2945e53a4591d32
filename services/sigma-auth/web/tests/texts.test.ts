// What the pages say and where they go: consent texts, addresses, refusals.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, call, explain, languageOf } from '../src/lib/api';
import { isAuthorization, oauthQuery, wantedIdentity } from '../src/lib/authorization';
import { concernedIdentity, destinationOf, grantedScopes, initialsOf, meaningOf, showableLogo, webLink } from '../src/lib/consent';

describe('the consent page', () => {
  it.each([
    ['https://photos.example.com/cb?x=1', 'photos.example.com'],
    ['https://photos.example.com.evil.test:8443/cb', 'photos.example.com.evil.test:8443'],
    ['https://photos.example.com@evil.test/cb', 'evil.test'],
    ['https://münchen.example/cb', 'xn--mnchen-3ya.example'],
    ['http://127.0.0.1:4711/cb', 'an app on this device (127.0.0.1:4711)'],
    ['com.example.app:/cb', 'an app on this device (com.example.app:)'],
    ['not an address', 'an unknown address'],
    [null, 'an unknown address'],
  ])('names where %s leads', (uri, text) => expect(destinationOf(uri)).toBe(text));

  it.each([
    ['', 'active'],
    ['bapId=mine', 'mine'],
    ['bap_id=mine', 'mine'],
    ['bapId=mine&ba_sel=1', 'active'],
    ['bapId=foreign', 'active'],
  ])('shows the identity that %s is about: %s', (query, id) =>
    expect(concernedIdentity(['active', 'mine'], 'active', new URLSearchParams(query))).toBe(id),
  );
  it('shows none when none is chosen', () => expect(concernedIdentity([], null, new URLSearchParams())).toBeUndefined());

  it.each([
    ['https://id.example/logo.png', true],
    ['https://id.example.evil.test/logo.png', false],
    ['data:image/png;base64,AAAA', true],
    ['data:text/html,<b>', false],
    ['javascript:alert(1)', false],
    [undefined, false],
  ])('shows the logo %s: %s', (logo, shown) => expect(showableLogo(logo, 'https://id.example') !== undefined).toBe(shown));

  it('links to web pages only', () => {
    expect(webLink('https://a.example/terms')).toBe('https://a.example/terms');
    expect(webLink('javascript:alert(1)')).toBeUndefined();
    expect(webLink('terms')).toBeUndefined();
  });

  it('lists what the server grants, whatever the request says, in words', () => {
    const list = (query: string) => grantedScopes(new URLSearchParams(query));
    expect(list('scope=openid+bsv:tools&ba_scope=openid+profile+album.read')).toEqual(['openid', 'profile', 'album.read']);
    expect(list('ba_scope=openid')).toEqual(['openid']);
    expect(list('scope=openid&ba_scope=')).toEqual([]);
    expect(meaningOf('profile')).toMatch(/name/);
    expect(meaningOf('album.read')).toContain('album.read');
    expect(meaningOf('constructor')).toContain('“constructor”');
  });

  it.each([
    ['Photo Album', 'PA'],
    ['éclair', 'É'],
    ['', '?'],
    ['🎉 party', 'P'],
  ])('abbreviates %s', (name, letters) => expect(initialsOf(name)).toBe(letters));
});

describe('the authorization query', () => {
  it('goes back untouched', () => expect(oauthQuery('?a=%20b+c&sig=x%3D')).toBe('a=%20b+c&sig=x%3D'));
  it('is one only when signed', () => {
    expect(isAuthorization('?client_id=a&sig=x')).toBe(true);
    expect(isAuthorization('?client_id=a')).toBe(false);
  });
  it('may want an identity in either spelling', () => {
    expect(wantedIdentity('?bapId=X')).toBe('X');
    expect(wantedIdentity('?bap_id=Y')).toBe('Y');
    expect(wantedIdentity('?')).toBeUndefined();
  });
});

describe('refusals', () => {
  const now = new Date('2026-01-31T12:00:00Z');
  const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
    vi.stubGlobal('fetch', async () => new Response(body, { status, headers }));
  const refused = (path = '/x') => call('GET', path).then(() => expect.fail('was accepted'), (error: ApiError) => error);
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['{"error":"invalid_grant","error_description":"Too old"}', 'Too old', 'invalid_grant'],
    ['{"message":"Nobody home","code":"GONE"}', 'Nobody home', 'GONE'],
    ['{"error":"not_found"}', 'not_found', 'not_found'],
    ['<html>', 'The server answered with status 400.', ''],
    ['null', 'The server answered with status 400.', ''],
    ['{"message":{"a":1}}', 'The server answered with status 400.', ''],
  ])('%s is read', async (body, message, code) => {
    answering(400, body);
    expect(await refused()).toMatchObject({ message, code, status: 400 });
  });

  it('for a wrong clock name both times', async () => {
    answering(401, '{"message":"time","code":"INVALID_AUTH_TOKEN_SIGNATURE"}', { date: 'Sat, 31 Jan 2026 12:20:00 GMT' });
    expect(explain(await refused(), now)).toMatch(/clock seems to be wrong/);
    answering(401, '{"message":"The path differs","code":"INVALID_AUTH_TOKEN_SIGNATURE"}', { date: 'Sat, 31 Jan 2026 12:00:20 GMT' });
    expect(explain(await refused(), now)).toBe('The path differs');
  });

  it('in the server’s own words are English on every page', async () => {
    answering(400, '{"message":"Nobody home"}');
    expect(languageOf(explain(await refused(), now))).toBe('en');
    answering(400, '');
    expect(languageOf(explain(await refused(), now))).toBeUndefined();
    answering(429, '{"message":"Slow down"}');
    expect(languageOf(explain(await refused(), now))).toBeUndefined();
  });

  it('without a server are said', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
    expect(explain(await refused(), now)).toMatch(/could not be reached/);
  });

  it('that are faults of the page show no inner details', () => {
    expect(explain(new TypeError('x is undefined'), now)).not.toContain('undefined');
  });
});
