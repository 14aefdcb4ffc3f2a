// functions/api/query/coverage-state.ts: what the coverage of all projects adds up to: as it was counted, or by reading it.
import { COVERAGE_NUMBERS, type CoverageNumbers, type CoverageTotals } from '../../ledger/model/coverage.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import { defined } from '../../platform/defined.ts';
import { coverageRows } from '../../views/coverage.ts';
import { numbersAt, numbersOf, readClusters } from '../../views/coverage-totals.ts';

export interface CoverageState {
  numbers: CoverageNumbers;
  projects: number;
  /** Clusters that were read at least once, and their projects. */
  read: { clusters: number; projects: number };
  /** What was collected after this moment is not in the numbers. ISO 8601. Absent: everything is in them. */
  asOf?: string;
  /** False: there are more projects than were read. */
  complete: boolean;
  /** Of all projects, by id, where they are known along with the numbers. */
  names?: ReadonlyMap<string, string>;
}

/** More than an Atlas organization holds; an answer reads no more, in 1 + 20 requests. */
export const MAX_PROJECTS = 500;
/** Clocks that differ by so little are as good as one, in ms. */
const SAME_TIME_MS = 60_000;

export interface CoverageContext {
  now: number;
  lateAfterMs: number;
}

/**
 * Counted after the last write, or as of a time that is said, or read here.
 * Requests: 1 batch read; where they were not counted at all, or too long ago, 1 query more and 1 batch read for each 25 projects.
 */
export async function coverageState(
  ledger: Pick<LedgerReader, 'coverageTotals' | 'projects'>,
  context: CoverageContext,
): Promise<CoverageState> {
  const kept = await ledger.coverageTotals();
  if (!kept || !isOfUse(kept.totals, context)) return readState(ledger, context);
  const { projects, read, countedAt, names } = kept.totals;
  const numbers = numbersAt(kept.totals, context.now);
  const about = defined({
    asOf: kept.isCurrent ? undefined : countedAt,
    names: names && new Map(Object.entries(names)),
  });
  return { numbers, projects, read, complete: true, ...about };
}

/** With all numbers, as another version may not have; by the same rule of what is late; and not too long ago to tell what has become of it. */
const isOfUse = (
  { lateAfterMs, countedAt, until, numbers }: CoverageTotals,
  { now, lateAfterMs: asked }: CoverageContext,
) =>
  COVERAGE_NUMBERS.every((name) => numbers[name] !== undefined) &&
  lateAfterMs === asked &&
  now >= Date.parse(countedAt) - SAME_TIME_MS &&
  now <= Date.parse(until);

async function readState(ledger: Pick<LedgerReader, 'projects'>, context: CoverageContext): Promise<CoverageState> {
  let numbers = numbersOf([]);
  const read = { clusters: 0, projects: 0 };
  let projects = 0;
  const names = new Map<string, string>();
  for await (const project of ledger.projects()) {
    if (projects === MAX_PROJECTS) return { numbers, projects, read, complete: false };
    projects += 1;
    names.set(project.projectId, project.projectName);
    const clusters = readClusters(project);
    read.clusters += clusters;
    if (clusters > 0) read.projects += 1;
    numbers = sum(numbers, numbersOf(coverageRows(project, context)));
  }
  return { numbers, projects, read, complete: true, names };
}

const sum = (a: CoverageNumbers, b: CoverageNumbers) =>
  Object.fromEntries(
    Object.entries(a).map(([name, value]) => [name, value + b[name as keyof CoverageNumbers]]),
  ) as CoverageNumbers;
