// People and applications that never stop, and a ledger of everything that they were answered 200.
import assert from 'node:assert/strict';
import {
  authorize,
  callback,
  exchangeForm,
  fullScope,
  newPkce,
  postToken,
  publicClient,
  refreshForm,
  sigmaClient,
  userinfo,
} from '../../e2e/support/oauth.mjs';
import { answer as answerDevice, grantType, poll, start as startDevice } from '../../e2e/support/device.mjs';
import { Key, Person, signInPath, tokenPath } from '../../e2e/support/person.mjs';
import { sleep } from './topology.mjs';

const member = new Key();
const device = { grant_types: [grantType, 'refresh_token'], redirect_uris: [], response_types: [] };
export const clients = [publicClient('my-app'), sigmaClient('sigma-app', member), publicClient('television', device)];

/** The server said that it cannot at the moment, as documented: the round ends here, and nobody knows its outcome. */
class Unavailable extends Error {}

/** A time that no other token carries: honest tokens never share their text. `skewMs` follows a stepped clock. */
export const clock = { skewMs: 0 };
const last = { time: 0, skewMs: 0 };
function distinctTime() {
  if (last.skewMs !== clock.skewMs) Object.assign(last, { time: 0, skewMs: clock.skewMs });
  last.time = Math.max(Date.now() + clock.skewMs - 30_000, last.time + 1);
  return new Date(last.time).toISOString();
}

/** The newest `most` of each part of `items`; `cuts` are the lengths at which parts end. */
function sample(items, most, cuts) {
  const ends = [...cuts, items.length];
  return ends.flatMap((end, part) => items.slice(Math.max(end - most, ends[part - 1] ?? 0), end));
}

/** Does `work` with all `items`, some at a time. */
async function each(items, work) {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let item = queue.pop(); item; item = queue.pop()) await work(item);
    }),
  );
}

/** Longer than nginx waits for one replica and then for the other (ms): it is they who must say that they cannot. */
const patience = 60_000;

/** Everybody sits in a network of their own, as people do: what is limited for each network limits nobody here. */
let networks = 0;
function newNetwork() {
  const from = `127.${1 + ((networks >> 14) % 250)}.${(networks >> 7) & 127}.${1 + (networks & 127)}`;
  networks += 1;
  return from;
}

const emptyLedger = () => ({ sessions: [], signIns: [], codes: [], access: [], refreshes: [], revoked: [], members: [], devices: [], open: [] });

export class Load {
  /** @param workers people at a time */
  constructor(front, { workers = 2 } = {}) {
    this.front = front;
    this.workers = Array.from({ length: workers }, () => ({ cleanSince: 0 }));
    this.ledger = emptyLedger();
    this.faults = [];
    this.rounds = 0;
    this.unavailable = 0;
    this.refusals = [];
    this.lastUnavailable = 0;
    /** The longest that anybody waited for an answer. Whoever wants to know sets it back. */
    this.longestMs = 0;
    /** Refresh tokens whose use was never answered, too old for an assertion that says more than "one of the two". */
    this.undecided = 0;
  }

