// Deterministic test vectors for the Sigma wire contract (docs/spec/sigma-contract.md).
//
// Packages (the exact versions the committed vectors were made with):
//   @bsv/sdk 2.1.0, bitcoin-auth 0.0.7, bsv-bap 0.1.24          (Node 20 or newer)
// To re-run, in any empty directory:
//   npm init -y && npm i --legacy-peer-deps --save-exact @bsv/sdk@2.1.0 bitcoin-auth@0.0.7 bsv-bap@0.1.24
//   node generate.mjs <that directory>/node_modules [output directory]
//
// The only source of randomness the packages use (globalThis.crypto.getRandomValues) is replaced by a
// SHA-256 counter stream re-seeded per vector, so every byte is reproducible. No key here guards anything.
//
// Every X-Auth-Token vector carries two verdicts:
//   npm     what verifyAuthToken of bitcoin-auth answers (true, false, or "throws: …"), recorded, not judged
//   expect  what OUR server must answer; computed here by an independent strict verifier and asserted
// plus the key that can be recovered from the signature (null when there is none).
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.argv[2] ?? join(here, "node_modules"));
const outDir = resolve(process.argv[3] ?? here);
mkdirSync(outDir, { recursive: true });

let seed = { label: "init", n: 0, buf: Buffer.alloc(0) };
const reseed = (label) => { seed = { label, n: 0, buf: Buffer.alloc(0) }; };
const take = (n) => {
  while (seed.buf.length < n) seed.buf = Buffer.concat([seed.buf, createHash("sha256").update(`sigma-vectors|${seed.label}|${seed.n++}`).digest()]);
  const out = seed.buf.subarray(0, n); seed.buf = seed.buf.subarray(n); return out;
};
Object.defineProperty(globalThis.crypto, "getRandomValues", { configurable: true, value: (a) => { a.set(take(a.byteLength)); return a; } });

const load = (p) => import(pathToFileURL(join(modules, p)).href);
const version = (n) => JSON.parse(readFileSync(join(modules, n, "package.json"), "utf8")).version;
const sdk = await load("@bsv/sdk/dist/esm/mod.js");
const { PrivateKey, PublicKey, BSM, Signature, SignedMessage, BigNumber, Utils, HD, Mnemonic, Hash } = sdk;
const { getAuthToken, verifyAuthToken } = await load("bitcoin-auth/dist/index.js");
const { BAP, bapIdFromAddress, bapIdFromPubkey } = await load("bsv-bap/dist/index.modern.js");
const generatedBy = Object.fromEntries(["@bsv/sdk", "bitcoin-auth", "bsv-bap"].map((n) => [n, version(n)]));
console.log = () => {}; // bsv-bap prints

