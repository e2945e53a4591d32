// What the developers' pages check and write themselves.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Client, methods, rotatedKeys } from '../src/lib/developers/clients';
import { makeMemberKey, pubkeyProblem } from '../src/lib/developers/member-key';
import { shellQuoted, tokenKey } from '../src/lib/developers/proof';
import { httpsProblem, isUnfinished, redirectProblem, redirectProblems } from '../src/lib/developers/redirect-uri';
import { routeOf } from '../src/lib/developers/route';
import { snippetsFor } from '../src/lib/developers/snippets';
import { authToken } from '../src/lib/identity/token';

describe('a redirect URI', () => {
  it.each([
    ['https://app.example.com/cb', undefined, undefined],
    ['https://app.example.com:8443/cb?a=b%20c', undefined, undefined],
    ['HTTPS://app.example.com', undefined, undefined],
    ['https://[2001:db8::1]/cb', undefined, undefined],
    ['http://127.0.0.1:4711/cb', 'loopbackWeb', undefined],
    ['http://[::1]/cb', 'loopbackWeb', undefined],
    ['http://localhost/cb', 'loopbackWeb', undefined],
    ['http://127.0.0.1.evil.com/cb', 'http', 'http'],
    ['http://app.example.com/cb', 'http', 'http'],
    ['com.example.app:/cb', 'schemeWeb', undefined],
    ['javascript:alert(1)', 'scheme', 'scheme'],
    ['https://app.example.com/cb#', 'fragment', 'fragment'],
    ['https://me@app.example.com/cb', 'userInfo', 'userInfo'],
    ['https://app.example.com/a/../b', 'dots', 'dots'],
    ['https://app.example.com/a/%2E%2e/b', 'dots', 'dots'],
    ['https://app.example.com/..', 'dots', 'dots'],
    ['https://*.example.com/cb', 'wildcard', 'wildcard'],
    ['https://app%2eexample.com/cb', 'wildcard', 'wildcard'],
    ['https://app.example.com./cb', 'hostDot', 'hostDot'],
    ['https://app.example.com:0/cb', 'port', 'port'],
    ['https://app.example.com:70000/cb', 'port', 'port'],
    ['https:///cb', 'noHost', 'noHost'],
    ['app.example.com/cb', 'notAbsolute', 'notAbsolute'],
    ['https://app.example.com/c b', 'notAbsolute', 'notAbsolute'],
    ['https://app.example.com/%zz', 'notAbsolute', 'notAbsolute'],
    [`https://app.example.com/${'a'.repeat(2_000)}`, 'tooLong', 'tooLong'],
  ])('%s: %s for web, %s for native', (uri, web, native) => {
    expect(redirectProblem(uri, false)).toBe(web);
    expect(redirectProblem(uri, true)).toBe(native);
  });
  it.each(['https://app.example.com/.well-known/cb', 'http://127.0.0.1:4711/cb', 'http://[::1]/cb', 'http://localhost/cb', 'com.example.app:/cb'])(
    'is not complained about while %s is typed',
    (uri) => {
      for (let length = 1; length <= uri.length; length++) {
        const typed = uri.slice(0, length);
        const problem = redirectProblem(typed, true);
        expect(problem === undefined || isUnfinished(typed, problem), typed).toBe(true);
      }
    },
  );
  it.each(['http://app', 'https://a.example/../b', 'https://me@a'])('that can only be wrong is said at once: %s', (uri) =>
    expect(isUnfinished(uri, redirectProblem(uri, true)!)).toBe(false),
  );
  it('stands in a list once', () => expect(redirectProblems(['https://a.example', '', 'https://a.example '], false)).toEqual([undefined, undefined, 'twice']));
  it('of a page is https', () => expect(['http://localhost/', 'a.b:/x', 'https://a.example'].map(httpsProblem)).toEqual(['http', 'http', undefined]));
});

describe('member keys', () => {
  const { wif, pubkey, key } = makeMemberKey();
  it.each([
    [pubkey, undefined],
    [` ${pubkey.toUpperCase()} `, undefined],
    [wif, 'wif'],
    [key.toHex().padStart(64, '0'), 'wif'],
    [`04${'0'.repeat(128)}`, 'uncompressed'],
    [`02${'5'.padStart(64, '0')}`, 'point'],
    ['02', 'shape'],
    ['', 'shape'],
  ])('%s: %s', (text, problem) => expect(pubkeyProblem(text)).toBe(problem));

  it('rotate with a week for the older ones, and drop what has run out', () => {
    const now = new Date('2026-01-31T12:00:00Z');
    const older = ['a', { pubkey: 'b', not_after: '2026-02-01T00:00:00.000Z' }, { pubkey: 'c', not_after: '2026-01-01T00:00:00.000Z' }, 'fresh'];
    expect(rotatedKeys(older, 'fresh', now)).toEqual([
      'fresh',
      { pubkey: 'a', not_after: '2026-02-07T12:00:00.000Z' },
      { pubkey: 'b', not_after: '2026-02-01T00:00:00.000Z' },
    ]);
  });
  it('are read from a token', () => {
    const token = authToken(key, { path: '/x', body: '{}', now: new Date() });
    expect(tokenKey(` ${token}\n`)).toBe(pubkey);
    expect(tokenKey('a|b|c|d|e')).toBeUndefined();
  });
});

it('text passes a shell unchanged', () => {
  const text = `{"client_name":"Ada's \\"$HOME\\" \`id\`"}`;
  expect(execFileSync('sh', ['-c', `printf %s ${shellQuoted(text)}`]).toString()).toBe(text);
});

describe('the address of a view', () => {
  it.each([
    ['', { view: 'list' }],
    ['#/', { view: 'list' }],
    ['#/new', { view: 'new' }],
    ['#/app/a%2Fb', { view: 'app', id: 'a/b' }],
    ['#/app/%', { view: 'list' }],
    ['#content', undefined],
  ])('%s', (hash, route) => expect(routeOf(hash)).toEqual(route));
});

describe.each(methods)('snippets for %s', (method) => {
  const client: Client = {
    client_id: 'photo-album',
    client_id_issued_at: 0,
    client_name: "Ada's album",
    redirect_uris: ["https://photos.example.com/it's/callback"],
    token_endpoint_auth_method: method,
    grant_types: ['authorization_code'],
    member_pubkeys: [],
    disabled: false,
  };
  const snippets = snippetsFor({ client, base: 'https://id.example.com', environment: 'Environment' });
  const partOf = (title: string, label: string) => snippets.find((snippet) => snippet.title.startsWith(title))!.parts.find((part) => part.label === label)!.text;

  it('name the server and the application', () => {
    expect(snippets).toHaveLength(4);
    for (const { parts } of snippets) expect(JSON.stringify(parts)).toMatch(/https:\/\/id\.example\.com.*photo-album/s);
  });
  it('are code that parses', () => {
    const code = partOf('openid-client', 'sign-in.mjs');
    expect(() => execFileSync('node', ['--input-type=module', '--check'], { input: code, stdio: 'pipe' })).not.toThrow();
    expect(() => execFileSync('bash', ['-n'], { input: partOf('curl', 'bash'), stdio: 'pipe' })).not.toThrow();
  });
});
