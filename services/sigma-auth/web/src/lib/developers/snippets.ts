// What developers paste into their applications, filled with the values of one client.
import type { Client, Method } from './clients';
import { shellQuoted } from './proof';

export interface Snippet {
  title: string;
  parts: { label: string; text: string }[];
}

interface Values {
  client: Client;
  /** The address of this server, without a slash at its end. */
  base: string;
  /** How the environment's part is called in the language of the page. */
  environment: string;
}

const issuerOf = (base: string): string => `${base}/api/auth`;
const firstRedirect = (client: Client): string => client.redirect_uris[0] ?? '';

function pathOf(uri: string): string {
  try {
    return new URL(uri).pathname;
  } catch {
    return uri;
  }
}

/** A string as JavaScript writes it. */
const js = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function environmentOf({ client, base }: Values): string {
  if (client.token_endpoint_auth_method === 'x_auth_token') {
    return `NEXT_PUBLIC_SIGMA_AUTH_URL=${base}\nNEXT_PUBLIC_SIGMA_CLIENT_ID=${client.client_id}\nSIGMA_MEMBER_PRIVATE_KEY=…`;
  }
  const secret = client.token_endpoint_auth_method.startsWith('client_secret_') ? '\nOIDC_CLIENT_SECRET=…' : '';
  return `OIDC_ISSUER=${issuerOf(base)}\nOIDC_CLIENT_ID=${client.client_id}${secret}`;
}

/** better-auth with the sigma plugin, which signs with the member key. */
function sigmaPlugin(values: Values): Snippet {
  const callback = firstRedirect(values.client);
  return {
    title: 'better-auth (@sigma-auth/better-auth-plugin)',
    parts: [
      { label: values.environment, text: environmentOf(values) },
      {
        label: 'lib/auth.ts',
        text: `import { createAuthClient } from 'better-auth/client';
import { sigmaClient } from '@sigma-auth/better-auth-plugin/client';

export const authClient = createAuthClient({ plugins: [sigmaClient()] });

export const signIn = () =>
  authClient.signIn.sigma({
    clientId: process.env.NEXT_PUBLIC_SIGMA_CLIENT_ID!,
    callbackURL: ${js(pathOf(callback))},
  });`,
      },
    ],
  };
}

/** better-auth without a plugin of ours: its generic OAuth. */
function genericOAuth(values: Values): Snippet {
  const { client } = values;
  const secret = client.token_endpoint_auth_method.startsWith('client_secret_');
  const basic = client.token_endpoint_auth_method === 'client_secret_basic' ? `\n          authentication: 'basic',` : '';
  return {
    title: 'better-auth (genericOAuth)',
    parts: [
      { label: values.environment, text: environmentOf(values) },
      {
        label: 'auth.ts',
        text: `import { betterAuth } from 'better-auth';
import { genericOAuth } from 'better-auth/plugins';

export const auth = betterAuth({
  plugins: [
    genericOAuth({
      config: [
        {
          providerId: 'sigma',
          discoveryUrl: \`\${process.env.OIDC_ISSUER}/.well-known/openid-configuration\`,
          clientId: process.env.OIDC_CLIENT_ID!,${secret ? '\n          clientSecret: process.env.OIDC_CLIENT_SECRET!,' : ''}${basic}
          redirectURI: ${js(firstRedirect(client))},
          scopes: ['openid', 'profile', 'email'],
          pkce: true,
        },
      ],
    }),
  ],
});`,
      },
    ],
  };
}

function nextWithPlugin(values: Values): Snippet {
  const callback = pathOf(firstRedirect(values.client));
  return {
    title: 'Next.js',
    parts: [
      { label: values.environment, text: environmentOf(values) },
      {
        label: 'app/api/auth/sigma/callback/route.ts',
        text: `import { createCallbackHandler } from '@sigma-auth/better-auth-plugin/next';

export const runtime = 'nodejs';
export const POST = createCallbackHandler({ callbackPath: ${js(callback)} });`,
      },
      {
        label: `app${callback}/page.tsx`,
        text: `'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import { Suspense, useEffect } from 'react';
import { authClient } from '@/lib/auth';

function Callback() {
  const router = useRouter();
  const query = useSearchParams();
  useEffect(() => {
    authClient.sigma.handleCallback(query).then(({ user }) => {
      console.log('signed in as', user.sub);
      router.replace('/');
    });
  }, [query, router]);
  return <p>One moment…</p>;
}

export default function Page() {
  return <Suspense><Callback /></Suspense>;
}`,
      },
    ],
  };
}

const clientAuthOf: Record<Exclude<Method, 'x_auth_token'>, string> = {
  client_secret_basic: 'client.ClientSecretBasic(process.env.OIDC_CLIENT_SECRET)',
  client_secret_post: 'client.ClientSecretPost(process.env.OIDC_CLIENT_SECRET)',
  private_key_jwt: 'client.PrivateKeyJwt(privateKey) /* a CryptoKey */',
  none: 'client.None()',
};

/** openid-client has no member keys of its own: its hook for client authentication signs the form. */
const memberKeyAuth = `(server, metadata, body, headers) => {
  body.set('client_id', metadata.client_id);
  const requestPath = new URL(server.token_endpoint).pathname;
  const privateKeyWif = process.env.SIGMA_MEMBER_PRIVATE_KEY;
  headers.set('x-auth-token', getAuthToken({ privateKeyWif, requestPath, body: body.toString() }));
}`;

