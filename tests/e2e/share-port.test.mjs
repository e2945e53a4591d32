// Two processes on one port of one machine: a new release starts beside the one that it replaces (SIGMA_SHARE_PORT), which
// then leaves. People and applications notice nothing (docs/how-to/upgrade.md).
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';
import { request } from './support/http.mjs';
import { exchange, fullScope, getCode, publicClient, refreshForm } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';
import { until } from './support/until.mjs';

const env = { SIGMA_SHARE_PORT: 'on', SIGMA_DRAIN_DELAY: '1s' };
const listenOf = (server) => ({ SIGMA_LISTEN: new URL(server.local).host });

/** Refreshes tokens one after the other, each time with the refresh token of the answer before: nothing may be lost. */
class Load {
  answered = 0;
  failures = [];
  #stopped = false;

  constructor(base, tokens, agent, pauseMs) {
    this.done = Promise.all(tokens.map((token) => this.#run(base, token, agent, pauseMs)));
  }

  async #run(base, token, agent, pauseMs) {
    while (!this.#stopped) {
      const answer = await request(base, 'POST', '/api/auth/oauth2/token', { form: refreshForm(token), agent }).catch((error) => error);
      if (answer.status !== 200) return this.failures.push(answer.describe?.() ?? answer.message);
      this.answered += 1;
      token = answer.json.refresh_token;
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** Until so many more are answered, or one is not. */
  more(count) {
    const goal = this.answered + count;
    return until(() => this.answered >= goal || this.failures.length > 0, { limitMs: 60_000 });
  }

  async stop() {
    this.#stopped = true;
    await this.done;
  }
}

forEachStore('a shared port', { clients: [publicClient('my-app')], env }, (context) => {
  const served = async (server) => {
    const { text } = await server.admin('GET', '/metrics', { token: null });
    return [...text.matchAll(/^http_requests_total\{.*route="\/api\/auth\/oauth2\/token".*\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  let next;
  after(() => next?.stop());

  test('the new process takes its share, the old one leaves, and no request fails', async () => {
    const old = context.server;
    const person = await newPerson(old);
    const tokens = [];
    // SQLite's lock is not fair: who writes without a pause keeps the other process waiting for long where commits are slow.
    const [count, pauseMs] = context.store === 'sqlite' ? [2, 20] : [8, 0];
    for (let i = 0; i < count; i += 1) tokens.push((await exchange(old, await getCode(old, person, { scope: fullScope }))).refresh_token);
    const agents = [new http.Agent({ keepAlive: true }), new http.Agent({ keepAlive: false })];
    const loads = agents.map((agent, i) => new Load(old.local, tokens.filter((_, n) => n % 2 === i), agent, pauseMs));
    const assertNoFailures = () => assert.deepEqual(loads.flatMap(({ failures }) => failures), []);
    try {
      await Promise.all(loads.map((load) => load.more(20)));
      next = await startServer({ peerOf: old, env: { ...env, ...listenOf(old) } });
      await until(async () => (await served(next)) > 20, { limitMs: 60_000 });
      assertNoFailures();
      const ended = old.terminate();
      assert.deepEqual(await ended, { code: 0, signal: null });
      await Promise.all(loads.map((load) => load.more(20)));
    } finally {
      await Promise.all(loads.map((load) => load.stop()));
      for (const agent of agents) agent.destroy();
    }
    assertNoFailures();
  });

  test('whoever does not share a port gets one alone, or none', async () => {
    await assert.rejects(startServer({ peerOf: next, env: listenOf(context.server) }), /Cannot listen on .*in use/);
  });
});
