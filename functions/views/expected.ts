// functions/views/expected.ts: announced restores as the API, events and the command line show them.
import type * as z from 'zod/mini';
import type { ClusterCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import { expectedState } from '../proof/expected-state.ts';
import type { RecordedProject } from '../proof/ledger.ts';
import { type ExpectedRestore, isOver } from '../restore/expected/expected-restore.ts';
import type { announcedRestore, expectedRestore } from '../schema/expected-restore.ts';
import type { ExpectedState } from '../schema/words.ts';
import { annotatorWords } from './annotations.ts';

/** As it is shown. */
export type ExpectedRow = z.infer<typeof expectedRestore>;
/** Just after it was announced. */
export type AnnouncedRow = z.infer<typeof announcedRestore>;

export const withState = (
  { revision: _, erased: __, unclear: ___, ...expected }: ExpectedRestore,
  state: ExpectedState,
): ExpectedRow => ({
  ...expected,
  jobs: expected.jobs.map(({ jobId }) => ({ jobId })),
  state,
});

/** @param project the record of its project, with all clusters @param now ISO 8601 */
export const expectedRow = (
  expected: ExpectedRestore,
  project: RecordedProject | undefined,
  now: string,
): ExpectedRow => withState(expected, expectedState(expected, project, now));

type ProjectRecord = ProjectFacts & { archived: readonly ClusterCoverage[] };

/** @param recordOf asked once for each project of which the time of one is over @param now milliseconds since the epoch */
export async function expectedRows(
  all: readonly ExpectedRestore[],
  recordOf: (projectId: string) => Promise<ProjectRecord | undefined>,
  now: number,
): Promise<ExpectedRow[]> {
  const at = new Date(now).toISOString();
  const records = new Map<string, RecordedProject | undefined>();
  for (const { projectId } of all.filter((each) => isOver(each, at)))
    if (!records.has(projectId)) records.set(projectId, recordedOf(await recordOf(projectId)));
  return all.map((each) => expectedRow(each, records.get(each.projectId), at));
}

const recordedOf = (record: ProjectRecord | undefined): RecordedProject | undefined =>
  record && { ...record, clusters: [...Object.values(record.coverage?.clusters ?? {}), ...record.archived] };

type Places = Pick<ExpectedRow, 'projectId' | 'projectName' | 'clusterName' | 'targetProjectId' | 'targetClusterName'>;

/** `Payments/orders -> 65a1b2c3d4e5f60718293a4b/staging`, `Payments/orders -> download` */
export function expectedWords({ projectId, projectName, clusterName, ...to }: Places): string {
  const project = projectName ?? projectId;
  const { targetProjectId, targetClusterName } = to;
  if (targetClusterName === undefined) return `${project}/${clusterName} -> download`;
  const other = targetProjectId === undefined || targetProjectId === projectId ? '' : `${targetProjectId}/`;
  return `${project}/${clusterName} -> ${other}${targetClusterName}`;
}

export const EXPECTED_COLUMNS = [
  ...(['expectedRestoreId', 'state', 'projectId', 'projectName', 'clusterName'] as const),
  ...(['targetProjectId', 'targetClusterName', 'requester', 'from', 'until', 'restores', 'purpose', 'ticket'] as const),
  ...(['by', 'at', 'jobs', 'withdrawnBy', 'withdrawnAt', 'missedAt'] as const),
];

/** As a row of CSV. */
export function expectedCells(row: object): Record<string, unknown> {
  const { by, jobs, withdrawn, ...rest } = row as ExpectedRow;
  return {
    ...rest,
    by: annotatorWords(by),
    jobs: jobs.map(({ jobId }) => jobId).join(' '),
    ...(withdrawn && { withdrawnBy: annotatorWords(withdrawn.by), withdrawnAt: withdrawn.at }),
  };
}
