// A person at the pages of TokenPass, in Chromium.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import { launchBrowser } from '../../browser/support/browser.mjs';
import { password } from './server.mjs';

const screenshots = path.resolve(import.meta.dirname, '../../screenshots');

export async function startBrowser(t) {
  const browser = await launchBrowser();
  t.after(() => browser.close());
  return browser;
}

/** A browser profile whose pages are watched: nothing may be thrown or forbidden by a policy. */
export class Person {
  complaints = [];

  static async at(browser, server, options = {}) {
    const person = new Person();
    person.server = server;
    person.context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en', ...options });
    person.context.setDefaultTimeout(60_000);
    person.context.on('page', (page) => person.#watch(page));
    person.page = await person.context.newPage();
    return person;
  }

  #watch(page) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) this.complaints.push(message.text());
    });
  }

  async open(where = '/') {
    await this.page.goto(this.server.base + where);
  }
  heading(name) {
    return this.page.getByRole('heading', { name }).first().waitFor();
  }
  press(name) {
    return this.page.getByRole('button', { name, exact: true }).click();
  }
  type(label, text) {
    return this.page.getByLabel(label, { exact: true }).fill(text);
  }
  async unlock(secret = password) {
    await this.type('Password', secret);
    await this.page.getByRole('button', { name: /^(Unlock|Go on)$/ }).click();
  }

  /** The next request of the page to `path` waits: [when it has been made, what lets it go on]. */
  async holdBack(path) {
    let goOn;
    const waiting = new Promise((resolve) => (goOn = resolve));
    const handler = async (route) => {
      await waiting;
      await route.continue().catch(() => {}); // the page may have been left
    };
    await this.page.route(`**${path}`, handler, { times: 1 });
    return [this.page.waitForRequest((request) => request.url().endsWith(path)), goOn];
  }

  /** With the password to the dashboard, whether the wallet was locked or is open to somebody else. */
  async enter(secret = password) {
    await this.unlock(secret);
    await this.heading('Connected sites');
  }

  /** Pictures of the page in both colour schemes and on a phone, and what axe says about both; nothing may be cut off. */
  async look(name, page = this.page) {
    mkdirSync(screenshots, { recursive: true });
    const picture = (kind) => page.screenshot({ path: path.join(screenshots, `tokenpass-${name}-${kind}.png`), fullPage: true });
    await page.evaluate(axe.source);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await picture(colorScheme);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
      assert.deepEqual(found, [], `accessibility of ${name}, ${colorScheme}`);
    }
    const size = page.viewportSize();
    for (const width of [size.width, 390, 320]) {
      await page.setViewportSize({ width, height: size.height });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, `${name} is too wide for ${width} pixels`);
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll('main button, main .field, main .chip')]
          .filter((part) => part.getBoundingClientRect().right > part.closest('.question, .card').getBoundingClientRect().right)
          .map(({ textContent }) => textContent.trim()),
      );
      assert.deepEqual(outside, [], `${name} has parts outside of their card at ${width} pixels`);
    }
    await picture('phone');
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: null });
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }
}
