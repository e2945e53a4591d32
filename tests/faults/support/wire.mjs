// A wire between two processes that can be cut, or hold everything back.
import net from 'node:net';

export class Wire {
  #pairs = new Set();
  #state = 'up';

  /** A port on loopback that leads to `port`. */
  static async to(port) {
    const wire = new Wire();
    wire.target = port;
    wire.server = net.createServer((near) => wire.#connect(near));
    wire.server.listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      wire.server.on('listening', resolve);
    });
    wire.port = wire.server.address().port;
    return wire;
  }

  #connect(near) {
    if (this.#state === 'cut') return near.resetAndDestroy();
    const far = net.connect(this.target, '127.0.0.1');
    const pair = [near, far];
    this.#pairs.add(pair);
    if (this.#state === 'up') {
      near.pipe(far);
      far.pipe(near);
    }
    for (const end of pair) {
      end.on('error', () => {});
      end.on('close', () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  }

  /** Every connection is reset, and new ones are. */
  cut() {
    this.#state = 'cut';
    for (const pair of this.#pairs) for (const end of pair) end.resetAndDestroy();
  }

  /** Nothing passes and nothing is lost. */
  hold() {
    this.#state = 'held';
    for (const [near, far] of this.#pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.pause();
      far.pause();
    }
  }

  mend() {
    if (this.#state === 'held') {
      for (const [near, far] of this.#pairs) {
        near.pipe(far);
        far.pipe(near);
      }
    }
    this.#state = 'up';
  }

  stop() {
    this.cut();
    return new Promise((resolve) => {
      this.server.close(resolve);
    });
  }
}
