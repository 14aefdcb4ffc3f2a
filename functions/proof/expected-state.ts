// functions/proof/expected-state.ts: what may be claimed of a restore that somebody announced: that it came, or that it did not.
import type { ExpectedRestore } from '../restore/expected/expected-restore.ts';
import type { ExpectedState } from '../schema/words.ts';
import { proveRecordedProject, type RecordedProject } from './ledger.ts';
import { scopeOf } from './project.ts';

/**
 * Missed takes proof: every restore of the cluster that was requested in time is on record, and was compared with what was announced.
 * @param project with all its clusters, those that are gone, too. Absent: nothing is on record
 * @param now ISO 8601
 */
export function expectedState(
  expected: ExpectedRestore,
  project: RecordedProject | undefined,
  now: string,
): ExpectedState {
  const { jobs, restores, withdrawn, until } = expected;
  if (jobs.length >= restores) return 'came';
  if (withdrawn) return 'withdrawn';
  if (until > now) return 'expected';
  return project && isMissed(expected, project, now) ? 'missed' : 'not known';
}

function isMissed(
  { clusterName, from, until, jobs, unclear = [] }: ExpectedRestore,
  project: RecordedProject,
  now: string,
): boolean {
  // Restores since then may not have been compared yet; of one that was not understood, nobody knows whether it is this one.
  const comparedTo = project.coverage?.attribution?.from;
  if (unclear.length > 0 || jobs.some(({ open }) => open) || (comparedTo !== undefined && comparedTo < until))
    return false;
  // A claim of completeness ends with the scope. This one doesn't: what came later was not looked at.
  const { outOfScopeSince } = scopeOf(project.known);
  if (outOfScopeSince !== undefined && outOfScopeSince < until) return false;
  const proven = proveRecordedProject(project, { period: { since: from, until }, now });
  // A gap of the project is one of each cluster: this one may be a cluster that nobody knows of.
  return proven?.gaps.every((gap) => gap.clusterName !== undefined && gap.clusterName !== clusterName) === true;
}
