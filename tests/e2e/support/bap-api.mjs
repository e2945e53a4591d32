// A stand-in for the BAP API: https with a certificate of its own, answering as the real one does (sigma-contract.md §9,
// bsv-bap's apiTypes), or misbehaving as a test says.
import { bapIdOfAddress } from './person.mjs';
import { startPublisher } from './publisher.mjs';

const paths = { address: '/v1/identity/validByAddress', id: '/v1/identity/get' };

/** An identity on chain. `keys`: the keys that have signed for it, oldest (the root) first. */
export function chainIdentity(keys, person) {
  const addresses = keys.map(({ address }, i) => ({ address, txId: `${i}`.repeat(64).slice(0, 64), block: 800_000 + i }));
  return {
    idKey: bapIdOfAddress(keys[0].address),
    firstSeen: 800_000,
    rootAddress: keys[0].address,
    currentAddress: keys.at(-1).address,
    addresses,
    ...(person ? { identity: { '@context': 'https://schema.org', '@type': 'Person', ...person } } : {}),
  };
}

const success = (result) => ({ status: 'success', result });
const unknown = { status: 'error', message: 'Identity could not be found' };

export function sendJson(response, json, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(typeof json === 'string' ? json : JSON.stringify(json));
}

/**
 * Starts it. `api.identities` is what it knows; `api.behave` (request, response, honest, question) answers instead when
 * set, `honest` being what the real one would say. `api.questions` is what it was asked.
 */
export async function startBapApi() {
  const api = await startPublisher();
  api.identities = [];
  api.questions = [];
  api.behave = undefined;
  const handler = (kind) => (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      const question = JSON.parse(body);
      api.questions.push({ kind, method: request.method, headers: request.headers, ...question });
      const found = api.identities.find((identity) =>
        kind === 'id'
          ? identity.idKey === question.idKey
          : identity.addresses.some(({ address }) => address === question.address),
      );
      let honest = unknown;
      if (found && kind === 'id') honest = success(found);
      if (found && kind === 'address') {
        const valid = found.currentAddress === question.address;
        honest = success({ ...found, valid, block: 900_000, timestamp: 1_767_225_600 });
      }
      if (api.behave) return api.behave(request, response, honest, question);
      return sendJson(response, honest);
    });
  };
  for (const kind of Object.keys(paths)) api.pages[paths[kind]] = handler(kind);
  const { close } = api;
  let closed;
  api.close = () => (closed ??= close());
  /** Settings of a server that asks it. */
  api.env = (more = {}) => ({
    SIGMA_BAP_API_URL: `${api.origin}/v1`,
    SIGMA_BAP_API_PRIVATE_ADDRESS: 'allow',
    SIGMA_OUTBOUND_CA_FILE: api.caFile,
    ...more,
  });
  api.questionsAbout = (kind, value) =>
    api.questions.filter((question) => question.kind === kind && [question.address, question.idKey].includes(value));
  api.reset = () => {
    api.identities = [];
    api.questions = [];
    api.behave = undefined;
  };
  return api;
}
