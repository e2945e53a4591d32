// What people do on pages and devices ask: {title: side => answer} of each group.
import { Person } from '../../e2e/support/person.mjs';
import { anonymous, call } from './side.mjs';

export const organizations = {
  list: call('GET', '/api/auth/organization/list'),
  'list of nobody': anonymous('GET', '/api/auth/organization/list'),
  'set-active of nobody': anonymous('POST', '/api/auth/organization/set-active', { json: { organizationId: 'x' } }),
  'set-active to one that is not there': call('POST', '/api/auth/organization/set-active', {
    json: { organizationId: 'x' },
  }),
  'set-active to a number': call('POST', '/api/auth/organization/set-active', { json: { organizationId: 5 } }),
  'set-active to one’s own': async (side) => {
    const person = new Person();
    await person.signIn(side, { body: JSON.stringify({ bapId: person.bapId }) });
    return side.as(person, 'POST', '/api/auth/organization/set-active', { json: { organizationId: person.bapId } });
  },
  'set-active to somebody else’s': async (side) => {
    const other = new Person();
    await other.signIn(side, { body: JSON.stringify({ bapId: other.bapId }) });
    return side.as(await side.person(), 'POST', '/api/auth/organization/set-active', {
      json: { organizationId: other.bapId },
    });
  },
  'get-full-organization of nobody': anonymous('GET', '/api/auth/organization/get-full-organization'),
  'get-full-organization': async (side) => {
    const person = new Person();
    await person.signIn(side, { body: JSON.stringify({ bapId: person.bapId }) });
    await side.as(person, 'POST', '/api/auth/organization/set-active', { json: { organizationId: person.bapId } });
    return side.as(person, 'GET', '/api/auth/organization/get-full-organization');
  },
  'get-active-member of nobody': anonymous('GET', '/api/auth/organization/get-active-member'),
  'get-active-member': async (side) => {
    const person = new Person();
    await person.signIn(side, { body: JSON.stringify({ bapId: person.bapId }) });
    await side.as(person, 'POST', '/api/auth/organization/set-active', { json: { organizationId: person.bapId } });
    return side.as(person, 'GET', '/api/auth/organization/get-active-member');
  },
};

/** What the page at `answer` hands back. */
const queryOf = (side, answer) => new URL(answer.location, side.base).search.slice(1);
const consenting =
  (body, what = 'consent') =>
  async (side) => {
    const person = await side.person();
    const oauth_query = queryOf(side, await side.authorize(person, { client_id: 'asking-app' }));
    return side.as(person, 'POST', `/api/auth/oauth2/${what}`, { json: { oauth_query, ...body } });
  };
export const consents = {
  yes: consenting({ accept: true }),
  no: consenting({ accept: false }),
  'yes to a part': consenting({ accept: true, scope: 'openid' }),
  'yes to more': consenting({ accept: true, scope: 'openid email x' }),
  neither: consenting({}),
  'a query that was changed': consenting({ accept: true, oauth_query: 'client_id=asking-app&sig=x' }),
  'no query': call('POST', '/api/auth/oauth2/consent', { json: { accept: true } }),
  'of nobody': anonymous('POST', '/api/auth/oauth2/consent', { json: { accept: true, oauth_query: 'x' } }),
  'continue without a word': consenting({}, 'continue'),
  'continue with a query that was changed': consenting(
    { selected: true, oauth_query: 'client_id=x&sig=x' },
    'continue',
  ),
  'continue of nobody': anonymous('POST', '/api/auth/oauth2/continue', { json: { selected: true, oauth_query: 'x' } }),
  'get-consents': call('GET', '/api/auth/oauth2/get-consents'),
  'get-consents of nobody': anonymous('GET', '/api/auth/oauth2/get-consents'),
  'delete-consent of nobody': anonymous('POST', '/api/auth/oauth2/delete-consent', { json: { id: 'x' } }),
  'delete-consent that is not there': call('POST', '/api/auth/oauth2/delete-consent', { json: { id: 'x' } }),
  'delete-consent without id': call('POST', '/api/auth/oauth2/delete-consent', { json: {} }),
  'public-client': call('GET', '/api/auth/oauth2/public-client?client_id=my-app'),
  'public-client of nobody': anonymous('GET', '/api/auth/oauth2/public-client?client_id=my-app'),
  'public-client that is not there': call('GET', '/api/auth/oauth2/public-client?client_id=nobody'),
};

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const start = (body) => (side) => side.request('POST', '/api/auth/device/code', { json: body });
const device = (what) => async (side) => what(side, (await start({ client_id: 'tv', scope: 'openid' })(side)).json);
const poll = (side, codes, changes = {}) =>
  side.request('POST', '/api/auth/device/token', {
    json: { grant_type: deviceGrant, device_code: codes.device_code, client_id: 'tv', ...changes },
  });
