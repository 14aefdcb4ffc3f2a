// functions/api/runs/run-report.ts: a run and how far it has come, project by project.
import type * as z from 'zod/mini';
import { noCounts, type Run, type RunPart } from '../../ledger/model/run.ts';
import type { runReport as runReportSchema } from '../../schema/run.ts';
import { MAX_BODY_BYTES, wireBytes } from '../http/payload-limit.ts';

export type RunReport = z.infer<typeof runReportSchema>;

/** Failures kept for each project, less and less until the answer fits. */
const FAILURES_KEPT = [100, 10, 1, 0];

export function runReport({ run, parts }: { run: Run; parts: readonly RunPart[] }): RunReport {
  const fits = (report: RunReport) => wireBytes(JSON.stringify(report)) <= MAX_BODY_BYTES;
  const whole = { ...run, finishedProjects: parts.length, parts: [...parts] };
  if (fits(whole)) return whole;
  for (const kept of FAILURES_KEPT) {
    const report = { ...whole, ...shortened(parts, kept) };
    if (fits(report)) return report;
  }
  for (let max = parts.length; ; max = Math.floor(max / 2)) {
    const report = { ...whole, ...shortened(parts, 0, max) };
    if (max === 0 || fits(report)) return report;
  }
}

function shortened(parts: readonly RunPart[], failures: number, max = parts.length) {
  const kept = parts.slice(0, max).map((part) => ({ ...part, failures: part.failures.slice(0, failures) }));
  const count = (of: readonly RunPart[]) => of.reduce((sum, part) => sum + part.failures.length, 0);
  return { parts: kept, omitted: { parts: parts.length - kept.length, failures: count(parts) - count(kept) } };
}

const COUNTS = Object.keys(noCounts());
export const RUN_COLUMNS = [
  ...['runId', 'trigger', 'projectId', 'clusterName', 'full', 'startedAt', 'status', 'projects', 'finishedAt'],
  ...COUNTS,
  'failures',
];

/** CSV shows how many failures there are, JSON which. */
export function runCells(row: object): Record<string, unknown> {
  const { scope, counts, failures, ...run } = row as Run;
  return { ...run, ...scope, ...counts, failures: failures.length };
}
