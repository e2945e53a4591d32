// Drivers by name: what a person does at the pages of one provider.
import { readFileSync } from 'node:fs';
import { rulesDriver } from './rules.mjs';
import { sigmaDriver } from './sigma.mjs';

const readRules = (file) => rulesDriver(JSON.parse(readFileSync(file, 'utf8')));

/** @param name 'oidc-provider', 'sigma', or the path of a JSON file with rules */
export function openDriver(name) {
  if (name === 'sigma') return sigmaDriver();
  if (name === 'oidc-provider') return readRules(new URL('oidc-provider.json', import.meta.url));
  return readRules(name);
}
