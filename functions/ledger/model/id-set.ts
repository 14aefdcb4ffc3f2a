// functions/ledger/model/id-set.ts: a set of job ids in 16 characters: the XOR of their hashes. Ids can be added, and two sets that differ
// by a few ids show which of some candidates these are.
import { hash } from 'node:crypto';

/** Of no ids. */
export const NO_IDS = '0'.repeat(16);
/** Subsets tried at most. */
const MAX_TRIED = 20_000;

/** Adds ids to a set, or takes them out of it: once more undoes it. */
export function toggled(set: string, ids: Iterable<string>): string {
  let sum = 0n;
  for (const id of ids) sum ^= hashOf(id);
  return difference(set, sum.toString(16));
}

/** What is in one of two sets, and not in both. */
export const difference = (a: string, b: string): string =>
  (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(16).padStart(16, '0');

/**
 * The ids, `count` of the candidates, by which two sets differ. Nothing where these candidates don't explain it, or too many
 * subsets would have to be tried.
 */
export function differingIds(
  a: string,
  b: string,
  candidates: readonly string[],
  count: number,
): readonly string[] | undefined {
  if (count > candidates.length) return undefined;
  const wanted = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  const hashes = candidates.map(hashOf);
  // The last of them is known by the others.
  const at = new Map(hashes.map((each, index) => [each, index]));
  let left = MAX_TRIED;
  const search = (from: number, need: number, rest: bigint): string[] | undefined => {
    if (left-- <= 0) return undefined;
    if (need === 0) return rest === 0n ? [] : undefined;
    if (need === 1) {
      const last = at.get(rest) ?? -1;
      return last < from ? undefined : [candidates[last] ?? ''];
    }
    for (let index = from; index <= candidates.length - need; index++) {
      const found = search(index + 1, need - 1, rest ^ (hashes[index] ?? 0n));
      if (found) return [candidates[index] ?? '', ...found];
    }
    return undefined;
  };
  return search(0, count, wanted);
}

const hashOf = (id: string) => BigInt(`0x${hash('sha256', id, 'hex').slice(0, 16)}`);
