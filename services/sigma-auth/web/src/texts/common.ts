import { i18n, params } from '../lib/i18n';

export const commonText = i18n('common', {
  footer: 'Your keys stay in this browser. They are never sent to the server.',
  busy: 'One moment, please.',
  loading: 'One moment…',
  continue: 'Continue',
  back: 'Back',
  cancel: 'Cancel',
  again: 'Try again',
  closeTitle: 'You can close this page',
  inProgram: 'The application on this device goes on by itself. Did it not open? You can open it here:',
  openProgram: 'Open the application',
  optional: 'optional',
  show: 'Show',
  hide: 'Hide',
  unnamed: 'My identity',
  language: 'Language',
  name: 'Name',
  newPassword: 'Password for this device',
  newPasswordHint: params('At least {least} characters. It encrypts your key in this browser; nobody can reset it for you.'),
  newPasswordShort: params('Please choose a password of at least {least} characters.'),
  repeatPassword: 'Repeat the password',
  repeatDiffers: 'The two passwords are not the same yet.',
  password: 'Password',
  missingPassword: 'Please type the password of this identity.',
  wrongPassword: 'That is not the password of this identity. Please try again.',
});

export const errorText = i18n('errors', {
  unreachable: 'The server could not be reached. Please check your connection and try again.',
  status: params('The server answered with status {status}.'),
  page: 'Something went wrong on this page. Please load it again.',
  clock: params('This device’s clock seems to be wrong: it says {here}, the server says {there}. Please set the clock and try again.'),
  tooMany: 'Those were a few too many tries in a short time. Please wait a minute, then try again.',
  unknownPerson: 'This server does not know your identity, and it takes new people by invitation only. Please ask its operator.',
  expired: 'This sign-in has run out of time. Please go back to the application and start again.',
  server: params('The server has a problem right now. Please try again in a moment. ({detail})'),
});
