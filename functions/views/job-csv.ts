// functions/views/job-csv.ts: a restore job as a row of CSV, where its requester takes several cells.
import type { JobSummary } from '../ledger/model/ledger.ts';
import { JOB_SUMMARY_FIELDS } from '../ledger/model/table.ts';
import { defined } from '../platform/defined.ts';
import { problemText } from '../restore/field-reader.ts';
import type { Measures } from '../restore/objectives/measure.ts';
import { isFound, type Requester } from '../restore/requesters/requester.ts';
import { MEASURE_COLUMNS, measureCells } from './measures.ts';

const REQUESTER_COLUMNS = ['Kind', 'Name', 'Grade', 'Points', 'Reason'].map((part) => `requester${part}`);

/** The fingerprint is internal to the ledger. */
export const JOB_COLUMNS = [
  ...JOB_SUMMARY_FIELDS.flatMap((name) => {
    if (name === 'fingerprint') return [];
    return name === 'requester' ? REQUESTER_COLUMNS : [name];
  }),
  ...MEASURE_COLUMNS,
];

/** Findings as their rules, joined by a space; JSON says when and why. Problems in a few words each. */
export function jobCells(row: object): Record<string, unknown> {
  const {
    requester,
    findings = [],
    problems = [],
    rto,
    rpo,
    ...job
  } = row as Omit<JobSummary, 'fingerprint'> & Measures;
  return {
    ...job,
    ...requesterCells(requester),
    problems: problems.map(problemText).join('; '),
    findings: findings.map(({ rule }) => rule).join(' '),
    ...measureCells(defined({ rto, rpo })),
  };
}

/** Never a name without its grade. An actor without a name is called by its id. */
function requesterCells(requester: Requester | undefined) {
  if (!isFound(requester)) return { requesterReason: requester?.reason };
  const { actor, grade, points } = requester;
  const requesterName = actor.name ?? actor.id;
  return { requesterKind: actor.kind, requesterName, requesterGrade: grade, requesterPoints: points };
}
