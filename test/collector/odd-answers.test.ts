// Answers that contradict what is known, or themselves, and are neither believed nor thrown away.
import { describe, expect, test } from 'vitest';
import { plan } from '../../functions/collector/plan/plan.ts';
import { handleTask } from '../../functions/collector/run/handle-task.ts';
import type { CollectTask } from '../../functions/collector/task/task.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();

const ONE = { projects: 1, clusters: 1, jobs: 3 };
const projectOf = (system: System) => system.atlas.world.projects[0]?.id ?? '';
const clusterOf = async (system: System, name: string) =>
  (await system.ledger.coverage(projectOf(system)))?.clusters[name];
const answering = (status: number, body: string) =>
  ({ type: 'foreign', status, body, headers: { 'content-type': 'application/json' } }) as const;
const page = (results: object[], more: object = {}) =>
  answering(
    200,
    JSON.stringify({
      results,
      totalCount: results.length,
      links: [{ rel: 'self', href: 'https://atlas.invalid/x?itemsPerPage=500&pageNum=1' }],
      ...more,
    }),
  );
const dedicated = (id: string) => ({
  ...{ id, deliveryType: 'automated', snapshotId: '6b04309ce9249f22f93cf21c', finishedAt: '2026-11-23T11:00:00Z' },
  ...{ failed: false, cancelled: false, expired: false },
});
const jobsOf = (system: System, kind: 'dedicated' | 'flex' = 'dedicated', clusterName = 'Cluster0') =>
  system.jobsOf(projectOf(system), clusterName, kind);

describe('a list that answers with the restores of another one', () => {
  test('is not read, says whose they are, and takes none of them over', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    system.clock.advance(20 * MINUTE);
    const projectId = projectOf(system);
    system.atlas.world.addCluster({ projectId, clusterName: 'other' });
    const own = system.atlas.world.startRestore({
      projectId,
      clusterName: 'other',
      kind: 'dedicated',
      durationMs: 1_000,
    });
    const first = jobsOf(system).at(-1);
    const before = await system.recorded();
    const lift = system.atlas.faults.add({
      when: { clusterName: 'other', kind: 'dedicated' },
      fault: page(jobsOf(system).map(({ id }) => dedicated(id))),
    });
    system.clock.advance(20 * MINUTE);
    for (const full of [true, false]) {
      expect((await system.run({ full })).parts[0]?.failures).toMatchObject([
        {
          clusterName: 'other',
          code: 'LIST_CONTRADICTS',
          message: expect.stringMatching(/is a dedicated restore of Cluster0$/),
        },
      ]);
      system.clock.advance(MINUTE);
    }
    expect((await system.recorded()).get(first?.id ?? '')).toEqual(before.get(first?.id ?? ''));
    expect((await clusterOf(system, 'other'))?.lists.dedicated?.fullReadAt).toBeUndefined();
    lift();
    expect((await system.run()).run.status).toBe('complete');
    expect(await system.ledger.job(own.id)).toBeDefined();
  });

  test('of another kind likewise, and whichever was first gives the restore back once it is right', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    system.clock.advance(20 * MINUTE);
    const ref = { projectId: projectOf(system), clusterName: 'Cluster0' };
    const job = system.atlas.world.startRestore({ ...ref, kind: 'dedicated', durationMs: 1_000 });
    const lift = system.atlas.faults.add({
      when: { clusterName: 'Cluster0', kind: 'collection' },
      fault: page([{ id: job.id, state: 'FAILED' }]),
    });
    system.clock.advance(20 * MINUTE);
    expect((await system.run({ full: true })).parts[0]?.failures).toMatchObject([{ code: 'LIST_CONTRADICTS' }]);
    lift();
    for (let nth = 0; nth < 2; nth++) {
      system.clock.advance(20 * MINUTE);
      await system.run({ full: true });
    }
    expect((await system.ledger.runs({})).items[0]?.status).toBe('complete');
    expect(await system.ledger.job(job.id)).toMatchObject({ kind: 'dedicated', status: 'COMPLETED' });
  });

  test('of flex clusters, which name theirs, likewise where none of them is known', async () => {
    await using system = await System.start(engine, ONE);
    const projectId = projectOf(system);
    system.atlas.world.addCluster({ projectId, clusterName: 'Flex0', tier: 'flex' });
    const id = newObjectId(new Date(system.clock.now() - MINUTE));
    const job = { id, status: 'COMPLETED', deliveryType: 'RESTORE', instanceName: 'Flex1', projectId };
    system.atlas.faults.add({ when: { clusterName: 'Flex0', kind: 'flex' }, fault: page([job]) });
    expect((await system.run()).parts[0]?.failures).toMatchObject([
      {
        clusterName: 'Flex0',
        code: 'LIST_CONTRADICTS',
        message: expect.stringContaining(`job ${id} on it is of Flex1`),
      },
    ]);
    expect(await system.ledger.job(id)).toBeUndefined();
  });
});

