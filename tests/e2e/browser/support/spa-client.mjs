// An application that lives in the browser alone: oidc-client-ts as npm has it, for a bundler to pack (support/spa.mjs).
import { IndexedDbDPoPStore, UserManager, WebStorageStateStore } from 'oidc-client-ts';

const { dpop, ...settings } = globalThis.settings;
const manager = new UserManager({
  ...settings,
  userStore: new WebStorageStateStore({ store: localStorage }),
  ...(dpop ? { dpop: { bind_authorization_code: true, store: new IndexedDbDPoPStore() } } : {}),
});
const page = location.pathname.split('/').at(-1);
globalThis.manager = manager;
globalThis.arrived =
  page === 'callback' ? manager.signinCallback() : page === 'signed-out' ? manager.signoutCallback() : Promise.resolve();
// In the frame of a silent renewal nobody else listens, and the library tells the page around it.
globalThis.arrived.catch((error) => (globalThis.failure = error));
