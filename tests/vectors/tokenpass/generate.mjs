// Deterministic test vectors for the local TokenPass API profile.
//
// Packages used (exact versions the committed vectors were made with):
//   @bsv/sdk 1.10.4, bsv-bap 0.1.24, bitcoin-auth 0.0.7, bitcoin-backup 0.0.5,
//   bitcore-lib 10.0.17, bitcore-mnemonic 10.0.17, @scure/bip39 2.4.0,
//   @scure/bip32 2.4.0, minidenticons 4.2.1
//
// To re-run, in any empty directory:
//   npm init -y && npm i --ignore-scripts --legacy-peer-deps --save-exact @bsv/sdk@1.10.4 \
//     bsv-bap@0.1.24 bitcoin-auth@0.0.7 bitcoin-backup@0.0.5 bitcore-lib@10.0.17 \
//     bitcore-mnemonic@10.0.17 @scure/bip39@2.4.0 @scure/bip32@2.4.0 minidenticons@4.2.1
//   node generate.mjs <that directory>/node_modules [output directory]
//
// Every source of randomness the packages use (globalThis.crypto.getRandomValues) is
// replaced by a counter-mode SHA-256 stream that is re-seeded per vector, so the output
// is byte-for-byte reproducible. None of the keys here guard anything.
import { createHash, createCipheriv, createDecipheriv } from "node:crypto";
import { mkdirSync, writeFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.argv[2] ?? join(here, "node_modules"));
const outDir = resolve(process.argv[3] ?? here);
mkdirSync(outDir, { recursive: true });
const load = (p) => import(pathToFileURL(join(modules, p)).href);
const require = createRequire(join(modules, "x.js"));
const version = (n) => JSON.parse(readFileSync(join(modules, n, "package.json"), "utf8")).version;

// ---- deterministic randomness -------------------------------------------------
let stream = { label: "init", n: 0, buf: Buffer.alloc(0) };
const reseed = (label) => { stream = { label, n: 0, buf: Buffer.alloc(0) }; };
const take = (n) => {
  while (stream.buf.length < n) {
    const block = createHash("sha256").update(`tokenpass-vectors|${stream.label}|${stream.n++}`).digest();
    stream.buf = Buffer.concat([stream.buf, block]);
  }
  const out = stream.buf.subarray(0, n);
  stream.buf = stream.buf.subarray(n);
  return out;
};
Object.defineProperty(globalThis.crypto, "getRandomValues", {
  configurable: true,
  value: (arr) => { arr.set(take(arr.byteLength)); return arr; },
});

const sdk = await load("@bsv/sdk/dist/esm/mod.js");
const { PrivateKey, PublicKey, HD, Mnemonic, Hash, Utils, BSM, ECIES, Signature, BigNumber, EncryptedMessage, SignedMessage } = sdk;
const { BAP } = await load("bsv-bap/dist/index.modern.js");
const { getAuthToken, parseAuthToken, verifyAuthToken } = await load("bitcoin-auth/dist/index.js");
const { encryptBackup, decryptBackup } = await load("bitcoin-backup/dist/index.js");
const scure39 = await load("@scure/bip39/index.js");
const { wordlist } = await load("@scure/bip39/wordlists/english.js");
const scure32 = await load("@scure/bip32/index.js");
const { minidenticon } = await load("minidenticons/minidenticons.js");
const bitcore = require("bitcore-lib");
delete globalThis._bitcore;
const BitcoreMnemonic = require("bitcore-mnemonic");

const generatedBy = Object.fromEntries(
  ["@bsv/sdk", "bsv-bap", "bitcoin-auth", "bitcoin-backup", "bitcore-lib", "bitcore-mnemonic", "@scure/bip39", "@scure/bip32", "minidenticons"].map((n) => [n, version(n)]),
);
let checks = 0;
const must = (cond, what) => { if (!cond) throw new Error(`self-check failed: ${what}`); checks++; };
const write = (name, description, body) => {
  writeFileSync(join(outDir, name), `${JSON.stringify({ description, generatedBy, ...body }, null, 2)}\n`);
  const size = Object.values(body).filter(Array.isArray).reduce((a, b) => a + b.length, 0);
  console.log(`${name}: ${size} entries`);
};

const hex = (a) => Utils.toHex(a);
const bytes = (s, enc = "utf8") => Utils.toArray(s, enc);
const sha256hex = (s) => createHash("sha256").update(s).digest("hex");
const keyInfo = (k) => ({ privHex: hex(k.toArray("be", 32)), wif: k.toWif(), pub: k.toPublicKey().toString(), address: k.toPublicKey().toAddress() });
const selfChild = (k, invoice) => k.deriveChild(k.toPublicKey(), invoice);
const fixedKey = (label) => PrivateKey.fromString(sha256hex(`tokenpass-vectors key ${label}`), "hex");

