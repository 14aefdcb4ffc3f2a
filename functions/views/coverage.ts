// functions/views/coverage.ts: the rows of the coverage: one a cluster, and one for each thing about a project that hides restores.
import type * as z from 'zod/mini';
import type { ClusterCoverage, ProjectCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import { defined } from '../platform/defined.ts';
import type { Gap } from '../proof/gap.ts';
import type { NamedGap } from '../proof/ledger.ts';
import { VISIBLE_AGAIN } from '../proof/list.ts';
import { proveProject, scopeOf } from '../proof/project.ts';
import { parseTagPattern } from '../restore/tags/cluster-pattern.ts';
import { someTag } from '../restore/tags/some-tag.ts';
import { tagsText } from '../restore/tags/tag-text.ts';
import type { coverageRow } from '../schema/coverage.ts';
import { COVERAGE_STATES, type CoverageState } from '../schema/words.ts';
import { asOf, type CoverageContext, clusterRow, failureOf, isNoWait, originOf } from './cluster-row.ts';
import { DRILL_COLUMNS, drillCells, EVIDENCE_COLUMNS, evidenceCells } from './drill-text.ts';
import { MEASURE_COLUMNS, measureCells } from './measures.ts';

const rank = (state: CoverageState) => COVERAGE_STATES.indexOf(state);
export const needsAttention = (state: CoverageState) => rank(state) < rank('read');
export const worstFirst = (a: Pick<CoverageRow, 'state'>, b: Pick<CoverageRow, 'state'>) =>
  rank(a.state) - rank(b.state);

export interface CoverageRow extends z.infer<typeof coverageRow> {}
export type DrillRow = NonNullable<CoverageRow['drill']>;

export const COVERAGE_COLUMNS = [
  ...['projectId', 'projectName', 'clusterName', 'what', 'clusterId', 'tier', 'state', 'since', 'claim'],
  ...['provenThrough', 'letGoBefore', 'fullReadingDueAt', 'attemptedAt', 'readAt', 'fullReadAt'],
  ...['jobs', 'open', 'problems', 'drillState', 'drillDays', 'drillDueAt'],
  ...['lastCompletedAt', 'lastDurationSeconds', 'snapshotAgeSeconds', 'goneAt', 'backupsOff', 'paused'],
  ...['errorWhat', 'errorCode', 'errorMessage', 'errorSince', 'gaps'],
  ...MEASURE_COLUMNS,
  ...DRILL_COLUMNS,
  ...EVIDENCE_COLUMNS,
  ...['accountId', 'organizationId', 'tags'],
];

export const coverageCells = ({
  error,
  drill,
  evidence,
  lists: _,
  gaps,
  tags,
  ...row
}: CoverageRow): Record<string, unknown> => ({
  ...row,
  tags: tags && tagsText(tags),
  drillState: drill?.state,
  drillDays: drill?.days,
  drillDueAt: drill?.dueAt,
  lastDurationSeconds: drill?.durationSeconds,
  snapshotAgeSeconds: drill?.snapshotAgeSeconds,
  errorWhat: error?.what,
  errorCode: error?.code,
  errorMessage: error?.message,
  errorSince: error?.since,
  gaps: gaps.map(({ text }) => text).join(' '),
  ...measureCells(drill ?? {}),
  ...drillCells(drill),
  ...evidenceCells(evidence),
});

/** @param archived clusters that are gone for so long that they are kept elsewhere */
export function coverageRows(
  project: ProjectFacts,
  context: CoverageContext,
  archived: readonly ClusterCoverage[] = [],
): CoverageRow[] {
  const clusters = [...Object.values(project.coverage?.clusters ?? {}), ...archived];
  const byName = clusters.sort((a, b) => compare(a.clusterName, b.clusterName));
  const ofProject = projectRows(project, context).map((row) => ({ ...row, ...originOf(project) }));
  return [...ofProject, ...byName.map((cluster) => clusterRow(project, cluster, context))];
}

const NOTHING_READ = { jobs: 0, open: 0, problems: 0 };

function projectRows(facts: ProjectFacts, context: CoverageContext): CoverageRow[] {
  const { projectId, projectName, coverage, known } = facts;
  const about = { projectId, projectName, what: 'project', ...NOTHING_READ };
  const { notVisibleSince, outOfScopeSince } = scopeOf(known);
  const lists = coverage ? [...failingLists(facts, context), ...unreadEvents(coverage)] : [];
  if (outOfScopeSince !== undefined) {
    return [{ ...about, state: 'out-of-scope', since: outOfScopeSince, gaps: [] }, ...lists];
  }
  if (notVisibleSince === undefined && coverage) return lists;
  const since = notVisibleSince ?? known?.firstSeenAt;
  const state = notVisibleSince === undefined ? 'never' : 'not-visible';
  const gaps = coverage ? [notVisibleGap(since ?? '')] : proveProject(facts, asOf(context)).gaps;
  return [{ ...about, state, ...defined({ since }), claim: 'incomplete', gaps }, ...lists];
}

const notVisibleGap = (since: string): Gap => ({
  reason: 'not-visible',
  since,
  text: `No credentials see the project since ${since}: restores of it can't be ruled out.`,
  action: VISIBLE_AGAIN,
});

/** Its lists of clusters that hide restores. */
function failingLists({ projectId, projectName, coverage }: ProjectFacts, context: CoverageContext): CoverageRow[] {
  const { clusterLists } = proveProject(defined({ projectId, projectName, coverage }), asOf(context));
  return clusterLists.flatMap((proof): CoverageRow[] => {
    const { attemptedAt, readAt, error } = coverage?.discovery[proof.list] ?? {};
    const gaps = proof.gaps.filter(isNoWait);
    const what = `${proof.list} clusters`;
    const state = error ? 'failing' : readAt === undefined ? 'never' : 'stale';
    const times = defined({ attemptedAt, readAt, ...failureOf(what, error) });
    return gaps.length === 0
      ? []
      : [{ projectId, projectName, what, ...NOTHING_READ, claim: 'incomplete', gaps, state, ...times }];
  });
}

/** Restores are known all the same, so this hides none; who requested them is not. */
function unreadEvents({ projectId, projectName, attribution }: ProjectCoverage): CoverageRow[] {
  if (!attribution?.error) return [];
  const what = 'project events';
  const failure = failureOf(what, attribution.error);
  return [{ projectId, projectName, what, ...NOTHING_READ, gaps: [], state: 'failing', ...failure }];
}

/** `Payments/Cluster0: The list of ... was never read.` */
export const gapLine = ({ projectName, clusterName, text }: NamedGap) => {
  const where = [projectName, clusterName].filter((part) => part !== undefined).join('/');
  return where === '' ? text : `${where}: ${text}`;
};

export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Whether a row is one of a cluster with one of these tags, or may hide such a cluster. @param patterns none: every row is */
export function tagWanted(
  patterns: readonly string[] | undefined,
): (row: Pick<CoverageRow, 'tags' | 'clusterName'>) => boolean {
  if (patterns === undefined || patterns.length === 0) return () => true;
  const fits = someTag(patterns.flatMap((pattern) => parseTagPattern(pattern) ?? []));
  return ({ clusterName, tags }) => clusterName === undefined || fits(tags) !== false;
}
