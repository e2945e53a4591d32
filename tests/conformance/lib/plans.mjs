// The certification plans and their modules, by the names that the OpenID Foundation's suite gives them.
import { backchannel } from '../modules/backchannel.mjs';
import { badRequests } from '../modules/bad-requests.mjs';
import { clientAssertions } from '../modules/client-assertions.mjs';
import { codesAndRefresh } from '../modules/codes-and-refresh.mjs';
import { configuration } from '../modules/discovery.mjs';
import { dpop } from '../modules/dpop.mjs';
import { fapi2Flows } from '../modules/fapi2.mjs';
import { happyFlow } from '../modules/happy-flow.mjs';
import { rpLogout } from '../modules/rp-logout.mjs';
import { scopes } from '../modules/scopes.mjs';
import { sessions } from '../modules/sessions.mjs';

const basic = [...happyFlow, ...scopes, ...sessions, ...badRequests, ...codesAndRefresh];

/** `common`: parameters of every authorization request of the plan; `apart`: not a part of `all`. */
export const plans = {
  basic: { title: 'oidcc-basic-certification-test-plan', modules: basic },
  config: { title: 'oidcc-config-certification-test-plan', modules: configuration },
  formpost: {
    title: 'oidcc-formpost-basic-certification-test-plan',
    modules: basic,
    common: { response_mode: 'form_post' },
  },
  'rp-logout': { title: 'oidcc-rp-initiated-logout-certification-test-plan', modules: rpLogout },
  backchannel: { title: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan', modules: backchannel },
  fapi2: {
    title: 'fapi2-security-profile-final-test-plan',
    modules: [...fapi2Flows, ...clientAssertions, ...dpop],
    apart: true,
  },
};

/**
 * The jobs for runModules.
 * @param plan   a name of `plans`, or 'all': those that OpenID providers certify for
 * @param module the name of one module, or undefined for all of the plan
 * @throws Error when there is no such plan or module
 */
export function select({ plan = 'all', module } = {}) {
  if (plan !== 'all' && !plans[plan])
    throw new Error(`there is no plan ${plan}; choose ${Object.keys(plans).join(', ')} or all`);
  const jobs = Object.entries(plans)
    .filter(([name, { apart }]) => (plan === 'all' ? !apart : plan === name))
    .flatMap(([name, { modules, common }]) => modules.map((one) => ({ plan: name, module: one, common })))
    .filter((job) => module === undefined || job.module.name === module);
  if (jobs.length === 0) throw new Error(`the plan ${plan} has no module ${module}`);
  return jobs;
}
