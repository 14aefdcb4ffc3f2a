import { describe, expect, test } from 'vitest';
import { plan } from '../../../functions/collector/plan/plan.ts';
import { type HandleTaskPorts, handleTask } from '../../../functions/collector/run/handle-task.ts';
import type { CollectTask } from '../../../functions/collector/task/task.ts';
import { parseTask } from '../../../functions/collector/task/task.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { newObjectId } from '../../../functions/restore/object-id.ts';
import { MINUTE } from '../../../local/atlas/base/time.ts';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';

const engine = testEngine();

/** A queue as SQS is, but for the waiting: a message comes when its delay is over, or twice. */
class Queue {
  readonly messages: { body: string; delayMs: number }[] = [];
  async sendLater(task: CollectTask, delayMs: number) {
    this.messages.push({ body: JSON.stringify(task), delayMs });
  }
  async send(tasks: readonly CollectTask[]) {
    for (const task of tasks) await this.sendLater(task, 0);
  }
}

async function begun(system: System, queue: Queue) {
  const runId = newObjectId(new Date(system.clock.now()));
  const accounts = [{ name: 'one', atlas: system.client }];
  const enqueue = (tasks: readonly CollectTask[]) => queue.send(tasks);
  await plan(
    { runId, trigger: 'schedule' },
    { accounts, ledger: system.ledger, log: silentLog, now: () => system.clock.now(), enqueue },
  );
  return runId;
}

const portsOf = (system: System, queue: Queue, timeLeftMs = () => 600_000): HandleTaskPorts => ({
  accounts: [{ name: 'one', atlas: system.client }],
  ledger: system.ledger,
  queue,
  log: silentLog,
  now: () => system.clock.now(),
  timeLeftMs,
});

test('the last order of a run ends it', async () => {
  await using system = await System.start(engine, { projects: 3, clusters: 2, jobs: 3 });
  const queue = new Queue();
  const runId = await begun(system, queue);
  const tasks = queue.messages.splice(0);
  expect(tasks).toHaveLength(3);
  for (const { body } of tasks) {
    expect((await system.ledger.run(runId))?.run.status).toBe('running');
    await handleTask(body, portsOf(system, queue), {});
  }
  expect((await system.ledger.run(runId))?.run).toMatchObject({
    status: 'complete',
    counts: { jobsNew: system.listed().size },
  });
});

test('a task delivered twice counts once', async () => {
  await using system = await System.start(engine, { projects: 2, clusters: 2, jobs: 3 });
  const queue = new Queue();
  const runId = await begun(system, queue);
  const [first, second] = queue.messages.splice(0);
  await Promise.all([
    handleTask(first?.body ?? '', portsOf(system, queue), {}),
    handleTask(first?.body ?? '', portsOf(system, queue), {}),
  ]);
  expect((await system.ledger.run(runId))?.run.status).toBe('running');
  await handleTask(second?.body ?? '', portsOf(system, queue), {});
  await handleTask(second?.body ?? '', portsOf(system, queue), {});
  const { run, parts } = (await system.ledger.run(runId)) ?? {};
  expect(run?.status).toBe('complete');
  expect(parts).toHaveLength(2);
  expect((await system.recorded()).size).toBe(system.listed().size);
});

test('out of time: it says so, goes on in the next message, and ends with everything counted', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 1_100 });
  const queue = new Queue();
  const runId = await begun(system, queue);
  let messages = 0;
  while (queue.messages.length > 0) {
    const next = queue.messages.shift();
    messages += 1;
    // Every request to Atlas takes seven seconds of a minute.
    const before = system.atlas.requests.length;
    const timeLeftMs = () => 75_000 - 7_000 * (system.atlas.requests.length - before);
    await handleTask(next?.body ?? '', portsOf(system, queue, timeLeftMs), { followMs: 0, parallelLists: 2 });
    expect(messages).toBeLessThan(60);
  }
  expect(messages).toBeGreaterThan(1);
  const { run, parts } = (await system.ledger.run(runId)) ?? {};
  expect(run?.status).toBe('complete');
  expect(parts?.[0]?.counts.jobsNew).toBe(system.listed().size);
  expect(new Set((await system.recorded()).keys())).toEqual(new Set(system.listed().keys()));
  // The next run finds nothing left to do.
  system.clock.advance(MINUTE);
  expect((await system.run()).run.counts).toMatchObject({ jobsNew: 0, jobsChanged: 0 });
});

test('what another run was refused meanwhile is not done for this one', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 3 });
  const path = /restoreJobs$/;
  const queue = new Queue();
  const runId = await begun(system, queue);
  const lift = system.atlas.faults.add({
    when: { path },
    fault: { type: 'status', status: 429, retryAfterSeconds: 900 },
  });
  await handleTask(
    queue.messages.shift()?.body ?? '',
    portsOf(system, queue, () => 60_000),
    { followMs: 0 },
  );
  lift();
  const refuse = system.atlas.faults.add({ when: { path }, fault: { type: 'status', status: 403 } });
  system.clock.advance(20 * MINUTE);
  expect((await system.run()).run.status).not.toBe('complete');
  for (let body = queue.messages.shift()?.body; body !== undefined; body = queue.messages.shift()?.body)
    await handleTask(body, portsOf(system, queue), { followMs: 0 });
  refuse();
  expect((await system.ledger.run(runId))?.run).toMatchObject({
    status: expect.not.stringMatching(/^(complete|running)$/),
  });
});

