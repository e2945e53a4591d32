// Browsers keep the storage of a frame apart for each site it is embedded in, so the frame may not see the identities that
// this browser keeps. A window of our own does: opened by the person, it hands one of them to the frame, as it lies in
// storage (encrypted). Both sides insist on our own origin.
import { isKept, type KeptIdentity } from '../identity/kept';

const type = 'SIGMA_KEPT_IDENTITY';

/** In the frame: opens the window; false when the browser did not let it. `ongiven` is called once. */
export function requestIdentity(ongiven: (identity: KeptIdentity) => void): boolean {
  const opened = window.open('/signer', 'sigma-identities', 'popup,width=480,height=720');
  if (opened === null) return false;
  const listen = ({ source, origin, data }: MessageEvent) => {
    if (source !== opened || origin !== location.origin || data?.type !== type || !isKept(data.identity)) return;
    removeEventListener('message', listen);
    opened.close();
    ongiven(data.identity);
  };
  addEventListener('message', listen);
  return true;
}

/** In the window: is there somebody to hand an identity to? */
export const isAskedFor = (): boolean => window.opener !== null && window.parent === window;

/** The browser delivers this only if the opener is of our own origin; the opener closes the window. */
export function giveIdentity(identity: KeptIdentity): void {
  (window.opener as Window).postMessage({ type, identity }, location.origin);
}