const answerAs = async (side, what, codes, person) =>
  side.as(person ?? (await side.person()), 'POST', `/api/auth/device/${what}`, { json: { userCode: codes.user_code } });
const look = async (side, codes, person) =>
  side.as(person ?? (await side.person()), 'GET', `/api/auth/device?user_code=${codes.user_code}`);
export const devices = {
  start: start({ client_id: 'tv', scope: 'openid' }),
  'start without client_id': start({}),
  'start, client_id a number': start({ client_id: 5 }),
  'start as a form': (side) => side.request('POST', '/api/auth/device/code', { form: { client_id: 'tv' } }),
  'the first poll': device(poll),
  'the second poll at once': device(async (side, codes) => {
    await poll(side, codes);
    return poll(side, codes);
  }),
  'a poll with an unknown code': device((side, codes) => poll(side, codes, { device_code: 'x' })),
  'a poll without a code': device((side, codes) => poll(side, codes, { device_code: undefined })),
  'a poll of another client': device((side, codes) => poll(side, codes, { client_id: 'radio' })),
  'a poll with another grant_type': device((side, codes) => poll(side, codes, { grant_type: 'authorization_code' })),
  looking: device((side, codes) => look(side, codes)),
  'looking, signed out': device((side, codes) => side.request('GET', `/api/auth/device?user_code=${codes.user_code}`)),
  'looking for an unknown code': (side) => side.request('GET', '/api/auth/device?user_code=ABCD2345'),
  'looking without a code': (side) => side.request('GET', '/api/auth/device'),
  yes: device(async (side, codes) => {
    const person = await side.person();
    await look(side, codes, person);
    return answerAs(side, 'approve', codes, person);
  }),
  'yes without a look': device((side, codes) => answerAs(side, 'approve', codes)),
  'yes, signed out': device((side, codes) =>
    side.request('POST', '/api/auth/device/approve', { json: { userCode: codes.user_code } }),
  ),
  'yes to an unknown code': async (side) => answerAs(side, 'approve', { user_code: 'ABCD2345' }),
  'yes without a code': call('POST', '/api/auth/device/approve', { json: {} }),
  'yes twice': device(async (side, codes) => {
    const person = await side.person();
    await look(side, codes, person);
    await answerAs(side, 'approve', codes, person);
    return answerAs(side, 'approve', codes, person);
  }),
  no: device(async (side, codes) => {
    const person = await side.person();
    await look(side, codes, person);
    return answerAs(side, 'deny', codes, person);
  }),
  'no, signed out': device((side, codes) =>
    side.request('POST', '/api/auth/device/deny', { json: { userCode: codes.user_code } }),
  ),
  'a poll after yes': device(async (side, codes) => {
    const person = await side.person();
    await look(side, codes, person);
    await answerAs(side, 'approve', codes, person);
    return poll(side, codes);
  }),
  'a second poll after yes': device(async (side, codes) => {
    const person = await side.person();
    await look(side, codes, person);
    await answerAs(side, 'approve', codes, person);
    await poll(side, codes);
    return poll(side, codes);
  }),
  'a poll after no': device(async (side, codes) => {
    const person = await side.person();
    await look(side, codes, person);
    await answerAs(side, 'deny', codes, person);
    return poll(side, codes);
  }),
};