test.each(['"43"', '1e400', '43.5', '-1', '{}'])('a count that is %s shows no end of a list', async (totalCount) => {
  await using system = await System.start(engine, ONE);
  const [first] = jobsOf(system);
  const body = JSON.stringify({
    results: [dedicated(first?.id ?? '')],
    totalCount: 'HERE',
    links: [{ rel: 'self', href: 'https://atlas.invalid/x?itemsPerPage=500&pageNum=1' }],
  });
  const fault = answering(200, body.replace('"HERE"', totalCount));
  const lift = system.atlas.faults.add({ when: { kind: 'dedicated' }, fault });
  expect((await system.run()).parts[0]?.failures).toMatchObject([
    { code: 'LIST_CONTRADICTS', message: expect.stringContaining('is how many there are') },
  ]);
  expect(await system.ledger.job(first?.id ?? '')).toBeDefined();
  lift();
  const clusters = system.atlas.faults.add({
    when: { path: /\/clusters$/ },
    fault: answering(200, `{"results":[],"totalCount":${totalCount},"links":[]}`),
  });
  system.clock.advance(MINUTE);
  expect((await system.run()).parts[0]?.failures).toMatchObject([{ what: 'dedicated clusters' }]);
  clusters();
  system.clock.advance(MINUTE);
  expect((await system.run()).run.status).toBe('complete');
});

test('a list of clusters that leaves out one whose restores are listed is not read, however often', async () => {
  await using system = await System.start(engine, ONE);
  const ref = { projectId: projectOf(system), clusterName: 'Flex0' };
  system.atlas.world.addCluster({ ...ref, tier: 'flex' });
  await system.run();
  const readAt = new Date(system.clock.now()).toISOString();
  const lift = system.atlas.faults.add({ when: { path: /\/flexClusters$/ }, fault: page([]) });
  for (let nth = 0; nth < 4; nth++) {
    system.clock.advance(40 * MINUTE);
    const job = system.atlas.world.startRestore({ ...ref, kind: 'flex', durationMs: 1_000 });
    system.clock.advance(MINUTE);
    const { run, parts } = await system.run();
    expect([run.status, parts[0]?.failures]).toMatchObject([
      'incomplete',
      [{ what: 'flex clusters', code: 'LIST_CONTRADICTS', message: expect.stringContaining('leaves out Flex0') }],
    ]);
    expect(await system.ledger.job(job.id)).toBeDefined();
    expect(await clusterOf(system, 'Flex0')).not.toHaveProperty('goneAt');
    expect((await system.ledger.coverage(ref.projectId))?.discovery.flex).toMatchObject({ readAt });
  }
  lift();
  system.atlas.world.deleteCluster(ref);
  system.clock.advance(MINUTE);
  expect((await system.run()).run.status).toBe('complete');
  expect(await clusterOf(system, 'Flex0')).toHaveProperty('goneAt');
});

test.each([
  ['no id', { deliveryType: 'automated' }],
  ['an id of another shape', { id: 'job-17', deliveryType: 'automated' }],
  ['an id that is no text', { id: 17 }],
  ['nothing in it at all', null],
])('an element with %s makes the run incomplete, by name, and costs only itself', async (_, element) => {
  await using system = await System.start(engine, ONE);
  const known = jobsOf(system).map(({ id }) => dedicated(id));
  system.atlas.faults.add({ when: { kind: 'dedicated' }, fault: page([...known, element as object]) });
  const { run, parts } = await system.run();
  expect([run.status, parts[0]?.failures]).toMatchObject([
    'incomplete',
    [
      {
        ...{ clusterName: 'Cluster0', what: 'dedicated restore jobs', code: 'ATLAS_BAD_ANSWER' },
        message: expect.stringMatching(/^1 restore job could not be recorded without an id: /),
      },
    ],
  ]);
  expect((await system.recorded()).size).toBeGreaterThanOrEqual(known.length);
});

test('an id in capitals is the same id, with a problem', async () => {
  await using system = await System.start(engine, ONE);
  await system.run();
  const [first, ...others] = jobsOf(system).map(({ id }) => id);
  const fresh = newObjectId(new Date(system.clock.now() - MINUTE));
  const ids = [fresh.toUpperCase(), String(first).toUpperCase(), ...others];
  system.atlas.faults.add({ when: { kind: 'dedicated' }, fault: page(ids.map(dedicated)) });
  system.clock.advance(HOUR);
  expect((await system.run({ full: true })).run).toMatchObject({
    status: 'complete',
    counts: { jobsNew: 1, jobsVanished: 0, problems: 0 },
  });
  const problems = [{ field: 'id', expected: '24 hex digits in lower case', got: expect.any(String) }];
  expect(await system.ledger.job(fresh)).toMatchObject({ jobId: fresh, problems });
  expect(await system.ledger.job(first ?? '')).toMatchObject({ jobId: first, problems });
});

