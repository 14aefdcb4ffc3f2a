// bench/list/targets.ts holds the collector against the probe, where requests take long enough that round trips are what counts.

import type { Target } from '../harness/part.ts';
import type { Result } from '../harness/race.ts';
import { COLLECTOR, FAR_MS, FIRST_PASSES, LIMIT, nameOf } from './cells.ts';
import type { Listed } from './listed.ts';

const MAX_WALL = 1.15;
const MAX_CPU = 2;
const MAX_STEADY_WALL = 1.1;

export function targetsOf(listed: readonly Listed[]): Target[] {
  return listed
    .filter(({ cell }) => cell.latencyMs === FAR_MS)
    .flatMap(({ cell, results }) => {
      const target = (pass: string, number: string, label: string, limit: number): Target[] => {
        const measured = ratio(results, COLLECTOR, pass, number);
        return measured === undefined ? [] : [{ what: `${nameOf(cell)}, ${pass}: ${label}`, limit, measured }];
      };
      return [
        ...FIRST_PASSES.flatMap((pass) => target(pass, 'wallMs', 'wall', MAX_WALL)),
        ...FIRST_PASSES.flatMap((pass) => target(pass, 'cpuMs', 'CPU', MAX_CPU)),
        ...target('steady', 'wallMs', 'wall', MAX_STEADY_WALL),
      ];
    });
}

/** An entrant's median by the probe's, of the same pass. */
export function ratio(results: readonly Result[], entrant: string, pass: string, number: string): number | undefined {
  const medianOf = (name: string) =>
    results.find((result) => result.entrant === name && result.pass === pass)?.spread[number]?.median;
  const [its, limit] = [medianOf(entrant), medianOf(LIMIT)];
  return its === undefined || limit === undefined || limit === 0 ? undefined : its / limit;
}
