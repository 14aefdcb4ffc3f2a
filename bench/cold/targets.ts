// bench/cold/targets.ts holds the functions whose start somebody waits for against their floors.
import type { Target } from '../harness/part.ts';
import type { FunctionName } from './cases.ts';
import type { ColdStart } from './cold-start.ts';

const MOST: Partial<Record<FunctionName, number>> = { api: 1.15, collect: 1.3 };

export const targetsOf = (starts: readonly ColdStart[]): Target[] =>
  [...new Set(starts.map(({ node }) => node))].flatMap((node) =>
    Object.entries(MOST).flatMap(([name, limit]) => {
      const measured = byFloor(starts, node, name as FunctionName);
      return measured === undefined ? [] : [{ what: `${name}, Node ${node}: wall, by its floor`, limit, measured }];
    }),
  );

/** A function's median by its floor's. */
export function byFloor(
  starts: readonly ColdStart[],
  node: string,
  name: FunctionName,
  number: 'wallMs' | 'cpuMs' = 'wallMs',
): number | undefined {
  const median = (who: string) => starts.find((each) => each.node === node && each.who === who)?.spread[number]?.median;
  const [ours, floor] = [median(name), median(`${name} floor`)];
  return ours === undefined || !floor ? undefined : ours / floor;
}