  /** The server as somebody in a network of their own meets it. */
  #elsewhere() {
    const from = newNetwork();
    const request = async (method, target, options) => {
      const began = Date.now();
      try {
        return await this.front.request(method, target, { timeout: patience, ...options, from });
      } finally {
        this.longestMs = Math.max(this.longestMs, Date.now() - began);
      }
    };
    return { ...this.front, request };
  }

  /** Begins; resolves when it runs. */
  static async begin(front, options) {
    const load = new Load(front, options);
    load.prober = await load.#signIn(false);
    load.start();
    await load.settled(Date.now());
    return load;
  }

  start() {
    this.running = true;
    this.done = Promise.all(this.workers.map((worker, i) => this.#work(worker, i)));
  }

  async stop() {
    this.running = false;
    await this.done;
  }

  /** The ledger, for whoever wants to look at it later; a new one begins. */
  takeLedger() {
    const ledger = this.ledger;
    this.ledger = emptyLedger();
    return ledger;
  }

  /** How much of each kind the ledger holds. */
  lengths() {
    return Object.fromEntries(Object.entries(this.ledger).map(([kind, items]) => [kind, items.length]));
  }

  async #work(worker, index) {
    for (let turn = index; this.running; turn += 1) {
      const began = Date.now();
      try {
        await this.#round(turn, worker);
        this.rounds += 1;
        worker.cleanSince = began;
      } catch (error) {
        worker.person = undefined; // what its session became is for verify() to say
        if (!(error instanceof Unavailable)) {
          error.message = `${new Date().toISOString()} ${error.message}`;
          this.faults.push(error);
        }
        await sleep(200);
      }
    }
  }

  /** Resolves when every worker has ended a round that began after `time` without being turned away. */
  async settled(time, limitMs = 180_000) {
    for (const deadline = Date.now() + limitMs; this.workers.some((worker) => worker.cleanSince < time); await sleep(20)) {
      if (Date.now() > deadline) throw new Error(`no clean round within ${limitMs} ms; ${this.describe()}`);
    }
  }

  /** Resolves when four requests at once, which nginx spreads over the replicas, all get a code: reads and writes work. */
  async recovered(limitMs = 60_000) {
    const works = async () => {
      const { challenge } = newPkce();
      const answer = await authorize(this.prober.front, this.prober, { client_id: 'my-app', code_challenge: challenge, scope: fullScope });
      return answer.location?.includes('code=') === true;
    };
    for (const deadline = Date.now() + limitMs; ; await sleep(50)) {
      const seen = await Promise.all(Array.from({ length: 4 }, () => works().catch(() => false)));
      if (seen.every(Boolean)) return;
      if (Date.now() > deadline) throw new Error(`no recovery within ${limitMs} ms; ${this.describe()}`);
    }
  }

  describe() {
    return `${this.rounds} rounds, ${this.unavailable} times unavailable, faults: ${this.faults.map((fault) => fault.message).slice(0, 5).join(' | ') || 'none'}\n${this.refusals.join('\n')}`;
  }

  /** The answer, if it is one of `expected`. 503 with words and Retry-After is Unavailable; the rest is a fault. */
  async #ask(promise, ...expected) {
    const answer = await promise;
    if (expected.includes(answer.status)) return answer;
    this.#assertDocumented(answer);
    throw new Unavailable(answer.describe());
  }

  /** The same for what has an outcome that stays unknown when the server turns it away. */
  async #tracked(item, promise) {
    const at = Date.now();
    try {
      return await this.#ask(promise, 200);
    } catch (error) {
      if (error instanceof Unavailable) this.ledger.open.push({ ...item, at });
      throw error;
    }
  }

  #assertDocumented(answer) {
    assert.equal(answer.status, 503, answer.describe());
    assert.ok(Number(answer.headers['retry-after']) >= 1, `503 without Retry-After: ${answer.describe()}`);
    assert.ok(answer.text.length > 0, answer.describe());
    this.#turnedAway(`${new Date().toISOString()} ${answer.describe()}`);
  }

  #turnedAway(story) {
    this.unavailable += 1;
    this.lastUnavailable = Date.now();
    this.refusals.push(story);
    if (this.refusals.length > 20) this.refusals.shift();
  }

  /** Sends the same twice at the same time; at most one may be accepted. Answers that one. */
  async #once(what, send) {
    const answers = await Promise.all([send(), send()]);
    const accepted = answers.filter((answer) => answer.status === 200);
    assert.ok(accepted.length <= 1, `${what} was accepted twice: ${answers.map((answer) => answer.describe()).join('\n')}`);
    for (const answer of answers) if (answer.status >= 500) this.#assertDocumented(answer);
    if (accepted.length === 0) {
      if (answers.every((answer) => answer.status < 500)) assert.fail(`${what} was accepted never: ${answers.map((answer) => answer.describe()).join('\n')}`);
      throw new Unavailable(what);
    }
    return accepted[0];
  }

  /** Signing in is dear for the client (arithmetic in JavaScript), so most rounds go on with the session that is there. */
  async #round(turn, worker) {
    const race = turn % 3 === 0;
    if (turn % 3 === 0 || !worker.person) worker.person = await this.#signIn(race);
    const { person } = worker;
    if (race) await this.#raceForACode(person);
    const [clientId, key] = turn % 3 === 1 ? ['sigma-app', member] : ['my-app'];
    await this.#grant(person, clientId, key, turn);
    if (turn % 4 === 1) await this.#device(person);
  }

  async #signIn(race) {
    const { ledger } = this;
    const person = new Person();
    const front = (person.front = this.#elsewhere());
    const token = person.token(signInPath, { timestamp: distinctTime() });
    const signedIn = race
      ? await this.#once('an X-Auth-Token', () => person.trySignIn(front, { token }))
      : await this.#ask(person.trySignIn(front, { token }), 200);
    person.jar.absorb(signedIn);
    person.userId = signedIn.json.user.id;
    ledger.signIns.push(token);
    ledger.sessions.push({ token: signedIn.json.token, userId: person.userId });
    return person;
  }

  async #code(person, clientId) {
    const { verifier, challenge } = newPkce();
    const answer = await authorize(person.front, person, { client_id: clientId, code_challenge: challenge, scope: fullScope });
    if (answer.status !== 302 && answer.status !== 303) {
      this.#assertDocumented(answer);
      throw new Unavailable('authorize');
    }
    const query = new URL(answer.location, this.front.base).searchParams;
    if (query.get('error') === 'temporarily_unavailable') {
      this.#turnedAway(answer.describe());
      throw new Unavailable('authorize');
    }
    assert.ok(query.get('code'), answer.describe());
    const form = exchangeForm({ code: query.get('code'), verifier, redirectUri: callback, clientId });
    return new URLSearchParams(form).toString();
  }

  /** Two exchanges of one code at the same time: whoever wins, the loser's attempt may end what the winner got. */
  async #raceForACode(person) {
    const body = await this.#code(person, 'my-app');
    await this.#once('a code', () => postToken(person.front, body, { token: null }));
    this.ledger.codes.push({ body });
  }

  async #grant(person, clientId, key, turn) {
    const { ledger } = this;
    const { front } = person;
    const body = await this.#code(person, clientId);
    const signature = key?.token(tokenPath, { body, timestamp: distinctTime() });
    const exchanged = await this.#tracked({ kind: 'code', body, key }, postToken(front, body, { token: signature ?? null }));
    ledger.codes.push({ body, key });
    if (signature) ledger.members.push({ body, signature });

    let tokens = exchanged.json;
    for (let i = 0; i < 2; i += 1) {
      const item = { kind: 'refresh', token: tokens.refresh_token, clientId, key };
      const send = () => postToken(front, refreshForm(item.token, clientId), { key, timestamp: distinctTime() });
      const both = turn % 5 === 0 ? send() : undefined;
      const refreshed = await this.#tracked(item, send()).finally(() => both?.catch(() => {}));
      const other = await both;
      if (other?.status === 200) assert.equal(other.json.refresh_token, refreshed.json.refresh_token, 'one refresh token had two successors');
      tokens = refreshed.json;
    }
    await this.#ask(userinfo(front, tokens.access_token), 200);
    const chain = { access: tokens.access_token, refresh: tokens.refresh_token, clientId, key, userId: person.userId };
    if (turn % 4 === 0 && !key) {
      await this.#ask(front.request('POST', '/api/auth/oauth2/revoke', { form: { token: chain.refresh, client_id: clientId } }), 200);
      ledger.revoked.push(chain);
    } else {
      ledger.access.push(chain);
      ledger.refreshes.push(chain);
    }
  }

  async #device(person) {
    const { front } = person;
    const codes = (await this.#ask(startDevice(front, { client_id: 'television', scope: 'openid' }), 200)).json;
    await this.#ask(answerDevice(front, person, 'approve', codes.user_code), 200);
    await this.#once('a device code', () => poll(front, codes));
    this.ledger.devices.push(codes);
  }

  /**
   * Asks for what was answered 200 since the last time, then forgets it.
   * @param most  so many of a kind, the newest
   * @param cuts  what lengths() said at moments since the last time: `most` of before, between and after them
   */
  async verify({ most = 12, cuts = [] } = {}) {
    const { front } = this;
    const ledger = Object.fromEntries(
      Object.entries(this.takeLedger()).map(([kind, items]) => [kind, sample(items, most, cuts.map((cut) => cut[kind]))]),
    );
    await each(ledger.sessions, async ({ token, userId }) => {
      const answer = await front.request('GET', '/api/auth/get-session', { headers: { authorization: `Bearer ${token}` } });
      assert.equal(answer.json?.session?.userId, userId, `a session is lost: ${answer.describe()}`);
    });
    await each(ledger.access, async ({ access, userId }) => {
      const answer = await userinfo(front, access);
      assert.equal(answer.json?.sub, userId, `an access token is lost: ${answer.describe()}`);
    });
    await each(ledger.refreshes, async ({ refresh, clientId, key }) => {
      const answer = await postToken(front, refreshForm(refresh, clientId), { key, timestamp: distinctTime() });
      assert.equal(answer.status, 200, `a refresh token is lost: ${answer.describe()}`);
    });
    await each(ledger.revoked, async ({ access, refresh, clientId, key }) => {
      assert.equal((await userinfo(front, access)).status, 401, 'a revoked access token lives');
      const answer = await postToken(front, refreshForm(refresh, clientId), { key, timestamp: distinctTime() });
      assert.equal(answer.json?.error, 'invalid_grant', `a revoked refresh token lives: ${answer.describe()}`);
    });
    await each(ledger.open, (item) => this.#verifyOpen(item));
    await this.verifySpent(ledger);
    return Object.fromEntries(Object.entries(ledger).map(([kind, items]) => [kind, items.length]));
  }

  /** Nothing that was used is accepted again. */
  async verifySpent(ledger) {
    const { front } = this;
    await each(ledger.signIns, async (token) => {
      const answer = await new Person().trySignIn(front, { token });
      assert.equal(answer.status, 401, `an X-Auth-Token is accepted again: ${answer.describe()}`);
    });
    await each(ledger.members, async ({ body, signature }) => {
      const answer = await postToken(front, body, { token: signature });
      assert.equal(answer.status, 401, `an X-Auth-Token is accepted again: ${answer.describe()}`);
    });
    await each(ledger.codes, async ({ body, key }) => {
      const answer = await postToken(front, body, { ...(key ? { key, timestamp: distinctTime() } : { token: null }) });
      assert.equal(answer.json?.error, 'invalid_grant', `a code is accepted again: ${answer.describe()}`);
    });
    await each(ledger.devices, async (codes) => {
      const answer = await poll(front, codes);
      assert.equal(answer.status, 400, `a device code is accepted again: ${answer.describe()}`);
    });
  }

  /** What was asked and never answered: done or not done, but not both, and not twice. */
  async #verifyOpen({ kind, body, token, clientId, key, at }) {
    const signed = () => (key ? { key, timestamp: distinctTime() } : { token: null });
    if (kind === 'code') {
      const answers = [await postToken(this.front, body, signed()), await postToken(this.front, body, signed())];
      assert.equal(answers[1].json?.error, 'invalid_grant', answers[1].describe());
      return;
    }
    const answers = [];
    for (let i = 0; i < 2; i += 1) answers.push(await postToken(this.front, refreshForm(token, clientId), signed()));
    // A repetition is the same request for thirty seconds; later it is a theft, if the first was done.
    if (Date.now() - at > 25_000) {
      for (const answer of answers) assert.ok(answer.status === 200 || answer.json?.error === 'invalid_grant', answer.describe());
      this.undecided += 1;
      return;
    }
    for (const answer of answers) assert.equal(answer.status, 200, `a refresh token is lost: ${answer.describe()}`);
    assert.equal(answers[0].json.refresh_token, answers[1].json.refresh_token);
  }

  /** No answer but those that are documented. */
  assertNoFaults() {
    assert.deepEqual(this.faults.map((fault) => fault.message).slice(0, 5), [], this.describe());
  }
}
