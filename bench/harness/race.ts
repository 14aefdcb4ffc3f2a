// bench/harness/race.ts lets several contenders run in turn, so that a slow moment of the machine meets all alike: A B C, B C A,
// C A B, and so on. Each round begins with another one, as the first may find the machine colder than the last.
import type { Measured } from './contender.ts';
import { type Spread, spreads } from './statistics.ts';
import { type Course, type Entrant, runTrial, type TrialOptions } from './trial.ts';

export interface Result {
  entrant: string;
  /** `load`, or the pass. */
  pass: string;
  runs: readonly Measured[];
  /** Of every number measured, by name. */
  spread: Record<string, Spread>;
}

/** @param runs how often each runs @throws what `runTrial` throws: one wrong answer, and nothing is measured */
export async function race(
  entrants: readonly Entrant[],
  course: Course,
  runs: number,
  options: TrialOptions,
): Promise<Result[]> {
  const measured = new Map<string, { entrant: string; pass: string; runs: Measured[] }>();
  for (let round = 0; round < runs; round++) {
    for (const entrant of turned(entrants, round)) {
      for (const [pass, numbers] of await runTrial(entrant, course, options)) {
        const key = `${entrant.name}\n${pass}`;
        const known = measured.get(key) ?? { entrant: entrant.name, pass, runs: [] };
        known.runs.push(numbers);
        measured.set(key, known);
      }
    }
  }
  const inOrder = entrants.flatMap(({ name, passes }) =>
    ['load', ...passes].map((pass) => measured.get(`${name}\n${pass}`)),
  );
  return inOrder.flatMap((found) => (found ? [{ ...found, spread: spreads(found.runs) }] : []));
}

const turned = <T>(items: readonly T[], by: number): T[] =>
  items.map((_, index) => items[(index + by) % items.length] as T);
