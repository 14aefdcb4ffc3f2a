// functions/api/query/summary.ts: the restores of a period, counted by how they ended, what they were and when.

import type * as z from 'zod/mini';
import type { IndexedJob } from '../../ledger/model/table.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import { defined } from '../../platform/defined.ts';
import { percentile } from '../../platform/percentile.ts';
import { isOpen } from '../../restore/job.ts';
import { isUnderstood } from '../../restore/understood.ts';
import type { summary as summarySchema } from '../../schema/summary.ts';
import { DELIVERIES, KINDS, RULES, SEVERITIES, STATUSES } from '../../schema/words.ts';
import { isRule, worstOf } from '../../views/findings.ts';

/** Whole days, UTC. ISO 8601. */
export interface Period {
  from: string;
  /** Not included. */
  to: string;
}

export interface Summary extends z.infer<typeof summarySchema> {}

export type CountedJob = Pick<
  IndexedJob,
  'status' | 'kind' | 'delivery' | 'requestedAt' | 'durationSeconds' | 'problems' | 'findings'
>;

/** Jobs that one summary reads, the newest first. */
export const MAX_JOBS = 10_000;
const DAY_MS = 86_400_000;

/** The last so many days, today included, in UTC. */
export function lastDays(days: number, now: number): Period {
  const tomorrow = Math.floor(now / DAY_MS) * DAY_MS + DAY_MS;
  return { from: new Date(tomorrow - days * DAY_MS).toISOString(), to: new Date(tomorrow).toISOString() };
}

/** Requests: 1 query a MB of the index, some 1,500 jobs, and those of empty months (ledger/queries.ts). */
export async function summarize(
  ledger: Pick<LedgerReader, 'indexedJobs'>,
  { from, to }: Period,
  maxJobs = MAX_JOBS,
): Promise<Summary> {
  const jobs: CountedJob[] = [];
  for (let cursor: string | undefined; ; ) {
    const limit = maxJobs - jobs.length;
    const page = await ledger.indexedJobs(defined({ since: from, until: to, limit, cursor }));
    jobs.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined || jobs.length >= maxJobs) return summary(jobs, { from, to }, cursor !== undefined);
  }
}

/** @param jobs of the period, newest first @param truncated whether there are older ones */
export function summary(jobs: readonly CountedJob[], { from, to }: Period, truncated = false): Summary {
  const days = new Map<string, CountedJob[]>();
  for (let at = Date.parse(from); at < Date.parse(to); at += DAY_MS) days.set(dayOf(new Date(at).toISOString()), []);
  for (const job of jobs) days.get(dayOf(job.requestedAt))?.push(job);
  return defined({
    from,
    to,
    jobs: jobs.length,
    open: jobs.filter(({ status }) => isOpen(status)).length,
    byStatus: counted(STATUSES, jobs, 'status'),
    byKind: counted(KINDS, jobs, 'kind'),
    byDelivery: counted(DELIVERIES, jobs, 'delivery'),
    byDay: [...days].map(([day, of]) => ({ day, jobs: of.length, byStatus: counted(STATUSES, of, 'status') })),
    durations: durationsOf(jobs),
    findings: findingsOf(jobs),
    truncated,
    countedFrom: truncated ? jobs.at(-1)?.requestedAt : undefined,
  });
}

const dayOf = (iso: string) => iso.slice(0, 10);

function counted<Name extends 'status' | 'kind' | 'delivery', Value extends CountedJob[Name]>(
  values: readonly Value[],
  jobs: readonly CountedJob[],
  name: Name,
): Record<Value, number> {
  const counts = zeros<CountedJob[Name]>(values);
  for (const job of jobs) counts[job[name]] += 1;
  return counts;
}

function durationsOf(jobs: readonly CountedJob[]): Summary['durations'] {
  const seconds = jobs.flatMap((job) => {
    const { status, durationSeconds } = job;
    const isKnown = status === 'COMPLETED' && isUnderstood(job, 'status', 'finishedAt');
    return isKnown && durationSeconds !== undefined ? [durationSeconds] : [];
  });
  const [medianSeconds, p95Seconds, maxSeconds] = [0.5, 0.95, 1].map((share) => percentile(seconds, share));
  return { completed: seconds.length, ...defined({ medianSeconds, p95Seconds, maxSeconds }) };
}

function findingsOf(jobs: readonly CountedJob[]): Summary['findings'] {
  const bySeverity = zeros(SEVERITIES);
  const byRule = zeros(RULES);
  for (const { findings = [] } of jobs) {
    const worst = worstOf(findings);
    if (worst) bySeverity[worst] += 1;
    for (const { rule } of findings) if (isRule(rule)) byRule[rule] += 1;
  }
  return { jobs: jobs.filter(({ findings }) => findings?.length).length, bySeverity, byRule };
}

const zeros = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
