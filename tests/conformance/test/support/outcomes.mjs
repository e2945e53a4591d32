// Runs plans and declares one test a module.
import assert from 'node:assert/strict';
import { openDriver } from '../../drivers/index.mjs';
import { select } from '../../lib/plans.mjs';
import { runModules } from '../../lib/runner.mjs';

const unoffered = [
  'oidcc-idtoken-unsigned',
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
];
/** Modules about unsigned things, which no server here offers. */
export const skippedEverywhere = Object.fromEntries(unoffered.map((name) => [name, 'SKIPPED']));

export const describeFindings = ({ findings }) =>
  findings.map(({ level, message, source }) => `${level} ${message}${source ? ` [${source}]` : ''}`).join('\n');

/**
 * @param t         the node:test context
 * @param target    {issuer, driver, clients, lab}
 * @param expected  results other than PASSED, by module name; a module that passes although it is listed fails as well
 * @param tolerated patterns of warnings that are known and meant; each must still occur
 * @param jobs      what to run, all of it by default
 */
export async function assertOutcomes(
  t,
  { issuer, driver, clients, lab },
  { expected = {}, tolerated = [], jobs = select() },
) {
  const { certificates, backchannel } = lab;
  const run = { issuer, driver: openDriver(driver), clients, ca: certificates.ca, strictHttps: true, backchannel };
  const met = new Set();
  const isTolerated = ({ level, message }) => {
    const pattern = level === 'W' && tolerated.find((candidate) => candidate.test(message));
    if (pattern) met.add(pattern);
    return Boolean(pattern);
  };
  for (const one of await runModules(run, jobs)) {
    const findings = one.findings.filter((finding) => !isTolerated(finding));
    const onlyTolerated = one.result === 'WARNING' && findings.every(({ level }) => level === 'I');
    await t.test(`${one.plan}/${one.name}`, () => {
      assert.equal(onlyTolerated ? 'PASSED' : one.result, expected[one.name] ?? 'PASSED', describeFindings(one));
    });
  }
  await t.test('every tolerated warning still occurs', () => {
    assert.deepEqual(
      tolerated.filter((pattern) => !met.has(pattern)),
      [],
    );
  });
}
