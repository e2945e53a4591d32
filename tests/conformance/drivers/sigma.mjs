// Sigma Auth's pages without a browser: the calls that their scripts make (sigma-contract.md §2, §6). Each browser
// has a person of its own, with a random key.
import { PrivateKey } from '@bsv/sdk';
import { getAuthToken } from 'bitcoin-auth';

const signInPath = '/api/auth/sign-in/sigma';

/** Tokens are for one use and their time is a part of them: two of one person must not be the same text. */
let lastTime = 0;
function distinctTime() {
  lastTime = Math.max(Date.now(), lastTime + 1);
  return new Date(lastTime).toISOString();
}

async function call(page, browser, path, json, headers = {}) {
  const answer = await browser.fetch('POST', new URL(path, page.url), {
    json,
    headers: { origin: page.url.origin, ...headers },
  });
  if (answer.status !== 200) throw new Error(`at the page ${page.url.pathname}: ${answer.describe()}`);
  return answer.json;
}

/** Where the page's script sends the browser next. */
async function goOn(page, browser, path, body) {
  const { url } = await call(page, browser, path, { ...body, oauth_query: page.url.search.slice(1) });
  return new URL(url, page.url);
}

async function signIn(page, browser) {
  browser.memory.key ??= PrivateKey.fromRandom().toWif();
  const token = getAuthToken({
    privateKeyWif: browser.memory.key,
    requestPath: signInPath,
    scheme: 'brc77',
    timestamp: distinctTime(),
  });
  await call(page, browser, signInPath, {}, { 'x-auth-token': token });
  return goOn(page, browser, '/api/auth/oauth2/continue', { postLogin: true });
}

/** The choice of an identity: the person's first one. */
async function selectIdentity(page, browser) {
  const organizations = await browser.get(new URL('/api/auth/organization/list', page.url));
  const organizationId = organizations.json?.[0]?.id;
  if (!organizationId) throw new Error(`the person has no identity: ${organizations.describe()}`);
  await call(page, browser, '/api/auth/organization/set-active', { organizationId });
  return goOn(page, browser, '/api/auth/oauth2/continue', { selected: true });
}

const pages = {
  '/login': { kind: 'login', act: signIn },
  '/select-identity': { kind: 'select_account', act: selectIdentity },
  '/consent': {
    kind: 'consent',
    act: (page, browser) => goOn(page, browser, '/api/auth/oauth2/consent', { accept: !browser.memory.declines }),
  },
};

export function sigmaDriver() {
  return {
    async step(page, browser) {
      const known = page.status === 200 ? pages[page.url.pathname] : undefined;
      if (known) return { kind: known.kind, next: await known.act(page, browser) };
      const logout = page.forms.find((form) => form.action.includes('/end-session'));
      return logout && { kind: 'logout', answer: await browser.submit(page, logout) };
    },
  };
}
