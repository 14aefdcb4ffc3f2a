// functions/views/pictures/spans-without.ts: of times in which no restore is on record, whether there was none.
import { type LedgerFacts, proveLedger, proveRecordedProject, type RecordedProject } from '../../proof/ledger.ts';
import { isObjectId, requestedAt } from '../../restore/object-id.ts';
import { believable } from './coverage-cells.ts';
import type { Span } from './spans.ts';

/**
 * none: every restore requested then is on record, so there was none. due: none so far, and the reading that proves it is still to come.
 * unknown: there may have been some. ahead: the time has not come.
 */
export type Without = 'none' | 'due' | 'unknown' | 'ahead';

/** Everything that a claim takes, of all projects on record. */
export interface ProofFacts extends LedgerFacts {
  projects: readonly RecordedProject[];
}

const STILL_TO_COME: ReadonlySet<string> = new Set(['full-reading-due', 'run-not-ended']);

/**
 * By the proof that a report of that time alone would have, without the counts of the table.
 * @param facts absent: they were not read, and nothing is known @param of ids of the projects that are asked for @default all
 * @param now in ms since the epoch
 */
export function withoutRestores(
  facts: ProofFacts | undefined,
  span: Span,
  now: number,
  of?: ReadonlySet<string>,
): Without {
  const moment = new Date(now).toISOString();
  if (span.since >= moment) return 'ahead';
  if (!facts) return 'unknown';
  const period = { since: span.since, until: span.until < moment ? span.until : moment };
  const asking = { period, now: moment };
  const isAsked = (projectId: string | undefined) => projectId === undefined || !of || of.has(projectId);
  const reasons = new Set(
    proveLedger(facts, asking).flatMap(({ projectId, reason }) => (isAsked(projectId) ? [reason] : [])),
  );
  let clusters = 0;
  for (const project of facts.projects) {
    const { projectId } = project;
    if (!isAsked(projectId)) continue;
    if (isObjectId(projectId) && requestedAt(projectId) > moment) return 'unknown';
    const proven = proveRecordedProject({ ...project, clusters: project.clusters.map(believable) }, asking);
    clusters += proven?.clusters.length ?? 0;
    for (const { reason } of proven?.gaps ?? []) reasons.add(reason);
  }
  // As of a report: who knows of no cluster knows nothing of its restores.
  if (clusters === 0 || [...reasons].some((reason) => !STILL_TO_COME.has(reason))) return 'unknown';
  return reasons.size > 0 ? 'due' : 'none';
}
