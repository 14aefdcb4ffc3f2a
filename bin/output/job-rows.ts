// bin/output/job-rows.ts is how a restore job is written for programs: as it is in JSON, flat in CSV.
import { JOB_SUMMARY_FIELDS } from '../../functions/ledger/model/table.ts';
import { problemText } from '../../functions/restore/field-reader.ts';
import { isFound, type Requester } from '../../functions/restore/requesters/requester.ts';
import type { RowShape } from '../process/formats.ts';
import { type ShownJob, withoutFingerprint } from '../remote/ledger-port.ts';

const FLAT = new Set(['fingerprint', 'requester', 'findings']);

export const JOB_ROWS: RowShape<ShownJob> = {
  document: withoutFingerprint,
  columns: [
    ...JOB_SUMMARY_FIELDS.filter((name) => !FLAT.has(name)),
    ...['requesterName', 'requesterKind', 'requesterGrade', 'requesterReason', 'findings'],
  ],
  cells: ({ requester, findings = [], problems = [], ...job }) => ({
    ...job,
    problems: problems.map(problemText).join('; '),
    ...requesterCells(requester),
    findings: findings.map(({ rule }) => rule).join(' '),
  }),
};

/** Somebody who has no name is told by their id. */
function requesterCells(requester: Requester | undefined): Record<string, string | undefined> {
  if (!requester) return {};
  if (!isFound(requester)) return { requesterReason: requester.reason };
  const { actor, grade } = requester;
  return { requesterName: actor.name ?? actor.id, requesterKind: actor.kind, requesterGrade: grade };
}
