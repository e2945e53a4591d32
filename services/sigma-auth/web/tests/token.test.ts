import { verify as verifyBsm } from '@bsv/sdk/compat/BSM';
import { verify } from '@bsv/sdk/messages/SignedMessage';
import { sha256 } from '@bsv/sdk/primitives/Hash';
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import Signature from '@bsv/sdk/primitives/Signature';
import { toArray } from '@bsv/sdk/primitives/utils';
import { describe, expect, it } from 'vitest';
import { authToken, signInToken } from '../src/lib/identity/token';

const member = PrivateKey.fromWif('L5k28V9y5gpsDgGiGcZDC2ZgowkweLiTL2pBdUj5xbZkrQ7HbuGn');
const now = new Date('2026-01-31T12:34:56.789Z');
const bytesOf = (text: string) => toArray(text, 'utf8');

describe('the sign-in token', () => {
  const [pubkey, scheme, time, path, signature, ...rest] = signInToken(member, now).split('|') as [string, string, string, string, string];

  it('has the five fields of the contract', () => {
    expect(rest).toEqual([]);
    expect(pubkey).toBe('02ce72994454d6482b08f5874be2b499dfd3c4750d736fc5ba6eb0ac68a4dc3a63');
    expect(scheme).toBe('brc77');
    expect(time).toBe('2026-01-31T12:34:56.789Z');
    expect(path).toBe('/api/auth/sign-in/sigma');
  });

  it('is signed for anyone, by the key that it names, over path, time and no body', () => {
    const envelope = toArray(signature, 'base64');
    expect(verify(bytesOf('/api/auth/sign-in/sigma|2026-01-31T12:34:56.789Z|'), envelope)).toBe(true);
    expect(Buffer.from(envelope.slice(0, 4)).toString('hex')).toBe('42423301');
    expect(Buffer.from(envelope.slice(4, 37)).toString('hex')).toBe(pubkey);
    expect(envelope[37]).toBe(0);
  });

  it.each(['/api/auth/sign-in/sigma|2026-01-31T12:34:56.790Z|', '/api/auth/sign-in|2026-01-31T12:34:56.789Z|'])('covers no other text: %s', (text) => {
    expect(verify(bytesOf(text), toArray(signature, 'base64'))).toBe(false);
  });

  it('differs each time', () => expect(signInToken(member, now)).not.toBe(signInToken(member, now)));
});

describe('a token over a body', () => {
  const body = '{"name":"Zoë"}';
  const text = `/api/x|${now.toISOString()}|${Buffer.from(sha256(bytesOf(body))).toString('hex')}`;
  const signatureOf = (token: string) => toArray(token.split('|')[4]!, 'base64') as number[];

  it('covers its UTF-8 bytes, brc77', () =>
    expect(verify(bytesOf(text), signatureOf(authToken(member, { path: '/api/x', body, now })))).toBe(true));
  it('covers its UTF-8 bytes, bsm', () => {
    const signature = signatureOf(authToken(member, { path: '/api/x', body, scheme: 'bsm', now }));
    expect(signature).toHaveLength(65);
    expect(verifyBsm(bytesOf(text), Signature.fromCompact(signature), member.toPublicKey())).toBe(true);
  });
});
