// Which part of the console is shown: kept in the address's fragment, so that links, "back" and reloading work.
export const views = ['overview', 'clients', 'users', 'sessions', 'keys'] as const;
export type View = (typeof views)[number];
export type Route = { view: View } | { view: 'clients/new' } | { view: 'client' | 'user'; id: string };

const isView = (text: string): text is View => (views as readonly string[]).includes(text);

/** Undefined for fragments that are no place of ours (the link that skips to the content). */
export function routeOf(hash: string): Route | undefined {
  if (hash === '' || hash === '#/') return { view: 'overview' };
  const [, view, rest] = /^#\/(\w+)(?:\/(.+))?$/.exec(hash) ?? [];
  if (view === undefined || !isView(view)) return undefined;
  if (rest === undefined) return { view };
  if (view === 'clients' && rest === 'new') return { view: 'clients/new' };
  if (view !== 'clients' && view !== 'users') return { view };
  try {
    return { view: view === 'clients' ? 'client' : 'user', id: decodeURIComponent(rest) };
  } catch {
    return { view };
  }
}

/** The entry of the menu that a route belongs to. */
export const menuOf = ({ view }: Route): View => (view === 'client' || view === 'clients/new' ? 'clients' : view === 'user' ? 'users' : view);

export const viewLink = (view: View): string => (view === 'overview' ? '#/' : `#/${view}`);
/** A client may be called "new" as well: its name is escaped one letter more than it has to be. */
export const clientLink = (id: string): string => `#/clients/${id === 'new' ? '%6Eew' : encodeURIComponent(id)}`;
export const newClientLink = '#/clients/new';
export const userLink = (id: string): string => `#/users/${encodeURIComponent(id)}`;
