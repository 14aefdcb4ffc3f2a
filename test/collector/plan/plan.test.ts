import { expect, test } from 'vitest';
import { fixedCredentials } from '../../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../../functions/atlas/client.ts';
import { plan } from '../../../functions/collector/plan/plan.ts';
import { planRequest, runIdFor } from '../../../functions/collector/plan/request.ts';
import type { CollectTask } from '../../../functions/collector/task/task.ts';
import { LedgerError } from '../../../functions/ledger/model/errors.ts';
import type { Ledger } from '../../../functions/ledger/model/ledger.ts';
import type { Run } from '../../../functions/ledger/model/run.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { requestedAt } from '../../../functions/restore/object-id.ts';
import { startAtlas } from '../../../local/atlas/server.ts';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';

const engine = testEngine();

const runId = runIdFor(new Date('2026-11-23T12:00:00Z'), 'one');

async function planned(system: System, more: Partial<Parameters<typeof plan>[1]> = {}, request = {}, options = {}) {
  const tasks: CollectTask[] = [];
  const ports = {
    accounts: [{ name: 'one', atlas: system.client }],
    ledger: system.ledger,
    log: silentLog,
    now: () => system.clock.now(),
    enqueue: async (some: readonly CollectTask[]) => void tasks.push(...some),
  };
  const run = await plan({ runId, trigger: 'schedule', ...request }, { ...ports, ...more }, options);
  return { run, tasks };
}

test('one task a project, and the run knows how many', async () => {
  await using system = await System.start(engine, { projects: 7 });
  const { run, tasks } = await planned(system);
  expect(run).toMatchObject({ runId, status: 'running', projects: 7, trigger: 'schedule' });
  expect(new Set(tasks.map(({ projectId }) => projectId))).toEqual(
    new Set(system.atlas.world.projects.map(({ id }) => id)),
  );
  for (const task of tasks) expect(task).toMatchObject({ runId, accounts: ['one'] });
});

test('a project that cannot be understood fails the list of projects, and costs no other project', async () => {
  await using system = await System.start(engine, { projects: 7 });
  system.atlas.faults.add({ when: { path: /groups$/ }, fault: { type: 'wrongTypes', what: 'nullItem' } });
  const { run, tasks } = await planned(system);
  expect(tasks).toHaveLength(6);
  expect(run.failures).toEqual([
    {
      what: 'projects',
      code: 'ATLAS_BAD_ANSWER',
      message:
        "the list of projects: 1 project can't be used, or in part only, and may be missing here: results[]: expected an object, got null",
    },
  ]);
});

test('a list of projects that ends short of its count fails, after those that it shows', async () => {
  await using system = await System.start(engine, { projects: 7 });
  system.atlas.faults.add({ when: { path: /groups$/ }, fault: { type: 'cutPages', items: 4 } });
  const { run, tasks } = await planned(system);
  expect(tasks).toHaveLength(4);
  expect(run.failures).toMatchObject([{ what: 'projects', code: 'ATLAS_BAD_ANSWER' }]);
});

