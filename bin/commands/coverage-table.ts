// bin/commands/coverage-table.ts shows what was read of every cluster, and when: a line for each list of restore jobs.
import type { ClusterCoverage } from '../../functions/ledger/coverage.ts';
import { problemText } from '../../functions/restore/fields.ts';
import { KINDS, type Kind } from '../../functions/restore/job.ts';
import type { CoveredCluster, CoveredList, CoveredProject } from './readable-ledger.ts';
import type { Column } from './tables.ts';
import type { Style } from './terminal.ts';
import { ago } from './times.ts';

/**
 * read: all that could have changed. failing: the last attempt failed. never: not once. absent: Atlas answered that there
 * is no such list. none: the tier has no backups. gone: the cluster is no longer there, its jobs stay.
 */
export type CoverageState = 'read' | 'failing' | 'never' | 'absent' | 'none' | 'gone';

export interface CoverageRow {
  projectId: string;
  projectName: string;
  /** Absent: a list of clusters that could not be read. */
  clusterName?: string;
  tier?: ClusterCoverage['tier'];
  kind?: Kind;
  state: CoverageState;
  jobs?: number;
  open?: number;
  readAt?: string;
  fullReadAt?: string;
  /** The error, Atlas's answer, or what could not be understood. */
  note?: string;
  /** Since when it has failed, or been gone. */
  since?: string;
}

/** By project and cluster name. What fails first is what matters, so the lists of clusters come before the clusters. */
export function coverageRows(projects: readonly CoveredProject[]): CoverageRow[] {
  const byName = projects.toSorted((a, b) => compare(a.projectName, b.projectName));
  return byName.flatMap((project) => [
    ...discoveryRows(project),
    ...Object.values(project.clusters)
      .toSorted((a, b) => compare(a.clusterName, b.clusterName))
      .flatMap((cluster) => clusterRows(project, cluster)),
  ]);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const discoveryRows = ({ projectId, projectName, discovery }: CoveredProject): CoverageRow[] =>
  Object.entries(discovery).flatMap(([list, { error } = {}]) =>
    error
      ? [
          {
            projectId,
            projectName,
            state: 'failing' as const,
            note: `${list} clusters: ${error.message}`,
            since: error.since,
          },
        ]
      : [],
  );

function clusterRows({ projectId, projectName }: CoveredProject, cluster: CoveredCluster): CoverageRow[] {
  const { clusterName, tier, goneAt, lists } = cluster;
  const about = { projectId, projectName, clusterName, tier };
  const kinds = KINDS.filter((kind) => lists[kind]);
  if (kinds.length === 0)
    return [{ ...about, ...(goneAt ? goneSince(goneAt) : { state: tier === 'free' ? 'none' : 'never' }) }];
  return kinds.flatMap((kind) => {
    const list = lists[kind];
    if (!list) return [];
    const { jobs, open, readAt, fullReadAt } = list;
    const read = { ...(readAt === undefined ? {} : { readAt }), ...(fullReadAt === undefined ? {} : { fullReadAt }) };
    return [{ ...about, kind, jobs, open, ...read, ...(goneAt ? goneSince(goneAt) : stateOf(list)) }];
  });
}

const goneSince = (since: string) => ({ state: 'gone' as const, since });

function stateOf({
  error,
  answer,
  readAt,
  problems = [],
  problemCount = 0,
}: CoveredList): Pick<CoverageRow, 'state' | 'note' | 'since'> {
  if (error) return { state: 'failing', note: error.message, since: error.since };
  if (answer !== undefined) return { state: 'absent', note: answer };
  if (readAt === undefined) return { state: 'never' };
  const [problem] = problems;
  if (!problem) return { state: 'read' };
  const { jobId = 'without an id' } = problem;
  return {
    state: 'read',
    note: `${problemCount} not understood, such as ${jobId}: ${problemText(problem)}`,
  };
}

const STATE: Record<CoverageState, { text: string; style: Style }> = {
  read: { text: 'ok', style: 'green' },
  failing: { text: 'FAILING', style: 'red' },
  never: { text: 'NEVER READ', style: 'yellow' },
  absent: { text: 'no such list', style: 'dim' },
  none: { text: 'no backups', style: 'dim' },
  gone: { text: 'gone', style: 'dim' },
};

export const coverageColumns = (now: number): Column<CoverageRow>[] => {
  const age = (iso: string | undefined) => (iso === undefined ? '' : ago(iso, now));
  return [
    { title: 'project', cell: ({ projectName }) => projectName, least: 12 },
    { title: 'cluster', cell: ({ clusterName = '' }) => clusterName, least: 10 },
    { title: 'kind', cell: ({ kind, tier }) => kind ?? tier ?? '' },
    { title: 'jobs', cell: ({ jobs }) => String(jobs ?? ''), align: 'right' },
    { title: 'open', cell: ({ open }) => (open ? String(open) : ''), align: 'right', style: () => 'cyan' },
    { title: 'last read', cell: ({ readAt }) => age(readAt) },
    { title: 'read in full', cell: ({ fullReadAt }) => age(fullReadAt), goes: 1 },
    { title: 'state', cell: ({ state }) => STATE[state].text, style: ({ state }) => STATE[state].style },
    {
      title: '',
      cell: (row) => noteOf(row, age),
      least: 16,
      style: ({ state }) => (state === 'failing' ? 'red' : 'dim'),
    },
  ];
};

const noteOf = ({ note, since }: CoverageRow, age: (iso: string | undefined) => string) =>
  [...(since === undefined ? [] : [`since ${age(since)}`]), ...(note === undefined ? [] : [note])].join(': ');

/** `3 projects, 12 clusters (3 without backups), 360 jobs; 15 lists of restore jobs read, 1 FAILING.` */
export function coverageSummary(rows: readonly CoverageRow[]): string {
  const count = (state: CoverageState) => rows.filter((row) => row.state === state).length;
  const named = rows.flatMap(({ projectId, clusterName: name }) =>
    name === undefined ? [] : [`${projectId}/${name}`],
  );
  const jobs = rows.reduce((sum, row) => sum + (row.jobs ?? 0), 0);
  const things = [
    counted(new Set(rows.map(({ projectId }) => projectId)).size, 'project'),
    `${counted(new Set(named).size, 'cluster')}${count('none') > 0 ? ` (${count('none')} without backups)` : ''}`,
    counted(jobs, 'job'),
  ];
  const states = [`${counted(count('read'), 'list')} of restore jobs read`];
  if (count('failing') > 0) states.push(`${count('failing')} FAILING`);
  if (count('never') > 0) states.push(`${count('never')} NEVER READ`);
  return `${things.join(', ')}; ${states.join(', ')}.`;
}

const counted = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;
