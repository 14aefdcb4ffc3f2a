import { afterAll, beforeAll, expect, test } from 'vitest';
import { AtlasClient } from '../../functions/atlas/client.ts';
import { fixedCredentials } from '../../functions/atlas/credentials.ts';
import type { CollectOrder } from '../../functions/collect/order.ts';
import { silentLog } from '../../functions/log.ts';
import { plan } from '../../functions/plan/plan.ts';
import { planRequest, runIdFor } from '../../functions/plan/request.ts';
import { requestedAt } from '../../functions/restore/object-id.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { type Store, System, startStore } from '../collect/system.ts';

let store: Store;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store[Symbol.asyncDispose]());

const runId = runIdFor(new Date('2026-11-23T12:00:00Z'), 'one');

async function planned(system: System, more: Partial<Parameters<typeof plan>[1]> = {}, request = {}, options = {}) {
  const orders: CollectOrder[] = [];
  const ports = {
    accounts: [{ name: 'one', atlas: system.client }],
    ledger: system.ledger,
    log: silentLog,
    now: () => system.clock.now(),
    enqueue: async (some: readonly CollectOrder[]) => void orders.push(...some),
  };
  const run = await plan({ runId, trigger: 'schedule', ...request }, { ...ports, ...more }, options);
  return { run, orders };
}

test('one order a project, and the run knows how many', async () => {
  await using system = await System.start(store, { projects: 7 });
  const { run, orders } = await planned(system);
  expect(run).toMatchObject({ runId, status: 'running', projects: 7, trigger: 'schedule' });
  expect(new Set(orders.map(({ projectId }) => projectId))).toEqual(
    new Set(system.atlas.world.projects.map(({ id }) => id)),
  );
  for (const order of orders) expect(order).toMatchObject({ runId, account: 'one' });
});

test('a repeat of the same event is the same run', async () => {
  await using system = await System.start(store);
  await planned(system);
  await planned(system);
  expect((await system.ledger.runs({})).items).toHaveLength(1);
});

test('patterns, and a scope, narrow it; a project asked for by id needs no pattern', async () => {
  await using system = await System.start(store, { projects: 5 });
  const [project] = system.atlas.world.projects;
  const none = { wantsProject: () => false };
  const empty = await planned(system, {}, {}, none);
  expect(empty).toMatchObject({ orders: [], run: { status: 'complete', projects: 0 } });
  const scope = { projectId: project?.id, clusterName: 'Cluster0' };
  const { orders } = await planned(
    system,
    {},
    { runId: runIdFor(new Date('2026-11-23T12:00:00Z'), 'two'), scope },
    none,
  );
  expect(orders).toEqual([expect.objectContaining(scope)]);
});

test('a project that nobody can see ends the run as failed, and says what to check', async () => {
  await using system = await System.start(store);
  const { run } = await planned(system, {}, { scope: { projectId: 'f'.repeat(24) } });
  expect(run.status).toBe('failed');
  expect(run.failures).toEqual([
    { what: 'project', code: 'ATLAS_NOT_FOUND', message: expect.stringContaining('check the id') },
  ]);
});

test('one account that is refused costs only its own projects; a project seen twice is ordered once', async () => {
  await using system = await System.start(store);
  await using other = await startAtlas({ clock: system.clock, seed: 2 });
  const refused = fixedCredentials({ type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'wrong' });
  await using wrong = new AtlasClient({ credentials: refused, baseUrl: other.url, clock: system.clock });
  const accounts = [
    { name: 'one', atlas: system.client },
    { name: 'same', atlas: system.client },
    { name: 'wrong', atlas: wrong },
  ];
  const { run, orders } = await planned(system, { accounts });
  expect(orders.map(({ account }) => account)).toEqual(['one', 'one', 'one']);
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

test.each([
  [{}, 'trigger'],
  [{ trigger: 'schedule', scheduledAt: 'noon', executionId: 'x' }, 'scheduledAt'],
  [{ trigger: 'schedule', scheduledAt: '2026-11-23T12:15:00Z' }, 'executionId'],
  [{ trigger: 'request', runId: 'PROJECT#1' }, 'runId'],
  [{ trigger: 'request', runId, projectId: '../x' }, 'projectId'],
  [null, 'its top'],
])('an event that is none, %j, is refused by the name of its field', (event, field) => {
  expect(() => planRequest(event)).toThrow(field);
});
