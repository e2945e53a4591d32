// The JSON types of standard claims (OIDC Core §5.1), in ID tokens and userinfo, and which scope asks for which.

const isText = (value) => typeof value === 'string' && value !== '';
const isFlag = (value) => typeof value === 'boolean';
const isTime = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isAddress = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText);

const types = {
  sub: [isText, 'a text'],
  name: [isText, 'a text'],
  given_name: [isText, 'a text'],
  family_name: [isText, 'a text'],
  middle_name: [isText, 'a text'],
  nickname: [isText, 'a text'],
  preferred_username: [isText, 'a text'],
  profile: [isText, 'a text'],
  picture: [isText, 'a text'],
  website: [isText, 'a text'],
  email: [isText, 'a text'],
  email_verified: [isFlag, 'true or false'],
  gender: [isText, 'a text'],
  birthdate: [isText, 'a text'],
  zoneinfo: [isText, 'a text'],
  locale: [isText, 'a text'],
  phone_number: [isText, 'a text'],
  phone_number_verified: [isFlag, 'true or false'],
  address: [isAddress, 'an object of texts'],
  updated_at: [isTime, 'a number of seconds'],
};

export const scopeClaims = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

export function checkClaimTypes({ report }, claims, where) {
  for (const [name, [fits, kind]] of Object.entries(types)) {
    if (!(name in claims)) continue;
    report.check(fits(claims[name]), `${name} in the ${where} is not ${kind}`, 'OIDC Core §5.1');
  }
  const names = claims._claim_names;
  if (names === undefined) return;
  for (const source of Object.values(names)) {
    report.check(
      claims._claim_sources?.[source],
      `_claim_names refers to the unknown source ${source}`,
      'OIDC Core §5.6.2',
    );
  }
}
