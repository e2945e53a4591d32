// A browser without scripts: keeps cookies, follows redirects, submits forms, and lets a driver do what a person would.
// It never leaves for the relying party: a redirect or a form post to its origin ends the visit and is the result.
import { CookieJar } from './cookies.mjs';
import { formsOf, linksOf, submitsItself, textOf } from './html.mjs';

const maxSteps = 40;
const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';

export class Browser {
  #http;
  #driver;
  #relyingParty;
  #jar = new CookieJar();
  /** What a driver must remember of the person in front; `declines`: says no where consent is asked for. */
  memory = {};

  /**
   * @param relyingParty origins at which a visit ends
   * @param driver       knows the provider's pages: `step(page, browser)` does what a person would and answers {kind}
   *                     with either `answer`, what its request brought, or `next`, the URL to go to; undefined:
   *                     unknown page
   */
  constructor({ http, driver, relyingParty }) {
    this.#http = http;
    this.#driver = driver;
    this.#relyingParty = relyingParty;
  }

  /** One request with this browser's cookies; nothing is followed. */
  async fetch(method, url, { headers = {}, ...options } = {}) {
    const target = new URL(url);
    const cookie = this.#jar.header(target);
    const answer = await this.#http.request(method, target, {
      ...options,
      headers: { accept, ...(cookie ? { cookie } : {}), ...headers },
    });
    this.#jar.absorb(answer);
    return answer;
  }

  get(url) {
    return this.fetch('GET', url);
  }

  /** Submits a form of `page` (an element of page.forms) with `values` over what stands in it. */
  submit(page, form, values = {}) {
    const action = new URL(form.action || page.url, page.url);
    const fields = { ...form.fields, ...values };
    if (form.method === 'POST') {
      return this.fetch('POST', action, { form: fields, headers: { origin: page.url.origin } });
    }
    action.search = new URLSearchParams(fields).toString();
    return this.fetch('GET', action);
  }

  /**
   * Opens a URL and goes on as a person would, until the relying party is reached or nobody knows what to do.
   * @param method, form for a visit that starts with a form post
   * @returns {arrived, shown, page}: `arrived` is {via: 'query'|'form', url, parameters} or undefined; `shown` lists
   *          the kinds of pages that wanted the person's attention ('login', 'consent', 'logout' …); without an arrival
   *          `page` is the page at which it ended
   */
  async visit(url, { method = 'GET', form } = {}) {
    const shown = [];
    let answer = await this.fetch(method, url, form ? { form } : {});
    let next = redirectTarget(answer);
    for (let step = 0; step < maxSteps; ++step) {
      if (next) {
        if (this.#isRelyingParty(next)) return { arrived: arrivalByQuery(next), shown };
        answer = await this.#follow(answer, next);
        next = redirectTarget(answer);
        continue;
      }
      const page = new Page(answer);
      const automatic = page.automaticForm;
      if (automatic) {
        const action = new URL(automatic.action || page.url, page.url);
        if (this.#isRelyingParty(action)) return { arrived: arrivalByForm(action, automatic), shown };
        answer = await this.submit(page, automatic);
        next = redirectTarget(answer);
        continue;
      }
      const done = await this.#driver.step(page, this);
      if (!done) return { arrived: undefined, shown, page };
      shown.push(done.kind);
      answer = done.answer ?? answer;
      next = done.next ?? redirectTarget(answer);
    }
    throw new Error(`${new URL(url).pathname}: no end after ${maxSteps} redirects and pages (${shown.join(', ')})`);
  }

  #isRelyingParty(url) {
    return this.#relyingParty.includes(url.origin);
  }

  #follow(answer, url) {
    if (answer.method === 'POST' && (answer.status === 307 || answer.status === 308)) {
      throw new Error(`${answer.url.pathname}: a ${answer.status} redirect would repeat a form with secrets`);
    }
    return this.get(url);
  }
}

function redirectTarget(answer) {
  if (answer.status < 300 || answer.status > 399 || !answer.headers.location) return undefined;
  return new URL(answer.headers.location, answer.url);
}

function arrivalByQuery(url) {
  return { via: 'query', url, parameters: url.searchParams, fragment: new URLSearchParams(url.hash.slice(1)) };
}

function arrivalByForm(url, form) {
  return { via: 'form', url, parameters: new URLSearchParams(form.fields), fragment: new URLSearchParams() };
}

/** What a browser would show. */
export class Page {
  constructor(answer) {
    this.answer = answer;
    this.url = answer.url;
    this.status = answer.status;
    this.isHtml = answer.mediaType === 'text/html';
    this.forms = this.isHtml ? formsOf(answer.text) : [];
    this.links = this.isHtml ? linksOf(answer.text) : [];
    this.text = this.isHtml ? textOf(answer.text) : answer.text;
  }

  get automaticForm() {
    return this.forms.length === 1 && submitsItself(this.answer.text) ? this.forms[0] : undefined;
  }

  describe() {
    const where = `${this.answer.method} ${this.url.origin}${this.url.pathname}`;
    return `${where} → ${this.status}: “${this.text.slice(0, 200)}”`;
  }
}
