// Input that must be refused with words, and how to see that it was.
import assert from 'node:assert/strict';

const deep = (open, close) => open.repeat(20_000) + close.repeat(20_000);
export const brokenJson = {
  'cut object': '{"a":',
  'no JSON': 'hello',
  'single quotes': "{'a':1}",
  'trailing comma': '{"a":1,}',
  'trailing garbage': '{} x',
  'two documents': '{}{}',
  comment: '{/* */}',
  NaN: '{"a":NaN}',
  'deep arrays': deep('[', ']'),
  'deep objects': '{"a":'.repeat(9000) + '1' + '}'.repeat(9000),
  'deep and cut': '['.repeat(60_000),
  'an array': '[]',
  'a string': '"x"',
  'a number': '5',
  null: 'null',
  'invalid UTF-8': Buffer.from('7b2261223a22ff fe22 7d'.replaceAll(' ', ''), 'hex'),
  'overlong UTF-8': Buffer.from('7b2261223a22c0af227d', 'hex'),
  'lone surrogate escape': '{"a":"\\ud800"}',
  'control character in a string': '{"a":"\n"}',
  NUL: '{"a":"\0"}',
  'byte order mark': Buffer.concat([Buffer.from('efbbbf', 'hex'), Buffer.from('{"a":1}')]),
  'long number': `{"a":${'9'.repeat(50_000)}}`,
  'a number of 1 MB': `{"a":${'9'.repeat(1 << 20)}}`,
  'doubled member': '{"a":1,"a":1}',
  blank: '   ',
};
/** JSON that parses, with the route's field of a type it must not have. */
export const wrongTypes = [5, -1, 1e308, true, null, [], {}, ['x'], { $gt: '' }, '\u0000'];
export const brokenForms = {
  'cut escape': 'grant_type=%',
  'half an escape': 'grant_type=%4',
  'no escape': 'grant_type=%zz',
  NUL: 'grant_type=%00&client_id=%00&access_token=%00',
  'invalid UTF-8': 'grant_type=%ff%fe&client_id=%ff&access_token=%ff',
  'overlong UTF-8': 'grant_type=%c0%af&client_id=%c0%af&access_token=%c0%af',
  'only separators': '&&&&====&&&',
  'ten thousand parameters': Array.from({ length: 10_000 }, (_, i) => `a${i}=`)
    .join('&')
    .slice(0, 60_000),
  'one long name': `${'n'.repeat(60_000)}=1`,
  semicolons: 'grant_type=authorization_code;client_id=my-app',
  'raw bytes': Buffer.from([0x67, 0x3d, 0xff, 0xfe, 0x00, 0x26]),
};
/** Each of them spoils a form that would be good without it. */
export const spoilers = {
  'cut escape': 'x=%',
  'half an escape': 'x=%4',
  'no escape': 'x=%zz',
  NUL: 'x=%00',
  'NUL in a name': '%00=x',
  'invalid UTF-8': 'x=%ff%fe',
  'overlong UTF-8': 'x=%c0%af',
  surrogate: 'x=%ed%a0%80',
  'ten thousand parameters': Array.from({ length: 10_000 }, (_, i) => `a${i}=`).join('&').slice(0, 60_000),
  'doubled parameter': 'x=1&x=1',
};
export const hostileStrings = [
  "' OR 1=1--",
  '"; DROP TABLE session;--',
  '%',
  '_',
  '\\',
  '\u0000',
  '\r\nX-Evil: 1',
  '../../etc/passwd',
  '${jndi:ldap://x}',
  '{{7*7}}',
  '<script>',
  '\ud83d\ude00'.repeat(50),
  '\u202e',
  'x'.repeat(4000),
  '__proto__',
  'constructor',
  '\x1b[31m',
];

/** 4xx with words; `also` are further statuses that are right for this input. */
export function assertRefused(answer, what, also = []) {
  const story = `${what}: ${answer.describe()}`;
  assert.ok((answer.status >= 400 && answer.status < 500) || also.includes(answer.status), story);
  if (answer.status < 400) return;
  assert.ok(answer.text.trim().length > 0, story);
  if (answer.headers['content-type']?.startsWith('application/json')) {
    const words = answer.json?.error_description ?? answer.json?.message ?? answer.json?.error;
    assert.ok(typeof words === 'string' && words.length > 0, story);
  }
}
