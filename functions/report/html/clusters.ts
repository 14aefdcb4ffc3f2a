// functions/report/html/clusters.ts: overview of all clusters: drills first, then coverage, those without restores in a table of their own.
import { html } from 'hono/html';
import { EXPECTED_DRILLS } from '../../views/coverage-totals.ts';
import { fallWords, gradeWords } from '../../views/drill-text.ts';
import { drillMark } from '../../views/html/badge.ts';
import { tableHead } from '../../views/html/table.ts';
import { type Html, name, time } from '../../views/html/text.ts';
import { counted, number } from '../../views/text.ts';
import type { ClusterEvidence, Numbers, ProjectHead } from '../model/report.ts';
import { unknownOf } from '../model/words.ts';
import type { Spool } from '../spool/spool.ts';
import { anchorOf, clusterWords, missedText, proofMark, spanOrDash, sub, timeOrDash, WHOLE } from './marks.ts';

/** A cluster, and where it stands among those of its project. */
export interface Placed {
  project: ProjectHead;
  cluster: ClusterEvidence;
  index: number;
}

/** It was overdue in the period, also where it is gone since, or is. */
export const isLate = ({ drill }: ClusterEvidence): boolean => drill.state === 'overdue' || drill.missed.length > 0;

/** @param late the rows of those that are late, where there are some */
export async function* drillsSection({ drills, clusters }: Numbers, late: Spool | undefined): AsyncGenerator<string> {
  const expected = EXPECTED_DRILLS.reduce((sum, state) => sum + drills[state], 0);
  const none = clusters - expected;
  const parts = [
    `${counted(drills.met, 'cluster')} met`,
    drills.proven > 0 && `${number(drills.proven)} proven`,
    drills['not-proven'] > 0 && `${number(drills['not-proven'])} restored, but not proven`,
    drills.due > 0 && `${number(drills.due)} with time left`,
    unknownOf(drills) > 0 && `${number(unknownOf(drills))} unknown`,
    `${number(drills.overdue)} overdue at the end of the period`,
    none > 0 && `${number(none)} not required`,
  ];
  yield String(html`<section class="long" aria-labelledby="drills"><h2 id="drills">Drills</h2>
<p>A backup is shown to work by a restore of it. ${parts.filter(Boolean).join(', ')}.</p>
`);
  if (late) {
    const titles = tableHead(['Cluster', 'State', 'Every', 'Last restore', 'Due']);
    yield `<table class="stack" role="table"><caption>Missed</caption>${titles}<tbody role="rowgroup">`;
    yield* late.read();
    yield '</tbody></table>';
  } else yield '<p>None is known to have been missed in the period.</p>';
  yield '</section>\n';
}

export const lateRow = ({ project, cluster }: Placed): Html => {
  const { drill } = cluster;
  return html`<tr role="row"><th role="rowheader" scope="row">${name(cluster.clusterName, WHOLE)}<span class="sub">${name(project.projectName, WHOLE)}</span></th>
<td role="cell">${drillMark(drill)}${missedText(drill)}</td>
<td role="cell" data-l="Every">${drill.days === undefined ? '–' : counted(drill.days, 'day')}</td>
<td role="cell" data-l="Last restore">${drill.lastCompletedAt === undefined ? 'never, as far as is known' : time(drill.lastCompletedAt)}</td>
<td role="cell" data-l="Due">${timeOrDash(drill.dueAt)}</td></tr>
`;
};

/** @param rows of those with restores, which are linked to them, and of those without */
export async function* clustersSection(
  { clusters, clustersWithRestores }: Numbers,
  rows: { with: Spool; without: Spool },
): AsyncGenerator<string> {
  const without = clusters - clustersWithRestores;
  yield '<section class="long" aria-labelledby="clusters"><h2 id="clusters">Clusters</h2>';
  const [having, lacking] = [counted(clustersWithRestores, 'cluster'), counted(without, 'cluster')];
  if (clustersWithRestores === 0) yield `<p class="soft">${having} with restores in the period.</p>`;
  else yield* clusterTable(`${having} with restores in the period`, rows.with, true);
  if (without === 0) yield `<p class="soft">${lacking} without restores in the period.</p>`;
  else yield* clusterTable(`${lacking} without restores in the period`, rows.without, false);
  yield '</section>\n';
}

async function* clusterTable(caption: string, rows: Spool, linked: boolean): AsyncGenerator<string> {
  const beside = ['Last restore', 'Took', 'Snapshot age', 'Drill', 'Evidence'];
  const titles = ['Cluster', 'Coverage', 'Covered to', ...(linked ? ['Restores'] : []), ...beside];
  const style = `stack${linked ? '' : ' tight'}`;
  yield `<table class="${style}" role="table"><caption>${caption}</caption>${tableHead(titles)}<tbody role="rowgroup">`;
  yield* rows.read();
  yield '</tbody></table>\n';
}

export function clusterRow({ project, cluster, index }: Placed): Html {
  const { clusterName, proof, drill, evidence, restores } = cluster;
  const linked = restores.length > 0;
  const plain = name(clusterName, WHOLE);
  const shown = linked ? html`<a href="#${anchorOf(project, index)}">${plain}</a>` : plain;
  const link = linked ? html`<td role="cell" data-l="Restores">${number(restores.length)}</td>` : '';
  return html`<tr role="row"><th role="rowheader" scope="row">${shown}<span class="sub">${name(project.projectName, WHOLE)} · ${clusterWords(cluster)}</span></th>
<td role="cell">${proofMark(proof.state)}</td>
<td role="cell" data-l="Covered to">${timeOrDash(proof.coveredTo)}</td>${link}
<td role="cell" data-l="Last restore">${timeOrDash(drill.lastCompletedAt)}</td>
<td role="cell" class="nowrap" data-l="Took">${spanOrDash(drill.durationSeconds)}</td>
<td role="cell" class="nowrap" data-l="Snapshot age">${spanOrDash(drill.snapshotAgeSeconds)}</td>
<td role="cell" data-l="Drill">${drillMark(drill)}${sub(drill.provenAt !== undefined && html`proven by the restore of ${time(drill.provenAt)}`)}</td>
<td role="cell" data-l="Evidence">${evidence ? gradeWords(evidence) : '–'}${sub(evidence && fallWords(evidence))}</td></tr>
`;
}
