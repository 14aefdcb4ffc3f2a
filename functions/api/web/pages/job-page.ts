// functions/api/web/pages/job-page.ts: GET /jobs/:id: one restore and its history.
import { html } from 'hono/html';
import type { Failure } from '../../../ledger/model/coverage.ts';
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import { capitalized } from '../../../platform/text.ts';
import { collectionsOf, type RestoredCollections } from '../../../restore/collections.ts';
import { problemText } from '../../../restore/field-reader.ts';
import { type FieldProblem, isOpen } from '../../../restore/job.ts';
import type { Measures } from '../../../restore/objectives/measure.ts';
import { redactJob } from '../../../restore/redact/redact.ts';
import { DELIVERY_LABEL, KIND_LABEL, mark, measureMark, statusMark } from '../../../views/html/badge.ts';
import {
  agoTime,
  bothTimes,
  copied,
  exactTime,
  type Html,
  name,
  visible,
  visibleJson,
  whole,
} from '../../../views/html/text.ts';
import { took } from '../../../views/status.ts';
import { effectWords, namespacesShown, targetView } from '../../../views/target.ts';
import { number, spanBetween } from '../../../views/text.ts';
import type { ShownForm } from '../annotations/form.ts';
import { annotationsPart } from '../annotations/part.ts';
import { document } from '../html/layout.ts';
import { findingsPart } from '../parts/findings-part.ts';
import { jobsHref } from '../parts/job-filter.ts';
import type { ProjectNames } from '../parts/job-form.ts';
import { clusterLink, projectLink, projectOf } from '../parts/job-table.ts';
import { requesterPart } from '../parts/requester-part.ts';
import { timeline } from '../parts/timeline.ts';

/** Secrets were taken out before the job was stored; they are looked for again, for what an older version may have left. */
export function jobPage(
  job: LedgerJob & Measures,
  names: ProjectNames,
  now: number,
  { eventsUnreadable, form }: { eventsUnreadable?: Failure | undefined; form?: ShownForm | undefined } = {},
): Html {
  const { jobId, clusterName, status, requestedAt, errorMessage, vanishedAt } = job;
  const title = `Restore of ${visible(clusterName).slice(0, 80)}`;
  const body = html`<div class="top job"><h1>Restore of ${name(clusterName, 200)}</h1><p>${statusMark(status)}</p></div>
<p class="soft">Requested ${agoTime(requestedAt, now)}\u00a0· job ${copied(jobId)}\u00a0· <a href="/restore-jobs/${jobId}">JSON</a></p>
${errorMessage === undefined ? '' : html`<div class="note bad">${mark('Atlas says:', 'bad', 'cross')} <bdi>${visible(errorMessage)}</bdi></div>`}
${vanishedAt === undefined ? '' : html`<div class="note">${mark('No longer listed by Atlas', 'wait', 'alert')} since ${exactTime(vanishedAt)}. The ledger keeps what it knew.</div>`}
<section class="card" aria-labelledby="way"><h2 id="way" class="hidden">From where to where</h2><div class="ways"><div><span class="soft small">From</span><strong>${clusterLink(job.projectId, clusterName)}</strong><span class="sub">${projectOf(job, names)}</span></div>
<svg class="arrow" viewBox="0 0 24 24" aria-hidden="true"><path d="M3 12h17m-6-6 6 6-6 6"/></svg>
<div><span class="soft small">To</span>${target(job, names)}</div></div></section>
<div class="two"><div>${findingsPart(job)}<section class="card" aria-labelledby="facts"><div class="head"><h2 id="facts">Facts</h2></div>
<dl class="pairs">${facts(job, now).map(
    ([label, value]) => html`<dt>${label}</dt>
<dd>${value}</dd>`,
  )}</dl></section></div>
<div>${requesterPart(job, now, eventsUnreadable)}${annotationsPart(job, form)}<section class="card" aria-labelledby="history"><div class="head"><h2 id="history">History</h2>
<p class="soft small">Newest last</p></div>
${timeline(job)}</section></div></div>
<section class="card"><details><summary>What Atlas sent</summary>
<p class="soft small">The last answer recorded, without links and without anything that grants access to data.${omitted(job)}</p>
<pre role="region" aria-label="What Atlas sent, as JSON" tabindex="0">${visibleJson(redactJob(job.atlas).atlas)}</pre></details></section>`;
  return document({ title, place: '/', itself: false, followSeconds: followSeconds(job, now), body }, now);
}

/** The collector reads an open job every minute while it is young, and less often afterwards. Nothing for a job that has ended. */
function followSeconds({ status, requestedAt, vanishedAt }: LedgerJob, now: number): number | undefined {
  if (!isOpen(status) || vanishedAt !== undefined) return undefined;
  const isYoung = now - Date.parse(requestedAt) < DAY_MS;
  return status !== 'READY' && isYoung ? 20 : 300;
}
const DAY_MS = 86_400_000;

