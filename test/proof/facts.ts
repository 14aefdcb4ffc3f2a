// test/proof/facts.ts: synthetic facts on record for tests of what may be claimed.
import type {
  ClusterCoverage,
  DiscoveryCoverage,
  ListCoverage,
  ProjectCoverage,
} from '../../functions/ledger/model/coverage.ts';
import type { KnownProject, Scope } from '../../functions/ledger/model/known-project.ts';
import type { Run } from '../../functions/ledger/model/run.ts';
import type { LedgerFacts, RecordedProject } from '../../functions/proof/ledger.ts';
import type { Asking } from '../../functions/proof/period.ts';
import { idAt } from '../ledger/jobs.ts';

export const NOW = '2026-11-23T12:00:00.000Z';
export const PAST: Asking = {
  period: { since: '2026-08-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z' },
  now: NOW,
};
export const OPEN: Asking = { period: { since: '2026-08-25T12:00:00.000Z', until: NOW }, now: NOW };
export const FAILURE = {
  code: 'ATLAS_REFUSED',
  message: 'GET restoreJobs answered 403',
  since: '2026-11-22T00:00:00.000Z',
};

/** Read to its end this morning, and since then. */
export const list = (parts: Partial<ListCoverage> = {}): ListCoverage => ({
  ...{ attemptedAt: '2026-11-23T11:55:00.000Z', readAt: '2026-11-23T11:55:00.000Z' },
  ...{ fullReadAt: '2026-11-23T03:00:00.000Z', jobs: 3, open: 0, moving: 0 },
  ...parts,
});

/** But for what `names` leave out. */
export const without = <T extends object>(object: T, ...names: (keyof T)[]): T =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name as keyof T))) as T;

export const cluster = (
  lists: ClusterCoverage['lists'] = { dedicated: list(), collection: list() },
  parts: Partial<ClusterCoverage> = {},
): ClusterCoverage => ({
  ...{ clusterName: 'orders', tier: 'dedicated', firstSeenAt: '2026-01-01T00:00:00.000Z', seenAt: NOW, lists },
  ...parts,
});

export const discovery = (parts: Partial<DiscoveryCoverage> = {}): DiscoveryCoverage => ({
  ...{ attemptedAt: '2026-11-23T11:55:00.000Z', readAt: '2026-11-23T11:55:00.000Z', since: '2026-01-01T00:00:00.000Z' },
  ...parts,
});

export const PROJECT_ID = idAt('2025-06-01T00:00:00Z');

export const coverage = (parts: Partial<ProjectCoverage> = {}): ProjectCoverage => ({
  ...{ projectId: PROJECT_ID, projectName: 'Payments', revision: 7, runId: idAt(NOW), recorded: 3 },
  discovery: { dedicated: discovery(), flex: discovery(), serverless: discovery() },
  clusters: { orders: cluster() },
  ...parts,
});

export const known = (parts: Partial<KnownProject> = {}): KnownProject => ({
  ...{ projectId: PROJECT_ID, projectName: 'Payments', revision: 1, firstSeenAt: '2026-01-01T00:00:00.000Z' },
  coveredSince: '2026-01-01T00:00:00.000Z',
  accounts: { environment: { since: '2026-01-01T00:00:00.000Z' } },
  changes: [],
  ...parts,
});

export const scope = (parts: Partial<Scope> = {}): Scope => ({
  ...{ revision: 9, listedAt: '2026-11-23T11:55:00.000Z' },
  accounts: { environment: { listedAt: '2026-11-23T11:55:00.000Z', projects: 1, runId: idAt(NOW) } },
  ...parts,
});

export const run = (parts: Partial<Run> = {}): Run => ({
  ...{ runId: idAt('2026-11-23T11:55:00Z'), trigger: 'schedule', scope: {}, full: false, status: 'complete' },
  ...{ startedAt: '2026-11-23T11:55:00.000Z', finishedAt: '2026-11-23T11:56:00.000Z', projects: 1, failures: [] },
  ...parts,
});

export const project = (parts: Partial<RecordedProject> = {}): RecordedProject => {
  const of = 'coverage' in parts ? parts.coverage : coverage();
  return {
    ...{ projectId: PROJECT_ID, projectName: 'Payments', known: known(), coverage: of },
    clusters: Object.values(of?.clusters ?? {}),
    counts: { table: 3, index: 3, recorded: of?.recorded },
    ...parts,
  };
};

export const ledger = (parts: Partial<LedgerFacts> = {}): LedgerFacts => ({
  scope: scope(),
  lastRun: run(),
  lastEndedRun: run(),
  projects: [project()],
  ...parts,
});
