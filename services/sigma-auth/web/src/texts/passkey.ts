import { i18n, params } from '../lib/i18n';

export const passkeyText = i18n('passkey', {
  unlock: 'Unlock with passkey',
  or: 'or',
  title: 'Passkeys',
  intro: 'A passkey unlocks this identity with your fingerprint, face or screen lock instead of the password. It works in this browser only; the password stays the other way in.',
  made: params('Passkey of {date}'),
  add: 'Add a passkey',
  adding: 'Making the passkey…',
  added: 'Done. From now on the passkey unlocks this identity, here and on the sign-in page.',
  remove: 'Remove',
  unsupported: 'This browser has no passkeys. The password goes on working.',
  address: 'Browsers allow passkeys only at a name, not at a bare address like this page’s. The password goes on working.',
  prf: 'This browser or this passkey cannot keep a secret for the page (it lacks the PRF extension), so it cannot unlock an identity. The password goes on working. Another browser, or the passkeys of your phone, may do.',
  cancelled: 'The passkey was not used. You can try again, or type the password.',
  damaged: 'This passkey does not open the identity. Please type the password; at your account you can make a new passkey.',
});
