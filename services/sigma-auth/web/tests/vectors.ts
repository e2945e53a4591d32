import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A file of tests/vectors at the repository's root, which the C++ tests read too. */
export const vectors = (name: string) =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../../tests/vectors', name), 'utf8'));
