// Showing that one holds a key that is not in this browser (sigma-contract §1): a command for where it is.

/** In single quotes, as a POSIX shell takes them. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Prints the X-Auth-Token for this request, with npm's bitcoin-auth. */
export const proofCommand = (path: string, body: string): string =>
  `npm install bitcoin-auth
export SIGMA_MEMBER_PRIVATE_KEY=…
node --input-type=module -e '
import { getAuthToken } from "bitcoin-auth";
const [requestPath, body] = process.argv.slice(1);
const privateKeyWif = process.env.SIGMA_MEMBER_PRIVATE_KEY;
console.log(getAuthToken({ privateKeyWif, requestPath, body }));
' ${path} ${shellQuoted(body)}`;

/** The public key that a pasted X-Auth-Token names; undefined when it is none. */
export function tokenKey(token: string): string | undefined {
  const fields = token.trim().split('|');
  return fields.length === 5 && /^0[23][0-9a-f]{64}$/i.test(fields[0]!) ? fields[0]!.toLowerCase() : undefined;
}
