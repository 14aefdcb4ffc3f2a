import { expect, test } from 'vitest';
import { withEvents } from '../../../functions/events/delivery/publishing-ledger.ts';
import type { LedgerEvent } from '../../../functions/events/model/event.ts';
import type { ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import type { KnownProject } from '../../../functions/ledger/model/known-project.ts';
import type { RunPart } from '../../../functions/ledger/model/run.ts';
import { noCounts } from '../../../functions/ledger/model/run.ts';
import { System } from '../../collector/system.ts';
import { type EngineTable, testEngine } from '../../ledger/engines.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../../ledger/jobs.ts';
import { finding, requester, run } from '../samples.ts';
import { wrongs } from '../schemas.ts';

const engine = testEngine();

/** A ledger on a table of its own, and what it published. */
function publishedBy({ ledger }: EngineTable, options = {}) {
  const events: LedgerEvent[] = [];
  return { events, ids: () => events.map(({ detail }) => detail.id), ledger: withEvents(ledger, add(events), options) };
}

const add = (events: LedgerEvent[]) => (event: LedgerEvent) => void events.push(event);

test('a job is published from its first sight to its last, each change once', async () => {
  await using table = await engine.newTable();
  const { ledger, events, ids } = publishedBy(table);
  const running = job();
  const { jobId } = running;
  await ledger.record(running, seen(0), false, { assess: () => [finding()] });
  await ledger.record(running, seen(1), true);
  await ledger.annotate(PROJECT, jobId, seen(2), () => ({ requester: requester() }));
  await ledger.annotate(PROJECT, jobId, seen(3), () => ({ requester: requester() }));
  await ledger.record(completed(running), seen(4), true);
  await ledger.markVanished(PROJECT, jobId, seen(5));
  expect(ids()).toEqual([`${jobId}:1`, `${jobId}:1:cross-project`, `${jobId}:2`, `${jobId}:3`, `${jobId}:4`]);
  expect(events.map(({ detail }) => detail.message)).toEqual([
    expect.stringContaining('restore RUNNING'),
    expect.stringContaining('cross-project (warning)'),
    expect.stringContaining('requested by ci-bot (exact)'),
    expect.stringContaining('restore COMPLETED after'),
    expect.stringContaining('Atlas no longer lists it.'),
  ]);
  expect(events.flatMap(wrongs)).toEqual([]);
});

test('a job that several write at once is published in the order of its revisions', async () => {
  await using table = await engine.newTable();
  const { ledger, ids } = publishedBy(table);
  const { jobId, ...running } = job();
  await Promise.all(
    Array.from({ length: 8 }, (_, minute) =>
      ledger.record({ ...running, jobId, targetClusterName: `target-${minute}` }, seen(minute), minute > 0),
    ),
  );
  expect(ids()).toEqual(Array.from({ length: 8 }, (_, index) => `${jobId}:${index + 1}`));
});

test('the writer waits for what is published, and gets what publishing throws; what was written stays', async () => {
  await using table = await engine.newTable();
  const ledger = withEvents(table.ledger, async () => {
    throw new Error('no space left on the disk');
  });
  await expect(ledger.record(job(), seen(0))).rejects.toThrow('no space left on the disk');
  expect(await table.ledger.job(job().jobId)).toMatchObject({ revision: 1 });
  const after = publishedBy(table);
  await after.ledger.record(completed(job()), seen(1), true);
  expect(after.ids()).toEqual([`${job().jobId}:2`]);
});

test('old news is not published, and what is old is said by an option', async () => {
  await using table = await engine.newTable();
  const old = completed(job({ jobId: idAt('2026-11-01T10:00:00Z') }), '2026-11-01T10:05:00.000Z');
  const quiet = publishedBy(table);
  await quiet.ledger.record(old, seen(0));
  expect(quiet.ids()).toEqual([]);
  const keen = publishedBy(table, { maxEventAgeHours: 8_760 });
  await keen.ledger.record({ ...old, jobId: idAt('2026-11-01T10:00:00Z', 1) }, seen(0));
  expect(keen.ids()).toHaveLength(1);
});

test('coverage is held against what it replaced, also where another writer came first', async () => {
  await using table = await engine.newTable();
  const { ledger, events } = publishedBy(table);
  const overdue = { days: 30, dueAt: seen(0).observedAt, overdueAt: seen(1).observedAt };
  const withDrill = (stored: ProjectCoverage | undefined): ProjectCoverage => ({
    ...{ projectId: PROJECT, projectName: 'payments', runId: RUN, revision: 0, discovery: {} },
    ...stored,
    clusters: {
      orders: {
        clusterName: 'orders',
        ...{ tier: 'flex', firstSeenAt: overdue.dueAt, seenAt: overdue.dueAt, lists: {}, drill: overdue },
      },
    },
  });
  const first = await table.ledger.saveCoverage(PROJECT, (stored) => ({ ...withDrill(stored), clusters: {} }));
  await table.ledger.saveCoverage(PROJECT, withDrill, first);
  // Reads what the other wrote, and so has nothing new to tell.
  await ledger.saveCoverage(PROJECT, withDrill, first);
  expect(events).toEqual([]);
  await ledger.saveCoverage(PROJECT, (stored) => ({ ...withDrill(stored), clusters: {} }));
  const { revision } = await ledger.saveCoverage(PROJECT, withDrill);
  expect(events.map(({ detail }) => detail.id)).toEqual([`${PROJECT}:${revision}:drills`]);
  expect(events.flatMap(wrongs)).toEqual([]);
});

test('a lost project is published once, and so is its return', async () => {
  await using table = await engine.newTable();
  const { ledger, events } = publishedBy(table);
  const lost = { notVisibleSince: seen(1).observedAt };
  const known = (stored?: KnownProject): KnownProject => ({
    ...{ projectId: PROJECT, projectName: 'payments', revision: 0, firstSeenAt: seen(0).observedAt },
    ...{ accounts: {}, changes: [{ at: seen(1).observedAt, what: 'visible' }] },
    ...stored,
  });
  await ledger.saveKnownProject(PROJECT, known);
  const read = await ledger.saveKnownProject(PROJECT, (stored) => ({ ...known(stored), ...lost }));
  await ledger.saveKnownProject(PROJECT, (stored) => ({ ...known(stored), ...lost }), read);
  await ledger.saveKnownProject(PROJECT, () => known());
  const published = events.map((event) => 'state' in event.detail && [event.detail.id, event.detail.state]);
  expect(published).toEqual([
    [`${PROJECT}:2:not-visible`, 'lost'],
    [`${PROJECT}:3:not-visible`, 'over'],
  ]);
  expect(events.flatMap(wrongs)).toEqual([]);
});

test('a run that is ended because it died is published', async () => {
  await using table = await engine.newTable();
  const { ledger, events } = publishedBy(table);
  const { finishedAt: _, counts: __, projects: ___, ...started } = run();
  await ledger.startRun({ ...started, status: 'running' });
  await ledger.endRun(RUN, { what: 'run', code: 'RUN_DIED', message: 'nothing was heard of it' });
  expect(events).toMatchObject([{ 'detail-type': 'Collector Run Incomplete', detail: { severity: 'critical' } }]);
  expect(events.flatMap(wrongs)).toEqual([]);
});

test('the end of a run is published once, whoever of those that finish it sees it', async () => {
  await using table = await engine.newTable();
  const { ledger, ids } = publishedBy(table);
  const { finishedAt: _, counts: __, projects: ___, ...started } = run();
  await ledger.startRun({ ...started, status: 'running' });
  const part = (index: number): RunPart => ({
    projectId: String(index).padStart(24, '0'),
    ...{ projectName: 'payments', status: 'complete', startedAt: started.startedAt, finishedAt: started.startedAt },
    ...{ counts: noCounts(), failures: [] },
  });
  const parts = Array.from({ length: 6 }, (_, index) => part(index));
  await ledger.planRun(RUN, parts.length, []);
  await Promise.all(parts.slice(1).map((one) => ledger.finishPart(RUN, one)));
  expect(ids()).toEqual([]);
  await Promise.all([0, 0, 0].map(() => ledger.finishPart(RUN, part(0))));
  expect(ids()).toEqual([`${RUN}:finished`]);
});

test('what collections tell is the history of each job, in order, and the end of each run', async () => {
  await using system = await System.start(engine, { projects: 2, clusters: 3, jobs: 4 });
  const events: LedgerEvent[] = [];
  const ledger = withEvents(system.ledger, add(events), { maxEventAgeHours: 100_000 });
  for (const minutes of [0, 20]) {
    system.clock.advance(minutes * 60_000);
    await system.run({}, { ledger });
    expect(events.at(-1)?.['detail-type']).toBe('Collector Run Completed');
  }
  const changes = events.filter((event) => event['detail-type'] === 'Restore Job State Change');
  const recorded = [...(await system.recorded()).values()];
  expect(recorded.length).toBeGreaterThan(0);
  for (const { jobId, changes: history } of recorded) {
    const published = changes.flatMap(({ detail }) => (detail.job.jobId === jobId ? detail.change : []));
    expect(published).toEqual(history);
  }
  expect(changes.length).toBe(recorded.reduce((sum, { revision }) => sum + revision, 0));
  expect(events.flatMap(wrongs)).toEqual([]);
  expect(JSON.stringify(events)).not.toMatch(/https?:|\.tar\.gz/);
});
