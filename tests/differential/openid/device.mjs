// The device flow as the device sees it: {title: side => answer}. A start counts against the network it comes from.
import { fromBrowser } from '../support/observe.mjs';

const begun = async (side) => (await side.device()).json.device_code;

export default {
  'a start': (side) => side.device(),
  'a start without scope': (side) => side.device({ client_id: 'television' }),
  'a start for something unknown': (side) => side.device({ client_id: 'television', scope: 'x' }),
  'a start without client_id': (side) => side.device({ scope: 'openid' }),
  'a start of an unknown client': (side) => side.device({ client_id: 'nobody', scope: 'openid' }),
  'a start of a client without the grant': (side) => side.device({ client_id: 'page', scope: 'openid' }),
  'a start with client_id twice': (side) => side.device('client_id=television&client_id=television'),
  'a start as JSON': (side) =>
    side.request('POST', side.path('device_authorization'), { json: { client_id: 'television', scope: 'openid' } }),
  'a start from a script of another site': (side) => side.device(undefined, { headers: fromBrowser }),
  'the first poll': async (side) => side.poll(await begun(side)),
  'a second poll at once': async (side) => {
    const code = await begun(side);
    await side.poll(code);
    return side.poll(code);
  },
  'a poll with an unknown code': (side) => side.poll('x'),
  'a poll without a code': (side) => side.poll(undefined),
  'a poll by another client': async (side) => side.poll(await begun(side), { client_id: 'page' }),
  'a poll without client_id': async (side) => side.poll(await begun(side), { client_id: undefined }),
  'a poll for more scope': async (side) => side.poll(await begun(side), { scope: 'openid email' }),
  'a poll with a user code': async (side) => side.poll((await side.device()).json.user_code),
};
