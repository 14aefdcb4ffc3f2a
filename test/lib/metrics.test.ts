import { expect, test } from 'vitest';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { noCounts, type Run, type RunPart } from '../../functions/ledger/model/run.ts';
import { METRICS, Metrics, withMetrics } from '../../functions/runtime/metrics.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function measuring(fake: Partial<Ledger>) {
  const lines: string[] = [];
  const metrics = new Metrics('Mine', (line) => lines.push(line));
  const ledger = withMetrics(fake as Ledger, metrics, () => NOW);
  const said = () => {
    metrics.flush(NOW);
    return lines.splice(0).map((line) => JSON.parse(line));
  };
  return { ledger, said };
}

const run: Run = {
  runId: '6b04a8acd61c40b6e56f8470',
  trigger: 'schedule',
  scope: {},
  full: false,
  status: 'running',
  startedAt: '2026-11-23T11:59:00.000Z',
  failures: [],
};
const part: RunPart = {
  projectId: 'p',
  projectName: 'Payroll of Jane',
  status: 'incomplete',
  startedAt: run.startedAt,
  finishedAt: run.startedAt,
  counts: {
    ...noCounts(),
    clusters: 5,
    clustersFailed: 2,
    jobsSeen: 40,
    atlasRequests: 12,
    throttles: 1,
    waitedMs: 300,
  },
  failures: [{ clusterName: 'jane', what: 'projects', code: 'ATLAS_UNAUTHORIZED', message: 'no' }],
};

test('one line an invocation, in the format that CloudWatch reads', async () => {
  const { ledger, said } = measuring({ finishPart: async () => run });
  await ledger.finishPart(run.runId, part);
  const [line, ...more] = said();
  expect(more).toEqual([]);
  const [{ Namespace, Dimensions, Metrics: metrics }] = line._aws.CloudWatchMetrics;
  expect([Namespace, Dimensions, line._aws.Timestamp]).toEqual(['AtlasRestoreLedger', [['Ledger']], NOW]);
  for (const { Name, Unit } of metrics) {
    expect(METRICS[Name as keyof typeof METRICS]).toBe(Unit);
    expect(typeof line[Name]).toBe('number');
  }
  expect(line).toMatchObject({
    Ledger: 'Mine',
    ClustersRead: 3,
    JobsSeen: 40,
    AtlasRequests: 12,
    AtlasWaitMs: 300,
    AtlasThrottles: 1,
  });
});

test('no name of a project, a cluster or a person is in it', async () => {
  const { ledger, said } = measuring({ finishPart: async () => run });
  await ledger.finishPart(run.runId, part);
  expect(JSON.stringify(said())).not.toMatch(/jane|payroll/i);
});

test('nothing is said of nothing, and nothing twice', async () => {
  const { ledger, said } = measuring({ finishPart: async () => run });
  expect(said()).toEqual([]);
  await ledger.finishPart(run.runId, part);
  expect(said()).toHaveLength(1);
  expect(said()).toEqual([]);
});

test('what costs money by the hour is left out where it is zero', async () => {
  const { ledger, said } = measuring({
    finishPart: async () => ({ ...run, status: 'complete', finishedAt: '2026-11-23T12:00:00.000Z' }),
  });
  await ledger.finishPart(run.runId, { ...part, counts: { ...noCounts(), clusters: 5 }, failures: [] });
  const [line] = said();
  expect(line).toMatchObject({ RunSeconds: 60, ClustersRead: 5, AtlasRequests: 0 });
  expect(line).not.toHaveProperty('AtlasThrottles');
  expect(line).not.toHaveProperty('AtlasWaitMs');
});

test('a run of one project says nothing of a run over everything', async () => {
  const finishedAt = '2026-11-23T12:00:00.000Z';
  const { ledger, said } = measuring({
    finishPart: async () => ({ ...run, scope: { projectId: 'p', clusterName: 'c' }, status: 'complete', finishedAt }),
  });
  await ledger.finishPart(run.runId, { ...part, counts: { ...noCounts(), clusters: 1 }, failures: [] });
  const [line] = said();
  expect(line).toMatchObject({ ClustersRead: 1 });
  expect(line).not.toHaveProperty('RunSeconds');
});

test('gauges replace what was said before, and are sent though they are zero', () => {
  const lines: string[] = [];
  const metrics = new Metrics('Mine', (line) => lines.push(line));
  metrics.gauge({ RunOverdueMinutes: 7, ClustersFailing: 0 });
  metrics.gauge({ RunOverdueMinutes: 3 });
  metrics.flush(NOW);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ RunOverdueMinutes: 3, ClustersFailing: 0 });
});

test('the oldest word of Atlas counts, on lists of clusters that exist, but for those of a former tier', async () => {
  const at = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
  const read = (minutes: number) => ({ attemptedAt: at(0), readAt: at(minutes), jobs: 0, open: 0, moving: 0 });
  const former = { ...read(700), fullReadAt: at(700), supersededAt: at(800) };
  const cluster = (name: string, readMinutesAgo: number, more = {}) => ({
    clusterName: name,
    tier: 'flex' as const,
    firstSeenAt: at(999),
    seenAt: at(0),
    lists: { flex: read(readMinutesAgo) },
    ...more,
  });
  const coverage = {
    projectId: 'p',
    projectName: 'P',
    revision: 1,
    runId: run.runId,
    discovery: {},
    clusters: {
      a: cluster('a', 3),
      b: cluster('b', 45),
      gone: cluster('gone', 900, { goneAt: at(800) }),
      moved: cluster('moved', 700, { tier: 'dedicated', lists: { dedicated: read(2), flex: former } }),
      absent: cluster('absent', 0, {
        lists: { collection: { ...read(600), notInPlan: { since: at(500), at: at(40) } } },
      }),
    },
  };
  const { ledger, said } = measuring({ saveCoverage: async () => coverage });
  await ledger.saveCoverage('p', () => coverage);
  expect(said()[0]).toMatchObject({ OldestCoverageMinutes: 45 });
});
