// What a browser sees when the server does not send it back to the application.
import assert from 'node:assert/strict';
import { authorize, callback, newPkce, redirected } from './oauth.mjs';

/** Asserts a page of the server itself, never the client's URI; answers its URL when it is a redirect. */
export function assertOwnPage(server, answer) {
  if (answer.status === 200) {
    assert.match(answer.headers['content-type'] ?? '', /^text\/html/, answer.describe());
    return undefined;
  }
  assert.ok([302, 303].includes(answer.status), answer.describe());
  const url = new URL(answer.location, server.base);
  assert.equal(url.origin, server.base, answer.describe());
  return url;
}

/** The signed query that the page at `answer`'s target hands back (sigma-contract.md §2, page hand-over). */
export function handOver(server, answer) {
  const url = assertOwnPage(server, answer);
  assert.ok(url, `a redirect to a page: ${answer.describe()}`);
  return url.search.slice(1);
}

/** Goes through authorization with the consent page answered yes; answers what getCode does. */
export async function getConsentedCode(server, person, overrides = {}) {
  const { verifier, challenge } = newPkce();
  const oauth_query = handOver(server, await authorize(server, person, { code_challenge: challenge, ...overrides }));
  const answer = await person.request(server, 'POST', '/api/auth/oauth2/consent', {
    json: { accept: true, oauth_query },
  });
  assert.equal(answer.status, 200, answer.describe());
  const { query } = redirected({ status: 302, location: answer.json.url, describe: () => answer.describe() });
  return { code: query.get('code'), verifier, redirectUri: callback, clientId: overrides.client_id ?? 'my-app' };
}

/** Asserts the error page that says `words`: 400, HTML, no redirect, no way to the address that was asked. */
export function assertErrorPage(answer, words, hint = '') {
  assert.equal(answer.status, 400, `${hint} ${answer.describe()}`);
  assert.match(/class="fine details"[^>]*>([^<]*)/.exec(answer.text)?.[1] ?? '', words, `${hint} ${answer.describe()}`);
  assert.match(answer.headers['content-type'] ?? '', /^text\/html/, `${hint} ${answer.describe()}`);
  assert.equal(answer.location, undefined, hint);
  assert.doesNotMatch(answer.text, /http-equiv=["']?refresh|href=["']?(?:https?:)?\/\/(?:evil|a\.example)/i, hint);
}
