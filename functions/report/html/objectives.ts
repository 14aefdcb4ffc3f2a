// functions/report/html/objectives.ts: clusters with recovery objectives, and how their restores compare.
import { html } from 'hono/html';
import { SIDES, type Side } from '../../restore/objectives/objective.ts';
import { span } from '../../restore/text.ts';
import { tableHead } from '../../views/html/table.ts';
import { type Html, name, visible } from '../../views/html/text.ts';
import { counted, number } from '../../views/text.ts';
import type { SideEvidence } from '../model/recovery.ts';
import type { ClusterEvidence, EvidenceHead } from '../model/report.ts';
import type { Spool } from '../spool/spool.ts';
import type { Placed } from './clusters.ts';
import { sub, WHOLE } from './marks.ts';

export const hasObjective = ({ recovery }: ClusterEvidence): boolean => recovery.objective !== undefined;

const NAMES: Record<Side, string> = { rto: 'Recovery time (RTO)', rpo: 'Recovery point (RPO)' };

/** @param rows where there are some */
export async function* objectivesSection({ numbers, objectives }: EvidenceHead, rows: Spool): AsyncGenerator<string> {
  const { clusters, ...sides } = numbers.objectives;
  yield '<section class="long" aria-labelledby="objectives"><h2 id="objectives">Objectives</h2>\n';
  if (objectives.length === 0) {
    yield '<p>This report was made without recovery objectives.</p></section>\n';
    return;
  }
  const said = SIDES.map((side) => `${NAMES[side]}: ${countsOf(sides[side])}`).join('. ');
  yield String(html`<p>${counted(clusters, 'cluster')} with objectives. ${said}.</p>
<p class="soft small">The recovery time is from the request to the finish of a restore, not until an application is back. The recovery
point is how old the restored data was when the restore was requested. Restores that did not succeed, or of which Atlas does not say
enough, are not known.</p>
`);
  if (clusters > 0) {
    const titles = ['Cluster', NAMES.rto, NAMES.rpo];
    yield `<table class="stack" role="table"><caption>By cluster</caption>${tableHead(titles)}<tbody role="rowgroup">`;
    yield* rows.read();
    yield '</tbody></table>';
  }
  yield '</section>\n';
}

export function objectiveRow({ project, cluster: { clusterName, recovery } }: Placed): Html {
  const { line = '' } = recovery.objective ?? {};
  return html`<tr role="row"><th role="rowheader" scope="row">${name(clusterName, WHOLE)}<span class="sub">${name(project.projectName, WHOLE)}</span>${sub(html`<code>${visible(line)}</code>`)}</th>
${SIDES.map((side) => sideCell(side, recovery[side], recovery.objective?.[`${side}Seconds`]))}</tr>
`;
}

function sideCell(side: Side, of: SideEvidence, objectiveSeconds: number | undefined): Html {
  const { p50Seconds, p95Seconds, trend } = of;
  const most = p95Seconds === undefined ? '' : `, 95 % within ${span(p95Seconds)}`;
  const usual = p50Seconds !== undefined && `median ${span(p50Seconds)}${most}`;
  const halves =
    trend && `median of the first half ${span(trend.firstHalfSeconds)}, of the second ${span(trend.secondHalfSeconds)}`;
  const counts = objectiveSeconds === undefined ? 'No objective' : `${span(objectiveSeconds)}: ${countsOf(of)}`;
  return html`<td role="cell" class="all" data-l="${NAMES[side]}">${counts}${sub(usual)}${sub(halves)}</td>
`;
}

const countsOf = ({ met, missed, notKnown }: Pick<SideEvidence, 'met' | 'missed' | 'notKnown'>) =>
  `${number(met)} met, ${number(missed)} missed, ${number(notKnown)} not known`;
