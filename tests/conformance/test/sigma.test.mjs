// Our server, on both stores.
import { after, before, describe, test } from 'node:test';
import { stores } from '../../e2e/support/stores.mjs';
import { fapiRegistrations } from '../lib/clients.mjs';
import { select } from '../lib/plans.mjs';
import { openLab } from '../targets/lab.mjs';
import { startSigma } from '../targets/sigma.mjs';
import { assertOutcomes, skippedEverywhere } from './support/outcomes.mjs';

/** Sigma has no addresses and telephone numbers. */
const skipped = {
  ...skippedEverywhere,
  'oidcc-scope-address': 'SKIPPED',
  'oidcc-scope-phone': 'SKIPPED',
  'oidcc-scope-all': 'SKIPPED',
};
const tolerated = [
  // Sigma's clients read who signed in from the ID token, whatever they asked for (sigma-contract.md §4).
  /^the ID token has claims nobody asked for: (bap, bap_id, bap_name|bap_id), pubkey$/,
  /^x_auth_token_schemes_supported is no registered metadata$/,
  // A key alone has no profile and no email.
  /^userinfo lacks (family_name|given_name|middle_name|nickname|preferred_username|profile|picture|website)$/,
  /^userinfo lacks (gender|birthdate|zoneinfo|locale|email|email_verified)$/,
];

const codeLifetimeSeconds = 10; // short, so that a module can wait for the end of one
/** Pushed requests live 90 seconds; their end is a contract test (tests/contract/oauth/pushed_requests_test.cpp). */
const skippedFapi2 = { 'fapi2-security-profile-final-par-attempt-to-use-expired-request_uri': 'SKIPPED' };

describe('Sigma Auth', { concurrency: true }, () => stores.forEach(declareFor));

function declareFor(store) {
  describe(`on ${store}`, () => {
    let lab;
    let target;
    before(async () => {
      lab = await openLab();
      target = await startSigma({ store, ...lab });
    });
    after(async () => {
      await target?.close();
      await lab?.close();
    });

    test('passes every module', (t) =>
      assertOutcomes(
        t,
        { issuer: target.issuer, driver: 'sigma', clients: target.clients, lab },
        { expected: skipped, tolerated },
      ));
  });

  test(`passes FAPI 2.0 on ${store}`, async (t) => {
    const lab = await openLab();
    const clients = await fapiRegistrations({ codeLifetimeSeconds });
    const env = { SIGMA_CODE_LIFETIME: `${codeLifetimeSeconds}s` };
    const target = await startSigma({ store, ...lab, clients, env });
    try {
      await assertOutcomes(
        t,
        { issuer: target.issuer, driver: 'sigma', clients: target.clients, lab },
        { expected: skippedFapi2, tolerated: tolerated.slice(0, 1), jobs: select({ plan: 'fapi2' }) },
      );
    } finally {
      await target.close();
      await lab.close();
    }
  });
}
