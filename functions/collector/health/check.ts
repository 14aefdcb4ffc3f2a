// functions/collector/health/check.ts: a check of how collection stands, from the runs on record.
import * as z from 'zod/mini';
import type { Ledger } from '../../ledger/model/ledger.ts';
import type { Run } from '../../ledger/model/run.ts';
import { defined } from '../../platform/defined.ts';
import { parseSchedule } from '../../platform/schedule/schedule.ts';
import { type Expected, type Health, hasDied, healthOf, lookBack } from './health.ts';

export interface CheckPorts {
  ledger: Pick<Ledger, 'run' | 'runs'>;
  /** When the ledger was made, in ms since the epoch. Called if there is no run. */
  createdAt(): Promise<number>;
  now(): number;
}

const PAGE = 10;
/** Runs of single projects and runs under way may be in between. */
const MAX_PAGES = 20;

const checkEvent = z.object({
  trigger: z.literal('check'),
  schedule: z.string(),
  timeZone: z.string(),
  runsToAlarm: z.number().check(z.int(), z.gte(1), z.lte(10)),
});

/** The event of the schedule of checks. @throws Error naming the field that is wrong */
export function checkRequest(input: unknown): Expected {
  const { data, error } = z.safeParse(checkEvent, input);
  if (data) return { schedule: parseSchedule(data.schedule, data.timeZone), runsToAlarm: data.runsToAlarm };
  const [issue] = error.issues;
  throw new Error(`invalid check event: ${issue?.path.join('.') || 'the event'}: ${issue?.message}`);
}

/**
 * Requests: 1 query a month and 1 batch read for the runs; where the last one is not complete, its parts.
 * @param retentionDays after which runs expire
 * @throws LedgerError
 */
export async function check(expected: Expected, ports: CheckPorts, retentionDays: number): Promise<Health> {
  const { ledger, createdAt, now } = ports;
  const runs = await recentRuns(ledger, lookBack(expected.runsToAlarm));
  const [newest] = runs;
  const record = newest && newest.status !== 'complete' ? await ledger.run(newest.runId) : undefined;
  const keptSince = now() - retentionDays * 86_400_000;
  const knownSince = newest ? keptSince : Math.max(keptSince, await createdAt());
  return healthOf({ runs, parts: record?.parts ?? [], knownSince }, expected, now());
}

/** Over everything and ended, newest first: as many as that, and one that did not die. */
async function recentRuns(ledger: Pick<Ledger, 'runs'>, count: number): Promise<Run[]> {
  const found: Run[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { items, cursor: next } = await ledger.runs(defined({ limit: PAGE, cursor }));
    found.push(...items.filter((run) => run.scope.projectId === undefined && run.finishedAt !== undefined));
    if (next === undefined || (found.length >= count && !found.every(hasDied))) break;
    cursor = next;
  }
  return found;
}
