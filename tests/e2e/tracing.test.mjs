// Traces: requests are spans at the operator's collector (OTLP over HTTP), and a caller's trace goes on in what the
// server itself fetches (W3C Trace Context).
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { postToken, sigmaClient } from './support/oauth.mjs';
import { Key } from './support/person.mjs';
import { startPublisher } from './support/publisher.mjs';
import { flowWithSecrets } from './support/secrets.mjs';
import { startServer } from './support/server.mjs';

/** Takes what an OpenTelemetry collector takes. `arrived(count)` waits for so many spans. */
async function startCollector() {
  const spans = [];
  const resources = [];
  let look = () => {};
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    assert.equal(`${request.method} ${request.url}`, 'POST /v1/traces');
    for (const { resource, scopeSpans } of JSON.parse(text).resourceSpans) {
      resources.push(resource);
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    look();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    spans,
    resources,
    async find(matches) {
      while (!spans.some(matches)) await new Promise((resolve) => (look = resolve));
      return spans.find(matches);
    },
    close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))),
  };
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const attribute = (span, name) => Object.values(span.attributes.find(({ key }) => key === name)?.value ?? {})[0];

describe('tracing', () => {
  let collector, publisher, server;
  const seen = [];
  before(async () => {
    [collector, publisher] = await Promise.all([startCollector(), startPublisher()]);
    server = await startServer({
      env: {
        SIGMA_OTLP_URL: collector.url,
        SIGMA_TRACE_RATIO: '1',
        SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow',
        SIGMA_OUTBOUND_CA_FILE: publisher.caFile,
      },
    });
  });
  after(async () => {
    await server?.stop();
    await Promise.all([collector.close(), publisher.close()]);
  });

  test("a request is a span of the caller's trace, and its log line names the trace", async () => {
    const answer = await server.request('GET', '/api/auth/jwks', {
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    });
    assert.equal(answer.status, 200);
    const span = await collector.find((each) => each.traceId === traceId && each.name === 'GET /api/auth/jwks');
    assert.equal(span.parentSpanId, 'b7ad6b7169203331');
    assert.match(span.spanId, /^[0-9a-f]{16}$/);
    assert.notEqual(span.spanId, span.parentSpanId);
    assert.equal(attribute(span, 'http.response.status_code'), '200');
    assert.equal(attribute(span, 'sigma.request_id'), answer.headers['x-request-id']);
    assert.ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano));
    assert.ok(Math.abs(Number(BigInt(span.endTimeUnixNano) / 1_000_000n) - Date.now()) < 60_000);
    assert.equal(span.status, undefined);
    assert.ok(JSON.stringify(collector.resources).includes('"sigma-auth"'));
    await server.logWritten();
    assert.ok(server.output.includes(traceId));
  });

  test('without a trace, or with a malformed one, a request begins its own', async () => {
    await server.request('GET', '/api/auth/ok', { headers: { traceparent: '00-zz-01' } });
    const span = await collector.find((each) => each.name === 'GET /api/auth/ok');
    assert.match(span.traceId, /^[0-9a-f]{32}$/);
    assert.equal(span.parentSpanId, undefined);
  });

  test('what the server fetches for a request carries the trace on', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    publisher.pages['/jwks'] = (request, response) => {
      seen.push(request.headers.traceparent);
      const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
    };
    await server.createClient({
      client_id: 'machine',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${publisher.origin}/jwks`,
      scope: 'profile',
    });
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer('machine')
      .setSubject('machine')
      .setAudience(server.issuer)
      .setJti(crypto.randomUUID())
      .setExpirationTime('2m')
      .sign(privateKey);
    const answer = await postToken(server, {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    assert.equal(answer.status, 200, answer.describe());
    const span = await collector.find((each) => each.name === 'POST /api/auth/oauth2/token');
    assert.deepEqual(seen, [`00-${span.traceId}-${span.spanId}-01`]);
  });

  test('case 57: no secret of a whole flow is in a span', async () => {
    const key = new Key();
    await server.createClient(sigmaClient('traced', key));
    const before = collector.spans.length;
    const secrets = await flowWithSecrets(server, 'traced', key);
    const last = randomBytes(16).toString('hex');
    await server.request('GET', '/api/auth/ok', { headers: { traceparent: `00-${last}-b7ad6b7169203331-01` } });
    await collector.find((each) => each.traceId === last);
    const names = collector.spans.slice(before).map(({ name }) => name);
    for (const name of ['POST /api/auth/sign-in/sigma', 'GET /api/auth/oauth2/authorize', 'POST /api/auth/oauth2/token', 'POST /api/auth/oauth2/par', 'GET /api/auth/oauth2/userinfo'])
      assert.ok(names.includes(name), `${name} is among ${names.join(', ')}`);
    const told = JSON.stringify([collector.resources, collector.spans]);
    for (const [name, secret] of Object.entries(secrets)) assert.ok(secret.length > 10 && !told.includes(secret), name);
    assert.doesNotMatch(told, /client_assertion|eyJ/);
  });
});

describe('tracing that nobody asked for', () => {
  test('a stranger cannot have requests recorded, and a collector that is away harms nobody', async () => {
    const server = await startServer({ env: { SIGMA_OTLP_URL: 'http://127.0.0.1:9', SIGMA_TRACE_RATIO: '0' } });
    try {
      const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
      for (let i = 0; i < 5; i += 1) assert.equal((await server.request('GET', '/api/auth/ok', { headers })).status, 200);
      const metrics = (await server.admin('GET', '/metrics', { token: null })).text;
      assert.match(metrics, /^trace_spans_total\{outcome="lost"\} 0$/m);
    } finally {
      await server.stop();
    }
  });
});
