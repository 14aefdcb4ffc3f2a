// test/ledger/annotations/annotators.ts: people who annotate jobs.
import { annotateJob } from '../../../functions/ledger/annotations/annotate.ts';
import type { AnnotationPatch } from '../../../functions/ledger/annotations/patch.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import type { Table } from '../../../functions/ledger/table/table-port.ts';
import type { Annotator } from '../../../functions/restore/annotations.ts';
import { PROJECT, RUN } from '../jobs.ts';

export const ADA: Annotator = { kind: 'iam', name: 'arn:aws:sts::123456789012:assumed-role/dba/ada@example.com' };
export const BO: Annotator = { kind: 'user', name: 'bo@laptop', selfDeclared: true };

export const signedBy = (by: Annotator, minute = 30) => ({
  by,
  at: new Date(Date.parse('2026-11-20T11:00:00Z') + minute * 60_000).toISOString(),
  runId: RUN,
});

export const annotate = (
  table: Table,
  jobId: string,
  patch: AnnotationPatch,
  by = ADA,
  isExpected?: (job: LedgerJob) => boolean,
) => annotateJob(table, { projectId: PROJECT, jobId }, patch, signedBy(by), isExpected);
