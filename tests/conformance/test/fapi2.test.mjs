// The plan fapi2: oidc-provider passes, and fails exactly what it gets wrong.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openDriver } from '../drivers/index.mjs';
import { fapiRegistrations } from '../lib/clients.mjs';
import { select } from '../lib/plans.mjs';
import { runModules } from '../lib/runner.mjs';
import { prefix } from '../modules/fapi2.mjs';
import { makeCertificates } from '../targets/certificates.mjs';
import { fapiCodeLifetimeSeconds, makeSigningKey } from '../targets/oidc-provider.mjs';
import { fapi2Mistakes } from './mistakes/fapi2.mjs';
import { describeFindings } from './support/outcomes.mjs';
import { startWithMistake } from './support/proxy.mjs';

const longWaitSeconds = 5;

describe('FAPI 2.0, a server with one mistake', { concurrency: 4 }, () => {
  let signingKeys;
  let certificates;
  let clients;
  before(async () => {
    signingKeys = [await makeSigningKey('ES256'), await makeSigningKey('RS256')];
    certificates = makeCertificates();
    clients = await fapiRegistrations({ codeLifetimeSeconds: fapiCodeLifetimeSeconds });
  });
  after(() => certificates?.close());

  for (const [name, mistake, mustNotice] of fapi2Mistakes) {
    test(name, async () => {
      const target = await startWithMistake({ mistake, clients, certificates, signingKeys });
      const driver = openDriver('oidc-provider');
      const run = { issuer: target.issuer, driver, clients, ca: certificates.ca, strictHttps: true };
      try {
        const patient = Object.keys(mistake).length === 0;
        const jobs = select({ plan: 'fapi2' }).filter(({ module }) => patient || !(module.seconds > longWaitSeconds));
        const results = await runModules(run, jobs);
        const failed = results.filter(({ result }) => result === 'FAILED');
        const story = failed.map((one) => `${one.name}:\n${describeFindings(one)}`).join('\n');
        const bare = (one) => one.name.slice(prefix.length);
        const expected = jobs.map(({ module }) => bare(module)).filter(mustNotice);
        assert.deepEqual(failed.map(bare).sort(), expected.sort(), story);
        const skipped = results.filter(({ result }) => result === 'SKIPPED').map(bare);
        // Its pushed requests live a minute.
        assert.deepEqual(skipped, patient ? ['par-attempt-to-use-expired-request_uri'] : []);
      } finally {
        await target.close();
      }
    });
  }
});