function target(job: LedgerJob, names: ProjectNames): Html {
  const { place, label, clusterName = '', projectId = '', projectName = '', about } = targetView(job, names);
  const restored = collectionsOf(job);
  const notes = [about, effectWords(job, restored)].filter((note) => note !== undefined);
  return html`<strong>${label === undefined ? (place === 'unknown' ? name(clusterName, 200) : clusterLink(projectId || job.projectId, clusterName)) : capitalized(label)}</strong>
${place === 'elsewhere' ? html`<span class="sub">other project: ${projectLink(projectId, projectName)}\u00a0· <a href="${jobsHref({ targetProjectId: projectId })}">restores into it</a></span>` : ''}
${notes.map((note) => html`<span class="sub">${note}</span>`)}${restored ? collections(restored) : ''}`;
}

/** Characters of each name. */
const MAX_NAMESPACE = 120;

function collections(restored: RestoredCollections): Html {
  const { shown, left, missing } = namespacesShown(restored);
  return html`<ul class="moves">${shown.map(
    ({ source, target: to = source }) =>
      html`<li>${name(source, MAX_NAMESPACE)}${source === to ? '' : html` <span aria-hidden="true">→</span><span class="hidden"> as </span> ${name(to, MAX_NAMESPACE)}`}</li>`,
  )}
${left === 0 ? '' : html`<li class="soft">and ${number(left)} more, in what Atlas sent</li>`}${missing && html`<li class="soft">${missing}</li>`}</ul>`;
}

const NOT_SAID = html`<span class="soft">Atlas did not say</span>`;

function facts(job: LedgerJob & Measures, now: number): [string, Html | string][] {
  const { requestedAt, finishedAt, snapshotAt, snapshotId, pointInTime, expiresAt, status } = job;
  const unsaid = isOpen(status) ? 'Not yet' : NOT_SAID;
  const { time, soFar } = took(job, now) ?? {};
  const age = spanBetween(snapshotAt, requestedAt);
  const back = spanBetween(pointInTime, requestedAt);
  const rows: [string, Html | string | undefined][] = [
    [
      'Status',
      html`${statusMark(status)} <span class="soft">from Atlas’s <code>${visible(job.sourceStatus)}</code></span>`,
    ],
    ['Requested', bothTimes(requestedAt)],
    ['Finished', finishedAt === undefined ? unsaid : bothTimes(finishedAt)],
    ['Took', soFar ? html`${time} <span class="soft">so far</span>` : (time ?? unsaid)],
    ['Recovery time objective', job.rto && measureMark(job.rto)],
    ['Recovery point objective', job.rpo && measureMark(job.rpo)],
    ['Delivery', DELIVERY_LABEL[job.delivery] ?? visible(job.delivery)],
    ['Kind', KIND_LABEL[job.kind] ?? visible(job.kind)],
    [
      'Snapshot taken',
      snapshotAt &&
        html`${bothTimes(snapshotAt)}${age === undefined ? '' : html`<span class="sub">${whole(age)} old when the restore was requested</span>`}`,
    ],
    ['Snapshot', snapshotId && html`<a href="${jobsHref({ snapshotId })}">${copied(snapshotId)}</a>`],
    [
      'Back to',
      pointInTime &&
        html`${bothTimes(pointInTime)}${back === undefined ? '' : html`<span class="sub">${whole(back)} before the request</span>`}`,
    ],
    ['Download expires', expiresAt && bothTimes(expiresAt)],
    ['Not understood', job.problems && notUnderstood(job.problems)],
    [
      'Download links',
      job.deliveryUrlCount > 0
        ? html`${number(job.deliveryUrlCount)} <span class="soft">not kept here: who has one has the data</span>`
        : undefined,
    ],
    ['First seen', html`${bothTimes(job.firstSeenAt)}${run(job.changes[0]?.runId)}`],
    ['Last change', job.revision > 1 ? bothTimes(job.changedAt) : undefined],
    ['Project', copied(job.projectId)],
    [
      'AWS account',
      job.accountId &&
        html`<a href="${jobsHref({ accountId: job.accountId })}"><code>${visible(job.accountId)}</code></a>${job.organizationId ? html`<span class="sub">organization <code>${visible(job.organizationId)}</code></span>` : ''}`,
    ],
    ['Cluster id', job.clusterId && copied(job.clusterId)],
  ];
  return rows.flatMap(([label, value]) => (value ? [[label, value]] : []));
}

const notUnderstood = (problems: readonly FieldProblem[]) =>
  html`${problems.map((problem) => html`<span class="sub">${visible(problemText(problem))}</span>`)}`;

const run = (runId: string | undefined) =>
  runId === undefined
    ? ''
    : html`<span class="sub">by run <a href="/runs/${encodeURIComponent(runId)}"><code>${visible(runId)}</code></a></span>`;

function omitted({ atlasOmitted = {} }: LedgerJob): string {
  const names = Object.keys(atlasOmitted);
  return names.length === 0 ? '' : ` Left out, since too large: ${names.map(visible).join(', ')}.`;
}