let checks = 0;
const must = (ok, what) => { checks++; if (!ok) throw new Error(`check failed: ${what}`); };
const save = (name, doc) => writeFileSync(join(outDir, name), `${JSON.stringify({ ...doc, generatedBy }, null, 1)}\n`);
const sha256hex = (b) => createHash("sha256").update(b).digest("hex");
const b64 = (a) => Buffer.from(a).toString("base64");
const key = (n) => new PrivateKey(String(n).padStart(2, "0").repeat(32), 16);
const [A, B, C] = [key(11), key(22), key(33)];
const N = BigInt("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

// ------------------------------------------------------------------ strict verifier (the contract's order of checks)
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const STD_B64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const lowS = (sBytes) => BigInt(`0x${Buffer.from(sBytes).toString("hex")}`) <= N / 2n;
const keyOf = (f) => { try { return f(); } catch { return null; } };
const msgOf = (path, ts, body) => `${path}|${ts}|${body === null || body.length === 0 ? "" : sha256hex(body)}`;
function bsmRecover(text, raw) {
  const sig = Signature.fromCompact([...raw], undefined);
  return sig.RecoverPublicKey((raw[0] - 27) & 3, new BigNumber(BSM.magicHash(Utils.toArray(text, "utf8")))).toString();
}
/** @returns {{valid:boolean, reason:string, key:string|null}} */
function strict(token, { path, body, now, padMinutes }) {
  const no = (reason, k = null) => ({ valid: false, reason, key: k });
  const f = token.split("|");
  if (f.length !== 5) return no("malformed");
  const [pub, scheme, ts, signedPath, sig] = f;
  if (scheme !== "bsm" && scheme !== "brc77") return no("scheme");
  if (!/^0[23][0-9a-fA-F]{64}$/.test(pub) || !keyOf(() => PublicKey.fromString(pub))) return no("pubkey");
  if (!ISO.test(ts) || Number.isNaN(Date.parse(ts)) || new Date(ts).toISOString() !== ts) return no("timestamp");
  const skew = Date.parse(ts) - Date.parse(now), pad = padMinutes * 60000;
  if (skew < -pad) return no("expired");
  if (skew > pad) return no("future");
  if (signedPath !== path) return no("path");
  if (!STD_B64.test(sig)) return no("signature");
  const raw = Buffer.from(sig, "base64"), text = msgOf(path, ts, body), claimed = pub.toLowerCase();
  if (scheme === "bsm") {
    if (raw.length !== 65 || raw[0] < 27 || raw[0] > 34 || !lowS(raw.subarray(33))) return no("signature");
    const got = keyOf(() => bsmRecover(text, raw));
    return got === claimed ? { valid: true, reason: "ok", key: got } : no("signature", got);
  }
  if (raw.length < 70 || raw.subarray(0, 4).toString("hex") !== "42423301") return no("signature");
  const sender = raw.subarray(4, 37).toString("hex");
  if (!keyOf(() => PublicKey.fromString(sender))) return no("signature");
  if (sender !== claimed) return no("key_mismatch", sender);
  if (raw[37] !== 0) return no("signature", sender);
  const ok = keyOf(() => {
    const der = Signature.fromDER([...raw.subarray(70)]);
    return lowS(der.s.toArray("be", 32)) && SignedMessage.verify(Utils.toArray(text, "utf8"), [...raw]);
  });
  return ok ? { valid: true, reason: "ok", key: sender } : no("signature", sender);
}

// ------------------------------------------------------------------ X-Auth-Token vectors
const T0 = "2026-01-22T12:00:00.000Z", TP = "/api/auth/oauth2/token", SI = "/api/auth/sign-in/sigma";
const at = (ms) => new Date(Date.parse(T0) + ms).toISOString();
const min = 60000;
const FORM = new URLSearchParams({ grant_type: "authorization_code", code: "SplxlOBeZQQYbYS6WxSbIA", redirect_uri: "https://app.example/auth/sigma/callback", client_id: "my-app", code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" }).toString();
const vectors = [];
/** sign: what the client signs. see: what the server sees (defaults to the same). edit: changes the token afterwards. */
function token(name, sign, see, reason, { edit, note, policy } = {}) {
  reseed(name);
  const s = { key: A, scheme: "brc77", path: TP, body: null, timestamp: T0, ...sign };
  const body = s.body === null ? undefined : s.body;
  let tok = getAuthToken({ privateKeyWif: s.key.toWif(), requestPath: s.path, body, scheme: s.scheme, timestamp: s.timestamp });
  if (edit) tok = edit(tok);
  const v = { path: s.path, body: s.body, now: T0, padMinutes: 5, ...see };
  const bytes = v.body === null ? null : Buffer.from(v.body, "utf8");
  let npm;
  try { npm = verifyAuthToken(tok, { requestPath: v.path, timestamp: v.now, body: v.body === null ? undefined : v.body }, v.padMinutes); }
  catch (e) { npm = `throws: ${String(e.message).slice(0, 90)}`; }
  const got = strict(tok, { ...v, body: bytes });
  must(got.reason === reason, `${name}: expected ${reason}, strict verifier says ${got.reason}`);
  vectors.push({
    name, wif: s.key.toWif(), signed: { scheme: s.scheme, path: s.path, body: s.body, timestamp: s.timestamp, text: msgOf(s.path, s.timestamp, s.body === null ? null : Buffer.from(s.body, "utf8")) },
    token: tok, server: { path: v.path, body: v.body, now: v.now, timePadMinutes: v.padMinutes },
    npm, expect: { valid: got.valid, reason: got.reason, signingKey: got.key }, ...(policy ? { policy } : {}), ...(note ? { note } : {}),
  });
}
const field = (i, fn) => (t) => { const p = t.split("|"); p[i] = fn(p[i]); return p.join("|"); };
const sigBytes = (fn) => field(4, (s) => b64(fn(Buffer.from(s, "base64"))));
const U = A.toPublicKey();

for (const scheme of ["bsm", "brc77"]) {
  token(`${scheme}: no body (sign-in)`, { scheme, path: SI }, {}, "ok");
  token(`${scheme}: empty body hashes as no body`, { scheme, path: SI, body: "" }, {}, "ok");
  token(`${scheme}: no body signed, empty body received`, { scheme, path: SI }, { body: "" }, "ok");
  token(`${scheme}: JSON body`, { scheme, path: SI, body: '{"bapId":"J2EqvvxyXoZY5uyw2kBBt5wh6kA"}' }, {}, "ok", { note: "the command line client signs its sign-in body; the browser client does not" });
  token(`${scheme}: form body (code exchange)`, { scheme, body: FORM }, {}, "ok");
  token(`${scheme}: form body (refresh)`, { scheme, body: "grant_type=refresh_token&refresh_token=a%2Bb+c%2Fd%3D&client_id=my-app" }, {}, "ok");
  token(`${scheme}: unicode body`, { scheme, path: "/api/posts", body: '{"title":"Grüße, 聪 🦊 \\u0000"}' }, {}, "ok");
  token(`${scheme}: unicode path`, { scheme, path: "/api/文書/é?q=ß" }, {}, "ok", { note: "the text is UTF-8; an HTTP header can carry it only as bytes above 127" });
  token(`${scheme}: path with query`, { scheme, path: "/api/users?limit=10&sort=asc" }, {}, "ok");
  token(`${scheme}: wallet connect path`, { scheme, path: "/api/wallet/connect" }, {}, "ok");
  token(`${scheme}: another key`, { scheme, key: C, body: FORM }, {}, "ok");
  token(`${scheme}: upper-case claimed key`, { scheme, body: FORM }, {}, "ok", { edit: field(0, (p) => p.toUpperCase()), note: "the old provider compares strings and answers 401; accept and normalise" });
  token(`${scheme}: exactly 5 minutes old`, { scheme, timestamp: at(-5 * min) }, {}, "ok");
  token(`${scheme}: exactly 5 minutes ahead`, { scheme, timestamp: at(5 * min) }, {}, "ok");
  token(`${scheme}: 5 minutes and 1 ms old`, { scheme, timestamp: at(-5 * min - 1) }, {}, "expired");
  token(`${scheme}: 5 minutes and 1 ms ahead`, { scheme, timestamp: at(5 * min + 1) }, {}, "future");
  token(`${scheme}: 90 s old, pad 1 minute`, { scheme, timestamp: at(-90000) }, { padMinutes: 1 }, "expired");
  token(`${scheme}: 90 s old, pad 2 minutes`, { scheme, timestamp: at(-90000) }, { padMinutes: 2 }, "ok");
  token(`${scheme}: ten years old`, { scheme, timestamp: "2016-01-22T12:00:00.000Z" }, {}, "expired");
  token(`${scheme}: time is not a time`, { scheme, timestamp: "not-a-date" }, {}, "timestamp");
  token(`${scheme}: empty time`, { scheme, timestamp: "" }, {}, "timestamp", { note: "bitcoin-auth signs an empty timestamp as given" });
  token(`${scheme}: day that does not exist`, { scheme, timestamp: "2026-02-30T12:00:00.000Z" }, { now: "2026-03-02T12:00:00.000Z" }, "timestamp");
  token(`${scheme}: time without milliseconds`, { scheme, timestamp: "2026-01-22T12:00:00Z" }, {}, "timestamp", { policy: "may be accepted; no known client sends it" });
  token(`${scheme}: time with an offset`, { scheme, timestamp: "2026-01-22T13:00:00.000+01:00" }, {}, "timestamp", { policy: "may be accepted; no known client sends it" });
  token(`${scheme}: time in milliseconds`, { scheme, timestamp: String(Date.parse(T0)) }, {}, "timestamp");
  token(`${scheme}: body changed by one byte`, { scheme, body: FORM }, { body: FORM.replace("my-app", "my-apq") }, "signature");
  token(`${scheme}: body added`, { scheme }, { body: FORM }, "signature");
  token(`${scheme}: body removed`, { scheme, body: FORM }, { body: null }, "signature");
  token(`${scheme}: parameters in another order`, { scheme, body: "a=1&b=2" }, { body: "b=2&a=1" }, "signature");
  token(`${scheme}: JSON with other blanks`, { scheme, path: SI, body: '{"bapId":"x"}' }, { body: '{"bapId": "x"}' }, "signature");
  token(`${scheme}: signed for another path`, { scheme, path: "/api/auth/oauth2/userinfo", body: FORM }, { path: TP }, "path");
  token(`${scheme}: signed without the base path`, { scheme, path: "/oauth2/token", body: FORM }, { path: TP }, "path", { policy: "the 2025 client package signed this path; a compatibility setting may allow it at the token endpoint" });
  token(`${scheme}: trailing slash`, { scheme, path: `${TP}/`, body: FORM }, { path: TP }, "path");
  token(`${scheme}: query that was not signed`, { scheme, path: "/api/users" }, { path: "/api/users?admin=1" }, "path");
  token(`${scheme}: path replaced in the token`, { scheme, path: "/api/other", body: FORM }, { path: TP }, "signature", { edit: field(3, () => TP) });
  token(`${scheme}: time replaced in the token`, { scheme, timestamp: at(-60 * min), body: FORM }, {}, "signature", { edit: field(2, () => T0) });
  token(`${scheme}: claimed key replaced`, { scheme, key: B, body: FORM }, {}, scheme === "bsm" ? "signature" : "key_mismatch", { edit: field(0, () => U.toString()), note: scheme === "brc77" ? "FORGERY: the npm verifier accepts it, so anybody can be anybody; must be refused" : undefined });
  token(`${scheme}: scheme word swapped`, { scheme, body: FORM }, {}, "signature", { edit: field(1, () => (scheme === "bsm" ? "brc77" : "bsm")) });
  token(`${scheme}: scheme in capitals`, { scheme }, {}, "scheme", { edit: field(1, (s) => s.toUpperCase()) });
  token(`${scheme}: no signature`, { scheme }, {}, "signature", { edit: field(4, () => "") });
  token(`${scheme}: signature is not base64`, { scheme }, {}, "signature", { edit: field(4, () => "!!!not base64!!!") });
  token(`${scheme}: signature one byte short`, { scheme }, {}, "signature", { edit: sigBytes((b) => b.subarray(0, -1)) });
  token(`${scheme}: signature one byte long`, { scheme }, {}, "signature", { edit: sigBytes((b) => Buffer.concat([b, Buffer.from([0])])) });
  token(`${scheme}: last bit of the signature flipped`, { scheme }, {}, "signature", { edit: sigBytes((b) => { const c = Buffer.from(b); c[c.length - 1] ^= 1; return c; }) });
  token(`${scheme}: url-safe base64 signature`, { scheme, path: "/api/u" }, {}, "signature", { edit: field(4, (s) => s.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") + "-".repeat(0)), policy: "may be accepted if the replay key is taken from the signed text, never from the token string" });
  token(`${scheme}: four fields`, { scheme }, {}, "malformed", { edit: (t) => t.split("|").slice(0, 4).join("|") });
  token(`${scheme}: six fields (a bar in the path)`, { scheme, path: "/api/a|b" }, {}, "malformed", { note: "such a path can be signed but never verified" });
  token(`${scheme}: key is not a point`, { scheme }, {}, "pubkey", { edit: field(0, () => `02${"00".repeat(31)}05`) });
  token(`${scheme}: key field empty`, { scheme }, {}, "pubkey", { edit: field(0, () => "") });
  token(`${scheme}: key one digit short`, { scheme }, {}, "pubkey", { edit: field(0, (p) => p.slice(0, -1)) });
  token(`${scheme}: uncompressed key`, { scheme }, {}, "pubkey", { edit: field(0, () => U.encode(false, "hex")), note: "only the compressed form is one name for one key" });
}
// malformed strings that need no signing
for (const [name, t, reason] of [["empty string", "", "malformed"], ["bars only", "||||", "scheme"], ["a JWT", "eyJhbGciOiJub25lIn0.e30.", "malformed"], ["a word", "abc", "malformed"], ["unknown scheme", `${U}|schnorr|${T0}|${TP}|AAAA`, "scheme"], ["brc77 with 4 bytes", `${U}|brc77|${T0}|${TP}|QkIzAQ==`, "signature"], ["bsm with 65 zero bytes", `${U}|bsm|${T0}|${TP}|${b64(Buffer.alloc(65))}`, "signature"], ["bsm with r = s = 0 and header 31", `${U}|bsm|${T0}|${TP}|${b64(Buffer.concat([Buffer.from([31]), Buffer.alloc(64)]))}`, "signature"], ["one megabyte of signature", `${U}|bsm|${T0}|${TP}|${"A".repeat(4096)}`, "signature"]])
  token(`raw: ${name === "one megabyte of signature" ? "4096 characters of signature" : name}`, {}, {}, reason, { edit: () => t });
// bsm only: what the header byte says
token("bsm: header says uncompressed", { scheme: "bsm" }, {}, "ok", { edit: sigBytes((b) => { const c = Buffer.from(b); c[0] -= 4; return c; }), note: "some wallets write 27..30; the claimed key decides" });
token("bsm: header names another recovery id", { scheme: "bsm" }, {}, "signature", { edit: sigBytes((b) => { const c = Buffer.from(b); c[0] = 31 + ((c[0] - 31) ^ 1); return c; }), policy: "either; the npm verifier ignores the header" });
token("bsm: header out of range", { scheme: "bsm" }, {}, "signature", { edit: sigBytes((b) => { const c = Buffer.from(b); c[0] = 35; return c; }) });
token("bsm: high s", { scheme: "bsm" }, {}, "signature", { edit: sigBytes((b) => { const s = N - BigInt(`0x${b.subarray(33).toString("hex")}`); return Buffer.concat([Buffer.from([31 + ((b[0] - 31) ^ 1)]), b.subarray(1, 33), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]); }), policy: "refuse: a second valid form of one signature defeats a replay list kept by token string" });
// brc77 only: the envelope
token("brc77: other version", {}, {}, "signature", { edit: sigBytes((b) => { const c = Buffer.from(b); c[3] = 2; return c; }) });
token("brc77: key id changed", {}, {}, "signature", { edit: sigBytes((b) => { const c = Buffer.from(b); c[40] ^= 1; return c; }) });
token("brc77: sender replaced inside the envelope", { key: B }, {}, "signature", { edit: (t) => { const p = t.split("|"); const raw = Buffer.from(p[4], "base64"); Buffer.from(U.encode(true)).copy(raw, 4); return [U.toString(), ...p.slice(1, 4), b64(raw)].join("|"); } });
{
  reseed("brc77 for one verifier");
  const text = msgOf(TP, T0, null), env = SignedMessage.sign(Utils.toArray(text, "utf8"), A, B.toPublicKey());
  token("brc77: addressed to one verifier", {}, {}, "signature", { edit: () => `${U}|brc77|${T0}|${TP}|${b64(env)}` });
}
must(vectors.length >= 100 && new Set(vectors.map((v) => v.name)).size === vectors.length, "enough vectors, unique names");
must(vectors.filter((v) => v.npm === true && !v.expect.valid).length >= 8, "the forgeries that npm accepts are recorded");
must(vectors.every((v) => !v.expect.valid || v.npm === true || /ahead|old/.test(v.name)), "all we accept, npm accepts");
save("auth-tokens.json", { description: "X-Auth-Token values. Sign `signed` with `wif`; the server sees `token` and `server`. `npm` is the public verifier's answer, `expect` is ours; `policy` marks cases where another answer is tolerable.", vectors });

// ------------------------------------------------------------------ form bodies as the old provider re-serialises them
const reserialise = (raw) => { const o = {}; for (const [k, v] of new URLSearchParams(raw)) o[k] = v; const p = new URLSearchParams(); for (const [k, v] of Object.entries(o)) p.set(k, v); return p.toString(); };
const forms = [FORM, "a=1&b=2", "b=2&a=1", "a=b+c", "a=b%20c", "a=%7E~*-._", "a=%2a%28%29", "a=%e4%bd%a0&b=%E5%A5%BD", "a=1&a=2", "2=x&1=y", "a", "a=", "=b", "&&a=1&", "a=%zz&b=1", "scope=openid%20profile+email&x=%21%27%28%29", "redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcb%3Fa%3D1%26b%3D2", "redirect_uri=https://app.example/cb", "emoji=%F0%9F%A6%8A", ""];
save("form-bodies.json", {
  description: "Form bodies: raw as sent; pairs as parsed; reserialised as the old provider rebuilt them before hashing (last value of a doubled name, integer-like names first, + for blanks, everything but A-Za-z0-9*-._ percent-encoded in capitals). A signature over either form is to be accepted, raw first.",
  vectors: forms.map((raw) => ({ raw, pairs: [...new URLSearchParams(raw)], reserialised: reserialise(raw), same: reserialise(raw) === raw, rawSha256: raw ? sha256hex(raw) : "", reserialisedSha256: reserialise(raw) ? sha256hex(reserialise(raw)) : "" })),
});

// ------------------------------------------------------------------ Bitcoin Signed Message
const texts = ["", "a", "Hello World", `${SI}|${T0}|`, msgOf(TP, T0, Buffer.from(FORM)), "é 聪 🦊", "x".repeat(252), "x".repeat(253), "x".repeat(300), "line\nbreak\u0000nul"];
const bsm = [];
for (const [i, text] of texts.entries()) for (const k of [A, B]) {
  const m = Utils.toArray(text, "utf8"), digest = Buffer.from(BSM.magicHash(m)), sig = BSM.sign(m, k, "raw");
  const recid = sig.CalculateRecoveryFactor(k.toPublicKey(), new BigNumber([...digest]));
  const compressed = sig.toCompact(recid, true, "base64"), uncompressed = sig.toCompact(recid, false, "base64");
  must(BSM.sign(m, k) === compressed, `bsm ${i}`);
  for (const s of [compressed, uncompressed]) must(bsmRecover(text, Buffer.from(s, "base64")) === k.toPublicKey().toString(), `bsm recover ${i}`);
  bsm.push({ text, wif: k.toWif(), pubkey: k.toPublicKey().toString(), address: k.toPublicKey().toAddress(), magicHash: digest.toString("hex"), recoveryId: recid, signature: compressed, signatureUncompressedHeader: uncompressed, r: sig.r.toHex(32), s: sig.s.toHex(32), der: sig.toDER("hex") });
}
save("bsm.json", { description: "Bitcoin Signed Message: double SHA-256 over varint-prefixed magic and text; 65 bytes header|r|s, header 31+recid (compressed) or 27+recid; low s, RFC 6979 nonces.", vectors: bsm });

// ------------------------------------------------------------------ BRC-77
const brc = [];
for (const [i, text] of texts.entries()) for (const [k, to] of [[A, null], [B, null], [A, C]]) {
  reseed(`brc77|${i}|${to ? "one" : "any"}|${k.toHex()}`);
  const m = Utils.toArray(text, "utf8"), env = SignedMessage.sign(m, k, to?.toPublicKey()), hex = Buffer.from(env).toString("hex");
  const keyID = Buffer.from(env.slice(to ? 70 : 38, to ? 102 : 70)), other = to ? to.toPublicKey() : new PrivateKey(1).toPublicKey();
  const invoice = `2-message signing-${b64(keyID)}`, child = k.deriveChild(other, invoice);
  must(SignedMessage.verify(m, env, to ?? undefined), `brc77 ${i}`);
  brc.push({ text, wif: k.toWif(), sender: k.toPublicKey().toString(), recipient: to ? to.toPublicKey().toString() : null, recipientWif: to ? to.toWif() : null, keyIdHex: keyID.toString("hex"), invoiceNumber: invoice, signingPubkey: child.toPublicKey().toString(), digest: sha256hex(Buffer.from(m)), der: hex.slice((to ? 102 : 70) * 2), envelopeHex: hex, envelopeBase64: b64(env), acceptedAsAuthToken: to === null });
}
save("brc77.json", { description: "BRC-77 signed messages: 42423301 | sender 33 | 00 or recipient 33 | key id 32 | DER. signingPubkey is the BRC-42 child of the sender; digest is one SHA-256 of the text.", vectors: brc });

// ------------------------------------------------------------------ BAP
const ids = [];
for (let n = 1; n <= 24; n++) {
  const k = new PrivateKey(sha256hex(`sigma-vectors|bap|${n}`), 16), pub = k.toPublicKey(), address = pub.toAddress();
  const bapId = bapIdFromPubkey(pub.toString());
  must(bapId === bapIdFromAddress(address) && bapId === Utils.toBase58(Hash.ripemd160(Hash.sha256(address, "utf8"))), `bap id ${n}`);
  ids.push({ wif: k.toWif(), privateKeyHex: k.toHex(), pubkey: pub.toString(), uncompressed: pub.encode(false, "hex"), address, bapId, did: `did:bap:id:${bapId}` });
}
const masters = [];
for (let n = 1; n <= 4; n++) {
  const rootPk = new PrivateKey(sha256hex(`sigma-vectors|master|${n}`), 16).toWif(), bap = new BAP({ rootPk }), list = [];
  for (let i = 0; i < 3; i++) {
    const id = bap.newId(`Identity ${i}`), before = { currentPath: id.currentPath, walletPubkey: id.getWalletPubkey(), currentAddress: id.getCurrentAddress() };
    const member = id.getWalletRoot(id.rootPath);
    must(member.toPublicKey().toAddress() === id.rootAddress && id.getIdentityKey() === bapIdFromAddress(id.rootAddress), "type42 root");
    const friend = ids[i].bapId, row = { rootPath: id.rootPath, memberWif: member.toWif(), memberPubkey: id.getMemberKey(), rootAddress: id.rootAddress, bapId: id.getIdentityKey(), ...before, encryptionPubkey: id.getEncryptionPublicKey(), friendBapId: friend, friendPubkey: id.getEncryptionPublicKeyWithSeed(friend) };
    id.incrementPath();
    row.rotated = { currentPath: id.currentPath, walletPubkey: id.getWalletPubkey(), currentAddress: id.getCurrentAddress() };
    must(id.getIdentityKey() === row.bapId && id.getMemberKey() === row.memberPubkey, "rotation keeps the id");
    list.push(row);
  }
  masters.push({ kind: "type42", rootPk, identities: list });
}
{
  const mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about", hd = HD.fromSeed(Mnemonic.fromString(mnemonic).toSeed()), bap = new BAP(hd.toString()), list = [];
  for (let i = 0; i < 3; i++) { const id = bap.newId(); list.push({ rootPath: id.rootPath, currentPath: id.currentPath, memberPubkey: id.getMemberKey(), memberWif: id.getWalletRoot(id.rootPath).toWif(), rootAddress: id.rootAddress, bapId: id.getIdentityKey(), currentAddress: id.getCurrentAddress() }); }
  masters.push({ kind: "bip32", mnemonic, xprv: hd.toString(), identities: list });
}
const aip = ids.slice(0, 4).map((k) => {
  const priv = PrivateKey.fromWif(k.wif), ops = ["1BAPSuaPnfGnSBM3GLV9yhxUdYe4vGbdMT", "ID", k.bapId, k.address].map((s) => Utils.toArray(s, "utf8"));
  const bytes = [0x6a, ...ops.flat()], sig = BSM.sign(bytes, priv);
  must(new BAP({ rootPk: k.wif }).verifySignature(bytes, k.address, sig), "aip");
  return { wif: k.wif, address: k.address, pushes: ops.map((o) => Buffer.from(o).toString("hex")), signedBytesHex: Buffer.from(bytes).toString("hex"), signature: sig, output: [...ops, Utils.toArray("|"), Utils.toArray("15PciHG22SNLQJXMoSUaWVi7WSqc7hCfva"), Utils.toArray("BITCOIN_ECDSA"), Utils.toArray(k.address), Utils.toArray(sig, "base64")].map((o) => Buffer.from(o).toString("hex")) };
});
save("bap.json", { description: "BAP: id = base58(RIPEMD-160(SHA-256(ASCII of the root address))), no checksum. `masters`: how one master key yields member, wallet root and signing keys, before and after one rotation. `aip`: BSM over 6a followed by the pushes without length bytes.", ids, masters, aip });

process.stdout.write(`${vectors.length} tokens, ${forms.length} forms, ${bsm.length} bsm, ${brc.length} brc77, ${ids.length} ids, ${checks} checks passed\n`);
const forged = vectors.filter((v) => v.npm === true && !v.expect.valid && !v.policy).map((v) => v.name);
process.stdout.write(`npm accepts, we refuse: ${forged.length}\n  ${forged.join("\n  ")}\n`);
