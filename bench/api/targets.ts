// bench/api/targets.ts holds each handler against the bare SDK, where it asks DynamoDB at all.

import type { Target } from '../harness/part.ts';
import type { Result } from '../harness/race.ts';
import type { Answered } from './answered.ts';

const MOST = 1.3;

export const medianOf = (
  results: readonly Result[],
  entrant: string,
  route: string,
  name: string,
): number | undefined =>
  results.find((result) => result.entrant === entrant && result.pass === route)?.spread[name]?.median;

export const targetsOf = ({ routes, asked, results }: Answered): Target[] =>
  routes.flatMap(({ name }) => {
    const [ours, bare] = ['handler', 'bare'].map((entrant) => medianOf(results, entrant, name, 'p50Ms'));
    if (!asked[name]?.calls.length || ours === undefined || !bare) return [];
    return [{ what: `${name}: p50 of the handler, by the bare SDK`, limit: MOST, measured: ours / bare }];
  });
