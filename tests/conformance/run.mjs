#!/usr/bin/env node
// The OpenID certification modules against any issuer. README.md explains; `--help` lists the options.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openDriver } from './drivers/index.mjs';
import { Listener } from './lib/listener.mjs';
import { select } from './lib/plans.mjs';
import { runModules } from './lib/runner.mjs';

const usage = `Usage: node run.mjs --issuer URL --driver NAME --config FILE [options]

  --issuer URL      the issuer, as its discovery document calls it
  --driver NAME     who goes through its pages: oidc-provider, sigma, or a JSON file with rules
  --config FILE     the tester's registrations there, see config.example.json
  --plan NAME       basic, config, formpost, rp-logout, backchannel, all (default), or fapi2
  --module NAME     only this module
  --ca FILE         trust this certificate authority as well
  --strict-https    http endpoints fail on the own machine too
  --jobs N          modules at a time (default 8)
  --json            one JSON object a module instead of text
`;

function parseOptions() {
  const { values } = parseArgs({
    options: {
      issuer: { type: 'string' },
      driver: { type: 'string' },
      config: { type: 'string' },
      plan: { type: 'string', default: 'all' },
      module: { type: 'string' },
      ca: { type: 'string' },
      'strict-https': { type: 'boolean', default: false },
      jobs: { type: 'string', default: '8' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  for (const name of ['issuer', 'driver', 'config']) {
    if (!values[name]) throw new Error(`--${name} is missing; --help lists the options`);
  }
  if (!/^[1-9]\d*$/.test(values.jobs)) throw new Error(`--jobs is ${values.jobs}, expected a number above 0`);
  return values;
}

async function startListener({ listen, url, cert, key }) {
  const tls = cert && { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  return Listener.start({ listen, url, tls });
}

function show({ plan, name, result, findings, seconds }) {
  console.log(`${result.padEnd(7)} ${plan}/${name} (${seconds.toFixed(1)} s)`);
  for (const { level, message, source } of findings)
    console.log(`    ${level} ${message}${source ? ` [${source}]` : ''}`);
}

async function main() {
  const options = parseOptions();
  const config = JSON.parse(readFileSync(options.config, 'utf8'));
  const backchannel = config.listener && (await startListener(config.listener));
  const run = {
    issuer: options.issuer,
    driver: openDriver(options.driver),
    clients: config.clients,
    ca: options.ca && readFileSync(options.ca, 'utf8'),
    strictHttps: options['strict-https'],
    jobs: Number(options.jobs),
    backchannel,
  };
  const print = options.json ? (result) => console.log(JSON.stringify(result)) : show;
  try {
    const results = await runModules(run, select(options), print);
    const count = (wanted) => results.filter(({ result }) => result === wanted).length;
    const totals = ['PASSED', 'WARNING', 'SKIPPED', 'FAILED'].map(
      (result) => `${count(result)} ${result.toLowerCase()}`,
    );
    if (!options.json) console.log(`\n${results.length} modules: ${totals.join(', ')}`);
    return count('FAILED') === 0 ? 0 : 1;
  } finally {
    await backchannel?.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`run: ${error.message}`);
  process.exitCode = 2;
}
