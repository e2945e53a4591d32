// What an application would be able to do: consent, devices, connected applications.
import { i18n, params } from '../lib/i18n';

export const accessText = i18n('access', {
  openid: 'Know who you are: the id of the identity you chose and its public key',
  profile: 'See your profile: your name, your picture and your public BAP profile',
  email: 'See your e-mail address, if you have given one',
  offline_access: 'Stay connected when you are away, until you withdraw it',
  other: params('Use the permission “{scope}”'),
  withIdentity: 'With this identity',
  identities: 'Your identities',
  ableTo: 'It would be able to',
  allow: 'Allow',
  refuse: 'Don’t allow',
  website: 'Website',
  privacy: 'Privacy policy',
  terms: 'Terms',
  unverifiedTitle: 'Not verified.',
});

export const consentText = i18n('consent', {
  title: params('{name} asks for access'),
  sentTo: params('You will be sent to {address}.'),
  sentToRegistered: 'You will be sent to the one address that this application has registered.',
  unknownAddress: 'an unknown address',
  appHere: params('an app on this device ({address})'),
  takingBack: params('Taking you back to {name}.'),
  brokenTitle: 'This request cannot be answered',
  unknownClient: 'The application that sent you here is not known to this server. It may have been removed, or its link is mistaken.',
  nothingShared: 'Nothing was shared. You can close this page, or go back to the application and start again.',
  unverified: params('The operator of this server has not checked who is behind “{name}”. Look at the address that you will be sent to: is it the one you came from?'),
  verified: 'Registered by the operator of this server',
  remembered: 'Your answer is remembered for this application. You can withdraw it in your account.',
});

export const deviceText = i18n('device', {
  title: 'Connect a device',
  linked: 'Does your device show exactly this code? If it shows another one, or if somebody sent you this link, close this page.',
  enter: 'Enter the code that your device or program shows.',
  code: 'Code',
  badShape: 'A code has eight letters and digits, such as WXYZ-2345.',
  badCode: 'This code is not valid (any more). Compare it with your device, or start again there to get a new one.',
  same: 'Yes, it shows this code',
  unnamed: 'The device',
  asks: params('{name} asks for access on a device'),
  unverified: params('Nobody has registered this application here: anybody can use the name “{name}”. Go on only if you have just started it yourself.'),
  asked: 'Asked',
  from: 'From',
  sameNetwork: 'the same network as yours',
  otherNetwork: params('another network than yours: {network}'),
  someNetwork: params('the network {network}'),
  elsewhere: 'This request comes from another network than the one you are in. That is fine for a program on a distant computer, or while your phone uses mobile data. If the device is here with you and in the same Wi-Fi, somebody else may have started this: don’t allow it.',
  onPhone: 'Is your identity on your phone?',
  onPhoneHow: 'Scan this with the phone’s camera: this page opens there, with the code filled in.',
  qrLabel: params('QR code of {link}'),
  onlyYours: 'Allow it only if this is your device and you started this yourself; otherwise somebody else gets into your account.',
  noIdentity: 'You have no identity on this server; the application learns only your account’s id.',
  justNow: 'just now',
  other: 'Use another identity',
  allowedTitle: params('{name} is allowed'),
  allowed: 'Go back to your device: it goes on by itself within a few seconds. You can close this page.',
  withdraw: 'You can end its access at any time in your account, among the connected applications.',
  refusedTitle: params('{name} was refused'),
  refused: 'Nothing was shared. Your device says that it was not allowed; you can close this page.',
});

export const selectText = i18n('select', {
  title: 'Choose an identity',
  intro: 'The application will know you by the identity that you choose here.',
  notYours: params('The application asked for the identity {id}, which is not among yours. Choose one of your own, or sign in with the key that it belongs to.'),
  none: 'You have no identity on this server yet.',
  brokenTitle: 'Your identities could not be read',
  other: 'Use another identity',
});
