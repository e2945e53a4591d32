import { describe, expect, it } from 'vitest';
import { newWords, pickPositions, problemOf, readWords } from '../src/lib/identity/words';

const abandon = [...Array<string>(11).fill('abandon'), 'about'];

describe('reading words', () => {
  it.each([
    ['plain', abandon.join(' ')],
    ['capitals and blanks', `  ${abandon.join('  ').toUpperCase()}\n`],
    ['one a line', abandon.join('\r\n')],
    ['numbered', abandon.map((word, index) => `${index + 1}. ${word}`).join('\n')],
    ['commas', abandon.join(', ')],
    ['full-width letters', abandon.join('　').replace(/[a-z]/g, (letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0))],
  ])('takes %s', (_, text) => {
    expect(readWords(text)).toEqual(abandon);
    expect(problemOf(readWords(text))).toBeUndefined();
  });
});

describe('what is wrong with words', () => {
  it.each([
    ['nothing typed', '', { kind: 'count', count: 0 }],
    ['one missing', abandon.slice(1).join(' '), { kind: 'count', count: 11 }],
    ['thirteen', [...abandon, 'zoo'].join(' '), { kind: 'count', count: 13 }],
    ['a misspelt one', abandon.join(' ').replace('about', 'abuot'), { kind: 'unknown', unknown: ['abuot'] }],
    ['a mistaken one', abandon.join(' ').replace('about', 'ability'), { kind: 'checksum' }],
    ['two swapped', ['about', ...abandon.slice(0, 11)].join(' '), { kind: 'checksum' }],
  ])('%s', (_, text, problem) => expect(problemOf(readWords(text))).toEqual(problem));

  it.each([12, 15, 18, 21, 24])('accepts %i words', (length) => {
    // BIP-39's all-zero entropies: the last word holds the checksum.
    const last = { 12: 'about', 15: 'address', 18: 'agent', 21: 'admit', 24: 'art' }[length]!;
    expect(problemOf([...Array<string>(length - 1).fill('abandon'), last])).toBeUndefined();
  });
});

describe('new words', () => {
  it('are twelve, valid and different each time', () => {
    const made = Array.from({ length: 20 }, () => newWords());
    for (const words of made) {
      expect(words).toHaveLength(12);
      expect(problemOf(words)).toBeUndefined();
    }
    expect(new Set(made.map((words) => words.join(' '))).size).toBe(20);
  });

  it('are asked back at two different positions', () => {
    const seen = new Set<number>();
    for (let round = 0; round < 200; round++) {
      const [first, second] = pickPositions(12, 2) as [number, number];
      expect(first).toBeLessThan(second);
      expect(second).toBeLessThan(12);
      seen.add(first).add(second);
    }
    expect(seen.size).toBe(12);
  });
});
