// functions/anchors/archive.ts: all anchors of a store, for whoever compares a ledger with them.
import type { PublicKey } from '../signing/public-key.ts';
import { dayOf, daysBetween } from './anchor.ts';
import { Anchored } from './anchored.ts';
import { keysIn, type ReadAnchor, readAnchors } from './read-anchors.ts';
import { type AnchorStore, StoreError } from './store.ts';

export interface Archive {
  place: string;
  /** As the last anchor has it. */
  ledger: string;
  /** How many, parts counted each. */
  anchors: number;
  firstDay: string;
  lastDay: string;
  /** What was recorded later is in no anchor. */
  lastReadAt: string;
  /** By which they are signed. `found`: beside the anchors, so it shows that they are of one hand, and not of whose. */
  keys: { id: string; algorithm: string; trust: 'given' | 'found' }[];
  /** Days after the first, up to yesterday, without a whole anchor: what was rewritten then before the next can't be found. */
  missingDays: string[];
}

export interface ArchiveOptions {
  /** Those to be trusted. @default those that lie beside the anchors */
  keys: readonly PublicKey[];
  /** Milliseconds since the epoch. */
  now: number;
  onAnchor?(name: string): void;
}

/** Every anchor and every signed file, checked. @throws SignatureError, StoreError */
export async function readArchive(
  store: AnchorStore,
  { keys: given, now, onAnchor }: ArchiveOptions,
): Promise<{ archive: Archive; anchored: Anchored }> {
  const trust = given.length > 0 ? 'given' : 'found';
  const keys = given.length > 0 ? given : await keysIn(store);
  const anchored = new Anchored();
  const signers = new Map<string, Archive['keys'][number]>();
  const whole = new Set<string>();
  let [first, last, anchors]: [ReadAnchor | undefined, ReadAnchor | undefined, number] = [undefined, undefined, 0];
  for await (const read of readAnchors(store, anchored, { keys, whole: true })) {
    first ??= read;
    last = read;
    anchors += 1;
    if (read.anchor.last) whole.add(read.anchor.day);
    const { id, algorithm } = read.key;
    signers.set(id, { id, algorithm, trust });
    onAnchor?.(read.name);
  }
  if (first === undefined || last === undefined)
    throw new StoreError(`${store.place}: expected anchors (anchors/YYYY-MM-DD/0001.dsse.json), got none`);
  const { ledger, day: lastDay, readUntil: lastReadAt } = last.anchor;
  const firstDay = first.anchor.day;
  const today = dayOf(now);
  const days = [firstDay, ...daysBetween(firstDay, today)];
  const missingDays = days.filter((day) => !whole.has(day) && day < today);
  const archive = { place: store.place, ledger, anchors, firstDay, lastDay, lastReadAt };
  return { archive: { ...archive, keys: [...signers.values()], missingDays }, anchored };
}
