// functions/events/messages/job-message.ts: the message about a restore job: what was found, who requested it, from where to where.
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import { capitalized } from '../../platform/text.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { span } from '../../restore/text.ts';
import { findingName, worstOf } from '../../views/findings.ts';
import { statusWords } from '../../views/status.ts';
import { targetView } from '../../views/target.ts';
import { listed } from '../../views/text.ts';
import { requesterText } from '../from/requester-text.ts';
import { singleLine, utc } from '../from/single-line.ts';
import type { Message } from './message.ts';
import { subjectOf } from './subject.ts';
import { findingTopic, knowledgeOf, revisionTopic, type Told } from './told.ts';

const MAX_REASON = 300;
/** Of these, a message names the first. */
const MAX_NAMED = 6;

export interface About {
  job: LedgerJob;
  /** Names of projects by id, as far as they are known. */
  names: ReadonlyMap<string, string>;
  /** Address of the job's page. */
  link: string | undefined;
}

/** @param owed what it tells, at least one */
export function newsMessage({ owed }: Pick<Told, 'owed'>, about: About): Message {
  const { job } = about;
  const found = (job.findings ?? []).filter((finding) => owed.includes(findingTopic(finding)));
  const changes = job.changes.filter(({ revision }) => owed.includes(revisionTopic(revision)));
  const words = [
    ...found.map(({ rule }) => singleLine(rule)),
    ...(changes.length > 0 ? [statusWords(job.status)] : []),
  ];
  const title = `${placeOf(about)}: ${listed(words.slice(0, MAX_NAMED), words.length)}`;
  const isEarly = knowledgeOf(job.requester) === 'pending';
  return {
    subject: subjectOf(worstOf(found) ?? 'info', title),
    text: paragraphs([title], found.map(reasonOf), [
      `${capitalized(requesterLine(job))}${isEarly ? '; another message will say' : ''}.`,
      ...facts(about),
    ]),
  };
}

/** Who it was, after a message that could not say so. */
export function requesterMessage({ told, first }: Pick<Told, 'told' | 'first'>, about: About): Message {
  const { job } = about;
  const found = (job.findings ?? []).filter((finding) => told.includes(findingTopic(finding)));
  const title = `${placeOf(about)}: ${requesterLine(job)}`;
  const before = first === undefined ? [] : [`This follows the message "${first.subject}" of ${utc(first.at)}.`];
  return { subject: subjectOf(worstOf(found) ?? 'info', title), text: paragraphs([title], before, facts(about)) };
}

const paragraphs = (...all: readonly string[][]) =>
  all
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');

const reasonOf = (finding: Finding) => `${singleLine(findingName(finding))}: ${singleLine(finding.why, MAX_REASON)}`;

const requesterLine = (job: LedgerJob) => requesterText(job) ?? 'requester not known yet';

function facts(about: About): string[] {
  const { job, link } = about;
  const { delivery, durationSeconds, status, kind, requestedAt, jobId } = job;
  const after = durationSeconds === undefined ? '' : ` after ${span(durationSeconds)}`;
  return [
    `From: ${placeOf(about)} (project ${singleLine(job.projectId)})`,
    `To: ${targetOf(about)}`,
    `Restore: ${kind === 'collection' ? 'collections, ' : ''}${singleLine(delivery)}, ${singleLine(statusWords(status))}${after}`,
    `Requested at: ${utc(requestedAt)}`,
    `Job: ${singleLine(jobId)}`,
    ...(link === undefined ? [] : [link]),
  ];
}

const placeOf = ({ job, names }: About) =>
  `${singleLine(job.projectName ?? names.get(job.projectId) ?? job.projectId)}/${singleLine(job.clusterName)}`;

function targetOf({ job, names }: About): string {
  const { place, clusterName = '?', projectId, about = '' } = targetView(job, names);
  if (place === 'download') return 'a download';
  if (place === 'itself') return 'the same cluster';
  if (place === 'unknown') return about;
  if (projectId === undefined || projectId === job.projectId) return `${singleLine(clusterName)} in the same project`;
  const name = names.get(projectId);
  return name === undefined
    ? `${singleLine(clusterName)} in project ${singleLine(projectId)}, whose name is not known`
    : `${singleLine(name)}/${singleLine(clusterName)} (project ${singleLine(projectId)})`;
}
