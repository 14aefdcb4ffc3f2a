// bin/commands/evidence/html-restores.ts is every restore of a project: a table for each cluster that has some.
import { html } from 'hono/html';
import { DELIVERY_LABEL, statusMark } from '../../../functions/api/page/status.ts';
import { counted, type Html, name, span, time, visible } from '../../../functions/api/page/text.ts';
import { problemText } from '../../../functions/restore/fields.ts';
import { isUnderstood } from '../../../functions/restore/understood.ts';
import { anchorOf, clusterWords, findingItem, proofMark, requesterCell, WHOLE } from './marks.ts';
import type { ClusterEvidence, ProjectEvidence, RestoreEvidence } from './report.ts';

const TITLES = ['Requested', 'From', 'To', 'Asked for by', 'Outcome', 'Findings'];

export function* projectRestores(project: ProjectEvidence): Generator<string> {
  const count = project.clusters.reduce((sum, { restores }) => sum + restores.length, 0);
  if (count === 0) return;
  yield String(html`<section class="long" aria-label="Restores of ${visible(project.projectName)}"><h2>Restores of ${name(project.projectName, WHOLE)}</h2>
<p class="soft small">${counted(count, 'restore')} · project <code>${visible(project.projectId)}</code></p>
`);
  for (const [index, cluster] of project.clusters.entries()) {
    if (cluster.restores.length > 0) yield* clusterRestores(project, cluster, index);
  }
  yield '</section>\n';
}

function* clusterRestores(project: ProjectEvidence, cluster: ClusterEvidence, index: number): Generator<string> {
  const { clusterName, proof, restores } = cluster;
  yield String(html`<div class="far"><h3 id="${anchorOf(project, index)}">${name(clusterName, WHOLE)}</h3>
<p class="small">${proofMark(proof.state)} <span class="soft">${counted(restores.length, 'restore')} · ${clusterWords(cluster)}${
    proof.coveredTo === undefined ? '' : html` · covered to ${time(proof.coveredTo)}`
  }</span></p>
${proof.gaps.length === 0 ? '' : html`<ul class="small">${proof.gaps.map(({ text }) => html`<li>${visible(text)}</li>`)}</ul>`}
<table class="stack restores" role="table"><caption class="hidden">Restores of ${visible(clusterName)}</caption>
<thead role="rowgroup"><tr role="row">${TITLES.map((title) => html`<th role="columnheader" scope="col">${title}</th>`)}</tr></thead><tbody role="rowgroup">
`);
  for (const restore of restores) yield String(restoreRow(project, cluster, restore));
  yield '</tbody></table></div>\n';
}

const restoreRow = (
  project: ProjectEvidence,
  cluster: ClusterEvidence,
  restore: RestoreEvidence,
): Html => html`<tr role="row">
<th role="rowheader" scope="row">${time(restore.requestedAt)}<span class="sub"><code>${visible(restore.jobId)}</code></span></th>
<td role="cell" data-l="From">${fromCell(restore)}</td><td role="cell" data-l="To">${toCell(project, cluster, restore)}</td>
<td role="cell" data-l="Asked for by">${requesterCell(restore.requester)}</td><td role="cell" data-l="Outcome">${outcomeCell(restore)}</td>
${findingsCell(restore)}</tr>
`;

function fromCell({ kind, delivery, snapshotAt, pointInTime, snapshotId }: RestoreEvidence): Html {
  const what = `${visible(kind)}, ${(DELIVERY_LABEL[delivery] ?? visible(delivery)).toLowerCase()}`;
  if (pointInTime !== undefined) return html`Point in time ${time(pointInTime)}<span class="sub">${what}</span>`;
  const snapshot =
    snapshotAt === undefined
      ? html`Snapshot <code>${visible(snapshotId ?? 'unknown')}</code>`
      : html`Snapshot of ${time(snapshotAt)}`;
  return html`${snapshot}<span class="sub">${what}</span>`;
}

function toCell({ projectId }: ProjectEvidence, { clusterName }: ClusterEvidence, restore: RestoreEvidence): Html {
  const { targetProjectId, targetProjectName, targetClusterName: target, delivery } = restore;
  if (!isUnderstood(restore, 'targetProjectId', 'targetClusterName'))
    return html`<span class="soft">Not understood</span>`;
  if (target === undefined && targetProjectId === undefined) {
    return html`<span class="soft">${delivery === 'download' ? 'Download' : 'Not named'}</span>`;
  }
  const elsewhere = targetProjectId !== undefined && targetProjectId !== projectId;
  if (!elsewhere && target === clusterName) return html`Itself`;
  const where = elsewhere
    ? html`<span class="sub">in ${name(targetProjectName ?? targetProjectId ?? '', WHOLE)}</span>`
    : '';
  return html`${target === undefined ? '?' : name(target, WHOLE)}${where}`;
}

function outcomeCell(restore: RestoreEvidence): Html {
  const { status, durationSeconds, finishedAt, vanishedAt, errorMessage, problems = [] } = restore;
  const took = durationSeconds === undefined ? '' : html`<span class="sub">took ${span(durationSeconds)}</span>`;
  const ended = finishedAt === undefined ? '' : html`<span class="sub">ended ${time(finishedAt)}</span>`;
  const gone =
    vanishedAt === undefined ? '' : html`<span class="sub">no longer listed by Atlas since ${time(vanishedAt)}</span>`;
  const error = errorMessage === undefined ? '' : html`<span class="sub">${visible(errorMessage)}</span>`;
  const odd = problems.map(
    (problem) => html`<span class="sub">not understood: ${visible(problemText(problem))}</span>`,
  );
  return html`${statusMark(status)}${took}${ended}${gone}${error}${odd}`;
}

const findingsCell = ({ findings }: RestoreEvidence) =>
  findings.length === 0
    ? html`<td role="cell" class="soft void">None</td>`
    : html`<td role="cell" class="all" data-l="Findings"><ul class="findings">${findings.map(findingItem)}</ul></td>`;
