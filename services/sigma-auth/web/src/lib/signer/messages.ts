// Reading and writing the two message protocols of the signer (sigma-contract §7). Nothing here is trusted: every
// message is checked member by member and bounded before anybody acts on it.
import type { Scheme } from '../identity/token';

export type Call =
  | { kind: 'token'; path: string; body: string; scheme: Scheme }
  | { kind: 'aip'; pushes: string[] }
  | { kind: 'encrypt'; plain: number[]; friend: string; other?: string }
  | { kind: 'decrypt'; message: number[]; friend: string; other?: string }
  | { kind: 'publicKey'; friend: string };

/** `cwi` is spoken by plugins from 0.0.84 on, `plain` by the older ones. */
export type Protocol = 'cwi' | 'plain';

export interface Request {
  protocol: Protocol;
  id: string;
  /** Which answer the older protocol expects. */
  type: string;
  /** Or why it cannot be done. */
  call: Call | Refusal;
}

export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export type Message = { kind: 'identity'; bapId: string } | { kind: 'request'; request: Request } | undefined;

/** Bodies and texts, in characters or bytes. A message above it would only keep the page busy. */
export const longestText = 1 << 20;
const longestPath = 4096;
const mostPushes = 1000;
const longestId = 200;

const bad = (message: string) => new Refusal('INVALID_REQUEST', message);
const isBapId = (value: unknown): value is string => typeof value === 'string' && /^[1-9A-HJ-NP-Za-km-z]{20,40}$/.test(value);
type Fields = Record<string, unknown>;
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/** One message of the embedding page; undefined when it is none of ours. */
export function readMessage(data: unknown): Message {
  const { type, payload, isInvocation, id, call, args } = fieldsOf(data);
  if (type === 'SET_IDENTITY') {
    const { bapId } = fieldsOf(payload);
    return isBapId(bapId) ? { kind: 'identity', bapId } : undefined;
  }
  if (type === 'CWI' && isInvocation === true) {
    if (!isId(id)) return undefined;
    return { kind: 'request', request: { protocol: 'cwi', id: id as string, type, call: attempt(() => readCwi(call, fieldsOf(args))) } };
  }
  if (typeof type === 'string' && /^[A-Z_]{1,40}_REQUEST$/.test(type)) {
    const fields = fieldsOf(payload);
    if (!isId(fields['requestId'])) return undefined;
    const request: Request = { protocol: 'plain', id: fields['requestId'] as string, type, call: attempt(() => readPlain(type, fields)) };
    return { kind: 'request', request };
  }
  return undefined;
}

const isId = (id: unknown): boolean => typeof id === 'string' && id !== '' && id.length <= longestId;

function attempt(read: () => Call): Call | Refusal {
  try {
    return read();
  } catch (error) {
    return error instanceof Refusal ? error : bad('The request could not be read.');
  }
}

/** The one protocol of these calls; another one would need other keys. */
function checkProtocol(value: unknown): void {
  if (!Array.isArray(value) || value[1] !== 'sigma-encrypt') throw new Refusal('UNSUPPORTED', 'protocolID must be [2, "sigma-encrypt"].');
}

function readCwi(call: unknown, args: Fields): Call {
  if (call === 'encrypt' || call === 'decrypt' || call === 'getPublicKey') checkProtocol(args['protocolID']);
  switch (call) {
    case 'signAuthToken':
      return readToken(args);
    case 'signAIP':
      return readPushes(args['hexArray']);
    case 'encrypt':
      return { kind: 'encrypt', plain: readBytes(args['plaintext']), ...readFriend(args['keyID'], args['counterparty']) };
    case 'decrypt':
      return { kind: 'decrypt', message: readBytes(args['ciphertext']), ...readFriend(args['keyID'], args['counterparty']) };
    case 'getPublicKey':
      return { kind: 'publicKey', friend: readFriend(args['keyID'], undefined).friend };
    default:
      throw new Refusal('UNSUPPORTED', `This signer does not know the call “${String(call).slice(0, 40)}”.`);
  }
}

function readPlain(type: string, fields: Fields): Call {
  const friend = () => readFriend(fields['friendBapId'], fields['counterPartyPublicKey']);
  switch (type) {
    case 'SIGN_REQUEST':
      return readToken(fields);
    case 'SIGN_AIP_REQUEST':
      return readPushes(fields['hexArray']);
    case 'ENCRYPT_REQUEST':
      return { kind: 'encrypt', plain: [...new TextEncoder().encode(readText(fields['data'], 'data'))], ...friend() };
    case 'DECRYPT_REQUEST':
      return { kind: 'decrypt', message: readBase64(readText(fields['ciphertext'], 'ciphertext')), ...friend() };
    case 'GET_FRIEND_PUBKEY_REQUEST':
      return { kind: 'publicKey', friend: readFriend(fields['friendBapId'], undefined).friend };
    default:
      throw new Refusal('UNSUPPORTED', 'This signer does not give keys away; please update @sigma-auth/better-auth-plugin.');
  }
}

