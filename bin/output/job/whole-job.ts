// bin/output/job/whole-job.ts: one restore job with its history.
import type { Change } from '../../../functions/ledger/model/ledger.ts';
import type { Annotation, Annotator, Validation } from '../../../functions/restore/annotations.ts';
import { collectionsOf, namespaceWords } from '../../../functions/restore/collections.ts';
import type { Announcement } from '../../../functions/restore/expected/expected-restore.ts';
import { problemText } from '../../../functions/restore/field-reader.ts';
import type { FieldProblem } from '../../../functions/restore/job.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../../functions/restore/rules/finding.ts';
import { span } from '../../../functions/restore/text.ts';
import {
  annotationOfChange,
  annotatorWords,
  announcementOfChange,
  announcementWords,
  checksInShort,
  checkWords,
  verdictWords,
} from '../../../functions/views/annotations.ts';
import { JOB_COLUMNS, jobCells } from '../../../functions/views/csv/job-csv.ts';
import { measureWords } from '../../../functions/views/measures.ts';
import { destinationWords, effectWords, namespacesShown, targetView } from '../../../functions/views/target.ts';
import { counted, utc } from '../../../functions/views/text.ts';
import type { Context } from '../../process/context.ts';
import { sanitize } from '../../process/sanitize.ts';
import type { Paint, Style } from '../../process/terminal.ts';
import { type ReadableLedger, type WholeJob, withoutFingerprint } from '../../remote/ledger-port.ts';
import { severityStyle } from '../event-lines.ts';
import { fieldLines } from '../field-lines.ts';
import { namesFor, type ProjectNames, styleOf } from '../job-table.ts';
import { shortRequester, wholeRequester } from '../requester-text.ts';
import { type RowChoice, showDocument } from '../rows.ts';

/** With its history; as CSV a row as of `jobs`. */
export async function showWholeJob(
  job: WholeJob,
  ledger: Pick<ReadableLedger, 'projectNames'>,
  choice: RowChoice,
  context: Context,
): Promise<void> {
  const { out } = context;
  const table = async () => {
    const names = await namesFor([job], ledger);
    const findings = timeline('findings', (job.findings ?? []).map(findingEntry), out.paint);
    const history = timeline('history', job.changes.map(changeEntry), out.paint);
    await out.line([fieldsOf(job, names, out.paint), findings, history].filter(Boolean).join('\n\n'));
  };
  await showDocument(withoutFingerprint(job), choice, context, table, { columns: JOB_COLUMNS, cells: jobCells(job) });
}

function fieldsOf(job: WholeJob, names: ProjectNames, paint: Paint): string {
  const { projectName, projectId, durationSeconds, deliveryUrlCount } = job;
  const at = (iso: string | undefined) => (iso === undefined ? undefined : `${utc(iso)} UTC`);
  const fields: Record<string, string | undefined> = {
    job: job.jobId,
    project: projectName === undefined ? projectId : `${projectName} (${projectId})`,
    'AWS account': job.accountId,
    'AWS organization': job.organizationId,
    cluster: job.clusterName,
    kind: job.kind,
    status: `${job.status}${job.sourceStatus === '' ? '' : ` (Atlas: ${job.sourceStatus})`}`,
    delivery: `${job.delivery}${deliveryUrlCount > 0 ? ` (${counted(deliveryUrlCount, 'delivery URL')}, never kept)` : ''}`,
    target: targetField(job, names),
    collections: collectionsField(job),
    requested: at(job.requestedAt),
    'requested by': job.requester && wholeRequester(job.requester),
    finished: at(job.finishedAt),
    took: durationSeconds === undefined ? undefined : span(durationSeconds),
    RTO: job.rto && `${job.rto.state}: ${measureWords(job.rto)}`,
    RPO: job.rpo && `${job.rpo.state}: ${measureWords(job.rpo)}`,
    expires: at(job.expiresAt),
    snapshot: job.snapshotId,
    'snapshot taken': at(job.snapshotAt),
    'point in time': at(job.pointInTime),
    error: job.errorMessage,
    validation: job.validation && validationField(job.validation),
    announced: job.announcement && announcementField(job.announcement),
    ...annotationFields(job.annotation),
    'not understood': job.problems?.map(problemText).join('; '),
    'first seen': at(job.firstSeenAt),
    vanished: job.vanishedAt === undefined ? undefined : `${at(job.vanishedAt)}: Atlas no longer lists it`,
  };
  const plain = Object.entries(fields).map(([name, value]) => [name, value === undefined ? value : sanitize(value)]);
  const text: Record<string, string | undefined> = Object.fromEntries(plain);
  return fieldLines({ ...text, status: paint(styleOf(job.status), text.status ?? '') }, paint);
}

