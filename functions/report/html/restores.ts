// functions/report/html/restores.ts: the restores of a project: a table for each cluster that has some.
import { html } from 'hono/html';
import { capitalized } from '../../platform/text.ts';
import type { Annotation, Annotator, Validation } from '../../restore/annotations.ts';
import { namespaceWords, type RestoredCollections } from '../../restore/collections.ts';
import { problemText } from '../../restore/field-reader.ts';
import { SIDES } from '../../restore/objectives/objective.ts';
import { span } from '../../restore/text.ts';
import { annotationInShort, annotatorWords, announcementWords, verdictWords } from '../../views/annotations.ts';
import { DELIVERY_LABEL, statusMark } from '../../views/html/badge.ts';
import { tableHead } from '../../views/html/table.ts';
import { type Html, name, time, visible } from '../../views/html/text.ts';
import { measureWords } from '../../views/measures.ts';
import { effectWords, namespacesShown, targetView } from '../../views/target.ts';
import { counted } from '../../views/text.ts';
import type { ClusterEvidence, ProjectHead, RestoreEvidence } from '../model/report.ts';
import type { Placed } from './clusters.ts';
import { anchorOf, clusterWords, findingItem, proofMark, requesterCell, sub, WHOLE } from './marks.ts';

/** Of characters that every font has. */
const ARROW = '->';

const TITLES = ['Requested', 'From', 'To', 'Requested by', 'Outcome', 'Findings'];

/** A section, which the caller closes. @param count more than none */
export const projectHeading = (
  { projectId, projectName }: ProjectHead,
  count: number,
): Html => html`<section class="long" aria-label="Restores of ${visible(projectName)}"><h2>Restores of ${name(projectName, WHOLE)}</h2>
<p class="soft small">${counted(count, 'restore')} · project <code>${visible(projectId)}</code></p>
`;

export function* clusterRestores({ project, cluster, index }: Placed): Generator<string> {
  const { clusterName, proof, restores } = cluster;
  yield String(html`<div class="far"><h3 id="${anchorOf(project, index)}">${name(clusterName, WHOLE)}</h3>
<p class="small">${proofMark(proof.state)} <span class="soft">${counted(restores.length, 'restore')} · ${clusterWords(cluster)}${
    proof.coveredTo === undefined ? '' : html` · covered to ${time(proof.coveredTo)}`
  }</span></p>
${proof.gaps.length === 0 ? '' : html`<ul class="small">${proof.gaps.map(({ text }) => html`<li>${visible(text)}</li>`)}</ul>`}
<table class="stack restores" role="table"><caption class="hidden">Restores of ${visible(clusterName)}</caption>
${tableHead(TITLES)}<tbody role="rowgroup">
`);
  for (const restore of restores) yield String(restoreRow(project, cluster, restore));
  yield '</tbody></table></div>\n';
}

const restoreRow = (
  project: ProjectHead,
  cluster: ClusterEvidence,
  restore: RestoreEvidence,
): Html => html`<tr role="row">
<th role="rowheader" scope="row">${time(restore.requestedAt)}<span class="sub"><code>${visible(restore.jobId)}</code></span></th>
<td role="cell" data-l="From">${fromCell(restore)}</td><td role="cell" data-l="To">${toCell(project, cluster, restore)}</td>
<td role="cell" data-l="Requested by">${requesterCell(restore.requester)}</td><td role="cell" data-l="Outcome">${outcomeCell(restore)}</td>
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

function toCell(project: ProjectHead, cluster: ClusterEvidence, restore: RestoreEvidence): Html {
  const job = { projectId: project.projectId, clusterName: cluster.clusterName, ...restore };
  const { targetProjectId = '', targetProjectName = targetProjectId, collections } = restore;
  const names = new Map([[targetProjectId, targetProjectName]]);
  const { place, label, clusterName = '?', projectName = '', about } = targetView(job, names);
  return html`${label === undefined ? name(clusterName, WHOLE) : html`<span class="soft">${capitalized(label)}</span>`}${sub(
    place === 'elsewhere' && html`in ${name(projectName, WHOLE)}`,
  )}${sub(about)}${sub(effectWords(job, collections))}${collections ? namespacesOf(collections) : ''}`;
}

function namespacesOf(collections: RestoredCollections): Html {
  const { shown, left, missing } = namespacesShown(collections);
  return html`${shown.map((each) => sub(name(namespaceWords(each, ARROW), WHOLE)))}${sub(
    left > 0 && `and ${left} more: --format json has them`,
  )}${sub(missing)}`;
}

function outcomeCell(restore: RestoreEvidence): Html {
  const {
    status,
    durationSeconds,
    finishedAt,
    vanishedAt,
    errorMessage,
    problems = [],
    validation,
    annotation,
    announcement,
  } = restore;
  const measured = SIDES.map((side) => {
    const measure = restore[side];
    return sub(measure && `${side.toUpperCase()} ${measure.state}: ${measureWords(measure)}`);
  });
  return html`${statusMark(status)}${sub(durationSeconds !== undefined && `took ${span(durationSeconds)}`)}${sub(
    finishedAt && html`ended ${time(finishedAt)}`,
  )}${sub(vanishedAt && html`no longer listed by Atlas since ${time(vanishedAt)}`)}${sub(
    errorMessage && visible(errorMessage),
  )}${measured}${validation ? sub(validationWords(validation)) : ''}${announcement ? sub(capitalized(visible(announcementWords(announcement)))) : ''}${annotation ? sub(annotationWords(annotation)) : ''}${problems.map((problem) => sub(`not understood: ${visible(problemText(problem))}`))}`;
}

const validationWords = (validation: Validation) =>
  html`${capitalized(verdictWords(validation))}${validation.message === undefined ? '' : html`: ${visible(validation.message)}`}, ${signature(validation)}`;

const annotationWords = (annotation: Annotation) =>
  html`${capitalized(visible(annotationInShort(annotation) || 'what was said was taken back'))}, ${signature(annotation)}`;

const signature = ({ by, at }: { by: Annotator; at: string }) =>
  html`said by ${name(annotatorWords(by), WHOLE)}, ${time(at)}`;

const findingsCell = ({ findings }: RestoreEvidence) =>
  findings.length === 0
    ? html`<td role="cell" class="soft void">None</td>`
    : html`<td role="cell" class="all" data-l="Findings"><ul class="findings">${findings.map(findingItem)}</ul></td>`;
