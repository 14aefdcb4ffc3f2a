// An event that is lost on its way to the hub: named once the spoke's next run is heard of, and mended by its export.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { exported, inventoryOf, scopeItem } from '../../functions/ledger/transfer/export.ts';
import { backfill } from '../../functions/relay/backfill.ts';
import { checkHub } from '../../functions/relay/check.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../ledger/jobs.ts';
import { list } from '../ledger/table.ts';
import { apply, cover, delivered, delivery, now, PROJECTS, reasons, receiving, SPOKE, steps } from './history.ts';
import { spokeOf, type TestSpoke } from './spoke.ts';

const engine = testEngine();

const isOfJob = (body: string) => JSON.parse(body).detail.key.sk.startsWith('JOB#');
const gapsOf = async (hub: Awaited<ReturnType<typeof engine.newTable>>, projectId: string) =>
  (await reasons(hub.table, hub.ledger, projectId)).filter((reason) => reason === 'hub-behind');

/** What the next run of the spoke sends of each project. */
async function nextRun(spoke: TestSpoke, hubTable: Table) {
  spoke.sent.splice(0);
  for (const projectId of PROJECTS) await cover(spoke.ledger, projectId);
  await receiving(hubTable, spoke.sent.splice(0));
}

async function repair(spoke: TestSpoke, hubTable: Table) {
  const records = exported(spoke.table, await scopeItem(spoke.table), await inventoryOf(spoke.table));
  await backfill(hubTable, records, { spoke: SPOKE, now });
}

describe('an event that is lost', () => {
  test('any one, of any job: the next run shows it wherever the hub is older, and only there; an export mends it', async () => {
    await fc.assert(
      fc.asyncProperty(steps, delivery(false), fc.nat(), async (all, how, nth) => {
        await using of = await engine.newTable();
        await using hub = await engine.newTable();
        const spoke = spokeOf(of.table);
        for (const step of all) await apply(spoke.ledger, step);
        const jobEvents = spoke.sent.filter(isOfJob);
        const lost = jobEvents[nth % Math.max(1, jobEvents.length)];
        const arrived = spoke.sent.filter((body) => body !== lost);
        for (const batch of delivered(arrived, how)) await receiving(hub.table, batch);
        await nextRun(spoke, hub.table);
        for (const projectId of PROJECTS) {
          const revisions = (ledger: typeof hub.ledger) => ledger.countRevisions(projectId);
          const isOlder = (await revisions(hub.ledger)) < (await revisions(spoke.ledger));
          expect(await gapsOf(hub, projectId)).toEqual(isOlder ? [expect.anything()] : []);
        }
        await repair(spoke, hub.table);
        for (const projectId of PROJECTS) expect(await gapsOf(hub, projectId)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test('of a settled job, such as its requester: it is a gap with a number, an alarm, and gone once it comes late', async () => {
    await using of = await engine.newTable();
    await using hub = await engine.newTable();
    const spoke = spokeOf(of.table);
    await spoke.ledger.record(completed(job()), seen(0));
    await receiving(hub.table, spoke.sent.splice(0));
    await nextRun(spoke, hub.table);
    expect(await gapsOf(hub, PROJECT)).toEqual([]);
    const { jobId } = job();
    await spoke.ledger.annotate(PROJECT, jobId, seen(5), () => ({ requester: { reason: 'none' } }));
    const late = spoke.sent.splice(0);
    await nextRun(spoke, hub.table);
    expect(await gapsOf(hub, PROJECT)).toEqual(['hub-behind']);
    expect((await checkHub(hub.table, { expected: [] }, now)).ProjectsBehind).toBe(1);
    await receiving(hub.table, late);
    expect(await gapsOf(hub, PROJECT)).toEqual([]);
    expect((await checkHub(hub.table, { expected: [] }, now)).ProjectsBehind).toBe(0);
  });

  test('costs the hub no count of the jobs while nothing is new, however many runs come', async () => {
    await using of = await engine.newTable();
    await using hub = await engine.newTable();
    const spoke = spokeOf(of.table);
    for (let n = 0; n < 3; n++)
      await spoke.ledger.record(completed(job({ jobId: idAt('2026-11-20T10:00:00Z', n) })), seen(0));
    await receiving(hub.table, spoke.sent.splice(0));
    await nextRun(spoke, hub.table);
    expect(await list(hub.ledger.projectJobs(PROJECT))).toHaveLength(3);
    hub.requests();
    for (let run = 0; run < 3; run++) await nextRun(spoke, hub.table);
    expect(hub.requests().Query ?? 0).toBe(0);
  });
});
