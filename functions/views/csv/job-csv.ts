// functions/views/csv/job-csv.ts: a restore job as a row of CSV, where its requester, its annotations and its announcement take several cells.

import type { JobSummary } from '../../ledger/model/ledger.ts';
import { JOB_SUMMARY_FIELDS } from '../../ledger/model/table.ts';
import { defined } from '../../platform/defined.ts';
import type { Annotation, Validation } from '../../restore/annotations.ts';
import type { Announcement } from '../../restore/expected/expected-restore.ts';
import { problemText } from '../../restore/field-reader.ts';
import type { Measures } from '../../restore/objectives/measure.ts';
import { isFound, type Requester } from '../../restore/requesters/requester.ts';
import { annotatorWords, checkWords } from '../annotations.ts';
import { MEASURE_COLUMNS, measureCells } from '../measures.ts';

const REQUESTER_COLUMNS = ['Kind', 'Name', 'Grade', 'Points', 'Reason'].map((part) => `requester${part}`);

const VALIDATION_COLUMNS = ['Status', 'Message', 'By', 'At'].map((part) => `validation${part}`);
const ANNOTATION_COLUMNS = ['purpose', 'ticket', 'environment', 'checks', 'links', 'annotatedBy', 'annotatedAt'];
const ANNOUNCEMENT_COLUMNS = ['ExpectedRestoreId', 'Purpose', 'Ticket', 'By', 'At'].map((part) => `announced${part}`);
const COLUMNS_OF: Partial<Record<string, readonly string[]>> = {
  fingerprint: [],
  requester: REQUESTER_COLUMNS,
  announcement: ANNOUNCEMENT_COLUMNS,
  validation: VALIDATION_COLUMNS,
  annotation: ANNOTATION_COLUMNS,
};

/** The fingerprint is internal to the ledger. */
export const JOB_COLUMNS = [...JOB_SUMMARY_FIELDS.flatMap((name) => COLUMNS_OF[name] ?? [name]), ...MEASURE_COLUMNS];

/** Findings as their rules, joined by a space; JSON says when and why. Problems in a few words each. */
export function jobCells(row: object): Record<string, unknown> {
  const {
    requester,
    validation,
    annotation,
    announcement,
    findings = [],
    problems = [],
    rto,
    rpo,
    ...job
  } = row as Omit<JobSummary, 'fingerprint'> & Measures;
  return {
    ...job,
    ...requesterCells(requester),
    ...validationCells(validation),
    ...annotationCells(annotation),
    ...announcementCells(announcement),
    problems: problems.map(problemText).join('; '),
    findings: findings.map(({ rule }) => rule).join(' '),
    ...measureCells(defined({ rto, rpo })),
  };
}

const validationCells = (validation: Validation | undefined) =>
  validation && {
    validationStatus: validation.status,
    validationMessage: validation.message,
    validationBy: annotatorWords(validation.by),
    validationAt: validation.at,
  };

const annotationCells = (annotation: Annotation | undefined) =>
  annotation && {
    purpose: annotation.purpose,
    ticket: annotation.ticket,
    environment: annotation.environment,
    checks: annotation.checks?.map(checkWords).join('; '),
    links: annotation.links?.join(' '),
    annotatedBy: annotatorWords(annotation.by),
    annotatedAt: annotation.at,
  };

const announcementCells = (announcement: Announcement | undefined) =>
  announcement && {
    announcedExpectedRestoreId: announcement.expectedRestoreId,
    announcedPurpose: announcement.purpose,
    announcedTicket: announcement.ticket,
    announcedBy: annotatorWords(announcement.by),
    announcedAt: announcement.at,
  };

/** Never a name without its grade. An actor without a name is called by its id. */
function requesterCells(requester: Requester | undefined) {
  if (!isFound(requester)) return { requesterReason: requester?.reason };
  const { actor, grade, points } = requester;
  const requesterName = actor.name ?? actor.id;
  return { requesterKind: actor.kind, requesterName, requesterGrade: grade, requesterPoints: points };
}
