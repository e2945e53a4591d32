import { i18n, params } from '../lib/i18n';

export const activityText = i18n('activity', {
  title: 'Activity',
  intro: 'What has happened at your account. If something here was not you, sign out everywhere else and withdraw the access of applications that you do not know.',
  none: 'Nothing yet.',
  more: 'Show older',
  refused: params('{what}: refused'),
});

/** By the names of the audit log. */
export const eventText = i18n('events', {
  sign_in: 'Signed in',
  sign_up: 'Signed up',
  sign_out: 'Signed out',
  session_revoked: 'Signed out elsewhere',
  consent_given: 'Access of an application',
  consent_narrowed: 'Access of an application narrowed',
  consent_withdrawn: 'Access of an application withdrawn',
  device_approved: 'Device allowed',
  device_denied: 'Device refused',
  identity_changed: 'Identity added or changed',
  reuse_detected: 'A code or token was used twice; its access was ended',
  client_created: 'Application registered',
  client_changed: 'Application changed',
  client_deleted: 'Application removed',
  client_key_added: 'Key added to an application',
  client_key_removed: 'Key removed from an application',
  client_secret_rotated: 'New secret for an application',
  user_disabled: 'Account switched off by an administrator',
  user_enabled: 'Account switched on by an administrator',
});
