// bench/harness/race.ts: contenders in turn, so that a slow moment of the machine affects all alike: A B C, B C A, C A B.
import type { Numbers } from './contender.ts';
import { type Spread, spreads } from './statistics.ts';

/** One row: of one case, one pass of one contender. */
export interface Result {
  case: string;
  contender: string;
  pass: string;
  /** Of every number measured, by name. */
  spread: Readonly<Record<string, Spread>>;
}

/** @param run one contender's passes, once @throws what `run` throws: with one wrong answer nothing is measured */
export async function race<E extends { name: string }>(
  caseName: string,
  entrants: readonly E[],
  rounds: number,
  run: (entrant: E) => Promise<ReadonlyMap<string, Numbers>>,
): Promise<Result[]> {
  const measured = new Map(entrants.map(({ name }) => [name, new Map<string, Numbers[]>()]));
  for (let round = 0; round < rounds; round++) {
    for (const entrant of rotated(entrants, round)) {
      const passes = measured.get(entrant.name) ?? new Map<string, Numbers[]>();
      for (const [pass, numbers] of await run(entrant)) passes.set(pass, [...(passes.get(pass) ?? []), numbers]);
    }
  }
  return [...measured].flatMap(([contender, passes]) =>
    [...passes].map(([pass, runs]) => ({ case: caseName, contender, pass, spread: spreads(runs) })),
  );
}

const rotated = <T>(items: readonly T[], by: number): T[] => {
  const at = by % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
};

export const median = (results: readonly Result[], caseName: string, contender: string, pass: string, number: string) =>
  results.find((each) => each.case === caseName && each.contender === contender && each.pass === pass)?.spread[number]
    ?.median;

/** A result's median divided by the baseline's, of the same case and pass. */
export function ratio(results: readonly Result[], result: Result, baseline: string, number: string) {
  const [its, limit] = [result.contender, baseline].map((who) =>
    median(results, result.case, who, result.pass, number),
  );
  return its === undefined || !limit ? undefined : its / limit;
}
