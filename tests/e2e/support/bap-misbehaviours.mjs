// What a BAP API may do instead of answering well (tests/e2e/bap-api-misbehaves.test.mjs; `./dev bench bap`).
import { chainIdentity, sendJson } from './bap-api.mjs';
import { Key } from './person.mjs';

export const attacker = new Key();
const success = (result) => ({ status: 'success', result });
const nested = (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const padded = (honest, bytes) => JSON.stringify(success({ ...honest.result, padding: 'x'.repeat(bytes) }));
/** The identity that the asker has on chain, as honest answers carry it, with parts replaced. */
const altered = (honest, change) => success({ ...honest.result, ...change });

/** name → how the API answers: `honest` is what it should say, `question` what it was asked. */
export const misbehaviours = {
  'a redirect': (request, response) => {
    response.writeHead(302, { location: '/elsewhere' });
    response.end();
  },
  'keys that follow each other in a circle': (request, response, honest) =>
    sendJson(response, altered(honest, { addresses: Array(5).fill([honest.result.addresses[0], { address: attacker.address }]).flat() })),
  'an answer that comes late': (request, response, honest) => setTimeout(() => sendJson(response, honest), 3_000),
  'a body of 5 MB': (request, response, honest) => sendJson(response, padded(honest, 5_000_000)),
  'a body without end': (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', more);
    };
    response.on('error', () => {});
    more();
  },
  'JSON a hundred thousand levels deep': (request, response) => sendJson(response, nested(100_000)),
  'a profile a thousand levels deep': (request, response, honest) =>
    sendJson(response, JSON.stringify(honest).replace('"Real"', nested(1000))),
  'the id of somebody else': (request, response, honest) =>
    sendJson(response, altered(honest, { idKey: attacker.bapId })),
  'the root address of somebody else': (request, response, honest) =>
    sendJson(response, altered(honest, { rootAddress: attacker.address })),
  'somebody else altogether': (request, response) => sendJson(response, success(chainIdentity([attacker]))),
  'the current key of somebody else': (request, response, honest, question) =>
    sendJson(response, altered(success(chainIdentity([attacker])), { currentAddress: question.address, valid: true })),
  'addresses that are none': (request, response, honest) =>
    sendJson(response, altered(honest, { addresses: [{ address: '../../etc/passwd' }, 7, null] })),
  'members of other types': (request, response, honest) =>
    sendJson(response, altered(honest, { idKey: [attacker.bapId], rootAddress: { $ref: '#' }, valid: 'yes' })),
  'a member twice': (request, response, honest) =>
    sendJson(response, JSON.stringify(honest).replace('{"idKey"', `{"idKey":"${attacker.bapId}","idKey"`)),
  'half a surrogate': (request, response, honest) =>
    sendJson(response, JSON.stringify(honest).replace('Real', '\\ud800')),
  'bytes that are no UTF-8': (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
  },
  'a web page': (request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Captive portal</title>');
  },
  'status: error': (request, response) => sendJson(response, { status: 'error', message: 'x' }),
  'success without a result': (request, response) => sendJson(response, { status: 'success' }),
  'status 401': (request, response) => sendJson(response, { message: 'token' }, 401),
  'status 429': (request, response) => sendJson(response, { message: 'slow down' }, 429),
  'status 500': (request, response, honest) => sendJson(response, honest, 500),
  'a dropped connection': (request) => request.socket.destroy(),
  'a connection dropped in the middle': (request, response, honest) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 4096 });
    response.write(JSON.stringify(honest).slice(0, 100), () => request.socket.destroy());
  },
  'no answer': () => {},
  'an answer that drips': (request, response, honest) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const text = JSON.stringify(honest);
    let sent = 0;
    const timer = setInterval(() => response.write(text[sent++ % text.length]), 50);
    response.on('close', () => clearInterval(timer));
  },
};
