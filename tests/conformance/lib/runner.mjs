// Runs modules against an issuer, several at once, and says how each of them ended.
import { Browser } from './browser.mjs';
import { discover } from './checks/provider.mjs';
import { Http } from './http.mjs';
import { RelyingParty } from './relying-party.mjs';
import { Report, Skip, Stop } from './report.mjs';

/**
 * @param run {issuer, driver, clients, ca, strictHttps, jobs, backchannel}; `backchannel` is a started listener
 * @param jobs what plans.mjs selected: [{plan, module, common}]
 * @param onResult called with each result as it comes
 * @returns the results in the order of `jobs`: {plan, name, result, findings, seconds}
 */
export async function runModules(run, jobs, onResult = () => {}) {
  const http = new Http({ ca: run.ca });
  const slots = new Slots(run.jobs ?? 8);
  // Those that wait most start first.
  const order = [...jobs.keys()].sort((a, b) => (jobs[b].module.seconds ?? 0) - (jobs[a].module.seconds ?? 0));
  const results = new Array(jobs.length);
  try {
    await Promise.all(
      order.map(async (at) => {
        results[at] = await slots.use(() => runModule({ ...run, http, slots }, jobs[at]));
        onResult(results[at]);
      }),
    );
  } finally {
    http.close();
  }
  return results;
}

async function runModule(run, { plan, module, common = {} }) {
  const report = new Report();
  const started = Date.now();
  const tester = new Tester(run, report, common);
  let result;
  try {
    await module.run(tester);
  } catch (error) {
    if (error instanceof Skip) result = 'SKIPPED';
    else if (!(error instanceof Stop)) report.check(false, `interrupted: ${error.message}`);
  }
  if (report.has('F')) result = 'FAILED';
  result ??= report.has('W') ? 'WARNING' : 'PASSED';
  return { plan, name: module.name, result, findings: report.findings, seconds: (Date.now() - started) / 1000 };
}

/** What a module gets: the provider, clients, browsers and a place for its findings. */
class Tester {
  #run;

  constructor(run, report, common) {
    this.#run = run;
    this.report = report;
    this.common = common;
    this.http = run.http;
    this.issuer = run.issuer;
    this.strictHttps = run.strictHttps ?? false;
    this.backchannel = run.backchannel;
  }

  /** Discovery and the keys; the document is this.metadata from then on. */
  async discover() {
    if (!this.metadata) Object.assign(this, await discover(this));
    return this;
  }

  /** The application with the registration called `name` in the configuration. */
  async relyingParty(name = 'basic') {
    const client = this.#run.clients[name];
    this.report.require(client, `the configuration has no client called “${name}”`);
    return new RelyingParty(await this.discover(), client, this.common);
  }

  browser() {
    const uris = Object.values(this.#run.clients).flatMap((client) => [
      ...client.redirect_uris,
      ...(client.post_logout_redirect_uris ?? []),
    ]);
    const relyingParty = [...new Set(uris.map((uri) => new URL(uri).origin))];
    return new Browser({ http: this.http, driver: this.#run.driver, relyingParty });
  }

  /** Waits; other modules run meanwhile. */
  sleep(seconds) {
    return this.#run.slots.leave(() => new Promise((resolve) => setTimeout(resolve, seconds * 1000)));
  }
}

/** At most so many modules work at a time; one that waits lets others work. */
class Slots {
  #free;
  #waiting = [];

  constructor(count) {
    this.#free = count;
  }

  async use(work) {
    await this.#take();
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  async leave(work) {
    this.#give();
    try {
      return await work();
    } finally {
      await this.#take();
    }
  }

  #take() {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