test('clusters whose ids are no text are read, and their list is not', async () => {
  await using system = await System.start(engine, ONE);
  system.atlas.faults.add({ when: { path: /\/clusters$/ }, fault: { type: 'wrongTypes', what: 'numberIds' } });
  const { run, parts } = await system.run();
  expect([run.status, parts[0]?.failures]).toMatchObject([
    'incomplete',
    [{ what: 'dedicated clusters', message: expect.stringContaining('id: expected text, got') }],
  ]);
  expect((await clusterOf(system, 'Cluster0'))?.lists.dedicated).toHaveProperty('fullReadAt');
  expect((await system.ledger.coverage(projectOf(system)))?.discovery.dedicated?.readAt).toBeUndefined();
});

describe('a reading that goes on in a second message', () => {
  /** The functions' way. The first message has time until `lastOfFirst` has been answered. */
  async function carriedOut(system: System, lastOfFirst: RegExp) {
    const account = { name: 'test', atlas: system.client };
    const shared = { accounts: [account], ledger: system.ledger, log: silentLog, now: () => system.clock.now() };
    const runId = newObjectId(new Date(system.clock.now()));
    const tasks: CollectTask[] = [];
    const enqueue = async (planned: readonly CollectTask[]) => void tasks.push(...planned);
    await plan({ runId, trigger: 'schedule', full: true }, { ...shared, enqueue });
    const queue = { sendLater: async (task: CollectTask) => void tasks.push(task) };
    for (let nth = 1; tasks.length > 0 && nth < 10; nth++) {
      const before = system.atlas.requests.length;
      const isOver = () => nth === 1 && system.atlas.requests.slice(before).some(({ path }) => lastOfFirst.test(path));
      const timeLeftMs = () => (isOver() ? 0 : 600_000);
      const body = JSON.stringify(tasks.shift());
      await handleTask(body, { ...shared, queue, timeLeftMs }, { followMs: 0, parallelLists: 1 });
    }
    return (await system.ledger.run(runId))?.run.status;
  }

  test('and brings fewer than Atlas counts there is not read', async () => {
    await using system = await System.start(engine, { ...ONE, jobs: 0 });
    system.atlas.world.addCluster({ projectId: projectOf(system), clusterName: 'long' });
    const id = (minutes: number) => newObjectId(new Date(system.clock.now() - minutes * MINUTE));
    const links = (...more: object[]) => [{ rel: 'self', href: 'https://atlas.invalid/x?itemsPerPage=2' }, ...more];
    const pages = [
      page(
        [1, 2].map((n) => dedicated(id(n))),
        { totalCount: 6, links: links({ rel: 'next', href: 'https://atlas.invalid/' }) },
      ),
      page(
        [3, 4].map((n) => dedicated(id(n))),
        { totalCount: 6, links: links() },
      ),
      page([], { totalCount: 6, links: links() }),
    ];
    for (const [nth, fault] of pages.entries())
      system.atlas.faults.add({ when: { clusterName: 'long', kind: 'dedicated', pageNum: nth + 1 }, fault });
    expect(await carriedOut(system, /long\/backup/)).toBe('incomplete');
    const list = (await clusterOf(system, 'long'))?.lists.dedicated;
    expect(list).toMatchObject({ jobs: 4, error: { code: 'LIST_CONTRADICTS' } });
    expect(list).not.toHaveProperty('fullReadAt');
  });

  test('and had a doubt in the first is not read, where it stays when it is read anew', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    system.atlas.world.addCluster({ projectId: projectOf(system), clusterName: 'long' });
    const own = [1, 2, 3].map((n) => dedicated(newObjectId(new Date(system.clock.now() - n * HOUR * 24 * 30))));
    const others = jobsOf(system)
      .slice(-1)
      .map(({ id }) => dedicated(id));
    const links = (...more: object[]) => [{ rel: 'self', href: 'https://atlas.invalid/x?itemsPerPage=2' }, ...more];
    const next = { rel: 'next', href: 'https://atlas.invalid/' };
    const pages = [
      page([...others, ...own.slice(0, 1)], { totalCount: 4, links: links(next) }),
      page(own.slice(1), { totalCount: 4, links: links() }),
      page([], { totalCount: 4, links: links() }),
    ];
    for (const [nth, fault] of pages.entries())
      system.atlas.faults.add({ when: { clusterName: 'long', kind: 'dedicated', pageNum: nth + 1 }, fault });
    expect(await carriedOut(system, /long\/backup/)).toBe('incomplete');
    expect((await clusterOf(system, 'long'))?.lists.dedicated).toMatchObject({
      error: { code: 'LIST_CONTRADICTS', message: expect.stringContaining('is a dedicated restore of Cluster0') },
    });
  });
});
