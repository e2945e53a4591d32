// Codes as people type them, and the way back after a sign-in.
import { describe, expect, it } from 'vitest';
import { ago, codeOfLink, isWholeCode, placeOf, shownCode, type DeviceRequest } from '../src/lib/device';
import { returnPath, signInAndReturn } from '../src/lib/return';

describe('a code', () => {
  it.each([
    ['', ''],
    ['wx', 'WX'],
    ['wxyz', 'WXYZ'],
    ['wxyz2', 'WXYZ-2'],
    ['wxyz-2345', 'WXYZ-2345'],
    [' WXYZ 2345 ', 'WXYZ-2345'],
    ['wxyz–2345 extra', 'WXYZ-2345'],
    ['O0I1wxyz2345', 'WXYZ-2345'],
    ['<b>', 'B'],
  ])('typed as %j is shown as %j', (typed, shown) => {
    expect(shownCode(typed)).toBe(shown);
    expect(shownCode(shown)).toBe(shown);
  });

  it('is whole with eight characters', () => {
    expect(isWholeCode('WXYZ-2345')).toBe(true);
    expect(isWholeCode('WXYZ-234')).toBe(false);
  });

  it.each([
    ['?code=WXYZ-2345', 'WXYZ-2345'],
    ['?user_code=wxyz2345', 'WXYZ-2345'],
    ['?other=1', ''],
    ['', ''],
  ])('of the link %j is %j', (search, code) => expect(codeOfLink(search)).toBe(code));

  it.each([
    [0, 'just now'],
    [50, '1 minute ago'],
    [130, '2 minutes ago'],
    [890, '15 minutes ago'],
  ])('of %d seconds was asked for %s', (seconds, text) => expect(ago(seconds)).toBe(text));
});

describe('the place a device asks from', () => {
  it.each([
    ['203.0.113.0/24', true, 'the same network as yours'],
    ['203.0.113.0/24', false, 'another network than yours: 203.0.113.x'],
    ['203.0.113.0/24', undefined, 'the network 203.0.113.x'],
    ['2001:db8:1::/48', false, 'another network than yours: 2001:db8:1:…'],
    ['2001:db8::/48', undefined, 'the network 2001:db8:…'],
    [undefined, undefined, undefined],
  ])('%s, the same: %s, is %s', (network, same_network, text) =>
    expect(placeOf({ network, same_network } as DeviceRequest)).toBe(text));
});

describe('the way back', () => {
  const origin = 'https://id.example';
  it.each([
    ['/device', '/device'],
    ['/device?code=WXYZ-2345', '/device?code=WXYZ-2345'],
    ['https://evil.test/device', '/'],
    ['//evil.test/device', '/'],
    ['/\\evil.test/device', '/'],
    ['/\t/evil.test/device', '/'],
    ['/device/../api/auth/sign-out', '/'],
    ['/device@evil.test', '/'],
    ['javascript:alert(1)//device', '/'],
    ['device', '/'],
    ['', '/'],
  ])('to %j leads to %j', (wanted, path) => expect(returnPath(`?${new URLSearchParams({ return_to: wanted })}`, origin)).toBe(path));

  it('is kept by the sign-in page', () => {
    const login = signInAndReturn('/device?code=WXYZ-2345');
    expect(login.startsWith('/login?')).toBe(true);
    expect(returnPath(new URL(login, origin).search, origin)).toBe('/device?code=WXYZ-2345');
    expect(returnPath(new URL(signInAndReturn('/admin?x=1#/clients/chess'), origin).search, origin)).toBe('/admin?x=1#/clients/chess');
    expect(returnPath('', origin)).toBe('/');
  });
});
