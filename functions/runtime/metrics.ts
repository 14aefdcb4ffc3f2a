// functions/runtime/metrics.ts: the metrics, in CloudWatch's embedded format: one log line an invocation, no call.
// By hand, as Powertools' class would add 10 KB to a bundle, and this adds 1 (2026-11).
import type { Health } from '../collector/health/health.ts';
import type { ProjectCoverage } from '../ledger/model/coverage.ts';
import type { Ledger } from '../ledger/model/ledger.ts';
import type { Run, RunCounts, RunPart } from '../ledger/model/run.ts';
import { heardAt, isOver } from '../proof/list.ts';

export const NAMESPACE = 'AtlasRestoreLedger';
/** The one dimension: the ledger's name. Never a project, a cluster or a person: each value would be a metric to pay for. */
export const DIMENSION = 'Ledger';

/**
 * Units as CloudWatch spells them. A metric costs money for every hour in which it is sent, so those in SPARSE are sent only
 * when they aren't zero.
 */
export const METRICS = {
  // Gauges of functions/collector/health/health.ts, sent with every check, zeros too: alarms keep their state without one.
  RunOverdueMinutes: 'None',
  RunsIncomplete: 'Count',
  ClustersFailing: 'Count',
  /** Projects whose events could not be read, so that requesters are not known. */
  EventsUnread: 'Count',
  /** Atlas, or its secret, refused: filled in wrongly or not yet, expired, role too small, address not on the access list. */
  CredentialsRefused: 'Count',
  /** Projects in scope that no credentials see any more. */
  ProjectsNotVisible: 'Count',
  /** Credentials that see no project, and settings that leave none. */
  EmptyScopes: 'Count',
  /** Of runs over everything: one of a single project shows nothing of the others. */
  RunSeconds: 'Seconds',
  ClustersRead: 'Count',
  JobsSeen: 'Count',
  JobsNew: 'Count',
  JobsChanged: 'Count',
  /** Failed restores, when they become known. */
  RestoresFailed: 'Count',
  AtlasRequests: 'Count',
  AtlasThrottles: 'Count',
  AtlasWaitMs: 'Milliseconds',
  /** Age of the oldest complete reading of a cluster. */
  OldestCoverageMinutes: 'None',
  // Of a hub, sent with every check.
  /** Spokes without a run for longer than their schedules explain. */
  SpokesSilent: 'Count',
  /** Projects of which the hub does not hold all that their spokes have on record. */
  ProjectsBehind: 'Count',
  /** Events that the bus accepted. */
  EventsSent: 'Count',
  /** Events that it did not, and records of the stream that could not be read. They are retried. */
  EventsFailed: 'Count',
  /** Restore jobs that were let go on record, by the policy of retention, and those that were deleted. */
  JobsLetGo: 'Count',
  JobsDeleted: 'Count',
  /** Projects whose jobs are due, and not let go: their record doesn't add up. */
  ProjectsHeld: 'Count',
  /** Days of the lake that are over and have no file; sent whenever they were looked for. */
  LakeDaysMissing: 'Count',
  /** Restore jobs whose changes are in no file: their histories can't be read. */
  LakeJobsLeftOut: 'Count',
  /** Since the newest anchor of all projects, in days; not sent where nothing is known of it. */
  AnchorAgeDays: 'None',
  /** Histories that are not as they were anchored, are missing or broken, by the newest anchor; anchors that are not as they were signed. */
  AnchorFindings: 'Count',
  /** Months that are over and have no signed report; sent whenever they were looked for. */
  ReportsMissing: 'Count',
} as const satisfies Record<keyof Health, string> & Record<string, string>;
export type MetricName = keyof typeof METRICS;

const SPARSE: ReadonlySet<MetricName> = new Set([
  'JobsNew',
  'JobsChanged',
  'RestoresFailed',
  'AtlasThrottles',
  'AtlasWaitMs',
  'EventsSent',
  'EventsFailed',
  'JobsLetGo',
  'JobsDeleted',
  'ProjectsHeld',
  'LakeJobsLeftOut',
]);