function discovery({ client, base }: Values): string {
  const method = client.token_endpoint_auth_method;
  const member = method === 'x_auth_token';
  return `import * as client from 'openid-client';
${member ? "import { getAuthToken } from 'bitcoin-auth';\n" : ''}
const config = await client.discovery(
  new URL(${js(issuerOf(base))}),
  ${js(client.client_id)},
  undefined,
  ${(member ? memberKeyAuth : clientAuthOf[method]).replaceAll('\n', '\n  ')},
);
`;
}

function openidClient(values: Values): Snippet {
  const { client } = values;
  return {
    title: 'openid-client (Node)',
    parts: [
      { label: values.environment, text: environmentOf(values) },
      {
        label: 'sign-in.mjs',
        text: `${discovery(values)}
// 1. Send the person to this server; keep verifier and state in their session.
const codeVerifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: ${js(firstRedirect(client))},
  scope: 'openid profile email',
  code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
  code_challenge_method: 'S256',
  state,
});

// 2. They come back to currentUrl.
const tokens = await client.authorizationCodeGrant(config, currentUrl, {
  pkceCodeVerifier: codeVerifier,
  expectedState: state,
});
console.log(tokens.claims());`,
      },
    ],
  };
}

function nextWithOpenid(values: Values): Snippet {
  const { client } = values;
  return {
    title: 'Next.js',
    parts: [
      { label: values.environment, text: environmentOf(values) },
      {
        label: 'lib/oidc.ts',
        text: `${discovery(values).replace('const config', 'export const config')}
export const redirectUri = ${js(firstRedirect(client))};`,
      },
      {
        label: 'app/sign-in/route.ts',
        text: `import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import * as client from 'openid-client';
import { config, redirectUri } from '@/lib/oidc';

export async function GET() {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const jar = await cookies();
  jar.set('oidc', JSON.stringify({ verifier, state }), { httpOnly: true, secure: true, sameSite: 'lax', maxAge: 600 });
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
  redirect(address.href);
}`,
      },
      {
        label: `app${pathOf(firstRedirect(client))}/route.ts`,
        text: `import { cookies } from 'next/headers';
import * as client from 'openid-client';
import { config, redirectUri } from '@/lib/oidc';

export async function GET(request: Request) {
  const jar = await cookies();
  const { verifier, state } = JSON.parse(jar.get('oidc')?.value ?? '{}');
  jar.delete('oidc');
  const arrived = new URL(redirectUri);
  arrived.search = new URL(request.url).search;
  const tokens = await client.authorizationCodeGrant(config, arrived, { pkceCodeVerifier: verifier, expectedState: state });
  return Response.json(tokens.claims()); // start your own session here
}`,
      },
    ],
  };
}

const curlAuth: Record<Method, string> = {
  x_auth_token: '',
  client_secret_basic: ' \\\n  -u "$CLIENT_ID:$OIDC_CLIENT_SECRET"',
  client_secret_post: ' \\\n  -d client_id="$CLIENT_ID" -d client_secret="$OIDC_CLIENT_SECRET"',
  private_key_jwt:
    ' \\\n  -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer -d client_assertion="$ASSERTION"',
  none: ' \\\n  -d client_id="$CLIENT_ID"',
};

function tokenRequest(method: Method): string {
  if (method !== 'x_auth_token') {
    return `curl -s "$ISSUER/oauth2/token" -d grant_type=authorization_code -d code="$CODE" \\
  -d redirect_uri="$REDIRECT_URI" -d code_verifier="$VERIFIER"${curlAuth[method]}`;
  }
  return `# The member key signs the form, exactly as it is sent (npm install bitcoin-auth).
BODY="grant_type=authorization_code&code=$CODE&redirect_uri=$REDIRECT_URI&code_verifier=$VERIFIER&client_id=$CLIENT_ID"
TOKEN=$(node --input-type=module -e '
import { getAuthToken } from "bitcoin-auth";
const [requestPath, body] = process.argv.slice(1);
console.log(getAuthToken({ privateKeyWif: process.env.SIGMA_MEMBER_PRIVATE_KEY, requestPath, body }));
' /api/auth/oauth2/token "$BODY")
curl -s "$ISSUER/oauth2/token" -H "X-Auth-Token: $TOKEN" -d "$BODY"`;
}

function curl({ client, base }: Values): Snippet {
  return {
    title: 'curl',
    parts: [
      {
        label: 'bash',
        text: `ISSUER=${shellQuoted(issuerOf(base))}
CLIENT_ID=${shellQuoted(client.client_id)}
REDIRECT_URI=${shellQuoted(encodeURIComponent(firstRedirect(client)))}  # percent-encoded
VERIFIER=$(openssl rand -base64 48 | tr -d '\\n' | tr '+/' '-_')
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | base64 | tr -d '=' | tr '+/' '-_')

# Open this in a browser; it comes back to the redirect URI with ?code=…
echo "$ISSUER/oauth2/authorize?response_type=code&client_id=$CLIENT_ID&scope=openid+profile&state=$RANDOM$RANDOM&code_challenge=$CHALLENGE&code_challenge_method=S256&redirect_uri=$REDIRECT_URI"
read -rp 'code: ' CODE

${tokenRequest(client.token_endpoint_auth_method)}`,
      },
    ],
  };
}

export function snippetsFor(values: Values): Snippet[] {
  return values.client.token_endpoint_auth_method === 'x_auth_token'
    ? [sigmaPlugin(values), nextWithPlugin(values), openidClient(values), curl(values)]
    : [genericOAuth(values), nextWithOpenid(values), openidClient(values), curl(values)];
}
