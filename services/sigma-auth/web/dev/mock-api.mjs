// The few API calls of the pages, answered without a server: for `npm run dev` and for screenshots. Checks nothing.
const identities = [
  { id: '3WumfJKFTvnNjn6xHiVGPwYPNfLh', name: 'Ada Lovelace', slug: '3WumfJKFTvnNjn6xHiVGPwYPNfLh', createdAt: '2026-01-22T12:00:00.000Z' },
  { id: '29cJXdLtWR8dMYitjutwCr8Xoe35', name: 'Analytical Engines Ltd.', slug: '29cJXdLtWR8dMYitjutwCr8Xoe35', createdAt: '2026-02-02T12:00:00.000Z' },
  { id: 'BvAv5Xhnu5xB576AkKPzhZ6zPpY', name: '12m6og7cFeWZUt2ZQHtAwXjcNsAmbLqAgM', slug: 'BvAv5Xhnu5xB576AkKPzhZ6zPpY', createdAt: '2026-03-03T12:00:00.000Z' },
];

const clients = {
  'photo-album': {
    client_id: 'photo-album',
    client_name: 'Photo Album',
    client_uri: 'https://photos.example.com',
    policy_uri: 'https://photos.example.com/privacy',
    tos_uri: 'https://photos.example.com/terms',
  },
};

/** Devices that wait, by their codes: a registered one and a free name. Their answers are forgotten at sign-out. */
const devices = {
  'WXYZ-2345': { client_id: 'living-room', client_name: 'Living Room TV', client_uri: 'https://tv.example.com', verified: true, scope: 'openid profile offline_access', age: 130, network: '203.0.113.0/24', same_network: true },
  'FREE-NAME': { client_id: 'your-app-name', client_name: 'your-app-name', verified: false, scope: 'openid profile', age: 20, network: '198.51.100.0/24', same_network: false },
};

/** A connect-style middleware with one shared session. */
export function mockApi() {
  let signedIn = false;
  let active = null;
  let answers = {};
  const noCode = [400, { error: 'invalid_request', error_description: 'This code is not valid (any more).' }];
  const answerDevice = (answer) => (_, { userCode }) => {
    if (!devices[userCode]) return noCode;
    answers[userCode] = answer;
    return [200, { success: true }];
  };

  const routes = {
    'POST /api/auth/sign-in/sigma': (request) => {
      const token = request.headers['x-auth-token'] ?? '';
      if (token.split('|').length !== 5) return [401, { message: 'No token', code: 'NO_AUTH_TOKEN_PROVIDED' }];
      signedIn = true;
      active = identities[0].id;
      return [200, { token: 'mock', user: { id: 'u1', pubkey: token.split('|')[0], name: 'mock' } }];
    },
    'POST /api/auth/sign-out': () => ((signedIn = false), (answers = {}), [200, { success: true }]),
    'GET /api/auth/get-session': () => [200, signedIn ? { session: { activeOrganizationId: active }, user: { id: 'u1', name: 'Ada' } } : null],
    'POST /api/auth/update-user': () => [200, { status: true }],
    'GET /api/auth/organization/list': () => [200, signedIn ? identities : []],
    'POST /api/auth/organization/set-active': (_, body) => ((active = body.organizationId), [200, identities[0]]),
    'GET /api/auth/oauth2/public-client': (_, __, query) => {
      const client = clients[query.get('client_id')];
      return client ? [200, client] : [404, { error: 'not_found', error_description: 'No such client' }];
    },
    'GET /api/auth/device': (_, __, query) => {
      const code = query.get('user_code');
      return devices[code] ? [200, { user_code: code, status: answers[code] ?? 'pending', ...devices[code] }] : noCode;
    },
    'POST /api/auth/device/approve': answerDevice('approved'),
    'POST /api/auth/device/deny': answerDevice('denied'),
    'POST /api/auth/oauth2/continue': (_, body) => [200, { redirect: true, url: `/${body.selected ? 'consent' : 'select-identity'}?${body.oauth_query}` }],
    'POST /api/auth/oauth2/consent': (_, body) => [200, { redirect: true, url: `/callback?${body.accept ? 'code=mock' : 'error=access_denied'}` }],
  };

  return (request, response, next) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const route = routes[`${request.method} ${pathname}`];
    if (!route) return next();
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const [status, json] = route(request, text ? JSON.parse(text) : undefined, searchParams);
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(json));
    });
  };
}