// ---- 1. BIP39 -> seed -> BIP32 root ------------------------------------------
const ABANDON = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const wallets = [
  [ABANDON, ""], [ABANDON, "TREZOR"], [ABANDON, "correct horse battery"],
  [ABANDON, sha256hex("correct horse battery")],
  ["legal winner thank year wave sausage worth useful legal winner thank yellow", "hunter2hunter2"],
  ["letter advice cage absurd amount doctor acoustic avoid letter advice cage above", "pässwörd ünïcode"],
  ["zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", "  leading and trailing  "],
  [scure39.entropyToMnemonic(Buffer.from(sha256hex("15 words").slice(0, 40), "hex"), wordlist), "fifteen"],
  [scure39.entropyToMnemonic(Buffer.from(sha256hex("18 words").slice(0, 48), "hex"), wordlist), "eighteen"],
  [scure39.entropyToMnemonic(Buffer.from(sha256hex("24 words"), "hex"), wordlist), "日本語パスワード"],
];
const bip39 = wallets.map(([mnemonic, passphrase]) => {
  const seed = Mnemonic.fromString(mnemonic).toSeed(passphrase);
  const ref = scure39.mnemonicToSeedSync(mnemonic, passphrase);
  must(hex(seed) === Buffer.from(ref).toString("hex"), "BIP39 seed agrees between two libraries");
  const root = HD.fromSeed(seed);
  must(root.toString() === scure32.HDKey.fromMasterSeed(ref).privateExtendedKey, "xprv agrees between two libraries");
  const afterReload = HD.fromSeed(root.privKey.toArray("be", 32)).privKey;
  return {
    mnemonic, words: mnemonic.split(" ").length, entropyHex: Buffer.from(scure39.mnemonicToEntropy(mnemonic, wordlist)).toString("hex"),
    passphrase, seedHex: hex(seed), xprv: root.toString(), xpub: root.toPublic().toString(),
    masters: {
      gen1_rootFromEntropy: { xprv: HD.fromSeed(bytes(Buffer.from(scure39.mnemonicToEntropy(mnemonic, wordlist)).toString("hex"), "hex")).toString() },
      gen2_sha256OfSeed: keyInfo(PrivateKey.fromString(hex(Hash.sha256(seed)), "hex")),
      gen3_rootPk: keyInfo(root.privKey),
      gen3_afterLogin: keyInfo(afterReload),
    },
  };
});
write("bip39-bip32.json", "Mnemonic + passphrase (TokenPass uses the wallet password as BIP39 passphrase) to 64-byte seed, BIP32 root, and the three master-key rules used by the server generations.", {
  vectors: bip39,
  invalidMnemonics: [
    { mnemonic: ABANDON.replace("about", "abandon"), reason: "checksum" },
    { mnemonic: "abandon abandon abandon", reason: "word count" },
    { mnemonic: ABANDON.replace("about", "notaword"), reason: "unknown word" },
    { mnemonic: "", reason: "empty" },
  ].map((v) => { must(!scure39.validateMnemonic(v.mnemonic, wordlist), "invalid mnemonic rejected"); return v; }),
});

// ---- 2. host keys -------------------------------------------------------------
const hosts = ["localhost", "example.com", "localhost:3000", "127.0.0.1:8080", "app.example.com", "EXAMPLE.com", "xn--bcher-kva.example", "[::1]:21000", "bücher.example", "once.example", "global"];
const W = bip39[2]; // ABANDON + "correct horse battery"
const gen2Master = PrivateKey.fromWif(W.masters.gen2_sha256OfSeed.wif);
const gen3Root = PrivateKey.fromWif(W.masters.gen3_rootPk.wif);
const gen3Reload = PrivateKey.fromWif(W.masters.gen3_afterLogin.wif);
const bcRoot = bitcore.HDPrivateKey.fromSeed(Buffer.from(W.entropyHex, "hex")); // generation 1: raw entropy is the BIP32 seed
const sdkRoot = HD.fromSeed(bytes(W.entropyHex, "hex"));
must(bcRoot.toString() === sdkRoot.toString() && sdkRoot.toString() === W.masters.gen1_rootFromEntropy.xprv, "gen1 root agrees between two libraries");
const gen1 = hosts.map((host, account) => {
  const path = `m/44'/0'/${account}'/2/0`;
  const d = bcRoot.deriveChild(path);
  const k = sdkRoot.derive(path).privKey;
  must(d.privateKey.toString() === hex(k.toArray("be", 32)), "BIP44 child agrees between two libraries");
  return { host, account, path, ...keyInfo(k) };
});
const forMaster = (master, prefix) => hosts.map((host) => {
  const invoice = `${prefix}${host}`;
  const k = selfChild(master, invoice);
  must(k.toPublicKey().toString() === master.toPublicKey().deriveChild(master, invoice).toString(), "public-side derivation agrees");
  return { host, invoice, ...keyInfo(k) };
});
const gen3r = forMaster(gen3Reload, "2-tokenpass-");
must(gen3r[1].address === "1GC2Mv37Nzy28xbEsFUetaZMt9sT4yvyBu", "matches an address observed from the real desktop server");
write("host-keys.json", "Per-host key derivation in each server generation, all from the same wallet (mnemonic 'abandon ... about', passphrase 'correct horse battery').", {
  wallet: { mnemonic: W.mnemonic, passphrase: W.passphrase, entropyHex: W.entropyHex, seedHex: W.seedHex, gen1RootXprv: W.masters.gen1_rootFromEntropy.xprv },
  gen1_bip44: gen1,
  gen2_type42_sigmaAuth: forMaster(gen2Master, "2-sigma auth-"),
  gen3_type42_tokenpass_steadyState: gen3r,
  gen3_type42_tokenpass_untilFirstLogin: forMaster(gen3Root, "2-tokenpass-"),
});

