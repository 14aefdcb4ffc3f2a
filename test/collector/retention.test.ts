import { describe, expect, test } from 'vitest';
import { annotateJob, JobLetGo } from '../../functions/ledger/annotations/annotate.ts';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { DAY, HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { overTable, testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();
const DAYS = 30;

/** A project whose cluster is restored once a day for 50 days, and read each day. */
async function started(days = 50) {
  const system = await System.start(engine, { projects: 1, clusters: 1, jobs: 0 });
  const { world } = system.atlas;
  const [{ id: projectId }] = world.projects as unknown as [{ id: string }];
  const clusterName = world.clusters(projectId).find(({ tier }) => tier !== 'flex' && tier !== 'free')?.name ?? '';
  const restore = (outcome: 'completed' | 'failed' = 'completed') =>
    world.startRestore({ ...{ projectId, clusterName, kind: 'dedicated', durationMs: MINUTE, outcome } });
  const beganAt = system.clock.now();
  const day = async () => {
    restore();
    system.clock.advance(12 * HOUR);
    await system.run({ full: true });
    system.clock.advance(12 * HOUR);
  };
  for (let left = days; left > 0; left--) await day();
  const jobIds = async () => [...(await system.recorded()).keys()].sort();
  const letGo = async () => (await system.ledger.coverage(projectId))?.letGo;
  return Object.assign(system, { projectId, restore, day, beganAt, jobIds, letGo });
}

describe('jobs past their retention', () => {
  test('are let go on record first, deleted a day later, and never recorded again though Atlas lists them', async () => {
    await using system = await started();
    const all = await system.jobIds();
    expect(await system.retain(DAYS, { dryRun: true })).toMatchObject([{ letGo: 20, deleted: 0 }]);
    expect(await system.letGo()).toBeUndefined();
    const [first] = await system.retain(DAYS);
    expect(first).toMatchObject({ letGo: 20, deleted: 0 });
    expect(await system.jobIds()).toEqual(all);
    expect(await system.verify()).toMatchObject({ verified: true, jobs: 50 });
    const at = new Date(system.clock.now()).toISOString();
    const annotate = (jobId = '') =>
      annotateJob(
        system.table,
        { projectId: system.projectId, jobId },
        { ticket: 'OPS-1' },
        { by: { kind: 'user', name: 'ada', selfDeclared: true }, at, runId: jobId },
      );
    const heads = (await system.letGo())?.heads;
    await expect(annotate(all[0])).rejects.toThrow(JobLetGo);
    await expect(annotate(all[19])).rejects.toThrow('takes no more annotations');
    await expect(annotate(all[20])).resolves.toMatchObject({ outcome: 'annotated' });
    expect((await system.letGo())?.heads).toBe(heads);
    // Too soon: whoever began before may still be at it.
    system.clock.advance(19 * HOUR);
    await system.run();
    expect(await system.retain(DAYS)).toEqual([]);
    system.clock.advance(2 * HOUR);
    await system.run();
    expect(await system.retain(DAYS)).toMatchObject([{ deleted: 20 }]);
    expect(await system.jobIds()).toEqual(all.slice(20));

    for (const full of [false, true]) {
      system.clock.advance(HOUR);
      const { run } = await system.run({ full });
      expect([run.status, run.counts?.jobsNew, run.failures]).toEqual(['complete', 0, []]);
    }
    system.requests();
    await system.run();
    expect(await system.jobIds()).toEqual(all.slice(20));
    const { verified, results } = await system.verify();
    expect(verified).toBe(true);
    expect(results).toMatchObject([{ jobs: 30, letGo: { days: DAYS, jobs: expect.any(Number) } }]);
    expect(results[0]?.letGo).not.toHaveProperty('kept');
  });

  test('a period that reaches back to them is incomplete by name, and a later one complete', async () => {
    await using system = await started();
    const until = system.clock.now() - DAY;
    const before = await system.claim(system.beganAt + 2 * DAY, until);
    expect(before.gaps).toEqual([]);
    await system.retain(DAYS);
    const { verdict, gaps, limits } = await system.claim(system.beganAt + 2 * DAY, until);
    expect(verdict.state).toBe('incomplete');
    expect(gaps).toMatchObject([{ reason: 'let-go', text: expect.stringContaining('20 restore jobs') }]);
    expect(limits.join()).toContain('20 restores in 1 project were let go');
    expect((await system.claim(until - 20 * DAY, until, { verify: true })).verdict.state).toBe('complete');
  });

  test('a drill is never called missed for a restore that was let go', async () => {
    await using system = await started();
    await system.retain(DAYS);
    system.clock.advance(DAY);
    await system.run({ full: true });
    await system.retain(DAYS);
    const end = system.clock.now() - DAY;
    const { numbers } = await system.claim(end - 25 * DAY, end);
    expect([numbers.drillsMissed, numbers.drills.overdue]).toEqual([0, 0]);
  });

  test('one that somebody took away is found before and after, and holds the project', async () => {
    await using system = await started();
    const [oldest, , third] = await system.jobIds();
    await system.forget(jobKey(system.projectId, oldest ?? ''));
    expect(await system.retain(DAYS)).toMatchObject([{ letGo: 0, held: expect.stringContaining('verify') }]);
    expect((await system.verify()).unbroken).toBe(false);
    // A reading puts it back; then they may go.
    system.clock.advance(HOUR);
    await system.run({ full: true });
    expect(await system.retain(DAYS)).toMatchObject([{ letGo: 20 }]);
    // One that is let go already is nobody's loss; one that is not is.
    await system.forget(jobKey(system.projectId, third ?? ''));
    expect((await system.verify()).unbroken).toBe(true);
    await system.forget(jobKey(system.projectId, (await system.jobIds()).at(-1) ?? ''));
    expect((await system.verify()).unbroken).toBe(false);
  });

  test('one whose history is broken stays, and so does the last completed restore of a list', async () => {
    await using system = await started();
    const [broken] = await system.jobIds();
    await system.forge(jobKey(system.projectId, broken ?? ''), (item) => Object.assign(item, { status: 'FAILED' }));
    await system.retain(DAYS);
    expect((await system.letGo())?.kept).toEqual([broken]);
    expect((await system.verify()).unbroken).toBe(false);
    // Nothing was restored for a long time since.
    for (let left = 40; left > 0; left--) {
      system.clock.advance(DAY);
      await system.run();
      await system.retain(DAYS);
    }
    const last = (await system.jobIds()).at(-1) ?? '';
    expect(await system.jobIds()).toEqual([last]);
    const [cluster] = Object.values((await system.ledger.coverage(system.projectId))?.clusters ?? {});
    expect(cluster?.lists.dedicated?.lastCompleted?.jobId).toBe(last);
    await system.forget(jobKey(system.projectId, last));
    expect((await system.verify()).breakCount).toBeGreaterThan(0);
    await system.run({ full: true });
    expect(await system.jobIds()).toContain(last);
  });

  test('a step that dies while it deletes is finished by the next one', async () => {
    await using system = await started();
    const all = await system.jobIds();
    await system.retain(DAYS);
    system.clock.advance(DAY);
    await system.run();
    expect(await system.retain(DAYS, { stopAfter: 7 })).toMatchObject([{ error: 'crashed' }]);
    expect(await system.verify()).toMatchObject({ verified: true });
    expect((await system.letGo())?.deletedAt).toBeUndefined();
    await system.retain(DAYS);
    expect((await system.jobIds())[0]).toBe(all[20]);
    expect(await system.letGo()).toMatchObject({ jobs: 21 });
    expect(await system.verify()).toMatchObject({ verified: true });
  });

  test('a policy that keeps them longer by the next day spares them', async () => {
    await using system = await started();
    const all = await system.jobIds();
    await system.retain(DAYS);
    system.clock.advance(DAY);
    await system.run();
    expect(await system.retain(365)).toEqual([]);
    expect(await system.jobIds()).toEqual(all);
  });

  test('a job that was kept stays where the policy has become longer since, though nothing holds it any more', async () => {
    await using system = await started(2);
    system.clock.advance(40 * DAY);
    await system.run({ full: true });
    expect(await system.retain(DAYS)).toMatchObject([{ letGo: 1 }]);
    system.clock.advance(DAY);
    await system.run({ full: true });
    expect(await system.retain(DAYS)).toMatchObject([{ deleted: 1 }]);
    await system.day(); // the last completed restore is another now
    expect(await system.retain(3_650)).toEqual([]);
    expect(await system.jobIds()).toHaveLength(2);
    expect(await system.retain(DAYS)).toMatchObject([{ letGo: 1 }]);
  });

  test('a clock that is years ahead lets nothing go', async () => {
    await using system = await started(3);
    system.clock.advance(3_650 * DAY);
    expect(await system.retain(DAYS)).toEqual([]);
  });

  test('one that is annotated between the reading of a step and its record is kept, and let go again with what was said', async () => {
    await using system = await started();
    const [first = '', second = ''] = await system.jobIds();
    const { table } = system;
    // The record is written once somebody, who has seen no record yet, has annotated the job.
    const late: Table = overTable(table, {
      put: async (item, condition) => {
        if (item.sk === 'COVERAGE') await system.annotate(system.projectId, first, { ticket: 'OPS-1' });
        return table.put(item, condition);
      },
    });
    expect(await system.retain(DAYS, { table: late })).toMatchObject([{ letGo: 20 }]);
    const { heads } = (await system.letGo()) ?? {};
    system.clock.advance(DAY);
    await system.run();
    expect(await system.retain(DAYS, { dryRun: true })).toMatchObject([{ deleted: 19 }]);
    expect(await system.retain(DAYS)).toMatchObject([{ deleted: 19 }]);
    const [kept, next] = await system.jobIds();
    expect([kept, next]).toEqual([first, (await system.jobIds())[1]]);
    expect(next).not.toBe(second);
    expect((await system.letGo())?.heads).not.toBe(heads); // it is let go again in the same step, as it is now
    expect(await system.verify()).toMatchObject({ verified: true });
    for (let left = 3; left > 0; left--) {
      system.clock.advance(DAY);
      await system.run();
      await system.retain(DAYS);
      expect(await system.verify()).toMatchObject({ verified: true });
    }
    expect(await system.jobIds()).not.toContain(first);
  });

  test('one that changes between the reading of the deletion and the deletion is not deleted with it', async () => {
    await using system = await started();
    const [first = ''] = await system.jobIds();
    await system.retain(DAYS);
    system.clock.advance(DAY);
    await system.run();
    const key = jobKey(system.projectId, first);
    const beforeDeletion = () => system.forge(key, (item) => Object.assign(item, { revision: 99 }));
    expect(await system.retain(DAYS, { beforeDeletion })).toMatchObject([{ deleted: 19 }]);
    expect(await system.jobIds()).toContain(first);
    expect((await system.letGo())?.deletedAt).toBeUndefined();
  });
});
