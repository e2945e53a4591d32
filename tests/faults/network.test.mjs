// Cables are pulled: each replica is on a machine of its own, joined to nginx by one cable and to Postgres and Redis by another.
// Unlike a connection that is reset, a pulled cable says nothing: whoever waits must know by himself when to give up.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clients, Load } from './support/load.mjs';
import { noNamespaces } from './support/namespace.mjs';
import { survive } from './support/survive.mjs';
import { sleep, Topology } from './support/topology.mjs';

describe('replicas on machines of their own', { skip: noNamespaces }, () => {
  let topology;
  let load;
  before(async () => {
    topology = await Topology.start({ clients, apart: true });
    load = await Load.begin(topology.front);
  });
  after(async () => {
    await load?.stop();
    await topology?.stop();
  });

  /** Pulls cables ([replica, name] each) for so many seconds; `meanwhile` looks whether that is felt. */
  const pulled = (cables, seconds, meanwhile = () => {}) =>
    survive(
      load,
      async () => {
        for (const [replica, cable] of cables) replica.machine.pull(cable);
        await sleep(1000 * seconds);
        await meanwhile();
      },
      () => {
        for (const [replica, cable] of cables) replica.machine.plug(cable);
      },
    );

  const ready = (replica) => replica.admin('GET', '/health/ready', { token: null, timeout: 3000 });

  const assertSilent = (replica) => assert.rejects(ready(replica), /no answer in 3000 ms|EHOSTUNREACH/);

  test('nothing breaks: nobody is turned away', async () => {
    assert.equal(await survive(load, () => sleep(500)), 0, load.describe());
  });

  test('case 66: the cable between nginx and one replica is pulled', async () => {
    const [replica] = topology.replicas;
    await pulled([[replica, 'web']], 4, () => assertSilent(replica));
  });

  test('case 66: the cable between one replica and its data is pulled: it says that it is not ready', async () => {
    const [replica] = topology.replicas;
    await pulled([[replica, 'data']], 4, async () => assert.equal((await ready(replica)).status, 503));
  });

  test('case 66: one replica is alone in the world', async () => {
    const replica = topology.replicas[1];
    await pulled([[replica, 'web'], [replica, 'data']], 4, () => assertSilent(replica));
  });

  test('case 66: nobody reaches the data, for longer than a connection waits', async () => {
    const turnedAway = await pulled(topology.replicas.map((replica) => [replica, 'data']), 15);
    assert.ok(turnedAway > 0);
  });
});
