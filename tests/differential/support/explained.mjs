// The list of explained differences: [{field, ours, theirs, why, source, ids}]. A difference that is not in it fails, and
// so does one that is in it and has gone.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';

const keyOf = ({ field, ours, theirs }) => JSON.stringify([field, ours, theirs]);

/** Reads a list; every entry must say why, and where that is written. */
export async function readExplained(file) {
  const entries = JSON.parse(await readFile(file, 'utf8'));
  for (const entry of entries) {
    for (const member of ['why', 'source']) assert.ok(entry[member], `${keyOf(entry)} has no ${member}`);
  }
  return entries;
}

/**
 * Compares what was found, [{id, field, ours, theirs}], with the list.
 * @returns {unexplained, vanished}, both lists of lines
 */
export function judge(found, entries) {
  const known = new Set(entries.flatMap((entry) => entry.ids.map((id) => `${id} ${keyOf(entry)}`)));
  const seen = new Set(found.map((one) => `${one.id} ${keyOf(one)}`));
  return {
    unexplained: [...seen].filter((line) => !known.has(line)),
    vanished: [...known].filter((line) => !seen.has(line)),
  };
}

/** Writes the list anew from what was found, keeping the reasons; what is new comes last, without a reason. */
export async function updateExplained(file, found, entries) {
  const lists = entries.map((entry) => ({ ...entry, ids: [] }));
  for (const { id, ...difference } of found) {
    const same = (entry) => keyOf(entry) === keyOf(difference);
    const at = entries.findIndex((entry) => same(entry) && entry.ids.includes(id));
    const list = lists[at] ?? lists.find((entry) => same(entry) && !entry.why);
    if (list) list.ids.push(id);
    else lists.push({ ...difference, why: '', source: '', ids: [id] });
  }
  await writeFile(
    file,
    `${JSON.stringify(
      lists.filter(({ ids }) => ids.length > 0),
      null,
      2,
    )}\n`,
  );
}