/** Adds up what one invocation did. */
export class Metrics {
  readonly #ledgerName: string;
  readonly #print: (line: string) => void;
  #values = new Map<MetricName, number>();

  /** @param print writes a line of the log */
  constructor(ledgerName: string, print: (line: string) => void = console.log) {
    this.#ledgerName = ledgerName;
    this.#print = print;
  }

  add(name: MetricName, value: number) {
    this.#values.set(name, (this.#values.get(name) ?? 0) + value);
  }

  atLeast(name: MetricName, value: number) {
    this.#values.set(name, Math.max(this.#values.get(name) ?? 0, value));
  }

  gauge(values: Partial<Record<MetricName, number>>) {
    for (const [name, value] of Object.entries(values)) this.#values.set(name as MetricName, value);
  }

  /** Prints what was added since the last flush. @param now in ms since the epoch */
  flush(now: number) {
    const values = [...this.#values].filter(([name, value]) => value !== 0 || !SPARSE.has(name));
    this.#values = new Map();
    if (values.length === 0) return;
    const Metrics = values.map(([Name]) => ({ Name, Unit: METRICS[Name] }));
    const _aws = {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [[DIMENSION]], Metrics }],
    };
    this.#print(JSON.stringify({ _aws, [DIMENSION]: this.#ledgerName, ...Object.fromEntries(values) }));
  }
}

/** The same ledger, counting what is written to it. */
export function withMetrics(ledger: Ledger, metrics: Metrics, now: () => number): Ledger {
  return {
    ...ledger,
    async record(job, ...rest) {
      const recorded = await ledger.record(job, ...rest);
      const { outcome, change } = recorded;
      if (outcome === 'new') metrics.add('JobsNew', 1);
      if (outcome === 'changed') metrics.add('JobsChanged', 1);
      if (change?.status === 'FAILED' && change.fields.status !== undefined) metrics.add('RestoresFailed', 1);
      return recorded;
    },
    async saveCoverage(projectId, next, read) {
      const coverage = await ledger.saveCoverage(projectId, next, read);
      metrics.atLeast('OldestCoverageMinutes', oldestMinutes(coverage, now()));
      return coverage;
    },
    async planRun(runId, projects, failures, startedAt) {
      const run = await ledger.planRun(runId, projects, failures, startedAt);
      countRun(metrics, run);
      return run;
    },
    async finishPart(runId, part) {
      const run = await ledger.finishPart(runId, part);
      countPart(metrics, part);
      countRun(metrics, run);
      return run;
    },
  };
}

const PART_COUNTS = {
  jobsSeen: 'JobsSeen',
  atlasRequests: 'AtlasRequests',
  throttles: 'AtlasThrottles',
  waitedMs: 'AtlasWaitMs',
} as const satisfies Partial<Record<keyof RunCounts, MetricName>>;

function countPart(metrics: Metrics, { counts }: RunPart) {
  for (const [count, name] of Object.entries(PART_COUNTS))
    metrics.add(name, counts[count as keyof typeof PART_COUNTS] ?? 0);
  metrics.add('ClustersRead', Math.max(0, counts.clusters - counts.clustersFailed)); // a list of clusters can fail too
}

const isOverall = ({ scope }: Run) => scope.projectId === undefined;

function countRun(metrics: Metrics, run: Run) {
  const { status, startedAt, finishedAt } = run;
  if (status === 'running' || finishedAt === undefined || !isOverall(run)) return;
  metrics.atLeast('RunSeconds', (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000);
}

/** Since the last answer of Atlas about a list, of clusters that exist. */
function oldestMinutes({ clusters }: ProjectCoverage, now: number): number {
  const readAt = Object.values(clusters).flatMap(({ goneAt, firstSeenAt, lists }) =>
    goneAt === undefined
      ? Object.values(lists).flatMap((list) => (isOver(list) ? [] : [heardAt(list) ?? firstSeenAt]))
      : [],
  );
  return Math.max(0, ...readAt.map((at) => Math.floor((now - Date.parse(at)) / 60_000)));
}
