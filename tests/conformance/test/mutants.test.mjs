// The runner's own proof, second half: a server with one mistake fails exactly the modules that are about it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openDriver } from '../drivers/index.mjs';
import { select } from '../lib/plans.mjs';
import { runModules } from '../lib/runner.mjs';
import { makeCertificates } from '../targets/certificates.mjs';
import { openLab } from '../targets/lab.mjs';
import { makeSigningKey } from '../targets/oidc-provider.mjs';
import { logoutMistakes } from './mistakes/logout.mjs';
import { signInMistakes } from './mistakes/sign-in.mjs';
import { tokenMistakes } from './mistakes/tokens.mjs';
import { describeFindings } from './support/outcomes.mjs';
import { startWithMistake } from './support/proxy.mjs';

const isPatient = ([, , , { patient } = {}]) => (patient ? 1 : 0);
/** Those that wait begin. */
const mistakes = [['no mistake at all', {}, () => false], ...signInMistakes, ...tokenMistakes, ...logoutMistakes].sort(
  (a, b) => isPatient(b) - isPatient(a),
);
/** The form post plan has the modules of the basic plan once more. */
const jobs = select().filter(({ plan }) => plan !== 'formpost');
/** Those that run for every mistake, at least one of each kind. CONFORMANCE_ALL=1 runs all of them for each. */
const panel = [
  'oidcc-server',
  'oidcc-userinfo-post-header',
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow',
  'oidcc-scope-email',
  'oidcc-prompt-none-logged-in',
  'oidcc-prompt-none-not-logged-in',
  'oidcc-max-age-10000',
  'oidcc-response-type-missing',
  'oidcc-ensure-registered-redirect-uri',
  'oidcc-ensure-request-object-with-redirect-uri',
  'oidcc-codereuse',
  'oidcc-refresh-token',
  'oidcc-discovery-endpoint-verification',
  'oidcc-rp-initiated-logout',
  'oidcc-rp-initiated-logout-no-params',
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri',
  'oidcc-backchannel-rp-initiated-logout',
];
/** Modules that wait longer run only for mistakes that are about waiting. */
const longWaitSeconds = 5;
/** A mistake that more modules notice is about sign-ins as such. */
const few = 20;
const names = jobs.map(({ module }) => module.name);

function chooseJobs(mustNotice, patient) {
  const narrow = names.filter(mustNotice).length <= few;
  return jobs.filter(({ module: { name, seconds = 0 } }) => {
    if (seconds > longWaitSeconds && !(patient && mustNotice(name))) return false;
    return process.env.CONFORMANCE_ALL === '1' || panel.includes(name) || (narrow && mustNotice(name));
  });
}

describe('a server with one mistake', { concurrency: 8 }, () => {
  let signingKeys;
  let certificates;
  before(async () => {
    signingKeys = [await makeSigningKey()];
    certificates = makeCertificates();
  });
  after(() => certificates?.close());

  for (const [name, mistake, mustNotice, { patient = false } = {}] of mistakes) {
    test(name, async () => {
      const lab = await openLab(certificates);
      const { backchannel, clients } = lab;
      const target = await startWithMistake({ mistake, clients, certificates, signingKeys });
      const driver = openDriver('oidc-provider');
      const run = { issuer: target.issuer, driver, clients, ca: certificates.ca, strictHttps: true, backchannel };
      try {
        const chosen = chooseJobs(mustNotice, patient);
        const results = await runModules(run, chosen);
        const failed = results.filter(({ result }) => result === 'FAILED');
        const expected = chosen.map(({ module }) => module.name).filter(mustNotice);
        const story = failed.map((one) => `${one.name}:\n${describeFindings(one)}`).join('\n');
        assert.deepEqual(failed.map((one) => one.name).sort(), expected.sort(), story);
      } finally {
        await target.close();
        await lab.close();
      }
    });
  }
});

test('every module is the one to notice something', () => {
  const noticing = new Set(
    mistakes
      .map(([, , mustNotice]) => names.filter(mustNotice))
      .filter((all) => all.length <= few)
      .flat(),
  );
  const idle = names.filter((name) => !noticing.has(name));
  // It warns or is skipped, but cannot fail.
  assert.deepEqual(idle, ['oidcc-idtoken-unsigned']);
});
