// Recovery words (BIP-39, English list): reading what a person typed, checking it, making new ones.
import Mnemonic from '@bsv/sdk/compat/Mnemonic';
import { wordList } from '@bsv/sdk/compat/bip-39-wordlist-en';

export type WordsProblem =
  | { kind: 'count'; count: number }
  | { kind: 'unknown'; unknown: string[] }
  | { kind: 'checksum' };

const lengths = [12, 15, 18, 21, 24];
const known: ReadonlySet<string> = new Set(wordList.value);

/** Splits typed or pasted text: any blanks, line breaks, commas and list numbers ("1. abandon") fall away. */
export function readWords(text: string): string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[\s,;.\d]+/u)
    .filter((word) => word !== '');
}

/** What is wrong with the words, or undefined. The checksum finds most swapped or mistaken words. */
export function problemOf(words: string[]): WordsProblem | undefined {
  const unknown = words.filter((word) => !known.has(word));
  if (unknown.length > 0) return { kind: 'unknown', unknown };
  if (!lengths.includes(words.length)) return { kind: 'count', count: words.length };
  return Mnemonic.fromString(words.join(' ')).check() ? undefined : { kind: 'checksum' };
}

/** Twelve new words: 128 random bits. */
export function newWords(): string[] {
  return Mnemonic.fromRandom(128).toString().split(' ');
}

/** `count` different positions (from 0) in rising order, for "which word is number 5?". */
export function pickPositions(length: number, count: number): number[] {
  const positions = new Set<number>();
  while (positions.size < count) {
    positions.add(crypto.getRandomValues(new Uint32Array(1))[0]! % length);
  }
  return [...positions].sort((a, b) => a - b);
}
