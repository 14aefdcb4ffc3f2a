// test/events/samples.ts: synthetic jobs, runs and coverages for events.

import type { Annotating, Change, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { mergeObservation } from '../../functions/ledger/model/merge-observation.ts';
import { noCounts, type Run } from '../../functions/ledger/model/run.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import type { FoundRequester } from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { RUN, seen } from '../ledger/jobs.ts';

/** A job after these answers, each a minute after the one before, with its last change. */
export function ledgerJobAfter(answers: readonly RestoreJob[], annotating: Annotating = {}, firstMinute = 0) {
  let stored: LedgerJob | undefined;
  let change: Change | undefined;
  for (const [index, answer] of answers.entries()) {
    const decision = mergeObservation(stored, answer, seen(firstMinute + index), annotating);
    if (!('change' in decision)) throw new Error(`answer ${index} changed nothing: ${decision.outcome}`);
    stored = decision.job;
    change = decision.change;
  }
  if (!stored || !change) throw new Error('give at least one answer');
  return { job: stored, change };
}

export const finding = (parts: Partial<Finding> = {}): Finding => ({
  rule: 'cross-project',
  severity: 'warning',
  at: seen(0).observedAt,
  why: 'The cluster orders is restored to project staging-eu, while the backup is of project payments.',
  ...parts,
});

export const requester = (parts: Partial<FoundRequester> = {}): FoundRequester => ({
  actor: { kind: 'apiKey', id: 'eeeeeeeeeeeeeeeeeeeeeeee', name: 'ci-bot' },
  grade: 'exact',
  points: 100,
  eventId: '691ef920eeeeeeeeeeeeeeee',
  eventType: 'CPS_RESTORE_REQUESTED_AUDIT',
  secondsLater: 0,
  countsAhead: 4,
  rivals: 0,
  ...parts,
});

export const run = (parts: Partial<Run> = {}): Run => ({
  runId: RUN,
  trigger: 'schedule',
  scope: {},
  full: false,
  startedAt: '2026-11-23T11:59:00.000Z',
  projects: 12,
  status: 'complete',
  finishedAt: '2026-11-23T12:00:00.000Z',
  counts: { ...noCounts(), clusters: 40, jobsSeen: 400, jobsNew: 3, jobsChanged: 1 },
  failures: [],
  ...parts,
});
