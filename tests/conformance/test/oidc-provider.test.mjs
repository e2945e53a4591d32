// The runner's own proof, first half: a certified server passes everything. The second half is mutants.test.mjs.
import { after, before, test } from 'node:test';
import { openLab } from '../targets/lab.mjs';
import { startOidcProvider } from '../targets/oidc-provider.mjs';
import { assertOutcomes, skippedEverywhere } from './support/outcomes.mjs';

let lab;
let target;
before(async () => {
  lab = await openLab();
  target = await startOidcProvider(lab);
});
after(async () => {
  await target?.close();
  await lab?.close();
});

test('oidc-provider passes every module', (t) =>
  assertOutcomes(
    t,
    { issuer: target.issuer, driver: 'oidc-provider', clients: lab.clients, lab },
    { expected: skippedEverywhere, tolerated: [/^acr is undefined/] }, // its development pages set no acr
  ));
