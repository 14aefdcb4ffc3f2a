// functions/anchors/continuity.ts: whether a history is the one that was anchored. Pure.
import { sha256 } from '../ledger/model/fingerprint.ts';
import { FIRST_CHANGES, isEntry } from '../ledger/model/hash-chain.ts';
import type { Change } from '../ledger/model/ledger.ts';
import type { Head } from './heads-file.ts';

/**
 * `same`, `continued`: the anchored entry is there. `erased`: a person's name was taken out of it, on record, and the anchored entry was
 * the last one before. `erased-later`: there were others between the two, so nobody can tell whether only a name went. `left-out`: it
 * is in the middle of a long history, of which only the ends are kept. `other`: it is another history.
 */
export type Continuity = 'same' | 'continued' | 'erased' | 'erased-later' | 'left-out' | 'other';

/** That the entries fit to each other is what `breaksOf` of functions/ledger/model/hash-chain.ts shows. */
export function continuityOf(changes: readonly Change[], { revision, head }: Head): Continuity {
  if (!changes.every(isEntry)) return 'other';
  const at = changes.findIndex((entry) => entry.revision >= revision);
  const entry = changes[at];
  if (entry === undefined) return 'other';
  if (entry.revision === revision && sha256(entry) === head) return at === changes.length - 1 ? 'same' : 'continued';
  const erasure = changes.find((each) => each.erased && each.revision > revision);
  if (erasure?.erased) {
    if (erasure.erased.replaced === head) return 'erased';
    if (erasure.revision > revision + 1) return 'erased-later';
  }
  return entry.revision > revision && revision > FIRST_CHANGES ? 'left-out' : 'other';
}

/** Of a history, where it ends; undefined where something else than this program left none. */
export function headOf(changes: readonly Change[]): Head | undefined {
  const last = Array.isArray(changes) ? changes.at(-1) : undefined;
  return isEntry(last) ? { revision: last.revision, head: sha256(last) } : undefined;
}
