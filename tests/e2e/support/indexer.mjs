// A stand-in for the 1Sat ordinals API as GorillaPool serves it, over TLS with a certificate authority of its own:
// GET /api/txos/address/{address}/unspent?limit=&offset= and GET /api/bsv20/{address}/balance. It can misbehave.
import { randomBytes } from 'node:crypto';
import { startPublisher } from './publisher.mjs';

export const txid = () => randomBytes(32).toString('hex');
export const outpoint = () => `${txid()}_0`;

/** An unspent ordinal as the API lists it. `signer`: the address whose SIGMA signature it carries. */
export function nft(owner, { origin = outpoint(), collection, signer, valid = true, name = 'thing', asText = false, ...more } = {}) {
  const subTypeData = { collectionId: collection, mintNumber: 1 };
  const id = txid();
  return {
    txid: id,
    vout: 0,
    outpoint: `${id}_0`,
    satoshis: 1,
    height: 828275,
    idx: '1162',
    owner,
    spend: '',
    origin: {
      outpoint: origin,
      num: '0828275:1162:0',
      data: {
        insc: { file: { hash: txid(), size: 2592, type: 'image/png' } },
        map: {
          app: 'test',
          type: 'ord',
          name,
          ...(collection && {
            subType: 'collectionItem',
            subTypeData: asText ? JSON.stringify(subTypeData) : subTypeData,
          }),
        },
        ...(signer && { sigma: [{ algorithm: 'BSM', address: signer, signature: 'c2ln', vin: 0, valid }] }),
      },
    },
    data: null,
    ...more,
  };
}

/** A balance as the API lists it; amounts in the smallest unit. */
export function balance(id, confirmed, { dec = 0, sym = 'GM', pending = '0' } = {}) {
  const none = { confirmed: '0', pending: '0' };
  return { tick: null, id, sym, icon: null, dec, all: { confirmed: String(confirmed), pending }, listed: none };
}

const json = (response, value, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** What the indexer can do wrong, by name: (request, response) => void. */
export const mishaps = {
  slow: () => {},
  huge: (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`["${'x'.repeat(5 * 1024 * 1024)}"]`);
  },
  nested: (request, response) => response.writeHead(200).end(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
  error: (request, response) => json(response, { message: 'Internal Server Error' }, 500),
  refused: (request, response) => json(response, { message: 'Too Many Requests' }, 429),
  redirect: (request, response) => response.writeHead(302, { location: `${request.url}&again` }).end(),
  dropped: (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('[{"txid":"');
    setImmediate(() => response.socket.destroy());
  },
  hungUp: (request, response) => response.socket.destroy(),
  html: (request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Maintenance</h1>'),
  object: (request, response) => json(response, { message: 'ok', result: [] }),
  empty: (request, response) => response.writeHead(200).end(),
};

/** @returns the publisher with `wallets` (address → {nfts, balances}) and `mishap` (a key of mishaps, or nothing) */
export async function startIndexer() {
  const wallets = new Map();
  const handle = (request, response) => {
    const address = /^\/api\/(?:txos\/address|bsv20)\/([^/?]+)/.exec(request.url)?.[1];
    const mishap = indexer.mishapOf.get(address) ?? indexer.mishap;
    if (mishap) return mishaps[mishap](request, response);
    const url = new URL(request.url, 'https://indexer');
    const held = wallets.get(address) ?? {};
    if (url.pathname === `/api/bsv20/${address}/balance`) return json(response, held.balances ?? []);
    if (url.pathname === `/api/txos/address/${address}/unspent`) {
      const [offset, limit] = ['offset', 'limit'].map((name) => Number(url.searchParams.get(name)));
      return json(response, (held.nfts ?? []).slice(offset, offset + limit));
    }
    return json(response, { message: 'Not Found' }, 404);
  };
  const indexer = await startPublisher(new Proxy({}, { get: () => handle }));
  return Object.assign(indexer, { wallets, mishap: undefined, mishapOf: new Map() });
}