test('a task is queued once, and not before the run is recorded', async () => {
  await using system = await System.start(engine, { projects: 3 });
  let recordRun = () => {};
  const mayRecord = new Promise<void>((resolve) => {
    recordRun = resolve;
  });
  const queued: number[] = [];
  const ledger = {
    ...system.ledger,
    startRun: async (run: Run) => {
      await mayRecord;
      await system.ledger.startRun(run);
    },
  };
  const enqueue = async (tasks: readonly CollectTask[]) => {
    expect(await system.ledger.run(runId)).toBeDefined();
    queued.push(tasks.length);
  };
  const planning = planned(system, { ledger, enqueue });
  while (system.atlas.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(queued).toEqual([]);
  recordRun();
  expect((await planning).run).toMatchObject({ projects: 3 });
  expect(queued).toEqual([3]);
});

test.each(['startRun', 'planRun'] as const)('where %s fails, so does the plan; nothing goes on', async (method) => {
  await using system = await System.start(engine, { projects: 3 });
  const failure = new LedgerError('LEDGER_UNAVAILABLE', 'try again later');
  const ledger = { ...system.ledger, [method]: () => Promise.reject(failure) };
  let [begun, done] = [0, 0];
  const enqueue = async () => {
    begun += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    done += 1;
  };
  await expect(planned(system, { ledger, enqueue })).rejects.toBe(failure);
  expect([begun, done]).toEqual(method === 'startRun' ? [0, 0] : [1, 1]);
});

test('a plan that could not be recorded is recorded once its tasks are queued, so that the run ends', async () => {
  await using system = await System.start(engine, { projects: 3 });
  let failures = 1;
  const ledger: Ledger = {
    ...system.ledger,
    planRun: async (...given) => {
      if (failures-- > 0) throw new LedgerError('LEDGER_UNAVAILABLE', 'try again later');
      return system.ledger.planRun(...given);
    },
  };
  expect((await planned(system, { ledger, enqueue: async () => {} })).run).toMatchObject({ projects: 3 });
});

test('where no task can be queued the plan fails, and a repeat makes it good', async () => {
  await using system = await System.start(engine, { projects: 3 });
  const enqueue = () => Promise.reject(new Error('no queue'));
  await expect(planned(system, { enqueue })).rejects.toThrow('no queue');
  expect(await planned(system)).toMatchObject({ run: { status: 'running', projects: 3 }, tasks: { length: 3 } });
});

test('a repeat of the same event is the same run', async () => {
  await using system = await System.start(engine);
  await planned(system);
  await planned(system);
  expect((await system.ledger.runs({})).items).toHaveLength(1);
});

test('patterns, and a scope, narrow it; a project asked for by id needs no pattern', async () => {
  await using system = await System.start(engine, { projects: 5 });
  const [project] = system.atlas.world.projects;
  const none = { wantsProject: () => false, chosenBy: 'INCLUDE_PROJECTS=prod-*' };
  const { run, tasks: nothing } = await planned(system, {}, {}, none);
  expect(nothing).toEqual([]);
  const message = 'INCLUDE_PROJECTS=prod-* leaves out every project that the credentials see: check the patterns';
  expect(run).toMatchObject({ status: 'failed', failures: [{ code: 'NO_PROJECTS_CHOSEN', message }] });
  const scope = { projectId: project?.id, clusterName: 'Cluster0' };
  const { tasks } = await planned(
    system,
    {},
    { runId: runIdFor(new Date('2026-11-23T12:00:00Z'), 'two'), scope },
    none,
  );
  expect(tasks).toEqual([expect.objectContaining(scope)]);
});

test('a project that nobody can see ends the run as failed, and says what to check', async () => {
  await using system = await System.start(engine);
  const { run } = await planned(system, {}, { scope: { projectId: 'f'.repeat(24) } });
  expect(run.status).toBe('failed');
  expect(run.failures).toEqual([
    { what: 'project', code: 'ATLAS_NOT_FOUND', message: expect.stringContaining('check the id') },
  ]);
});

test('a project that Atlas no longer shows is named in each run, and one that it shows again is collected', async () => {
  await using system = await System.start(engine, { projects: 3, clusters: 1, jobs: 2 });
  const [, lost] = system.atlas.world.projects;
  if (!lost) throw new Error('there are three');
  expect((await system.run()).run.status).toBe('complete');
  const show = system.atlas.world.hideProject(lost.id);
  for (const minutes of [15, 15]) {
    system.clock.advance(minutes * 60_000);
    const { run, parts } = await system.run();
    expect([run.status, parts.length]).toEqual(['incomplete', 2]);
    expect(run.failures).toMatchObject([{ code: 'PROJECT_NOT_VISIBLE', projectId: lost.id, projectName: lost.name }]);
  }
  show();
  system.clock.advance(15 * 60_000);
  const { run, parts } = await system.run();
  expect([run.status, parts.length]).toEqual(['complete', 3]);
});

test('one account that is refused costs only its own projects; a project seen twice is ordered once', async () => {
  await using system = await System.start(engine);
  await using other = await startAtlas({ clock: system.clock, seed: 2 });
  const refused = fixedCredentials({ type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'wrong' });
  await using wrong = new AtlasClient({ credentials: refused, baseUrl: other.url, clock: system.clock });
  const accounts = [
    { name: 'one', atlas: system.client },
    { name: 'same', atlas: system.client },
    { name: 'wrong', atlas: wrong },
  ];
  const { run, tasks } = await planned(system, { accounts });
  expect(tasks.map(({ accounts: [first] }) => first)).toEqual(['one', 'one', 'one']);
  expect(run.failures).toEqual([expect.objectContaining({ what: 'projects of wrong', code: 'ATLAS_UNAUTHORIZED' })]);
  expect(JSON.stringify(run)).not.toContain(system.atlas.apiKey.privateKey);
});

test('a schedule that is delivered twice gives the same run id, and the id tells its time', () => {
  const event = { trigger: 'schedule', scheduledAt: '2026-11-23T12:15:00Z', executionId: 'd32c5kddcf5bb8c3' };
  const { runId: first } = planRequest(event);
  expect(planRequest(event).runId).toBe(first);
  expect(requestedAt(first)).toBe('2026-11-23T12:15:00.000Z');
  expect(runIdFor(new Date(event.scheduledAt), 'another')).not.toBe(first);
});

test('a requested run may come with more than this version knows', () => {
  const event = { trigger: 'request', runId: '65a1b2c3d4e5f60718293a4b', note: 'synthetic' };
  expect(planRequest(event)).toMatchObject({ runId: event.runId, full: false });
});

test.each([
  [{}, 'trigger'],
  [{ trigger: 'schedule', scheduledAt: 'noon', executionId: 'x' }, 'scheduledAt'],
  [{ trigger: 'schedule', scheduledAt: '2026-11-23T12:15:00Z' }, 'executionId'],
  [{ trigger: 'request', runId: 'PROJECT#1' }, 'runId'],
  [{ trigger: 'request', runId, projectId: '../x' }, 'projectId'],
  [null, 'the event'],
])('an event that is none, %j, is refused by the name of its field', (event, field) => {
  expect(() => planRequest(event)).toThrow(field);
});
