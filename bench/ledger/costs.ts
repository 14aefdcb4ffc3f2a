// bench/ledger/costs.ts works out a month's bill at sizes that were not run, from counts that grow by the project or by the
// cluster: a run of two projects less a run of one is what a project costs.
import { CLUSTERS_A_PROJECT } from '../atlas/world.ts';
import type { Result } from '../harness/race.ts';
import type { Collected } from './collected.ts';
import { type Bill, monthlyBill, type RunCounts } from './prices.ts';
import { medianOf, resultOf } from './targets.ts';

export const EVERY_MINUTES = 15;
export const SIZES = [1, 100, 1_000, 10_000] as const;

/** As the stack makes the functions, in GB. The naive one is taken to be as large as ours. */
const GB = { plan: 0.25, collect: 0.5, notify: 0.25, naive: 0.5 };
/** Each write of a coverage starts the notify function, which finds nothing to tell: not measured here, in ms. */
const NOTIFY_MS = 10;

export interface CostRow {
  clusters: number;
  ours: Bill;
  naive: Bill;
}

/** Empty where not all that it takes was measured. */
export function costRows(collected: readonly Collected[]): CostRow[] {
  const one = countsOf(collected, 'functions', 1);
  const [project, projects] = [25, 50].map((clusters) => countsOf(collected, 'functions', clusters));
  const [naiveOne, naiveProject] = [1, 25].map((clusters) => countsOf(collected, 'naive', clusters));
  const daily = dailyOfACluster(collected);
  if (!one || !project || !projects || !naiveOne || !naiveProject || !daily) return [];
  return SIZES.map((clusters) => {
    const run = clusters === 1 ? one : along(project, projects, Math.ceil(clusters / CLUSTERS_A_PROJECT) - 1);
    const naive = along(naiveOne, naiveProject, (clusters - 1) / (CLUSTERS_A_PROJECT - 1));
    return {
      clusters,
      ours: monthlyBill(run, { everyMinutes: EVERY_MINUTES, queue: true, daily: times(daily, clusters) }),
      naive: monthlyBill(naive, { everyMinutes: EVERY_MINUTES, queue: false }),
    };
  });
}

/** On the straight line through two counts, `steps` from the first. */
const along = (first: RunCounts, second: RunCounts, steps: number) =>
  combined(first, second, (a, b) => a + (b - a) * steps);
const times = (counts: RunCounts, factor: number) => combined(counts, counts, (a) => a * factor);

function combined(a: RunCounts, b: RunCounts, of: (a: number, b: number) => number): RunCounts {
  const names = Object.keys(a) as (keyof RunCounts)[];
  return Object.fromEntries(names.map((name) => [name, of(a[name], b[name])])) as unknown as RunCounts;
}

function countsOf(
  collected: readonly Collected[],
  who: 'functions' | 'naive',
  clusters: number,
): RunCounts | undefined {
  const found = collected.find(({ cell }) => cell.size.clusters === clusters && cell.who.includes(who));
  const result = found && resultOf(found.results, who, who === 'naive' ? 'every run' : 'unchanged');
  return result && (who === 'naive' ? naiveCounts(result) : functionCounts(result));
}

export function functionCounts(result: Result): RunCounts {
  const number = (name: string) => medianOf(result, name) ?? 0;
  const projects = number('invocations') - 1;
  const notified = number('coverageWrites') + 1;
  const seconds = { plan: number('planMs'), collect: number('collectMs'), notify: notified * NOTIFY_MS };
  return {
    readUnits: number('readUnits'),
    writeUnits: number('writeUnits'),
    invocations: 1 + projects + notified,
    gbSeconds: (seconds.plan * GB.plan + seconds.collect * GB.collect + seconds.notify * GB.notify) / 1_000,
    sqsRequests: number('sqsRequests'),
    logBytes: number('logBytes'),
  };
}

function naiveCounts(result: Result): RunCounts {
  const number = (name: string) => medianOf(result, name) ?? 0;
  const gbSeconds = (number('lambdaMs') / 1_000) * GB.naive;
  const { readUnits, writeUnits } = { readUnits: number('readUnits'), writeUnits: number('writeUnits') };
  return { readUnits, writeUnits, invocations: 1, gbSeconds, sqsRequests: 0, logBytes: 0 };
}

/** What the reading to the end of all lists, once a day, costs more than another run: units of each cluster. */
function dailyOfACluster(collected: readonly Collected[]): RunCounts | undefined {
  const found = collected.find(({ results }) => resultOf(results, 'collector', 'full'));
  if (!found) return undefined;
  const more = (name: string) =>
    ((medianOf(resultOf(found.results, 'collector', 'full'), name) ?? 0) -
      (medianOf(resultOf(found.results, 'collector', 'unchanged'), name) ?? 0)) /
    found.cell.size.clusters;
  const none = { invocations: 0, gbSeconds: 0, sqsRequests: 0, logBytes: 0 };
  return { ...none, readUnits: more('readUnits'), writeUnits: more('writeUnits') };
}
