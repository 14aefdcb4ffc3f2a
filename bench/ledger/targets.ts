// bench/ledger/targets.ts holds a run that finds nothing new against the listing alone, and what it reads against its coverage.

import type { Target } from '../harness/part.ts';
import type { Result } from '../harness/race.ts';
import { nameOf } from './cells.ts';
import type { Collected } from './collected.ts';

const MAX_WALL = 1.2;

export const resultOf = (results: readonly Result[], entrant: string, pass: string): Result | undefined =>
  results.find((result) => result.entrant === entrant && result.pass === pass);

export const medianOf = (result: Result | undefined, name: string): number | undefined => result?.spread[name]?.median;

export function targetsOf(collected: readonly Collected[]): Target[] {
  return collected.flatMap(({ cell, results, coverageUnits }) => {
    const whole = resultOf(results, 'collector', 'unchanged');
    const listing = medianOf(resultOf(results, 'listing alone', 'unchanged'), 'wallMs');
    if (!whole || listing === undefined) return [];
    const most = (name: string) => whole.spread[name]?.max ?? 0;
    const read = most('coverageReadUnits') + most('jobReadUnits') + most('otherReadUnits');
    const what = (label: string) => `${nameOf(cell)}, unchanged: ${label}`;
    return [
      {
        what: what('wall, by the listing alone'),
        limit: MAX_WALL,
        measured: (medianOf(whole, 'wallMs') ?? 0) / listing,
      },
      { what: what('writes of jobs'), limit: 0, measured: most('jobWrites') },
      {
        what: what("read units, by one for 4 KB of each project's coverage"),
        limit: 1,
        measured: read / coverageUnits,
      },
    ];
  });
}
