// A wire between two processes that can be cut, or hold everything back. It runs in a thread of its own: the load computes
// signatures, and must not slow the database down by that.
import net from 'node:net';
import { Transform } from 'node:stream';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export class Wire {
  /** A port that leads to `target` on loopback. */
  static async to(target, address = '127.0.0.1') {
    const wire = new Wire();
    wire.worker = new Worker(new URL(import.meta.url), { workerData: { target, address } });
    wire.port = await new Promise((resolve) => wire.worker.once('message', resolve));
    return wire;
  }

  #say(state) {
    this.worker.postMessage(state);
    return new Promise((resolve) => this.worker.once('message', resolve));
  }

  /** Every connection is reset, and new ones are. */
  cut() {
    return this.#say('cut');
  }

  /** Nothing passes and nothing is lost. */
  hold() {
    return this.#say('held');
  }

  /** Every answer arrives `ms` later. */
  slow(ms) {
    return this.#say(ms);
  }

  mend() {
    return this.#say('up');
  }

  stop() {
    return this.worker.terminate();
  }
}

if (!isMainThread && workerData?.target) {
  const pairs = new Set();
  const held = [];
  let state = 'up';
  /** Passes bytes on in their order, when and as late as `state` says. */
  const valve = (slow) =>
    new Transform({
      transform(chunk, _, done) {
        const pass = () => done(null, chunk);
        if (state === 'held') held.push(pass);
        else if (slow && typeof state === 'number') setTimeout(pass, state);
        else pass();
      },
    });
  const server = net.createServer((near) => {
    if (state === 'cut') return near.resetAndDestroy();
    const far = net.connect(workerData.target, '127.0.0.1');
    const pair = [near, far];
    pairs.add(pair);
    near.pipe(valve(false)).pipe(far);
    far.pipe(valve(true)).pipe(near);
    for (const end of pair) {
      end.on('error', () => {});
      end.on('close', () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  });
  server.listen(0, workerData.address, () => parentPort.postMessage(server.address().port));
  parentPort.on('message', (wanted) => {
    state = wanted;
    if (wanted === 'cut') for (const pair of pairs) for (const end of pair) end.resetAndDestroy();
    if (wanted !== 'held') for (const pass of held.splice(0)) pass();
    parentPort.postMessage(state);
  });
}
