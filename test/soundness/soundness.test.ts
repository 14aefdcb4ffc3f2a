// test/soundness/soundness.test.ts: a small, fixed set of histories, and checks that the oracle distinguishes right claims
// from wrong ones.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { campaign, weaknessOf } from './campaign.ts';
import { historyOf } from './history.ts';
import { CONTINUITY_MS } from './limits.ts';
import { type Asker, type Entry, Log } from './log.ts';
import { mutations } from './mutations.ts';
import { Oracle, type Row } from './oracle.ts';
import { type Cluster, HOUR_MS, idOfSecond, type Job, type World } from './outside/world.ts';
import { Process } from './process.ts';
import { Timeline } from './timeline.ts';

/** The last two once broke a rule: by a count that can be none, and by a stop before jobs could be asked for. */
const SEEDS = [...Array.from({ length: 4 }, (_, i) => String(i + 1)), '196', '847'];

test('no claim of a few histories is wrong, and those that have to be made are', async () => {
  const played = await campaign(SEEDS);
  expect(played.breaches).toEqual([]);
  expect(weaknessOf(played)).toBeUndefined();
}, 240_000);

test('the same seed gives the same history, and the same course of it', async () => {
  expect(historyOf('7')).toEqual(historyOf('7'));
  const [once, again] = [await campaign(['7', '8']), await campaign(['7', '8'])];
  expect(again).toEqual(once);
}, 240_000);

test.each(mutations.flatMap(({ name, patches }) => patches.map((patch) => ({ name, ...patch }))))(
  'the mutation "$name" follows the code',
  ({ file, from }) => expect(readFileSync(file, 'utf8').split(from)).toHaveLength(2),
);

const NOON = Date.UTC(2026, 10, 23, 12);
const PROJECT = {
  id: idOfSecond(NOON, 'a'.repeat(16)),
  name: 'Payments',
  createdAt: 0,
  visible: { main: [{ from: 0, to: Infinity }] },
};

function clusterOf(from: number, to: number): Cluster {
  const stages = [{ tier: 'flex' as const, from, to }];
  const id = idOfSecond(from, 'c'.repeat(16));
  return { projectId: PROJECT.id, id, name: 'Cluster0', stages, keepsOldLists: false, hasCollections: false };
}

function jobOf(cluster: Cluster, requestedAt: number, visibleAt = requestedAt): Job {
  const phases: Job['phases'] = [
    { at: requestedAt, phase: 'running' },
    { at: requestedAt + HOUR_MS, phase: 'completed' },
  ];
  const id = idOfSecond(requestedAt, 'd'.repeat(16));
  return { id, requestedAt, visibleAt, cluster, kind: 'flex', download: false, phases };
}

/** A world of one job, whose lists were read at these hours. */
function checked(job: Job, { readAt, rows }: { readAt: number[]; rows: Row[] }) {
  const world: World = {
    ...{ projects: [PROJECT], clusters: [job.cluster], jobs: [job], order: 'newest id first', mostItems: 500 },
    ...{ serverless: 'gone', denied: {}, unseen: 404 },
  };
  const log = new Log();
  const process = new Process('test', new Timeline(NOON));
  const asker: Asker = { process, runId: 'run', isWhole: true, endedWell: true };
  const about = { process: asker, account: 'main', isHonest: true, clusters: new Set<string>(), jobs: [] };
  for (const at of readAt) {
    const entries: Entry[] = [
      { ...about, at, endpoint: { what: 'projects' }, projects: new Set([PROJECT.id]) },
      { ...about, at, endpoint: { what: 'clusters', projectId: PROJECT.id, list: 'flex' }, projects: new Set() },
    ];
    log.entries.push(...entries);
  }
  const table = new Map(rows.map((row) => [row.jobId, row]));
  const oracle = new Oracle(world, log, ['main']);
  const until = NOON + 30 * HOUR_MS;
  return oracle
    .judgeComplete(NOON, until, until + HOUR_MS, { table, excused: new Set(), endedRuns: new Set() })
    .map(({ rule }) => rule);
}

const rowOf = ({ id, cluster }: Job, status: string): Row => ({
  ...{ jobId: id, projectId: cluster.projectId, clusterName: cluster.name, kind: 'flex', status },
});
const AFTER = NOON + 30.5 * HOUR_MS;

test('a restore that is in the ledger as it was when the period ended makes the claim right', () => {
  const job = jobOf(clusterOf(NOON - HOUR_MS, Infinity), NOON + HOUR_MS);
  expect(checked(job, { readAt: [NOON, AFTER], rows: [rowOf(job, 'COMPLETED')] })).toEqual([]);
});

test('one that is missing, or stands there as it was before, makes it wrong', () => {
  const job = jobOf(clusterOf(NOON - HOUR_MS, Infinity), NOON + HOUR_MS);
  expect(checked(job, { readAt: [NOON, AFTER], rows: [] })).toEqual(['complete, job missing']);
  expect(checked(job, { readAt: [NOON, AFTER], rows: [rowOf(job, 'RUNNING')] })).toEqual(['complete, job wrong']);
});

test('so does a list of projects that was not read since', () => {
  const job = jobOf(clusterOf(NOON - HOUR_MS, Infinity), NOON + HOUR_MS);
  expect(checked(job, { readAt: [NOON], rows: [rowOf(job, 'COMPLETED')] })).toEqual(['complete, no projects read']);
});

test('a cluster that came and went between two readings is excused where they lie close together, and only there', () => {
  const job = jobOf(clusterOf(NOON + HOUR_MS, NOON + 4 * HOUR_MS), NOON + 2 * HOUR_MS);
  expect(checked(job, { readAt: [NOON, NOON + 5 * HOUR_MS, AFTER], rows: [] })).toEqual([]);
  expect(checked(job, { readAt: [NOON, NOON + CONTINUITY_MS, AFTER], rows: [] })).toEqual(['complete, job missing']);
});
