// Every answer of the public listener that any test gets is held against docs/reference/openapi.json, which
// reference.test.mjs makes from the running server.
import Ajv2020 from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Every call of a document: {method, path, operation}. */
export function callsOf(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })),
  );
}

/** Makes validators of schemas that refer to the document's components. */
export function validatorsOf(document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'api', components: document.components });
  const made = new Map();
  return (schema) => {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"api#/components');
    if (!made.has(text)) made.set(text, ajv.compile(JSON.parse(text)));
    return made.get(text);
  };
}

/** Asserts that an answer is one that the document promises for this call. */
export function assertPromised(validator, { method, path, operation }, answer) {
  const call = `${method} ${path}: ${answer.describe()}`;
  const promised = operation.responses[answer.status] ?? operation.responses.default;
  assert.ok(operation.responses[answer.status] || answer.status >= 400, `an answer that nobody promised: ${call}`);
  const type = (answer.headers['content-type'] ?? '').split(';')[0];
  if (!promised.content) {
    assert.equal(answer.text, '', call);
    return;
  }
  assert.ok(promised.content[type], `${type} is not promised: ${call}`);
  if (type.startsWith('text/')) return;
  const validate = validator(promised.content[type].schema);
  assert.ok(validate(answer.json), `${JSON.stringify(validate.errors)} ${call}`);
}

let known;
function publicApi() {
  if (known) return known;
  const document = JSON.parse(readFileSync(new URL('../../../docs/reference/openapi.json', import.meta.url), 'utf8'));
  const calls = callsOf(document).map((call) => ({
    ...call,
    pattern: new RegExp(`^${call.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
  }));
  known = { calls, validator: validatorsOf(document) };
  return known;
}

/** Asserts the same of any answer of a server's public listener; paths that are no call of the API (pages) may be as they like. */
export function assertPublicAnswer(method, target, answer) {
  const { calls, validator } = publicApi();
  const path = target.split('?')[0];
  const call = calls.find((one) => one.method === method.toLowerCase() && one.pattern.test(path));
  if (call) assertPromised(validator, call, answer);
}