function readToken(fields: Fields): Call {
  const { requestPath: path, body = '', signatureType: scheme = 'brc77' } = fields;
  // `|` parts the token's fields, and no path of a request has blanks or control characters.
  if (typeof path !== 'string' || !/^\/[^\s|\p{Cc}]*$/u.test(path) || path.length > longestPath) {
    throw bad('requestPath must be a path that begins with “/”, without blanks or “|”.');
  }
  if (scheme !== 'brc77' && scheme !== 'bsm') throw bad('signatureType must be “brc77” or “bsm”.');
  return { kind: 'token', path, body: body === null ? '' : readText(body, 'body'), scheme };
}

function readPushes(value: unknown): Call {
  const isHex = (push: unknown) => typeof push === 'string' && /^(?:[0-9a-fA-F]{2})+$/.test(push);
  if (!Array.isArray(value) || value.length === 0 || value.length > mostPushes || !value.every(isHex)) {
    throw bad(`hexArray must be a list of 1 to ${mostPushes} hex texts.`);
  }
  const pushes = (value as string[]).map((push) => push.toLowerCase());
  if (pushes.join('').length > longestText) throw bad('hexArray is too long.');
  return { kind: 'aip', pushes };
}

function readText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw bad(`${name} must be a text.`);
  if (value.length > longestText) throw bad(`${name} is too long.`);
  return value;
}

function readBase64(text: string): number[] {
  try {
    return Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw bad('ciphertext must be base64.');
  }
}

/** Uint8Array, a list of numbers, or an object of them (what JSON makes of a Uint8Array). */
function readBytes(value: unknown): number[] {
  const list: unknown[] = value instanceof ArrayBuffer ? [...new Uint8Array(value)] : Object.values(fieldsOf(value));
  if (list.length > longestText) throw bad('The bytes are too many.');
  if (typeof value !== 'object' || !list.every((byte) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) <= 255)) {
    throw bad('plaintext and ciphertext must be bytes.');
  }
  return list as number[];
}

function readFriend(friend: unknown, other: unknown): { friend: string; other?: string } {
  if (typeof friend !== 'string' || friend === '' || friend.length > longestId) throw bad('A friend’s BAP id is needed.');
  if (other === undefined || other === null || other === '' || other === 'self') return { friend };
  if (typeof other !== 'string' || !/^0[23][0-9a-fA-F]{64}$/.test(other)) throw bad('The friend’s key must be a compressed public key in hex.');
  return { friend, other };
}

/** What a call gave: text for tokens and keys, hex texts for AIP, bytes for the two others. */
export type Result = string | string[] | number[];

export function answerTo({ protocol, id, type, call }: Request, result: Result): unknown {
  if (call instanceof Refusal) throw call;
  if (protocol === 'cwi') return { type: 'CWI', isInvocation: false, id, result: cwiResult(call, result) };
  return { type: type.replace(/REQUEST$/, 'RESPONSE'), payload: { requestId: id, ...plainResult(call, result) } };
}

export function refusalOf({ protocol, id, type }: Request, { code, message }: Refusal): unknown {
  if (protocol === 'cwi') return { type: 'CWI', isInvocation: false, id, status: 'error', description: message, code };
  return { type: type.replace(/REQUEST$/, 'RESPONSE'), payload: { requestId: id, error: message } };
}

function cwiResult(call: Call, result: Result): unknown {
  switch (call.kind) {
    case 'encrypt':
      return { ciphertext: result };
    case 'decrypt':
      return { plaintext: result };
    case 'publicKey':
      return { publicKey: result };
    default:
      return result;
  }
}

function plainResult(call: Call, result: Result): Record<string, unknown> {
  const bytes = result as number[];
  switch (call.kind) {
    case 'token':
      return { authToken: result, signingPubkey: (result as string).split('|')[0] };
    case 'aip':
      return { signedOps: result };
    case 'encrypt':
      return { encrypted: btoa(bytes.map((byte) => String.fromCharCode(byte)).join('')) };
    case 'decrypt':
      return { decrypted: new TextDecoder().decode(Uint8Array.from(bytes)) };
    case 'publicKey':
      return { publicKey: result };
  }
}

/** Makes the client show the frame over its page, or hide it. Each client understands one of the two. */
export const showFrame = [{ type: 'CWI', cwiState: { status: 'need_password' } }, { type: 'WALLET_LOCKED' }];
export const hideFrame = (unlocked: boolean): unknown[] => [state(unlocked), { type: 'WALLET_UNLOCKED' }];

/** Newer clients wait for this before they send anything. */
export const state = (unlocked: boolean) => ({ type: 'CWI', cwiState: { status: unlocked ? 'ready' : 'locked' } });
