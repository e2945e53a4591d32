// A machine of its own, as far as the network goes: a namespace of the kernel with two cables, as the compose file has two
// networks. `web` leads to the load balancer, `data` to Postgres and Redis. When one is pulled, packets vanish and nobody is told.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Why this machine cannot have them; undefined where it can, or where nothing may be left out. */
export const noNamespaces =
  process.env.SIGMA_TEST_NO_SKIPS === '1' || spawnSync('unshare', ['--net', 'ip', 'link', 'add', 'switch', 'type', 'bridge']).status === 0
    ? undefined
    : 'this machine allows no network namespaces (unshare --net, ip link add … type bridge); run the suite as root, outside of a container';

let machines = 0;

/** Switches of a run that was killed would answer at our addresses. */
function removeWhatIsLeftBehind() {
  const links = String(ip('-oneline', 'link'));
  for (const [, name, pid] of links.matchAll(/^\d+: (sf(\d+)-[wd]s):/gm)) if (!existsSync(`/proc/${pid}`)) ip('link', 'del', name);
}

export class Namespace {
  static async make() {
    if (machines === 0) removeWhatIsLeftBehind();
    const machine = new Namespace();
    // It lives as long as this process and takes its cables along.
    machine.holder = spawn('unshare', ['--net', 'sh', '-c', 'echo $$; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const pid = await new Promise((resolve, reject) => {
      machine.holder.stdout.once('data', (text) => resolve(String(text).trim()));
      machine.holder.once('exit', () => reject(new Error('unshare --net ended')));
    });
    machine.enter = ['nsenter', `--net=/proc/${pid}/ns/net`];
    /** The machine's address on each cable, and ours. */
    machine.address = {};
    machine.host = {};
    machine.#inside('link', 'set', 'lo', 'up');
    for (const [i, cable] of ['web', 'data'].entries()) {
      const net = `10.213.${machines}.${4 * i}`.replace(/\d+$/, '');
      machine.host[cable] = `${net}${4 * i + 1}`;
      machine.address[cable] = `${net}${4 * i + 2}`;
      // A cable ends in a switch, so that our end does not notice when it is pulled.
      ip('link', 'add', machine.#switch(cable), 'type', 'bridge');
      ip('address', 'add', `${machine.host[cable]}/30`, 'dev', machine.#switch(cable));
      ip('link', 'set', machine.#switch(cable), 'up');
      ip('link', 'add', machine.#plug(cable), 'type', 'veth', 'peer', 'name', cable, 'netns', pid);
      ip('link', 'set', machine.#plug(cable), 'master', machine.#switch(cable), 'up');
      machine.#inside('address', 'add', `${machine.address[cable]}/30`, 'dev', cable);
      machine.#inside('link', 'set', cable, 'up');
    }
    machines += 1;
    return machine;
  }

  #switch(cable) {
    return `sf${this.holder.pid}-${cable[0]}s`;
  }

  #plug(cable) {
    return `sf${this.holder.pid}-${cable[0]}p`;
  }

  #inside(...args) {
    return execFileSync(this.enter[0], [...this.enter.slice(1), 'ip', ...args]);
  }

  pull(cable) {
    ip('link', 'set', this.#plug(cable), 'down');
  }

  plug(cable) {
    ip('link', 'set', this.#plug(cable), 'up');
  }

  end() {
    for (const cable of ['web', 'data']) spawnSync('ip', ['link', 'del', this.#switch(cable)]);
    this.holder.kill('SIGKILL');
  }
}
