// A person's Chromium: one browser for a file of tests, one fresh profile for each person, and eyes on what leaves it.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { authorizeQuery, callback } from '../../support/oauth.mjs';
import { until } from '../../support/until.mjs';

const screenshots = path.resolve(import.meta.dirname, '../../screenshots');

export const launchBrowser = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

/** Presses what closes its window, which may be gone before the browser has told that it was pressed. */
export async function pressToClose(button) {
  const page = button.page();
  const closed = page.waitForEvent('close');
  await button.click().catch((error) => {
    if (!page.isClosed()) throw error;
  });
  await closed;
}

/** One person with a browser profile of their own. Everything the browser sends is recorded. */
export class Visitor {
  /** Texts of all requests: method, address, fields, body. */
  sent = [];
  #complaints = [];
  #expected = [];

  /** `applications`: origins, besides the server's, that this person's browser may talk to. */
  static async arrive(browser, server, { applications = [], ...options } = {}) {
    const visitor = new Visitor();
    visitor.server = server;
    visitor.applications = applications;
    visitor.scripted = options.javaScriptEnabled !== false;
    visitor.context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    visitor.context.setDefaultTimeout(60_000); // keys are stretched on purpose, and the machine may be busy
    visitor.page = await visitor.context.newPage();
    await visitor.#watch();
    return visitor;
  }

  async #watch() {
    const clientOrigin = new URL(callback).origin;
    // The application's callback page: this test plays it, nothing leaves the machine.
    await this.context.route(`${clientOrigin}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Back in the app</h1>' }));
    this.context.on('request', (request) => {
      this.sent.push([request.method(), request.url(), JSON.stringify(request.headers()), request.postData() ?? ''].join(' '));
      const { origin } = new URL(request.url());
      if (![this.server.base, clientOrigin, ...this.applications].includes(origin)) this.#complaints.push(`asked another host: ${request.url()}`);
    });
    this.context.on('weberror', (error) => this.#complaints.push(`script error: ${error.error().message}`));
    this.context.on('console', (message) => {
      // bitcoin-backup says so itself when a password was wrong.
      if (/^All decryption attempts failed/.test(message.text())) return;
      if (message.type() === 'error') this.#complaints.push(`console: ${message.text()}`);
    });
  }

  /** The next complaint of the console that matches was meant to happen (a refused request). */
  expectComplaint(pattern) {
    this.#expected.push(pattern);
  }

  /** Answers the question `title` with `action`, and waits until it is out of the page, which may hold the same words. */
  async confirm(title, action) {
    await this.page.getByRole('dialog', { name: title }).getByRole('button', { name: action, exact: true }).click();
    await this.page.locator('dialog').waitFor({ state: 'detached' });
  }

  /** Opens the application's sign-in: the gate, with an authorization request. */
  open(request = {}) {
    return this.page.goto(`${this.server.base}/oauth2/authorize?${authorizeQuery(request)}`);
  }

  heading(name) {
    return this.page.getByRole('heading', { name, exact: true }).waitFor();
  }

  press(name) {
    return this.page.getByRole('button', { name, exact: true }).click();
  }

  type(label, text) {
    return this.page.getByLabel(label, { exact: true }).fill(text);
  }

  /** Waits for the application's callback page; answers its query. */
  async landed() {
    await this.page.waitForURL(`${callback}?**`);
    return new URL(this.page.url()).searchParams;
  }

  /** A picture for people to look at, and axe's opinion of the page as it stands. */
  async shoot(name, page = this.page) {
    mkdirSync(screenshots, { recursive: true });
    if (this.scripted) await this.checkAccessibility(name, page);
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
  }

  async checkAccessibility(name, page = this.page) {
    for (const frame of page.frames()) {
      if (!frame.url().startsWith(this.server.base)) continue;
      await frame.evaluate(axe.source);
      const { violations } = await frame.evaluate(() => globalThis.axe.run());
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
      assert.deepEqual(found, [], `accessibility of ${name}`);
      const overflow = await frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, `${name} is too wide`);
    }
  }

  /** Waits for the start page of who is signed in. (The sign-in page has its heading, too, while it leaves.) */
  home() {
    return this.page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
  }

  async signOut() {
    await this.press('Sign out');
    await this.heading('You are signed out');
  }

  /** Signs out and comes back with a further identity of the same words. */
  async anotherIdentity({ name, password }) {
    await this.signOut();
    await this.page.goto(`${this.server.base}/login`);
    await this.press('Another identity from the same words');
    if (name) await this.page.getByLabel('Name').fill(name);
    await this.type('Password', password);
    await this.press('Add identity and sign in');
    await this.home();
  }

  /** Creates an identity as a person does who reads and obeys the page; answers its words. */
  async create({ name = '', password, copy = false }) {
    await this.press('Create a new identity');
    await this.page.getByLabel('Name').fill(name);
    await this.press('Continue');
    await this.heading('Write down these 12 words');
    const words = await this.page.locator('ol.words li').evaluateAll((items) => items.map((item) => item.lastChild.textContent.trim()));
    await this.press('I have written them down');
    await this.heading('Check your notes');
    for (const label of await this.page.locator('form label').allTextContents()) {
      await this.type(label, words[Number(/\d+/.exec(label)[0]) - 1]);
    }
    await this.press('Continue');
    await this.newPassword(password);
    await this.press('Create identity');
    await this.heading('Your identity is ready');
    if (copy) await this.page.getByLabel('Keep an encrypted copy on this server, too').check();
    await this.press('Continue and sign in');
    return words;
  }

  async newPassword(password) {
    await this.type('Password for this device', password);
    await this.type('Repeat the password', password);
  }

  /** The identities that this browser keeps; nothing of `secrets` was ever sent or lies readable in its storage. */
  async assertKept(secrets) {
    await this.page.goto(this.server.base);
    const storage = await this.page.evaluate(() => ({ ...localStorage, ...sessionStorage }));
    const plain = (text) => text.replaceAll('+', ' ').replaceAll(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
    for (const secret of secrets) {
      const leak = this.sent.find((text) => text.includes(secret) || plain(text).includes(secret));
      assert.equal(leak, undefined, 'a secret was sent');
      assert.ok(!JSON.stringify(storage).includes(secret), 'a secret lies open in storage');
    }
    return JSON.parse(storage['sigma.identities'] ?? '[]');
  }

  /** Closes the profile. No page may have broken its policy, thrown, or asked another host. */
  async leave() {
    // The browser may tell of the last one a moment after the page shows what follows from it.
    await until(() => this.#verdict().missing.length === 0, { limitMs: 5_000 }).catch(() => {});
    await this.context.close();
    assert.deepEqual(this.#verdict(), { missing: [], unexpected: [] });
  }

  #verdict() {
    const unexpected = [...this.#complaints];
    const missing = this.#expected.filter((pattern) => {
      const at = unexpected.findIndex((text) => pattern.test(text));
      if (at >= 0) unexpected.splice(at, 1);
      return at < 0;
    });
    return { missing: missing.map(String), unexpected };
  }
}

/** A test in which somebody visits. `arrive` makes the visitor; of a test that fails, a picture stays as screenshots/failed-*.png. */
export function visitTest(title, arrive, act) {
  test(title, { timeout: 300_000 }, async () => {
    const visitor = await arrive();
    try {
      await act(visitor);
    } catch (error) {
      mkdirSync(screenshots, { recursive: true });
      await visitor.page.screenshot({ path: path.join(screenshots, `failed-${title.replaceAll(/\W+/g, '-')}.png`), fullPage: true }).catch(() => {});
      await visitor.context.close();
      throw error;
    }
    await visitor.leave();
  });
}
