/**
 * What the server thinks of this page's session. `ended`: it was signed out elsewhere, or has run out. `stale`: too old to
 * administrate with. Nothing else is answered until the person has signed in again.
 */
export const standing = $state({ ended: false, stale: false });
