// A wire between two processes that can be cut, or hold everything back. It runs in a thread of its own: the load computes
// signatures, and must not slow the database down by that.
import net from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export class Wire {
  /** A port on loopback that leads to `target`. */
  static async to(target) {
    const wire = new Wire();
    wire.worker = new Worker(new URL(import.meta.url), { workerData: { target } });
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

  mend() {
    return this.#say('up');
  }

  stop() {
    return this.worker.terminate();
  }
}

if (!isMainThread && workerData?.target) {
  const pairs = new Set();
  let state = 'up';
  const join = ([near, far]) => {
    near.pipe(far);
    far.pipe(near);
  };
  const part = ([near, far]) => {
    near.unpipe(far).pause();
    far.unpipe(near).pause();
  };
  const server = net.createServer((near) => {
    if (state === 'cut') return near.resetAndDestroy();
    const pair = [near, net.connect(workerData.target, '127.0.0.1')];
    pairs.add(pair);
    if (state === 'up') join(pair);
    for (const end of pair) {
      end.on('error', () => {});
      end.on('close', () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  parentPort.on('message', (wanted) => {
    if (wanted === 'cut') for (const pair of pairs) for (const end of pair) end.resetAndDestroy();
    if (wanted === 'held') pairs.forEach(part);
    if (wanted === 'up' && state === 'held') pairs.forEach(join);
    state = wanted;
    parentPort.postMessage(state);
  });
}
