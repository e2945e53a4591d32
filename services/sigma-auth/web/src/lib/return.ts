// The way back to one of our own pages after a sign-in that no application asked for. Only pages of this list: an address
// from outside decides nothing else (no open redirect).
const pages: readonly string[] = ['/device', '/account', '/developers', '/developers/try', '/admin'];

/** Where to go after the sign-in: the page named by `return_to`, or the start page. */
export function returnPath(search = location.search, origin = location.origin): string {
  const wanted = new URLSearchParams(search).get('return_to');
  if (wanted === null || !wanted.startsWith('/')) return '/';
  let url: URL;
  try {
    url = new URL(wanted, origin);
  } catch {
    return '/';
  }
  return url.origin === origin && pages.includes(url.pathname) ? url.pathname + url.search + url.hash : '/';
}

/** The whole address of this page, for coming back to it. */
export const here = (): string => location.pathname + location.search + location.hash;

/** The sign-in page with the way back to `path`. */
export const signInAndReturn = (path: string): string => `/login?${new URLSearchParams({ return_to: path })}`;
