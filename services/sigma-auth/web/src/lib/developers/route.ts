// Which part of the developers' page is shown: kept in the address's fragment, so that links, "back" and reloading work.
export type Route = { view: 'list' } | { view: 'new' } | { view: 'app'; id: string };

/** Undefined for fragments that are no place of ours (the link that skips to the content). */
export function routeOf(hash: string): Route | undefined {
  if (hash === '' || hash === '#/') return { view: 'list' };
  if (hash === '#/new') return { view: 'new' };
  const app = /^#\/app\/(.+)$/.exec(hash);
  if (app === null) return undefined;
  try {
    return { view: 'app', id: decodeURIComponent(app[1]!) };
  } catch {
    return { view: 'list' };
  }
}

export const appLink = (id: string): string => `#/app/${encodeURIComponent(id)}`;
export const newLink = '#/new';
export const listLink = '#/';
export const tryLink = (id: string): string => `/developers/try?${new URLSearchParams({ client_id: id })}`;