// ---- 3. BSM -------------------------------------------------------------------
const hostKey = PrivateKey.fromWif(gen3r[1].wif);
const msgs = [
  ["Hello World", "utf8"], ["", "utf8"], ["48656c6c6f", "hex"], ["SGVsbG8=", "base64"], ["Hello", "utf8"],
  ["héllo wörld ✓", "utf8"], ["x".repeat(252), "utf8"], ["x".repeat(253), "utf8"], ["y".repeat(70000), "utf8"],
  ["00ff10", "hex"], ["line1\nline2\r\n", "utf8"], ["550e8400-e29b-41d4-a716-446655440000", "utf8"],
];
const bsm = [];
for (const [i, key] of [hostKey, PrivateKey.fromWif(gen1[0].wif), fixedKey("bsm")].entries()) {
  for (const [message, encoding] of msgs) {
    if (i > 0 && message.length > 300) continue;
    const m = bytes(message, encoding);
    const sig = BSM.sign(m, key);
    const address = key.toPublicKey().toAddress();
    const header = Buffer.from(sig, "base64")[0];
    const rec = Signature.fromCompact(sig, "base64").RecoverPublicKey(header - 31, new BigNumber(BSM.magicHash(m)));
    must(rec.toAddress() === address, "recovered address");
    bsm.push({ message: message.length > 300 ? undefined : message, messageRepeat: message.length > 300 ? { char: message[0], count: message.length } : undefined, encoding, messageHex: m.length > 300 ? undefined : hex(m), magicHashHex: hex(BSM.magicHash(m)), wif: key.toWif(), pub: key.toPublicKey().toString(), address, sigBase64: sig, headerByte: header });
  }
}
const good = bsm[0];
must(good.sigBase64 === "ILSNhjpi1t7dH98bKc4fjRUtHZ6bzKhs1xbVUij9DRY1Pr8y0TrdbeIKJ32YpgH6Cv58AZ9kUaGP0YP0f/iW7zU=", "same signature as the real desktop server gave");
const tamper = (s, i, x) => { const b = Buffer.from(s, "base64"); b[i] ^= x; return b.toString("base64"); };
const altHeader = (s, delta) => { const b = Buffer.from(s, "base64"); b[0] += delta; return b.toString("base64"); };
const order = BigInt("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
const highS = (s) => { const b = Buffer.from(s, "base64"); const S = order - BigInt(`0x${b.subarray(33).toString("hex")}`); Buffer.from(S.toString(16).padStart(64, "0"), "hex").copy(b, 33); b[0] = 31 + ((b[0] - 31) ^ 1); return b.toString("base64"); };
write("bsm-signatures.json", "Bitcoin Signed Message: double SHA-256 over the length-prefixed magic and message, RFC 6979 nonce, low-S, 65-byte compact form, header 31..34 (compressed key).", {
  vectors: bsm,
  reject: [
    { why: "different message", message: "Hello world", encoding: "utf8", address: good.address, sigBase64: good.sigBase64 },
    { why: "different address", message: "Hello World", encoding: "utf8", address: gen3r[0].address, sigBase64: good.sigBase64 },
    { why: "bit flip in r", message: "Hello World", encoding: "utf8", address: good.address, sigBase64: tamper(good.sigBase64, 5, 1) },
    { why: "bit flip in s", message: "Hello World", encoding: "utf8", address: good.address, sigBase64: tamper(good.sigBase64, 40, 1) },
    { why: "wrong recovery id", message: "Hello World", encoding: "utf8", address: good.address, sigBase64: altHeader(good.sigBase64, good.headerByte % 2 ? 1 : -1) },
    { why: "header says uncompressed key (hashes to a different address)", message: "Hello World", encoding: "utf8", address: good.address, sigBase64: altHeader(good.sigBase64, -4) },
    { why: "truncated", message: "Hello World", encoding: "utf8", address: good.address, sigBase64: Buffer.from(good.sigBase64, "base64").subarray(0, 64).toString("base64") },
    { why: "header out of range", message: "Hello World", encoding: "utf8", address: good.address, sigBase64: altHeader(good.sigBase64, 100) },
  ],
  malleable: [{ why: "high-S twin of the first vector; recovers the same address. Accept or refuse consistently; strict verifiers should refuse.", message: "Hello World", encoding: "utf8", address: good.address, sigBase64: highS(good.sigBase64) }],
});

// ---- 4. ECIES BIE1 ------------------------------------------------------------
const plains = ["secret", "", "a", "exactly sixteen!", "0123456789abcdef0123456789abcdef", "ünïcode ✓ 日本語", "z".repeat(1000), JSON.stringify({ a: 1, b: [true, null] }), "line\nbreak"];
const ecies = plains.map((plaintext, i) => {
  const eph = fixedKey(`ecies ephemeral ${i}`);
  const to = i % 2 ? fixedKey(`ecies recipient ${i}`) : hostKey;
  const ct = ECIES.electrumEncrypt(bytes(plaintext), to.toPublicKey(), eph);
  must(Utils.toUTF8(ECIES.electrumDecrypt(ct, to)) === plaintext, "ECIES round trip");
  return { plaintext, recipientWif: to.toWif(), recipientPub: to.toPublicKey().toString(), ephemeralPrivHex: keyInfo(eph).privHex, ephemeralPub: eph.toPublicKey().toString(), ciphertextHex: hex(ct), ciphertextBase64: Utils.toBase64(ct) };
});
const noKeySender = fixedKey("nokey sender"); const noKeyTo = fixedKey("nokey recipient");
const nk = ECIES.electrumEncrypt(bytes("no embedded key"), noKeyTo.toPublicKey(), noKeySender, true);
const bad = Buffer.from(ecies[0].ciphertextHex, "hex");
const flip = (i) => { const b = Buffer.from(bad); b[i < 0 ? b.length + i : i] ^= 1; return b.toString("hex"); };
write("ecies-bie1.json", "Electrum-style ECIES: 'BIE1' | 33-byte ephemeral key | AES-128-CBC PKCS7 | HMAC-SHA256; keys from SHA-512 of the compressed shared point (iv 16, enc 16, mac 32).", {
  vectors: ecies,
  withoutEmbeddedKey: [{ plaintext: "no embedded key", senderPub: noKeySender.toPublicKey().toString(), recipientWif: noKeyTo.toWif(), ciphertextHex: hex(nk) }],
  reject: [
    { why: "mac flipped", recipientWif: ecies[0].recipientWif, ciphertextHex: flip(-1) },
    { why: "body flipped", recipientWif: ecies[0].recipientWif, ciphertextHex: flip(40) },
    { why: "magic wrong", recipientWif: ecies[0].recipientWif, ciphertextHex: flip(0) },
    { why: "wrong recipient", recipientWif: ecies[1].recipientWif, ciphertextHex: ecies[0].ciphertextHex },
    { why: "truncated", recipientWif: ecies[0].recipientWif, ciphertextHex: ecies[0].ciphertextHex.slice(0, 60) },
  ],
});

// ---- 5. BRC-78 encrypted message (session transport) ---------------------------
const session = fixedKey("server session key");
const bodies = [
  { password: "correct horse battery" }, { password: "correct horse battery", displayName: "Alice", paymail: "alice@example.com" },
  { password: "correct horse battery", host: "example.com", scopes: ["sign"], expire: "once" }, {}, { password: "" },
  { password: "pässwörd ✓" }, { content: "AAAA", password: "12345678", label: "x" }, { path: "/x.bep", password: "12345678", label: "y", mnemonic: ABANDON },
];
const brc78 = bodies.map((body, i) => {
  reseed(`brc78 ${i}`);
  const sender = fixedKey(`brc78 sender ${i}`);
  const ct = EncryptedMessage.encrypt(bytes(JSON.stringify(body)), sender, session.toPublicKey());
  must(Utils.toUTF8(EncryptedMessage.decrypt(ct, session)) === JSON.stringify(body), "BRC-78 round trip");
  return { plaintext: JSON.stringify(body), senderPrivHex: keyInfo(sender).privHex, senderPub: sender.toPublicKey().toString(), keyIdBase64: Utils.toBase64(ct.slice(70, 102)), invoice: `2-message encryption-${Utils.toBase64(ct.slice(70, 102))}`, ivHex: hex(ct.slice(102, 134)), ciphertextHex: hex(ct), requestBody: { ciphertext: hex(ct) } };
});
const b78 = Buffer.from(brc78[0].ciphertextHex, "hex");
const f78 = (i) => { const b = Buffer.from(b78); b[i < 0 ? b.length + i : i] ^= 1; return b.toString("hex"); };
write("brc78-session-encryption.json", "BRC-78 message: version 42421033 | sender 33 | recipient 33 | keyID 32 | IV 32 | AES-256-GCM ciphertext | tag 16. Used to wrap password-bearing request bodies for the server's session key.", {
  sessionKey: keyInfo(session), vectors: brc78,
  reject: [{ why: "version", ciphertextHex: f78(0) }, { why: "recipient mismatch", ciphertextHex: f78(40) }, { why: "key id changed", ciphertextHex: f78(75) }, { why: "tag flipped", ciphertextHex: f78(-1) }, { why: "too short", ciphertextHex: brc78[0].ciphertextHex.slice(0, 200) }],
});

// ---- 6. request auth tokens ----------------------------------------------------
const TS = "2026-01-22T12:00:00.000Z";
const reqs = [["/api/x", undefined], ["/api/x", '{"a":1}'], ["/api/droplits?x=1&y=2", '{"name":"test"}'], ["/oauth2/token", "grant_type=authorization_code&code=abc"], ["/", ""], ["/api/ünïcode", "✓"], ["/api/big", "q".repeat(2000)], ["https://example.com/api/full", undefined]];
const tokens = [];
for (const scheme of ["bsm", "brc77"]) for (const [i, [requestPath, body]] of reqs.entries()) {
  reseed(`auth ${scheme} ${i}`);
  const token = getAuthToken({ privateKeyWif: hostKey.toWif(), requestPath, body, scheme, timestamp: TS });
  must(verifyAuthToken(token, { requestPath, body, timestamp: TS }), "auth token verifies");
  tokens.push({ scheme, requestPath, body: body ?? null, timestamp: TS, bodyHashHex: body ? sha256hex(body) : "", signedText: `${requestPath}|${TS}|${body ? sha256hex(body) : ""}`, wif: hostKey.toWif(), token, parsed: parseAuthToken(token) });
}
reseed("forge");
const attacker = fixedKey("attacker");
const forged = (() => { const t = getAuthToken({ privateKeyWif: attacker.toWif(), requestPath: "/api/x", scheme: "brc77", timestamp: TS }).split("|"); t[0] = hostKey.toPublicKey().toString(); return t.join("|"); })();
must(verifyAuthToken(forged, { requestPath: "/api/x", timestamp: TS }) === true, "documented weakness in bitcoin-auth 0.0.7 still present");
must(verifyAuthToken(tokens[0].token, { requestPath: "/api/x", timestamp: "2036-01-01T00:00:00.000Z" }) === true, "documented weakness: no upper age limit");
const swap = (t, i, v) => { const p = t.split("|"); p[i] = v; return p.join("|"); };
write("auth-tokens.json", "X-Auth-Token values: pubkey|scheme|timestamp|path|signature. BSM signs the text as a Bitcoin message; brc77 carries a BRC-77 signed message (base64) for anyone.", {
  vectors: tokens,
  reject: [
    { why: "brc77 signature made by a different key than the pubkey field claims; the npm verifier ACCEPTS this, a correct server must not", token: forged, requestPath: "/api/x", body: null, now: TS },
    { why: "stale by ten years; the npm verifier ACCEPTS this, a correct server must not", token: tokens[0].token, requestPath: "/api/x", body: null, now: "2036-01-01T00:00:00.000Z" },
    { why: "from the future by one hour", token: tokens[0].token, requestPath: "/api/x", body: null, now: "2026-01-22T11:00:00.000Z" },
    { why: "path mismatch", token: tokens[0].token, requestPath: "/api/y", body: null, now: TS },
    { why: "body added", token: tokens[0].token, requestPath: "/api/x", body: "{}", now: TS },
    { why: "body changed", token: tokens[1].token, requestPath: "/api/x", body: '{"a":2}', now: TS },
    { why: "unknown scheme", token: swap(tokens[0].token, 1, "none"), requestPath: "/api/x", body: null, now: TS },
    { why: "four fields", token: tokens[0].token.split("|").slice(0, 4).join("|"), requestPath: "/api/x", body: null, now: TS },
    { why: "pubkey of somebody else (bsm)", token: swap(tokens[0].token, 0, attacker.toPublicKey().toString()), requestPath: "/api/x", body: null, now: TS },
  ],
});

// ---- 7. BRC-42 ------------------------------------------------------------------
const invoices = ["2-tokenpass-example.com", "2-sigma auth-example.com", "1-bap-identity", "bap:0", "2-message encryption-AAAA", "2-friend-" + sha256hex("friend1"), "2-encrypt-" + sha256hex("friend1"), "", "ünïcode ✓", "2-very long-" + "k".repeat(300)];
const type42self = invoices.map((invoice, i) => { const k = fixedKey(`type42 self ${i}`); return { masterWif: k.toWif(), masterPub: k.toPublicKey().toString(), invoice, child: keyInfo(selfChild(k, invoice)) }; });
const type42pair = invoices.map((invoice, i) => {
  const a = fixedKey(`type42 alice ${i}`), b = fixedKey(`type42 bob ${i}`);
  const child = b.deriveChild(a.toPublicKey(), invoice);
  const pubByAlice = b.toPublicKey().deriveChild(a, invoice);
  must(child.toPublicKey().toString() === pubByAlice.toString(), "BRC-42 symmetry");
  return { senderWif: a.toWif(), senderPub: a.toPublicKey().toString(), recipientWif: b.toWif(), recipientPub: b.toPublicKey().toString(), invoice, sharedSecretCompressed: hex(a.deriveSharedSecret(b.toPublicKey()).encode(true)), recipientChildPrivHex: keyInfo(child).privHex, recipientChildPub: child.toPublicKey().toString() };
});
write("type42.json", "BRC-42: child = (priv + HMAC-SHA256(key = compressed shared point, data = invoice)) mod n. 'self' uses the master's own public key as counterparty.", { self: type42self, counterparty: type42pair });

// ---- 8. friend keys and peer encryption ----------------------------------------
const friends = ["friend1", "3WumfJKFTvnNjn6xHiVGPwYPNfLh", "default", "3ZXeeVbcKkPp41GYgug2dg8Vohxr", "Go8vCHAa4S6AhXKTABGpANiz35J", "ünïcode", "a", "0".repeat(64)];
const friendVectors = friends.map((friendBapId, i) => {
  const h = sha256hex(friendBapId);
  const enc = selfChild(gen3Reload, `2-encrypt-${h}`), fr = selfChild(gen3Reload, `2-friend-${h}`);
  const eph = fixedKey(`friend eph ${i}`);
  const ct = ECIES.electrumEncrypt(bytes(`to ${friendBapId}`), enc.toPublicKey(), eph);
  must(Utils.toUTF8(ECIES.electrumDecrypt(ct, enc)) === `to ${friendBapId}`, "self store round trip");
  return { masterWif: gen3Reload.toWif(), friendBapId, idHashHex: h, friendInvoice: `2-friend-${h}`, friendPubkey: fr.toPublicKey().toString(), friendPrivHex: keyInfo(fr).privHex, encryptInvoice: `2-encrypt-${h}`, encryptPub: enc.toPublicKey().toString(), encryptPrivHex: keyInfo(enc).privHex, selfStore: { plaintext: `to ${friendBapId}`, ephemeralPrivHex: keyInfo(eph).privHex, ciphertextHex: hex(ct) } };
});
const mA = fixedKey("peer alice master"), mB = fixedKey("peer bob master");
const pairs = Array.from({ length: 8 }, (_, i) => {
  const idA = `alice-bap-${i}`, idB = `bob-bap-${i}`;
  const aForB = selfChild(mA, `2-friend-${sha256hex(idB)}`), bForA = selfChild(mB, `2-friend-${sha256hex(idA)}`);
  const eph = fixedKey(`peer eph ${i}`), plaintext = `hello bob ${i}`;
  const ct = ECIES.electrumEncrypt(bytes(plaintext), bForA.toPublicKey(), eph);
  const broken = mB.deriveChild(aForB.toPublicKey(), `2-encrypt-${sha256hex(idA)}`);
  let shipped = "throws"; try { shipped = Utils.toUTF8(ECIES.electrumDecrypt(ct, broken)); } catch { /* expected */ }
  must(shipped === "throws", "shipped peer decryption is broken");
  must(Utils.toUTF8(ECIES.electrumDecrypt(ct, bForA)) === plaintext, "friend-key decryption works");
  return { aliceMasterWif: mA.toWif(), bobMasterWif: mB.toWif(), aliceBapId: idA, bobBapId: idB, alicePubForBob: aForB.toPublicKey().toString(), bobPubForAlice: bForA.toPublicKey().toString(), encryptRequestByAlice: { data: plaintext, friendBapId: idB, theirPublicKey: bForA.toPublicKey().toString() }, ephemeralPrivHex: keyInfo(eph).privHex, ciphertextHex: hex(ct), ciphertextBase64: Utils.toBase64(ct), bobDecryptKeyPrivHex: keyInfo(bForA).privHex, decryptRequestByBob: { ciphertext: hex(ct), friendBapId: idA, theirPublicKey: aForB.toPublicKey().toString() }, plaintext, shippedServerResult: "500 Invalid checksum" };
});
const cloud = Array.from({ length: 8 }, (_, i) => {
  const mk = (k) => { const b = new BAP({ rootPk: k.toWif() }); return b.newIdWithCounter(0, "Primary Identity"); };
  const A = mk(mA), B = mk(mB); const seedA = `bob-bap-${i}`, seedB = `alice-bap-${i}`, plaintext = `cloud ${i} ✓`;
  const pubB = B.getEncryptionPublicKeyWithSeed(seedB), pubA = A.getEncryptionPublicKeyWithSeed(seedA);
  const ct = A.encryptWithSeed(plaintext, seedA, pubB), self = A.encryptWithSeed(plaintext, seedA);
  must(B.decryptWithSeed(ct, seedB, pubA) === plaintext && A.decryptWithSeed(self, seedA) === plaintext, "cloud friend encryption round trip");
  const memberA = selfChild(mA, "bap:0");
  must(selfChild(memberA, sha256hex(seedA)).toPublicKey().toString() === pubA, "seed key rule");
  return { aliceRootPkWif: mA.toWif(), bobRootPkWif: mB.toWif(), aliceSeed: seedA, bobSeed: seedB, alicePub: pubA, bobPub: pubB, alicePrivHex: keyInfo(selfChild(memberA, sha256hex(seedA))).privHex, plaintext, toBobBase64: ct, toSelfBase64: self };
});
write("friend-keys.json", "Friend public keys, the self-storage encryption key, and peer-to-peer messages. 'peers' shows the decryption key a correct server must try.", { vectors: friendVectors, peers: pairs, cloudStaticSender: cloud });

// ---- 9. BAP ---------------------------------------------------------------------
const idRows = (bap, ids) => ids.map(({ id, counter }) => {
  const signing = id.getIdentitySigningKeyForPath?.(id.currentPath);
  return { counter, name: id.idName, rootPath: id.rootPath, currentPath: id.currentPath, identityKey: id.getIdentityKey(), rootAddress: id.rootAddress, memberPub: id.getMemberKey(), memberAddress: id.getLegacyAddress(), signingAddress: id.getCurrentAddress(), signingWif: signing ? signing.toWif() : undefined, encryptionPub: id.getEncryptionPublicKey() };
});
const t42 = [gen3Root, PrivateKey.fromWif(bip39[0].masters.gen3_rootPk.wif)].flatMap((root) => {
  const bap = new BAP({ rootPk: root.toWif() });
  return idRows(bap, Array.from({ length: 8 }, (_, counter) => ({ counter, id: bap.newIdWithCounter(counter, counter ? `Identity ${counter}` : "Primary Identity") }))).map((r) => ({ rootPkWif: root.toWif(), ...r }));
});
must(t42[0].identityKey === "3WumfJKFTvnNjn6xHiVGPwYPNfLh" && t42[1].identityKey === "3ZXeeVbcKkPp41GYgug2dg8Vohxr" && t42[2].identityKey === "29cJXdLtWR8dMYitjutwCr8Xoe35", "BAP ids match those observed from the real desktop server");
must(t42[0].rootAddress === "1ErQg5LWoBevMJPCp8DpucauA4JVKwkDBJ", "root address matches the real desktop server");
const hdBap = new BAP(W.xprv);
const bip32Ids = idRows(hdBap, Array.from({ length: 8 }, (_, counter) => ({ counter, id: hdBap.newId() }))).map((r) => ({ xprv: W.xprv, ...r }));
const attributes = ["displayName", "paymail", "logo", "name", "email", "birthday", "@type", "alternateName"].map((name, i) => {
  const bap = new BAP({ rootPk: gen3Root.toWif() }); const id = bap.newIdWithCounter(0, "Primary Identity");
  reseed(`attr ${i}`); id.setAttribute(name, `value ${i}`);
  return { identityKey: id.getIdentityKey(), name, value: `value ${i}`, nonce: id.getAttribute(name).nonce, urn: id.getAttributeUrn(name), attestationHash: id.getAttestationHash(name) };
});
write("bap-ids.json", "BAP identities. type42: member key = root.deriveChild(self, 'bap:<n>'); rootAddress = P2PKH of member key; identityKey = base58(ripemd160(sha256(ascii of rootAddress))); signing key = member.deriveChild(self, '1-bap-identity').", { type42: t42, bip32: bip32Ids, attributes });

// ---- 10. AIP ---------------------------------------------------------------------
const OPS = [["6a", "68656c6c6f"], ["6a"], [hex(bytes("1BAPSuaPnfGnSBM3GLV9yhxUdYe4vGbdMT")), hex(bytes("ID"))], ["00"], ["ff".repeat(80)], [hex(bytes("19HxigV4QyBv3tHpQVcUEQyq1pzZVdoAut")), hex(bytes("hello world")), hex(bytes("text/plain")), hex(bytes("utf-8"))], ["6a", hex(bytes("héllo ✓"))], ["01", "02", "03", "04"]];
const aipShort = OPS.map((data) => { const flat = data.flatMap((h) => bytes(h, "hex")); return { wif: hostKey.toWif(), data, messageHex: hex(flat), signedOps: ["BITCOIN_ECDSA", hostKey.toPublicKey().toAddress(), BSM.sign(flat, hostKey)] }; });
const aipBap = new BAP({ rootPk: gen3Root.toWif() }); const aipId = aipBap.newIdWithCounter(0, "Primary Identity");
const aipFull = OPS.map((data) => { const ops = data.map((h) => bytes(h, "hex")); const out = aipId.signOpReturnWithAIP(ops); const withReturn = ops.some((o) => o[0] === 0x6a) ? ops.flat() : [0x6a, ...ops.flat()]; must(BSM.magicHash(withReturn).length === 32 && Signature.fromCompact(Utils.toBase64(out[out.length - 1]), "base64").RecoverPublicKey(out[out.length - 1][0] - 31, new BigNumber(BSM.magicHash(withReturn))).toAddress() === aipId.getCurrentAddress(), "AIP signature covers the stated bytes"); return { rootPkWif: gen3Root.toWif(), identityKey: aipId.getIdentityKey(), signingAddress: aipId.getCurrentAddress(), data, messageHex: hex(withReturn), signedOpsHex: out.map((o) => hex(o)) }; });
write("aip.json", "AIP signing. 'tokenpass' is the three-element answer of the shipped /api/sign-aip (host key); 'bap' is the full op list produced by bsv-bap (identity signing key), which is what the cloud signer returns.", { tokenpass: aipShort, bap: aipFull });

// ---- 11. .bep backups ---------------------------------------------------------------
const CREATED = "2026-01-22T12:00:00.000Z";
const bapFor = (root) => { const b = new BAP({ rootPk: root.toWif() }); b.newIdWithCounter(0, "Primary Identity"); b.newIdWithCounter(1, "Guest @ example.com"); return b; };
reseed("bap export"); const master42 = { ...bapFor(gen3Root).exportForBackup("TokenPass"), createdAt: CREATED };
reseed("bap export hd"); const hd2 = new BAP(W.xprv); hd2.newId("Primary Identity"); const master32 = { ...hd2.exportForBackup("TokenPass", W.xprv, W.mnemonic), createdAt: CREATED };
const payloads = [
  ["BapMasterBackup (type42, what the desktop writes)", master42, "correct horse battery", 600000],
  ["BapMasterBackup (bip32 with mnemonic)", master32, "correct horse battery", 600000],
  ["type42 with the mnemonic kept", { ...master42, mnemonic: W.mnemonic }, "correct horse battery", 600000],
  ["legacy iteration count", master42, "correct horse battery", 100000],
  ["unicode password", master42, "pässwörd ✓ 12", 600000],
  ["BapMemberBackup", { wif: fixedKey("member").toWif(), id: "AAAA", createdAt: CREATED }, "12345678", 600000],
  ["WifBackup", { wif: fixedKey("wif").toWif(), createdAt: CREATED, label: "one key" }, "12345678", 600000],
  ["VaultBackup (gen2 seed.db payload)", { encryptedVault: JSON.stringify({ hex: W.seedHex, mnemonic: W.mnemonic }), scheme: "tokenpass-seed-v1", createdAt: CREATED }, sha256hex("correct horse battery"), 600000],
  ["OneSatBackup", { ordPk: fixedKey("ord").toWif(), payPk: fixedKey("pay").toWif(), identityPk: fixedKey("identity").toWif(), createdAt: CREATED }, "12345678", 600000],
];
const bep = [];
for (const [i, [kind, payload, password, iterations]] of payloads.entries()) {
  reseed(`bep ${i}`);
  const ct = await encryptBackup(payload, password, iterations);
  must(JSON.stringify(await decryptBackup(ct, password)) === JSON.stringify(payload), "backup round trip");
  const raw = Buffer.from(ct, "base64");
  bep.push({ kind, password, iterations, saltHex: raw.subarray(0, 16).toString("hex"), ivHex: raw.subarray(16, 28).toString("hex"), plaintextJson: JSON.stringify(payload), fileText: ct });
}
const bf = Buffer.from(bep[0].fileText, "base64"); bf[60] ^= 1;
write("bep-backups.json", "bitcoin-backup files (.bep): base64( salt 16 | iv 12 | AES-256-GCM ciphertext+tag ), key = PBKDF2-HMAC-SHA256(password, salt, 600000; readers also try 100000).", {
  vectors: bep,
  reject: [{ why: "wrong password", password: "not the password", fileText: bep[0].fileText }, { why: "tampered", password: bep[0].password, fileText: bf.toString("base64") }, { why: "too short", password: bep[0].password, fileText: bep[0].fileText.slice(0, 32) }, { why: "not base64", password: bep[0].password, fileText: "!!!!" }],
  writerRules: [{ why: "writer refuses passwords under 8 characters", password: "1234567", mustThrow: true }],
});
reseed("short"); let threw = false; try { await encryptBackup(master42, "1234567"); } catch { threw = true; } must(threw, "short password refused");

// ---- 12. seed.db of generations 1 and 2 -----------------------------------------------
const g1 = bip39.slice(0, 9).map((w, i) => {
  const password = i === 5 ? "pässwörd" : `password-${i}`;
  const iv = createHash("sha256").update(`seed.db iv ${i}`).digest().subarray(0, 16);
  const key = createHash("sha256").update(password).digest();
  const c = createCipheriv("aes-256-cbc", key, iv);
  const encryptedData = Buffer.concat([c.update(w.entropyHex), c.final()]).toString("hex");
  const d = createDecipheriv("aes-256-cbc", key, iv);
  must(Buffer.concat([d.update(Buffer.from(encryptedData, "hex")), d.final()]).toString() === w.entropyHex, "seed.db round trip");
  const doc = { hex: { iv: iv.toString("hex"), encryptedData }, _id: createHash("sha256").update(`id ${i}`).digest("base64").replace(/[+/=]/g, "").slice(0, 16) };
  const phrase = BitcoreMnemonic.fromSeed(Buffer.from(w.entropyHex, "hex"), BitcoreMnemonic.Words.ENGLISH).phrase;
  must(phrase === w.mnemonic, "gen1 export turns the stored entropy back into the phrase");
  return { password, keyHex: key.toString("hex"), storedHex: w.entropyHex, document: doc, fileLine: JSON.stringify(doc), mnemonic: phrase, bip32RootXprv: w.masters.gen1_rootFromEntropy.xprv };
});
const g2 = [];
for (const [i, w] of bip39.slice(0, 8).entries()) {
  const typed = `typed password ${i}`; const password = i % 2 ? sha256hex(typed) : typed;
  reseed(`gen2 ${i}`);
  const encrypted = await encryptBackup({ encryptedVault: JSON.stringify({ hex: w.seedHex, mnemonic: w.mnemonic }), scheme: "tokenpass-seed-v1", createdAt: CREATED }, password);
  g2.push({ typedPassword: typed, createdThrough: i % 2 ? "dashboard (sends lowercase hex SHA-256 of what was typed)" : "API (password as sent)", effectivePassword: password, seedHex: w.seedHex, mnemonic: w.mnemonic, document: { encrypted, _id: `gen2doc${i}` } });
}
const hostEnc = Array.from({ length: 8 }, (_, i) => {
  const iv = createHash("sha256").update(`gen1 enc iv ${i}`).digest().subarray(0, 16);
  const key = Buffer.from(gen1[i].privHex, "hex");
  const plaintext = plains[i];
  const c = createCipheriv("aes-256-cbc", key, iv);
  return { host: gen1[i].host, keyHex: gen1[i].privHex, plaintext, data: { iv: iv.toString("hex"), encryptedData: Buffer.concat([c.update(plaintext), c.final()]).toString("hex") } };
});
write("seed-db.json", "seed.db contents. gen1: AES-256-CBC, key = SHA-256(password), plaintext = lowercase hex of the mnemonic ENTROPY as text (32 characters for 12 words); that entropy is used directly as BIP32 seed. gen2: one bitcoin-backup vault string. gen1Encrypt: the 2023 /encrypt answer (AES-256-CBC keyed by the host private key).", { gen1: g1, gen2: g2, gen1Encrypt: hostEnc });

// ---- 13. security icon ------------------------------------------------------------------
const icons = ["Anon", ...gen3r.slice(0, 9).map((k) => k.pub)].map((seed) => ({ seed, svg: minidenticon(seed) }));
write("security-icon.json", "GET /api/auth/icon: minidenticon SVG of the 'localhost' host public key, or of the word Anon while locked.", { vectors: icons });

console.log(`self-checks passed: ${checks}`);
