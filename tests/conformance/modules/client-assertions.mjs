// FAPI 2.0 security profile: client assertions (private_key_jwt) that must not be taken, and one that must.
import { prefix, secureParty } from './fapi2.mjs';

const refusal = ['invalid_client', 'invalid_request'];
const now = () => Math.floor(Date.now() / 1000);

/** Pushes with this assertion, which must be refused. `make(app)` answers the assertion. */
const refusedAtPush = (name, make) => ({
  name: prefix + name,
  run: async (tester) => {
    const app = await secureParty(tester);
    const { answer } = await app.push({}, { assertion: await make(app) });
    app.checkRefused(answer, 'the push', refusal);
    // What was refused was the assertion, nothing else.
    await app.pushed();
  },
});

export const clientAssertions = [
  {
    name: `${prefix}ensure-client-assertion-in-token-endpoint`,
    run: async (tester) => {
      const app = await secureParty(tester);
      const granted = await app.getSecureCode(tester.browser());
      const answer = await app.exchangeSecurely(granted, {}, { assertion: null });
      app.checkRefused(answer, 'an exchange without an assertion', refusal);
    },
  },
  refusedAtPush('ensure-client-assertion-with-exp-is-5-minutes-in-past-fails', (app) =>
    app.assertion({ iat: now() - 360, exp: now() - 300 }),
  ),
  refusedAtPush('ensure-client-assertion-with-wrong-aud-fails', (app) =>
    app.assertion({ aud: 'https://other.example' }),
  ),
  refusedAtPush('ensure-client-assertion-with-no-sub-fails', (app) => app.assertion({ sub: undefined })),
  refusedAtPush('ensure-client-assertion-with-nbf-over-60-seconds-in-future-fails', (app) =>
    app.assertion({ nbf: now() + 90 }),
  ),
  refusedAtPush('ensure-signed-client-assertion-with-RS256-fails', (app) => app.assertion({}, { alg: 'RS256' })),
  refusedAtPush('par-test-array-as-audience-for-client-assertion', (app) => {
    const { issuer, token_endpoint: token, pushed_authorization_request_endpoint: push } = app.context.metadata;
    return app.assertion({ aud: [issuer, token, push] });
  }),
  refusedAtPush('par-test-par-endpoint-url-as-audience-for-client-assertion', (app) =>
    app.assertion({ aud: app.context.metadata.pushed_authorization_request_endpoint }),
  ),
  refusedAtPush('par-test-token-endpoint-url-as-audience-for-client-assertion', (app) =>
    app.assertion({ aud: app.context.metadata.token_endpoint }),
  ),
  {
    name: `${prefix}ensure-client-assertion-with-iat-nbf-8-seconds-in-future-succeeds`,
    run: async (tester) => {
      const app = await secureParty(tester);
      await app.pushed({}, { assertion: await app.assertion({ iat: now() + 8, nbf: now() + 8 }) });
    },
  },
  {
    name: `${prefix}ensure-client-assertion-reuse-fails`,
    run: async (tester) => {
      const app = await secureParty(tester);
      const assertion = await app.assertion();
      await app.pushed({}, { assertion });
      const { answer } = await app.push({}, { assertion });
      app.checkRefused(answer, 'a second push with the same assertion', refusal);
    },
  },
];
