// functions/collector/evaluate/count-coverage.ts: what the coverage of all projects adds up to, brought up to date after a run.
import type { ProjectFacts } from '../../ledger/model/known-project.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import type { Log } from '../../platform/log.ts';
import { FRESH_MS } from '../../proof/list.ts';
import { totalsOf } from '../../views/coverage-totals.ts';

/** How often it is counted between runs, in ms: open jobs are followed every minute, and each count reads all coverage. */
const BETWEEN_RUNS_MS = 900_000;

export type CoverageCounter = Pick<Ledger, 'coverageWritten' | 'coverageTotals' | 'saveCoverageTotals'>;

export interface CountingOptions {
  /** Without a reading for so long a cluster is late, in ms. @default as it was counted last, or 26 hours */
  lateAfterMs?: number | undefined;
}

export interface CountingCoverage extends CountingOptions {
  now(): number;
  isOutOfTime?(): boolean;
}

/** Requests: 2 batch reads, 3 reads, 3 writes, 1 query for some thousand projects, and 1 batch read for every 25. @throws LedgerError, and where there is no time left */
export async function countCoverage(ledger: CoverageCounter, options: CountingCoverage, isRun = true): Promise<void> {
  const { now, isOutOfTime = () => false } = options;
  await ledger.coverageWritten();
  const kept = (await ledger.coverageTotals())?.totals;
  if (!isRun && kept && Math.abs(now() - Date.parse(kept.countedAt)) < BETWEEN_RUNS_MS) return;
  const { lateAfterMs = kept?.lateAfterMs ?? FRESH_MS } = options;
  await ledger.saveCoverageTotals((projects) => totalsOf(inTime(projects, isOutOfTime), { now: now(), lateAfterMs }));
}

/** What isn't counted now is counted after the next run; until then whoever asks is told. */
export async function tryToCountCoverage(
  ledger: CoverageCounter,
  options: CountingCoverage,
  { log, runId, isRun = true }: { log: Log; runId?: string; isRun?: boolean },
): Promise<void> {
  try {
    await countCoverage(ledger, options, isRun);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn('coverage is left to be counted', defined({ runId, reason }));
  }
}

async function* inTime(
  projects: AsyncIterable<ProjectFacts>,
  isOutOfTime: () => boolean,
): AsyncGenerator<ProjectFacts> {
  for await (const project of projects) {
    if (isOutOfTime()) throw new Error('no time is left');
    yield project;
  }
}
