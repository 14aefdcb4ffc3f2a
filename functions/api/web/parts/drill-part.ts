// functions/api/web/parts/drill-part.ts: which clusters were restored lately enough to trust their backups, and which were not.
import { html } from 'hono/html';
import type { Measure } from '../../../restore/objectives/measure.ts';
import { span } from '../../../restore/text.ts';
import type { DrillRow } from '../../../views/coverage.ts';
import { EXPECTED_DRILLS } from '../../../views/coverage-totals.ts';
import { fallWords, gradeWords, missingWords } from '../../../views/drill-text.ts';
import { drillMark, mark, measureBeside } from '../../../views/html/badge.ts';
import { tableHead } from '../../../views/html/table.ts';
import { agoTime, day, type Html, name } from '../../../views/html/text.ts';
import { jobHref } from '../../../views/paths.ts';
import { counted, number } from '../../../views/text.ts';
import type { ClusterHealth } from './coverage-health.ts';
import { clusterLink } from './job-table.ts';

/** Rows of those that are overdue. */
const MAX_OVERDUE = 200;

export interface Drills {
  /** Overdue the longest first. */
  overdue: ClusterHealth[];
  /** Clusters of which a restore is expected. */
  expected: number;
  /** Of these: the time has passed, or never began, and there may be restores that nobody knows of. */
  notCovered: number;
  /** Clusters that Atlas makes no backups of. */
  backupsOff: number;
}

export function drillsOf(clusters: readonly ClusterHealth[]): Drills {
  const isIn =
    (...states: readonly DrillRow['state'][]) =>
    ({ drill }: ClusterHealth) =>
      drill !== undefined && states.includes(drill.state);
  const overdue = clusters.filter(isIn('overdue'));
  return {
    overdue: overdue.toSorted((a, b) => (dueAt(a) < dueAt(b) ? -1 : 1)),
    expected: clusters.filter(isIn(...EXPECTED_DRILLS)).length,
    notCovered: clusters.filter(isIn('not-covered')).length,
    backupsOff: clusters.filter(isIn('backups-off')).length,
  };
}

const dueAt = ({ drill }: ClusterHealth) => drill?.dueAt ?? '';

/** Nothing where no restore is expected of any cluster. */
export function drillPart({ overdue, expected, notCovered, backupsOff }: Drills, now: number): Html | '' {
  if (expected + backupsOff === 0) return '';
  const late = overdue.length;
  const some = late === 0 ? 'None' : late === expected ? 'All' : number(late);
  const known = notCovered === 0 ? '' : ' known to be';
  return html`<section class="card" id="drills" aria-labelledby="drills-title"><div class="head"><h2 id="drills-title">${some} of ${counted(expected, 'restore drill')}${known} overdue</h2>
<p class="soft small">A backup is known to work once it has been restored</p></div>
${notCovered === 0 ? '' : html`<p class="note">For ${counted(notCovered, 'cluster')} it is not known whether the drill is overdue: not every restore up to the due date is on record.</p>`}
${backupsOff === 0 ? '' : html`<p class="note">Atlas makes no backups of ${counted(backupsOff, 'cluster')}: nothing can be restored.</p>`}
${late === 0 ? html`<p class="soft">${notCovered === 0 ? 'Every cluster' : 'Every other cluster'} of which a restore is expected was restored in time, as its drill needs it, or has time left.</p>` : overdueTable(overdue, now)}</section>`;
}

const COLUMNS = ['Cluster', 'Overdue since (UTC)', ['Last restore', 'gap'], 'Took', 'Snapshot age'] as const;

const overdueTable = (rows: readonly ClusterHealth[], now: number) =>
  html`<table class="stack" role="table"><caption class="hidden">Clusters whose restore drill is overdue, the longest first</caption>
${tableHead(COLUMNS)}<tbody role="rowgroup">
${rows.slice(0, MAX_OVERDUE).map((row) => overdueRow(row, now))}</tbody></table>
${rows.length > MAX_OVERDUE ? html`<p class="soft">And ${number(rows.length - MAX_OVERDUE)} more: <a href="/coverage?drill=overdue&amp;format=ndjson">GET /coverage</a> has them all.</p>` : ''}`;

