// functions/events/from/job-text.ts: what became of a restore job, in a few lines of plain text.
import type { Change, JobSummary } from '../../ledger/model/ledger.ts';
import { capitalized, sentence } from '../../platform/text.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { span } from '../../restore/text.ts';
import { annotationOfChange, annotatorWords, announcementOfChange } from '../../views/annotations.ts';
import { findingName } from '../../views/findings.ts';
import { statusWords } from '../../views/status.ts';
import { targetView } from '../../views/target.ts';
import { listed } from '../../views/text.ts';
import { requesterText } from './requester-text.ts';
import { singleLine, utc } from './single-line.ts';

const MAX_REASON = 300;
/** An ARN. */
const MAX_ANNOTATOR = 200;
const MAX_FIELDS = 6;

export function changeMessage(job: JobSummary, change: Change): string {
  const { errorMessage, findings = [] } = job;
  const failed = change.status === 'FAILED' && (change.fields.status !== undefined || change.revision === 1);
  return lines(
    sentence(`${placeOf(job)}: ${restoreOf(job, change.status)}`),
    change.revision > 1 && change.fields.status === undefined && whatElse(change),
    failed && errorMessage !== undefined && sentence(singleLine(errorMessage, MAX_REASON)),
    `${findings.length > 0 && change.fields.findings ? `Findings: ${rulesOf(findings)}. ` : ''}${jobLine(job)}`,
  );
}

export function findingMessage(job: JobSummary, finding: Finding): string {
  const restore = restoreOf(job, job.status);
  return lines(
    sentence(`${placeOf(job)}: ${singleLine(findingName(finding))}: ${singleLine(finding.why, MAX_REASON)}`),
    `${capitalized(restore)}.`,
    jobLine(job),
  );
}

const lines = (...parts: (string | false)[]) => parts.filter((part) => part !== false).join('\n');

const projectOf = ({ projectId, projectName = projectId }: JobSummary) => singleLine(projectName);
const placeOf = (job: JobSummary) => `${projectOf(job)}/${singleLine(job.clusterName)}`;

/** `restore FAILED after 12 min (automated, to staging-eu/Cluster1), requested by ci-bot (exact)` */
function restoreOf(job: JobSummary, status: JobSummary['status']): string {
  const { kind, delivery, durationSeconds } = job;
  const { place, clusterName = '?', projectId, about } = targetView(job, new Map());
  const isDownload = place === 'download';
  const what = isDownload ? 'download' : kind === 'collection' ? 'collection restore' : 'restore';
  const after = durationSeconds === undefined ? '' : ` after ${span(durationSeconds)}`;
  // Atlas names the project of a target by its id only.
  const project = projectId === undefined ? projectOf(job) : `project ${singleLine(projectId)}`;
  const where = place === 'unknown' ? about : `to ${project}/${singleLine(clusterName)}`;
  const how = isDownload ? '' : ` (${singleLine(delivery)}, ${where})`;
  const who = requesterText(job);
  return `${what} ${singleLine(statusWords(status))}${after}${how}${who === undefined ? '' : `, ${who}`}`;
}

function whatElse(change: Change): string {
  const { fields, atlas = [] } = change;
  const annotation = annotationOfChange(change);
  if (annotation)
    return `Annotated by ${singleLine(annotatorWords(annotation.by), MAX_ANNOTATOR)}: ${sentence(singleLine(annotation.words, MAX_REASON))}`;
  if (fields.vanishedAt)
    return `Atlas ${fields.vanishedAt.to === undefined ? 'lists it again' : 'no longer lists it'}.`;
  const announcement = announcementOfChange(change);
  if (announcement !== undefined) return sentence(capitalized(singleLine(announcement, MAX_REASON)));
  const names = Object.keys(fields);
  const changed = (names.length > 0 ? names : atlas).map((name) => singleLine(name));
  return `Changed: ${listed(changed.slice(0, MAX_FIELDS), changed.length)}.`;
}

function rulesOf(findings: readonly Finding[]): string {
  const words = findings.map((finding) => singleLine(findingName(finding)));
  return listed(words.slice(0, MAX_FIELDS), words.length);
}

const jobLine = ({ jobId, requestedAt }: JobSummary) => `Job ${singleLine(jobId)}, requested ${utc(requestedAt)}.`;
