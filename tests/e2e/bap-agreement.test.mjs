// bsv-bap and @bsv/sdk agree with our libraries about ids, addresses, attestations and AIP signatures of random keys.
import { BSM, Hash, PrivateKey, Signature, BigNumber, Utils } from '@bsv/sdk';
import { BAP } from 'bsv-bap';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { binary } from './support/server.mjs';

const keys = 1000;
const probe = path.join(path.dirname(binary), 'bap_probe');
const { toArray, toHex } = Utils;
const words = ['Alice', 'Łucja', '日本', '<b>', 'a:b', '', ' ', '😀', '"\\'];

async function ask(questions) {
  const child = spawn(probe, { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  const lines = (await output).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** Lengths around those where varints and length bytes change. */
function randomPushes() {
  const size = () => [0, 1, 75, 76, 252, 253, 255, 256, 300][randomInt(9)];
  return Array.from({ length: 1 + randomInt(4) }, () => randomBytes(size()).toString('hex'));
}

test(`${keys} random wallets`, async () => {
  const questions = Array.from({ length: keys }, () => ({
    key: PrivateKey.fromRandom().toHex().padStart(64, '0'),
    name: ['name', 'email', 'x'][randomInt(3)],
    value: words[randomInt(words.length)] + words[randomInt(words.length)],
    nonce: randomBytes(32).toString('hex'),
    pushes: randomPushes(),
  }));
  const answers = await ask(questions);
  assert.equal(answers.length, keys);
  for (const [i, question] of questions.entries()) {
    const answer = answers[i];
    const why = JSON.stringify(question);
    const root = PrivateKey.fromHex(question.key);
    assert.equal(answer.pubkey, root.toPublicKey().toString(), why);
    assert.equal(answer.address, root.toPublicKey().toAddress(), why);

    const id = new BAP({ rootPk: root.toWif() }).newId();
    assert.equal(answer.rootAddress, id.rootAddress, why);
    assert.equal(answer.identityKey, id.getIdentityKey(), why);
    assert.equal(answer.bapId, id.deriveIdentityKey(answer.address), why);

    id.addAttribute(question.name, question.value, question.nonce);
    assert.equal(answer.urn, id.getAttributeUrn(question.name), why);
    assert.equal(answer.attestation, toHex(Hash.sha256(toArray(id.getAttestation(answer.urn), 'utf8'))), why);

    const pushes = question.pushes.map((push) => toArray(push, 'hex'));
    assert.deepEqual(answer.aip, id.signOpReturnWithAIP(pushes).map(toHex), why);
    // And the signature is one for @bsv/sdk: it leads back to the address that the output names. Costly, so not for all.
    if (i % 10 > 0) continue;
    const [address, signature] = answer.aip.slice(-2);
    const opReturn = question.pushes.some((push) => push.startsWith('6a')) ? '' : '6a';
    const message = toArray(opReturn + question.pushes.join(''), 'hex');
    const compact = Signature.fromCompact(toArray(signature, 'hex'));
    const recovered = compact.RecoverPublicKey((toArray(signature, 'hex')[0] - 27) & 3, new BigNumber(BSM.magicHash(message)));
    assert.equal(recovered.toAddress(), Buffer.from(address, 'hex').toString(), why);
  }
});
