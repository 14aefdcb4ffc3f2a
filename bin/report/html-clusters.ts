// bin/report/html-clusters.ts: overview of all clusters: drills first, then coverage, those without restores in a table of their own.
import { html } from 'hono/html';
import { drillMark } from '../../functions/views/html/badge.ts';
import { tableHead } from '../../functions/views/html/table.ts';
import { type Html, name, time } from '../../functions/views/html/text.ts';
import { counted, number } from '../../functions/views/text.ts';
import { anchorOf, clusterWords, missedText, proofMark, spanOrDash, timeOrDash, WHOLE } from './marks.ts';
import type { ClusterEvidence, Evidence, ProjectEvidence } from './report.ts';

type Placed = { project: ProjectEvidence; cluster: ClusterEvidence; index: number };

export function* overviewTables({ projects }: Evidence): Generator<string> {
  const all = projects.flatMap((project) => project.clusters.map((cluster, index) => ({ project, cluster, index })));
  yield String(drills(all));
  const [with_, without] = [all.filter(hasRestores), all.filter((placed) => !hasRestores(placed))];
  yield String(html`<section class="long" aria-labelledby="clusters"><h2 id="clusters">Clusters</h2>`);
  yield* clusterTable(`${counted(with_.length, 'cluster')} with restores in the period`, with_, true);
  yield* clusterTable(`${counted(without.length, 'cluster')} without restores in the period`, without, false);
  yield '</section>\n';
}

const hasRestores = ({ cluster }: Placed) => cluster.restores.length > 0;

function drills(all: readonly Placed[]): Html {
  const expected = all.filter(({ cluster }) => !['none', 'paused', 'backups-off'].includes(cluster.drill.state));
  const late = expected.filter(({ cluster: { drill } }) => drill.state === 'overdue' || drill.missed.length > 0);
  const count = (state: string) => expected.filter(({ cluster }) => cluster.drill.state === state).length;
  const [due, unknown, none] = [count('due'), count('not-covered'), all.length - expected.length];
  const parts = [
    `${counted(count('met'), 'cluster')} met`,
    due > 0 && `${number(due)} with time left`,
    unknown > 0 && `${number(unknown)} unknown`,
    `${number(count('overdue'))} overdue at the end of the period`,
    none > 0 && `${number(none)} not required`,
  ];
  return html`<section class="long" aria-labelledby="drills"><h2 id="drills">Drills</h2>
<p>A backup is shown to work by a restore of it. ${parts.filter(Boolean).join(', ')}.</p>
${late.length === 0 ? html`<p>None was missed in the period.</p>` : html`<table class="stack" role="table"><caption>Missed</caption>${tableHead(['Cluster', 'State', 'Every', 'Last restore', 'Due'])}<tbody role="rowgroup">${late.map(drillRow)}</tbody></table>`}</section>
`;
}

const drillRow = ({ project, cluster }: Placed) => {
  const { drill } = cluster;
  return html`<tr role="row"><th role="rowheader" scope="row">${name(cluster.clusterName, WHOLE)}<span class="sub">${name(project.projectName, WHOLE)}</span></th>
<td role="cell">${drillMark(drill)}${missedText(drill)}</td>
<td role="cell" data-l="Every">${drill.days === undefined ? '–' : counted(drill.days, 'day')}</td>
<td role="cell" data-l="Last restore">${drill.lastCompletedAt === undefined ? 'never, as far as is known' : time(drill.lastCompletedAt)}</td>
<td role="cell" data-l="Due">${timeOrDash(drill.dueAt)}</td></tr>
`;
};

function* clusterTable(caption: string, rows: readonly Placed[], linked: boolean): Generator<string> {
  if (rows.length === 0) return yield String(html`<p class="soft">${caption}.</p>`);
  const beside = ['Last restore', 'Took', 'Snapshot age', 'Drill'];
  const titles = ['Cluster', 'Coverage', 'Covered to', ...(linked ? ['Restores'] : []), ...beside];
  yield String(
    html`<table class="stack${linked ? '' : ' tight'}" role="table"><caption>${caption}</caption>${tableHead(titles)}<tbody role="rowgroup">`,
  );
  for (const placed of rows) yield String(clusterRow(placed, linked));
  yield '</tbody></table>\n';
}

function clusterRow({ project, cluster, index }: Placed, linked: boolean): Html {
  const { clusterName, proof, drill, restores } = cluster;
  const plain = name(clusterName, WHOLE);
  const shown = linked ? html`<a href="#${anchorOf(project, index)}">${plain}</a>` : plain;
  const link = linked ? html`<td role="cell" data-l="Restores">${number(restores.length)}</td>` : '';
  return html`<tr role="row"><th role="rowheader" scope="row">${shown}<span class="sub">${name(project.projectName, WHOLE)} · ${clusterWords(cluster)}</span></th>
<td role="cell">${proofMark(proof.state)}</td>
<td role="cell" data-l="Covered to">${timeOrDash(proof.coveredTo)}</td>${link}
<td role="cell" data-l="Last restore">${timeOrDash(drill.lastCompletedAt)}</td>
<td role="cell" class="nowrap" data-l="Took">${spanOrDash(drill.durationSeconds)}</td>
<td role="cell" class="nowrap" data-l="Snapshot age">${spanOrDash(drill.snapshotAgeSeconds)}</td>
<td role="cell" data-l="Drill">${drillMark(drill)}</td></tr>
`;
}