test('a rate limit that outlasts the time left puts the project back into the queue, for as long as Atlas asked', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 3 });
  const queue = new Queue();
  const runId = await begun(system, queue);
  const [task] = queue.messages.splice(0);
  system.atlas.faults.add({
    when: { kind: 'dedicated' },
    times: 1,
    fault: { type: 'status', status: 429, retryAfterSeconds: 300 },
  });
  await handleTask(
    task?.body ?? '',
    portsOf(system, queue, () => 60_000),
    { followMs: 0 },
  );
  const [later] = queue.messages.splice(0);
  expect(later?.delayMs).toBe(300_000);
  expect((await system.ledger.run(runId))?.run.status).toBe('running');
  system.clock.advance(300_000);
  await handleTask(later?.body ?? '', portsOf(system, queue), { followMs: 0 });
  expect((await system.ledger.run(runId))?.run.status).toBe('complete');
  expect((await system.recorded()).size).toBe(system.listed().size);
});

describe('following a job that runs', () => {
  test('one look a minute, of that cluster only, until it has ended', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 4, jobs: 0 });
    const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
    const job = system.atlas.world.startRestore({
      projectId,
      clusterName: 'Cluster0',
      kind: 'dedicated',
      durationMs: 5 * MINUTE,
    });
    const queue = new Queue();
    await begun(system, queue);
    await handleTask(queue.messages.shift()?.body ?? '', portsOf(system, queue), {});
    let looks = 0;
    while (queue.messages.length > 0) {
      expect(queue.messages).toHaveLength(1);
      const look = queue.messages.shift();
      expect(look?.delayMs).toBe(MINUTE);
      system.clock.advance(look?.delayMs ?? 0);
      system.atlas.requests.length = 0;
      await handleTask(look?.body ?? '', portsOf(system, queue), {});
      const read = system.atlas.requests.filter(({ status }) => status === 200).map(({ path }) => path);
      // Who asked was pending at first, and is looked up once more.
      expect(read.filter((path) => path.endsWith('/events'))).toHaveLength(looks === 0 ? 1 : 0);
      expect(read.filter((path) => !path.endsWith('/events'))).toHaveLength(1);
      looks += 1;
    }
    expect(looks).toBe(5);
    expect((await system.ledger.job(job.id))?.status).toBe('COMPLETED');
  });

  test('runs, and looks that come twice, start no second chain', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 0 });
    const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
    system.atlas.world.startRestore({ projectId, clusterName: 'Cluster0', kind: 'dedicated', durationMs: 60 * MINUTE });
    const queue = new Queue();
    await begun(system, queue);
    await handleTask(queue.messages.shift()?.body ?? '', portsOf(system, queue), {});
    const [look] = queue.messages;
    await begun(system, queue);
    await handleTask(queue.messages.pop()?.body ?? '', portsOf(system, queue), {});
    expect(queue.messages).toEqual([look]);

    system.clock.advance(MINUTE);
    queue.messages.length = 0;
    await Promise.all([
      handleTask(look?.body ?? '', portsOf(system, queue), {}),
      handleTask(look?.body ?? '', portsOf(system, queue), {}),
    ]);
    await handleTask(look?.body ?? '', portsOf(system, queue), {});
    expect(queue.messages).toHaveLength(1);
  });
});

test.each([
  ['not JSON', '{'],
  ['invalid task: ', 'null'],
  ['runId', '{}'],
  ['projectId', JSON.stringify({ runId: 'a'.repeat(24), projectId: 'PROJECT#x', projectName: 'x', accounts: [] })],
  [
    'progress.counts',
    JSON.stringify({
      runId: 'a'.repeat(24),
      projectId: 'a'.repeat(24),
      projectName: 'x',
      accounts: [],
      progress: { startedAt: '2026-11-23T12:00:00Z', messages: 2, counts: 1, failures: [] },
    }),
  ],
])('a message that is no task is refused: %s', (field, body) => {
  expect(() => parseTask(body)).toThrow(field);
});

test('a task for credentials that are not here is refused by name', async () => {
  await using system = await System.start(engine, { projects: 1 });
  const task = { runId: 'a'.repeat(24), projectId: 'a'.repeat(24), projectName: 'x', accounts: ['three'] };
  const ports = {
    ...portsOf(system, new Queue()),
    accounts: ['one', 'two'].map((name) => ({ name, atlas: system.client })),
  };
  await expect(handleTask(JSON.stringify(task), ports, {})).rejects.toThrow('three');
});