function overdueRow(row: ClusterHealth, now: number): Html {
  const { projectId, projectName, clusterName = '', drill } = row;
  return html`<tr role="row"><th role="rowheader" scope="row">${clusterLink(projectId, clusterName)}<span class="sub">${name(projectName)}</span></th>
<td role="cell" class="end">${mark(day(drill?.dueAt ?? ''), 'wait', 'alert')}${within(drill)}${missingSub(drill)}</td>
${lastRestoreCells(row, now)}</tr>
`;
}

const within = (drill: DrillRow | undefined) =>
  drill?.days === undefined ? '' : html`<span class="sub">expected within ${counted(drill.days, 'day')}</span>`;

/** When a cluster was restored last, how long that took, and how old the snapshot was. */
export function lastRestoreCells({ drill, evidence }: ClusterHealth, now: number): Html {
  const { last, durationSeconds, snapshotAgeSeconds } = drill ?? {};
  const when = last && html`<a class="plainlink" href="${jobHref(last.jobId)}">${agoTime(last.finishedAt, now)}</a>`;
  const never = evidence?.grade === 'never' ? html`<span class="soft">never</span>` : undefined;
  return html`${cell('Last restore', when ?? never, ' gap')}
${measuredCell('Took', durationSeconds, drill?.rto)}
${measuredCell('Snapshot age', snapshotAgeSeconds, drill?.rpo)}`;
}

/** A mark where there is an objective: the age of a point in time is not its snapshot's. */
const measuredCell = (label: string, seconds: number | undefined, measure: Measure | undefined) => {
  const plain = seconds === undefined ? undefined : span(seconds);
  return cell(
    label,
    measure ? html`${plain}<span class="sub measure">${measureBeside(measure, seconds)}</span>` : plain,
  );
};

const cell = (label: string, value: Html | string | undefined, look = '') =>
  html`<td role="cell" class="nowrap third${look}${value === undefined ? ' void' : ''}" data-l="${label}">${value ?? html`<span class="soft">–</span>`}</td>`;

/** When a cluster has to be restored again. */
export function dueCell(drill: DrillRow | undefined): Html {
  if (drill?.dueAt === undefined) {
    return html`<td role="cell" class="third void" data-l="Drill due"><span class="soft">–</span></td>`;
  }
  const isMarked = MARKED.includes(drill.state);
  const [due, about] = isMarked
    ? [drillMark(drill), day(drill.dueAt)]
    : [day(drill.dueAt), `every ${counted(drill.days ?? 0, 'day')}`];
  return html`<td role="cell" class="third" data-l="Drill due">${due}<span class="sub">${about}</span>${missingSub(drill)}</td>`;
}

/** More than a date is to be said of these. */
const MARKED: readonly DrillRow['state'][] = ['overdue', 'not-covered', 'not-proven', 'proven'];

const missingSub = (drill: DrillRow | undefined) => {
  const missing = drill && missingWords(drill);
  return missing === undefined
    ? ''
    : html`<span class="sub"><a class="plainlink" href="${jobHref(drill?.unproven?.jobId ?? '')}">${missing}</a></span>`;
};

/** What the restores of a cluster show, and when that falls back. */
export function evidenceCell({ evidence }: ClusterHealth): Html {
  // In words, which may take several lines.
  if (!evidence) return cell('Evidence', undefined);
  const falls = fallWords(evidence);
  const sub = falls === undefined ? '' : html`<span class="sub">${falls}</span>`;
  return html`<td role="cell" class="third" data-l="Evidence">${gradeWords(evidence)}${sub}</td>`;
}
