// bin/output/drill-rows.ts: the last restore of each cluster, and when the next is due: one row a cluster.
import { defined } from '../../functions/platform/defined.ts';
import type { DrillState } from '../../functions/proof/drill-state.ts';
import { SIDES, type Side } from '../../functions/restore/objectives/objective.ts';
import { tagsText } from '../../functions/restore/tags/tag-text.ts';
import type { MeasureState } from '../../functions/schema/words.ts';
import type { DrillRow as ClusterDrill, CoverageRow } from '../../functions/views/coverage.ts';
import {
  DRILL_COLUMNS,
  drillCells,
  EVIDENCE_COLUMNS,
  evidenceCells,
  gradeWords,
  missingWords,
} from '../../functions/views/drill-text.ts';
import { MEASURE_COLUMNS, measureCells } from '../../functions/views/measures.ts';
import { DRILL_LABEL } from '../../functions/views/state-labels.ts';
import { counted, utc } from '../../functions/views/text.ts';
import type { Style } from '../process/terminal.ts';
import type { RowShape } from './formats.ts';
import { type Column, compare, inColumn, spanCell } from './tables.ts';

/** The drill of a cluster, with its last restore as fields of its own. Times are ISO 8601 in UTC. */
export interface DrillRow
  extends Pick<CoverageRow, 'projectId' | 'projectName' | 'tier' | 'goneAt'>,
    Omit<ClusterDrill, 'last'>,
    Pick<CoverageRow, 'evidence' | 'tags'> {
  clusterName: string;
  lastJobId?: string;
  lastRequestedAt?: string;
  lastCompletedAt?: string;
  snapshotAt?: string;
  /** The moment that its data is of. */
  dataAt?: string;
}

const COLUMNS = [
  ...['projectId', 'projectName', 'clusterName', 'tier', 'state', 'days', 'dueAt', 'overdueAt', 'lastJobId'],
  ...['lastRequestedAt', 'lastCompletedAt', 'durationSeconds', 'snapshotAt', 'snapshotAgeSeconds', 'goneAt'],
  ...['dataAt', ...MEASURE_COLUMNS, ...DRILL_COLUMNS, ...EVIDENCE_COLUMNS, 'tags'],
];

export const DRILL_ROWS: RowShape<DrillRow> = {
  columns: COLUMNS,
  document: (row) => row,
  cells: ({ proof, unproven, evidence, needs, tags, ...row }) => ({
    ...row,
    tags: tags && tagsText(tags),
    ...measureCells(row),
    ...drillCells({ ...defined({ proof, unproven, needs }) }),
    ...evidenceCells(evidence),
  }),
};

type State = DrillState['state'];

/** The most urgent first. */
const STATES: Record<State, { style: Style; counted?: string }> = {
  overdue: { style: 'red' },
  'backups-off': { style: 'red', counted: 'with BACKUPS OFF' },
  'not-covered': { style: 'yellow', counted: 'not covered (restores may be missing)' },
  'tags-not-known': { style: 'yellow', counted: 'with an unknown drill (their tags are not known)' },
  'not-proven': { style: 'yellow', counted: 'restored, but not proven' },
  due: { style: 'yellow', counted: 'due' },
  paused: { style: 'dim' },
  met: { style: 'green', counted: 'met (a completed restore counts)' },
  proven: { style: 'green' },
  none: { style: 'dim', counted: 'not required' },
};
const labelOf = (state: State) => inColumn(DRILL_LABEL[state], STATES[state].style);
const BY_URGENCY = Object.keys(STATES) as State[];

/** Overdue first, then by the day it is due. */
export const byUrgency = (a: DrillRow, b: DrillRow) =>
  BY_URGENCY.indexOf(a.state) - BY_URGENCY.indexOf(b.state) ||
  compare(a.dueAt ?? '', b.dueAt ?? '') ||
  compare(a.projectName, b.projectName) ||
  compare(a.clusterName, b.clusterName);

/** Empty where the row is about no cluster. */
export function drillRow({
  projectId,
  projectName,
  clusterName,
  tier,
  goneAt,
  drill,
  evidence,
  tags,
}: CoverageRow): DrillRow[] {
  if (clusterName === undefined || drill === undefined) return [];
  const { last, ...state } = drill;
  return [
    defined({
      ...{ projectId, projectName, clusterName, ...state, tier },
      lastJobId: last?.jobId,
      lastRequestedAt: last?.requestedAt,
      lastCompletedAt: last?.finishedAt,
      snapshotAt: last?.snapshotAt,
      dataAt: last?.dataAt,
      ...{ goneAt, evidence, tags },
    }),
  ];
}

/** @param rows all that are shown: objectives have columns where one of them has some */
export const drillColumns = (now: number, rows: readonly DrillRow[]): Column<DrillRow>[] => [
  { title: 'project', cell: ({ projectName }) => projectName, least: 12 },
  { title: 'cluster', cell: ({ clusterName }) => clusterName, least: 10 },
  {
    title: 'last restore (UTC)',
    cell: ({ lastCompletedAt: at, evidence }) =>
      at !== undefined
        ? utc(at, 'minute')
        : evidence?.grade === 'never' || evidence?.grade === 'not known'
          ? evidence.grade
          : '',
  },
  { title: 'took', cell: ({ durationSeconds }) => spanCell(durationSeconds), align: 'right' },
  { title: 'snapshot age', cell: ({ snapshotAgeSeconds }) => spanCell(snapshotAgeSeconds), align: 'right', goes: 2 },
  { title: 'every', cell: ({ days }) => (days === undefined ? '' : `${days} d`), align: 'right', goes: 1 },
  ...SIDES.filter((side) => rows.some((row) => row[side])).map((side) => measureColumn(side)),
  { title: 'due', cell: ({ dueAt }) => (dueAt === undefined ? '' : utc(dueAt, 'day')) },
  { title: 'state', cell: (row) => stateOf(row, now), style: ({ state }) => STATES[state].style },
  { title: 'evidence', cell: ({ evidence }) => (evidence ? gradeWords(evidence).toLowerCase() : ''), goes: 3 },
];

const MEASURE_STYLE: Record<MeasureState, Style> = { met: 'green', missed: 'red', 'not known': 'yellow' };

function measureColumn(side: Side): Column<DrillRow> {
  const style = (row: DrillRow) => row[side] && MEASURE_STYLE[row[side].state];
  const cell = (row: DrillRow) => (row[side] ? inColumn(row[side].state, MEASURE_STYLE[row[side].state]) : '');
  return { title: side.toUpperCase(), cell, style };
}

function stateOf({ state, dueAt, tier, goneAt, unproven }: DrillRow, now: number): string {
  if (state === 'none' && goneAt !== undefined) return 'gone';
  if (state === 'none' && tier === 'free') return 'no backups';
  const days = Math.floor(Math.abs(Date.parse(dueAt ?? '') - now) / 86_400_000);
  if (state === 'due') return `due in ${days} d`;
  const missing = missingWords(defined({ unproven }));
  const label = state === 'overdue' ? `${labelOf(state)} for ${days} d` : labelOf(state);
  return missing === undefined ? label : `${label}; ${missing}`;
}

/** `12 clusters: 2 OVERDUE, 1 due, 7 met, 2 not required.` */
export function drillSummary(rows: readonly DrillRow[]): string {
  const parts = BY_URGENCY.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [`${count} ${STATES[state].counted ?? labelOf(state)}`];
  });
  return `${counted(rows.length, 'cluster')}: ${parts.join(', ')}.`;
}
