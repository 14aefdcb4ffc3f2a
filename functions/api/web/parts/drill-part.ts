// functions/api/web/parts/drill-part.ts: which clusters were restored lately enough to trust their backups, and which were not.
import { html } from 'hono/html';
import type { Measure } from '../../../restore/objectives/measure.ts';
import { span } from '../../../restore/text.ts';
import type { DrillState } from '../../../schema/words.ts';
import type { DrillRow } from '../../../views/coverage.ts';
import { EXPECTED_DRILLS, LACKING_DRILLS } from '../../../views/coverage-totals.ts';
import { fallWords, gradeWords, missingWords } from '../../../views/drill-text.ts';
import { drillMark, measureBeside } from '../../../views/html/badge.ts';
import { tableHead } from '../../../views/html/table.ts';
import { agoTime, day, type Html, name, whole } from '../../../views/html/text.ts';
import { jobHref } from '../../../views/paths.ts';
import { counted, number } from '../../../views/text.ts';
import type { ClusterHealth } from './coverage-health.ts';
import { clusterLink } from './job-table.ts';

/** Rows of those that lack one. */
const MAX_LACKING = 200;

export interface Drills {
  /** Clusters without a restore that counts as their drill, or as far as is known without: the most urgent first. */
  lacking: ClusterHealth[];
  /** Clusters of which a restore is expected. */
  expected: number;
  overdue: number;
  /** Of those expected: the time has passed, or never began, and there may be restores that nobody knows of. */
  notCovered: number;
  /** Of those expected: what is asked of them depends on tags that are not known. */
  tagsNotKnown: number;
  /** Clusters that Atlas makes no backups of. */
  backupsOff: number;
}

export function drillsOf(clusters: readonly ClusterHealth[]): Drills {
  const isIn =
    (states: readonly DrillState[]) =>
    ({ drill }: ClusterHealth) =>
      drill !== undefined && states.includes(drill.state);
  const count = (...states: DrillState[]) => clusters.filter(isIn(states)).length;
  const urgency = ({ drill }: ClusterHealth) => LACKING_DRILLS.indexOf(drill?.state ?? 'none');
  return {
    lacking: clusters
      .filter(isIn(LACKING_DRILLS))
      .sort((a, b) => urgency(a) - urgency(b) || (dueAt(a) < dueAt(b) ? -1 : 1)),
    expected: count(...EXPECTED_DRILLS),
    overdue: count('overdue'),
    notCovered: count('not-covered'),
    tagsNotKnown: count('tags-not-known'),
    backupsOff: count('backups-off'),
  };
}

const dueAt = ({ drill }: ClusterHealth) => drill?.dueAt ?? '';

/** Nothing where no restore is expected of any cluster. */
export function drillPart(drills: Drills, now: number): Html | '' {
  const { lacking, expected, overdue, notCovered, tagsNotKnown, backupsOff } = drills;
  if (expected + backupsOff === 0) return '';
  const some = overdue === 0 ? 'None' : overdue === expected ? 'All' : number(overdue);
  const known = notCovered + tagsNotKnown === 0 ? '' : ' known to be';
  const lack = `${counted(lacking.length, 'cluster')} ${lacking.length === 1 ? 'lacks' : 'lack'} a proven drill`;
  return html`<section class="card" id="drills" aria-labelledby="drills-title"><div class="head"><h2 id="drills-title">${lacking.length > 0 ? html`${lack} · ` : ''}${some} of ${counted(expected, 'restore drill')}${known} overdue</h2>
<p class="soft small">A backup is known to work once it has been restored</p></div>
${notCovered === 0 ? '' : html`<p class="note">For ${counted(notCovered, 'cluster')} it is not known whether the drill is overdue: not every restore up to the due date is on record.</p>`}
${tagsNotKnown === 0 ? '' : html`<p class="note">For ${counted(tagsNotKnown, 'cluster')} it is not known what a drill needs: a rule goes by a tag, and their tags are not known.</p>`}
${backupsOff === 0 ? '' : html`<p class="note">Atlas makes no backups of ${counted(backupsOff, 'cluster')}: nothing can be restored.</p>`}
${lacking.length === 0 ? html`<p class="soft">Each of these clusters was restored in time, as its drill needs it.</p>` : lackingTable(lacking, now)}</section>`;
}

const COLUMNS = ['Cluster', 'Drill', ['Last restore', 'gap'], 'Took', 'Snapshot age'] as const;

const lackingTable = (rows: readonly ClusterHealth[], now: number) =>
  html`<table class="stack pack" role="table"><caption class="hidden">Clusters that lack a proven drill, the most urgent first</caption>
${tableHead(COLUMNS)}<tbody role="rowgroup">
${rows.slice(0, MAX_LACKING).map((row) => lackingRow(row, now))}</tbody></table>
${rows.length > MAX_LACKING ? html`<p class="soft">And ${number(rows.length - MAX_LACKING)} more: <code>restore-ledger drills --unproven</code> has them all.</p>` : ''}`;

function lackingRow(row: ClusterHealth, now: number): Html {
  const { projectId, projectName, clusterName = '', drill } = row;
  return html`<tr role="row"><th role="rowheader" scope="row">${clusterLink(projectId, clusterName)}<span class="sub">${name(projectName)}</span></th>
<td role="cell" class="end">${drill ? drillMark(drill) : ''}${within(drill)}${missingSub(drill)}</td>
${lastRestoreCells(row, now)}</tr>
`;
}

const within = (drill: DrillRow | undefined) =>
  drill?.dueAt === undefined
    ? ''
    : html`<span class="sub">${drill.state === 'overdue' ? 'since' : 'due'} ${day(drill.dueAt)}${drill.days === undefined ? '' : html`, <span class="whole">every ${counted(drill.days, 'day')}</span>`}</span>`;

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
  if (drill?.state === 'tags-not-known') {
    return html`<td role="cell" class="third" data-l="Drill due">${drillMark(drill)}</td>`;
  }
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
  const sub = falls === undefined ? '' : html`<span class="sub">${whole(falls)}</span>`;
  return html`<td role="cell" class="third" data-l="Evidence">${gradeWords(evidence)}${sub}</td>`;
}
