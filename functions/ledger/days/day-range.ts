// functions/ledger/days/day-range.ts: where the jobs of days are in the index over all projects.
import { idBefore, lowestIdAt } from '../../restore/object-id.ts';
import { feedPartition } from '../table/keys.ts';

/** @param days of one month that follow one another, such as `2026-11-29` */
export function jobsOf([first, last = first]: readonly [first: string, last?: string]) {
  const [from, next] = [lowestIdAt(`${first}T00:00:00Z`), lowestIdAt(`${last}T24:00:00Z`)];
  const between = [from, idBefore(next) ?? next] as const;
  return { index: 'feed', partition: feedPartition('JOBS', first.slice(0, 7)), between } as const;
}
