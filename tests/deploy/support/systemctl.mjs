// systemctl for a machine without systemd: what the guides say to it, done with the units in $MACHINE/units. What a service says of
// environment, credentials, folders and program is done as systemd.exec(5) says; hardening and timers are not.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const machine = process.env.MACHINE;
const [verb, ...rest] = process.argv.slice(2);
const names = rest.filter((word) => !word.startsWith('--'));
const now = rest.includes('--now');
/** A zombie is gone: who started it is, and nobody may be there to bury it. */
const isThere = (pid) => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
const pidFileOf = (name) => path.join(machine, 'state', `${name}.pid`);

/** A unit as this machine has it: the values of a directive, with specifiers and places put in. */
function load(name) {
  const [, template, instance] = /^([^@]+@?)(.*)$/.exec(name);
  const unit = readFileSync(path.join(machine, 'units', `${template}.service`), 'utf8');
  const credentials = path.join(machine, 'state', `${name}.credentials`);
  const here = (text) =>
    text
      .replaceAll('%i', instance)
      .replaceAll('%d', credentials)
      .replaceAll('%S', path.join(machine, 'state'))
      .replaceAll('/etc/sigma-auth/', path.join(machine, 'etc/'))
      .replaceAll('/usr/bin/', path.join(machine, 'bin/'));
  return { credentials, all: (directive) => [...unit.matchAll(new RegExp(`^${directive}=(.*)$`, 'gm'))].map(([, value]) => here(value)) };
}

/** Files win over the unit's own assignments, later ones over earlier ones. */
function environmentOf({ all }) {
  const assignments = all('Environment').flatMap((line) => line.split(' '));
  for (const file of all('EnvironmentFile')) assignments.push(...readFileSync(file, 'utf8').split('\n').filter((line) => /^[A-Z]/.test(line)));
  return Object.fromEntries([['PATH', process.env.PATH], ...assignments.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])]);
}

async function start(name) {
  if (existsSync(pidFileOf(name))) return;
  const unit = load(name);
  mkdirSync(unit.credentials, { recursive: true });
  for (const [id, file] of unit.all('LoadCredential').map((text) => text.split(':'))) writeFileSync(path.join(unit.credentials, id), readFileSync(file));
  for (const folder of unit.all('StateDirectory')) mkdirSync(path.join(machine, 'state', folder), { recursive: true, mode: 0o700 });
  const [program, ...args] = unit.all('ExecStart')[0].split(' ');
  const log = openSync(path.join(machine, 'state/log'), 'a');
  const options = { env: environmentOf(unit), cwd: '/', stdio: ['ignore', log, log] };
  if (unit.all('Type')[0] === 'oneshot') {
    const { status } = spawnSync(program, args, options);
    if (status !== 0) throw new Error(`${name}: exit code ${status}\n${readFileSync(path.join(machine, 'state/log'), 'utf8').slice(-3000)}`);
    return;
  }
  const child = spawn(program, args, { ...options, detached: true });
  await new Promise((resolve, reject) => child.on('spawn', resolve).on('error', reject));
  writeFileSync(pidFileOf(name), String(child.pid));
  child.unref();
}

/** SIGTERM, and an error when its time is over. */
async function stop(name) {
  const pid = Number(readFileSync(pidFileOf(name), 'utf8'));
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + 1000 * Number(load(name).all('TimeoutStopSec')[0]);
  while (isThere(pid)) {
    if (Date.now() > deadline) {
      process.kill(pid, 'SIGKILL');
      throw new Error(`${name} had to be killed`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  rmSync(pidFileOf(name));
}

if (verb !== 'daemon-reload' && !(verb === 'start' || (['enable', 'disable'].includes(verb) && now))) throw new Error(`systemctl ${verb}: not here`);
for (const name of names) {
  if (name.endsWith('.timer')) readFileSync(path.join(machine, 'units', name));
  else await (verb === 'disable' ? stop(name) : start(name));
}