const saidBy = ({ by, at }: { by: Annotator; at: string }) => `said by ${annotatorWords(by)}, ${utc(at)} UTC`;

const validationField = (validation: Validation) =>
  [verdictWords(validation), validation.message, saidBy(validation)].filter(Boolean).join('; ');

const announcementField = (announcement: Announcement) =>
  `${announcementWords(announcement).replace(/^announced /, '')} (${utc(announcement.at)} UTC, ${announcement.expectedRestoreId})`;

function annotationFields(annotation: Annotation | undefined): Record<string, string | undefined> {
  if (!annotation) return {};
  const { purpose, ticket, environment, checks, links } = annotation;
  return {
    ...{ purpose, ticket, environment },
    checks: checks && `${checksInShort(annotation)}: ${checks.map(checkWords).join('; ')}`,
    links: links?.join(' '),
    annotated: saidBy(annotation),
  };
}

function targetField(job: WholeJob, names: ProjectNames): string | undefined {
  const { place, about } = targetView(job, names);
  if (place === 'download') return undefined;
  return `${destinationWords(job, names)}: ${effectWords(job, collectionsOf(job)) ?? about}`;
}

function collectionsField(job: WholeJob): string | undefined {
  const restored = collectionsOf(job);
  if (!restored) return undefined;
  const { shown, left, missing } = namespacesShown(restored);
  const parts = [
    shown.map((namespace) => namespaceWords(namespace)).join(', '),
    left > 0 && `and ${left} more: --json has them`,
    missing,
  ];
  return parts.filter(Boolean).join('; ');
}

type Entry = { at: string; mark: string; style: Style; text: string };

const findingEntry = ({ at, severity, rule, why }: Finding): Entry => ({
  ...{ at, mark: severity, style: severityStyle(severity), text: `${rule}: ${why}` },
});

const changeEntry = (change: Change): Entry => ({
  ...{ at: change.at, mark: change.status, style: styleOf(change.status), text: whatChanged(change) },
});

function timeline(title: string, entries: readonly Entry[], paint: Paint): string {
  if (entries.length === 0) return '';
  const width = Math.max(...entries.map(({ mark }) => mark.length));
  const lines = entries.map(({ at, mark, style, text }) =>
    `${paint('dim', utc(at))}  ${paint(style, mark.padEnd(width))}  ${sanitize(text)}`.trimEnd(),
  );
  return [paint('dim', `${title} (UTC)`), ...lines].join('\n');
}

/** Without the status, which has a column, and Atlas's own word for it. */
function whatChanged(change: Change): string {
  const { revision, fields, atlas = [], repaired, erased } = change;
  const annotation = annotationOfChange(change);
  if (annotation) return `${annotation.words}; said by ${annotatorWords(annotation.by)}`;
  if (erased) return `a name was erased by ${erased.by}: ${erased.reason}`;
  const parts = Object.entries(fields).flatMap(([name, { from, to }]) => {
    if (name === 'status') return [`was ${shown(from)}`];
    if (name === 'sourceStatus') return [];
    if (name === 'vanishedAt') return [to === undefined ? 'listed again' : 'no longer listed by Atlas'];
    if (name === 'requester') return [requesterChange(from, to)];
    if (name === 'findings') return [findingsChange(from, to)];
    if (name === 'announcement') return [announcementOfChange(change) ?? ''];
    if (name === 'problems') return [problemsChange(to)];
    return [from === undefined ? `${name} ${shown(to)}` : `${name} ${shown(from)} → ${shown(to)}`];
  });
  if (repaired) return ['changed by something else, and put back', ...parts].join('; ');
  if (revision === 1) return ['first seen', ...parts].join('; ');
  return parts.length > 0 ? parts.join('; ') : `in Atlas's answer: ${atlas.join(', ')}`;
}

function requesterChange(from: unknown, to: unknown): string {
  const [before, after] = [from, to].map((value) => shortRequester(value as Requester | undefined) || 'nobody');
  return from === undefined ? `requested by ${after}` : `requested by ${before} → ${after}`;
}

/** A history names findings by their rules. */
function findingsChange(from: unknown, to: unknown): string {
  const [before, after] = [rulesOf(from), rulesOf(to)];
  const added = after.filter((rule) => !before.includes(rule)).map((rule) => `+${rule}`);
  const gone = before.filter((rule) => !after.includes(rule)).map((rule) => `-${rule}`);
  return `findings ${[...added, ...gone].join(' ') || 'the same'}`;
}

const problemsChange = (to: unknown) =>
  to ? `not understood: ${(to as FieldProblem[]).map(({ field }) => field).join(', ')}` : 'all understood';

const rulesOf = (findings: unknown): string[] =>
  ((findings ?? []) as (string | Finding)[]).map((each) => (typeof each === 'string' ? each : each.rule));

const shown = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none'));
