import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Spokes } from '../../functions/ledger/hub/spokes.ts';
import type { JobSummary, Ledger } from '../../functions/ledger/model/ledger.ts';
import { jobKey, ownerKey } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { exported, inventoryOf, scopeItem } from '../../functions/ledger/transfer/export.ts';
import { proveLedger } from '../../functions/proof/ledger.ts';
import { backfill } from '../../functions/relay/backfill.ts';
import { checkHub } from '../../functions/relay/check.ts';
import { countDays } from '../../functions/relay/count-days.ts';
import { receive } from '../../functions/relay/hub.ts';
import { isOpen } from '../../functions/restore/job.ts';
import { AT, cluster } from '../ledger/coverages.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../ledger/jobs.ts';
import { list, NOW } from '../ledger/table.ts';
import {
  apply,
  cover,
  delivered,
  delivery,
  endRun,
  HUB_REASONS,
  log,
  now,
  ORGANIZATION,
  ofHub,
  PROJECTS,
  reasons,
  receiving,
  SPOKE,
  steps,
} from './history.ts';
import { SPOKE_ACCOUNT, spokeOf } from './spoke.ts';

const engine = testEngine();

describe('what a spoke recorded, in its hub', () => {
  test('in any order, and any number of times: the same table, job by job, and nothing is missing', async () => {
    await fc.assert(
      fc.asyncProperty(steps, delivery(false), async (all, how) => {
        await using of = await engine.newTable();
        await using hub = await engine.newTable();
        const spoke = spokeOf(of.table);
        for (const step of all) await apply(spoke.ledger, step);
        for (const projectId of PROJECTS) await cover(spoke.ledger, projectId);
        await endRun(spoke.ledger);
        for (const batch of delivered(spoke.sent, how)) expect(await receiving(hub.table, batch)).toEqual([]);
        for (const projectId of PROJECTS) {
          const jobs = await list(hub.ledger.projectJobs(projectId));
          expect(jobs.map(ofHub)).toEqual(await list(spoke.ledger.projectJobs(projectId)));
          for (const each of jobs)
            expect(each).toMatchObject({ accountId: SPOKE_ACCOUNT, organizationId: ORGANIZATION });
          expect(await hub.ledger.coverage(projectId)).toEqual(await spoke.ledger.coverage(projectId));
          expect(await hub.ledger.knownProject(projectId)).toEqual(await spoke.ledger.knownProject(projectId));
          const hubs = (await reasons(hub.table, hub.ledger, projectId)).filter((reason) => HUB_REASONS.has(reason));
          expect(hubs).toEqual([]);
        }
        expect((await hub.ledger.runs({})).items).toEqual((await spoke.ledger.runs({})).items);
      }),
      { numRuns: 25 },
    );
  });

  test('where events are lost: never a claim over jobs that are not there, or not as the spoke has them settled', async () => {
    await fc.assert(
      fc.asyncProperty(steps, delivery(true), async (all, how) => {
        await using of = await engine.newTable();
        await using hub = await engine.newTable();
        const spoke = spokeOf(of.table);
        // What each coverage counted, by project and revision: the spoke may have gone on since.
        const counted = new Map<string, JobSummary[]>();
        for (const step of all) {
          await apply(spoke.ledger, step);
          const projectId = PROJECTS[step.project] ?? '';
          const { revision } = (await spoke.ledger.coverage(projectId)) ?? {};
          const name = `${projectId} ${revision}`;
          if (!counted.has(name)) counted.set(name, await list(spoke.ledger.projectJobs(projectId)));
        }
        await endRun(spoke.ledger);
        for (const batch of delivered(spoke.sent, how)) await receiving(hub.table, batch);
        for (const projectId of PROJECTS) {
          const held = await hub.ledger.coverage(projectId);
          if (!held) continue;
          const rows = await reasons(hub.table, hub.ledger, projectId);
          const byId = new Map((await list(hub.ledger.projectJobs(projectId))).map((one) => [one.jobId, one]));
          const there = (counted.get(`${projectId} ${held.revision}`) ?? []).every(({ jobId, status }) => {
            const own = byId.get(jobId);
            return own !== undefined && (isOpen(status) || !isOpen(own.status) || own.vanishedAt !== undefined);
          });
          if (!there) expect(rows).toContain('hub-behind');
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the days of a hub', () => {
  const DAYS = ['2026-11-19', '2026-11-20'];
  const at = { now: Date.now() };
  const count = (table: Table) => countDays({ table, log, now: () => at.now }, () => false);
  /** By hand, from whole jobs: of each day, how many there are of each status. */
  const byHand = async (ledger: Ledger) => {
    const jobs = (await Promise.all(PROJECTS.map((projectId) => list(ledger.projectJobs(projectId))))).flat();
    return DAYS.map((day) => {
      const statuses = jobs.flatMap(({ requestedAt, status }) => (requestedAt.startsWith(day) ? status : []));
      return Object.fromEntries(statuses.map((status) => [status, statuses.filter((each) => each === status).length]));
    });
  };
  const counted = async (ledger: Ledger) => {
    const known = await ledger.dayCounts(DAYS);
    return DAYS.map((day) => known.get(day)?.status);
  };

  test('are counted once, in whatever order and however often records come, and again only where some came', async () => {
    await fc.assert(
      fc.asyncProperty(steps, delivery(false), fc.nat(), async (all, how, cut) => {
        await using of = await engine.newTable();
        await using hub = await engine.newTable();
        const spoke = spokeOf(of.table);
        for (const step of all) await apply(spoke.ledger, step);
        const batches = delivered(spoke.sent, how);
        for (const [index, batch] of batches.entries()) {
          await receiving(hub.table, batch);
          // A check may come at any time, and twice.
          if (index % ((cut % 3) + 1) === 0) await Promise.all([count(hub.table), count(hub.table)]);
          for (const [nth, jobs] of (await counted(hub.ledger)).entries())
            if (jobs !== undefined) expect(jobs).toEqual((await byHand(hub.ledger))[nth]);
        }
        await count(hub.table);
        expect(await counted(hub.ledger)).toEqual(await byHand(spoke.ledger));
      }),
      { numRuns: 15 },
    );
  });

  test('of jobs from before are counted too, and one that could not be is left to the next check', async () => {
    await using of = await engine.newTable();
    await using hub = await engine.newTable();
    const spoke = spokeOf(of.table);
    await spoke.ledger.record(completed(job()), seen(0));
    await receiving(hub.table, spoke.sent);
    expect(await counted(hub.ledger)).toEqual([undefined, undefined]);
    await countDays({ table: hub.table, log, now: () => at.now }, () => true);
    const warned: unknown[] = [];
    const broken = { ...hub.table, get: () => Promise.reject(new Error('refused')) } as unknown as Table;
    await countDays(
      { table: broken, log: { warn: (...all: unknown[]) => warned.push(all) } as never, now },
      () => false,
    );
    expect(warned).toEqual([['days are left to be counted', { reason: 'refused' }]]);
    await count(hub.table);
    expect(await counted(hub.ledger)).toEqual(await byHand(spoke.ledger));
  });
});

describe('a hub', () => {
  const both = async () => {
    const [of, hub] = [await engine.newTable(), await engine.newTable()];
    return { spoke: spokeOf(of.table), hub };
  };

  test('names what it misses until it comes, however late', async () => {
    const { spoke, hub } = await both();
    await spoke.ledger.record(job(), seen(0));
    const [first = ''] = spoke.sent.splice(0);
    await spoke.ledger.record(completed(job({ jobId: idAt('2026-11-20T09:00:00Z') })), seen(0));
    await cover(spoke.ledger, PROJECT);
    await endRun(spoke.ledger);
    await receiving(hub.table, spoke.sent);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).toContain('hub-behind');
    await receiving(hub.table, [first]);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).not.toContain('hub-behind');
  });

  test('names a job that it holds as open and the spoke as settled', async () => {
    const { spoke, hub } = await both();
    await spoke.ledger.record(job(), seen(0));
    await receiving(hub.table, spoke.sent.splice(0));
    await spoke.ledger.record(completed(job()), seen(5));
    const [end = ''] = spoke.sent.splice(0);
    await cover(spoke.ledger, PROJECT);
    await receiving(hub.table, spoke.sent);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).toContain('hub-behind');
    expect(await receiving(hub.table, [end])).toEqual([]);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).not.toContain('hub-behind');
  });

  test('names it after a coverage that it was open in, too, and of the newer of two that were', async () => {
    const { spoke, hub } = await both();
    const newer = job({ jobId: idAt('2026-11-20T10:05:00Z') });
    await spoke.ledger.record(job(), seen(0));
    await spoke.ledger.record(newer, seen(0));
    await cover(spoke.ledger, PROJECT);
    await receiving(hub.table, spoke.sent.splice(0));
    expect(await reasons(hub.table, hub.ledger, PROJECT)).not.toContain('hub-behind');
    await spoke.ledger.record(completed(newer), seen(5));
    const [end = ''] = spoke.sent.splice(0);
    await cover(spoke.ledger, PROJECT);
    await receiving(hub.table, spoke.sent);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).toContain('hub-behind');
    expect(await receiving(hub.table, [end])).toEqual([]);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).not.toContain('hub-behind');
  });

  test('names a job that it holds as open of a cluster that the coverage no longer has', async () => {
    const { spoke, hub } = await both();
    const gone = job({ clusterName: 'gone' });
    await spoke.ledger.record(gone, seen(0));
    await receiving(hub.table, spoke.sent.splice(0));
    await spoke.ledger.record(completed(gone), seen(5));
    const [end = ''] = spoke.sent.splice(0);
    await spoke.ledger.archiveCluster(PROJECT, cluster('gone'));
    await cover(spoke.ledger, PROJECT);
    await receiving(hub.table, spoke.sent);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).toContain('hub-behind');
    expect(await receiving(hub.table, [end])).toEqual([]);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).not.toContain('hub-behind');
  });

  test('knows a spoke from its first record on, and the scope of all is not known without its', async () => {
    const { spoke, hub } = await both();
    await new Spokes(hub.table).begin({ expected: [], organizationId: ORGANIZATION });
    await spoke.ledger.record(job(), seen(0));
    await receiving(hub.table, spoke.sent);
    const scope = await hub.ledger.scope();
    expect(scope?.spokes).toEqual([{ spoke: SPOKE, accountId: SPOKE_ACCOUNT }]);
    expect(scope?.listedAt).toBeUndefined();
  });

  test('keeps the project of its first owner, drops the records of another spoke, and says so', async () => {
    const { spoke, hub } = await both();
    await spoke.ledger.record(job(), seen(0));
    await cover(spoke.ledger, PROJECT);
    await receiving(hub.table, spoke.sent);
    const [own] = await list(hub.ledger.projectJobs(PROJECT));
    await using of = await engine.newTable();
    const other = spokeOf(of.table, '222222222222');
    await other.ledger.record(job({ targetClusterName: 'elsewhere' }), seen(9));
    await other.ledger.record(job({ jobId: idAt('2026-11-20T12:00:00Z') }), seen(9));
    expect(await receiving(hub.table, other.sent)).toEqual([]);
    expect(await list(hub.ledger.projectJobs(PROJECT))).toEqual([own]);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).toContain('project-contested');
  });

  test('takes the account from EventBridge, whatever a job or an event says of it', async () => {
    const { spoke, hub } = await both();
    await spoke.ledger.record(job(), seen(0));
    const forged = spoke.sent.map((body) => {
      const event = JSON.parse(body);
      event.detail.item.accountId = '999999999999';
      event.detail.item.organizationId = 'o-otherother';
      return JSON.stringify({ ...event, detail: { ...event.detail, account: '999999999999' } });
    });
    await receive(forged, { table: hub.table, log, now });
    const [held] = await list(hub.ledger.projectJobs(PROJECT));
    expect(held).toMatchObject({ accountId: SPOKE_ACCOUNT });
    expect(held).not.toHaveProperty('organizationId');
  });

  test('refuses what is no record, message by message, and writes the others', async () => {
    const { spoke, hub } = await both();
    await spoke.ledger.record(job(), seen(0));
    const [good = ''] = spoke.sent;
    const event = JSON.parse(good);
    const other = (detail: object, more: object = {}) =>
      JSON.stringify({ ...event, ...more, detail: { ...event.detail, ...detail } });
    const { key, item } = event.detail;
    const bad = [
      'no JSON',
      other({}, { source: 'someone-else' }),
      other({}, { account: 'x' }),
      other({ key: { ...key, pk: 'SCOPE' } }),
      other({ key: ownerKey(PROJECT), item: { ...ownerKey(PROJECT), accountId: '222222222222', spoke: 'x' } }),
      other({ key: { pk: 'DAYS', sk: 'DAYS' }, item: { pk: 'DAYS', sk: 'DAYS' } }),
      other({ item: { ...item, projectId: 'b'.repeat(24) } }),
      other({ item: undefined }),
      other({ ledger: 'a/b' }),
      other({ item: undefined, slice: { n: 0, of: 1, digest: 'x'.repeat(43), text: 'bm8=' } }),
    ];
    expect(await receiving(hub.table, [...bad, good])).toEqual(bad.map((_, n) => n));
    expect(await list(hub.ledger.projectJobs(PROJECT))).toHaveLength(1);
  });

  test('writes all that it can: what the table refuses comes again, and holds up nothing else', async () => {
    const { spoke, hub } = await both();
    await spoke.ledger.record(job(), seen(0));
    await spoke.ledger.record(job({ projectId: 'b'.repeat(24) }), seen(0));
    const table: Table = {
      ...hub.table,
      ...{ get: (key) => hub.table.get(key), query: (range) => hub.table.query(range) },
      ...{ batchGet: (...args) => hub.table.batchGet(...args), update: (...args) => hub.table.update(...args) },
      put: (item, condition) => {
        if (item.pk === jobKey(PROJECT, '').pk) throw new Error('refused');
        return hub.table.put(item, condition);
      },
    };
    expect(await receiving(table, spoke.sent)).toEqual([0]);
    expect(await hub.ledger.countJobs(PROJECT)).toBe(0);
    expect(await hub.ledger.countJobs('b'.repeat(24))).toBe(1);
  });

  test('joins a job that came in slices, in any order, and only once all are there', async () => {
    const { spoke, hub } = await both();
    const noise = Array.from({ length: 20_000 }, (_, n) => idAt('2026-11-20T10:00:00Z', n)).join('');
    await spoke.ledger.record(job({ atlas: { note: noise.slice(0, 350_000) } }), seen(0));
    expect(spoke.sent.length).toBeGreaterThan(1);
    for (const body of spoke.sent) expect(body.length).toBeLessThan(200_000);
    const [last = '', ...rest] = spoke.sent.toReversed();
    await receiving(hub.table, [last, last]);
    expect(await hub.ledger.countJobs(PROJECT)).toBe(0);
    await receiving(hub.table, rest);
    expect((await list(hub.ledger.projectJobs(PROJECT))).map(ofHub)).toEqual(
      await list(spoke.ledger.projectJobs(PROJECT)),
    );
  });

  test('has the scope of all its spokes, and each that is silent, or was never heard of, is a gap', async () => {
    const { spoke, hub } = await both();
    await new Spokes(hub.table).begin({ expected: ['111111111111', '333333333333'] });
    await spoke.ledger.saveScope(() => ({
      ...{ revision: 0, listedAt: NOW, projectIds: [PROJECT] },
      accounts: { key: { since: AT, listedAt: NOW, projects: 1, runId: RUN } },
    }));
    await endRun(spoke.ledger);
    await receiving(hub.table, spoke.sent);
    const scope = await hub.ledger.scope();
    expect(scope).toMatchObject({ projectIds: [PROJECT], accounts: { [`${SPOKE}/key`]: { listedAt: NOW } } });
    expect(scope?.listedAt).toBeUndefined(); // one has listed nothing yet
    const gapsAt = (at: string) =>
      proveLedger({ scope, projects: [] }, { period: { since: AT, until: at }, now: at })
        .filter(({ reason }) => reason === 'spoke-silent')
        .map(({ text }) => text);
    expect(gapsAt(NOW)).toEqual([expect.stringContaining('333333333333')]);
    const later = '2026-11-23T18:00:00Z';
    expect(gapsAt(later)).toEqual([expect.stringContaining(SPOKE), expect.stringContaining('333333333333')]);
  });

  test('takes the jobs from before a spoke joined out of its export, and until then they are a gap', async () => {
    await using of = await engine.newTable();
    await using hub = await engine.newTable();
    const { ledger: before } = spokeOf(of.table);
    for (let n = 0; n < 3; n++)
      await before.record(completed(job({ jobId: idAt('2026-11-20T10:00:00Z', n) })), seen(0));
    const spoke = spokeOf(of.table);
    await cover(spoke.ledger, PROJECT);
    await endRun(spoke.ledger);
    await receiving(hub.table, spoke.sent);
    expect(await reasons(hub.table, hub.ledger, PROJECT)).toContain('hub-behind');
    const records = exported(of.table, await scopeItem(of.table), await inventoryOf(of.table));
    const done = await backfill(hub.table, records, { spoke: SPOKE, organizationId: ORGANIZATION, now });
    expect(done).toEqual({ records: 3, dropped: 0, refused: 0, refusedJobs: [], left: expect.any(Number) });
    expect(await reasons(hub.table, hub.ledger, PROJECT)).not.toContain('hub-behind');
    const [held] = (await hub.ledger.jobs({ accountId: SPOKE_ACCOUNT })).items;
    expect(held).toMatchObject({ accountId: SPOKE_ACCOUNT, organizationId: ORGANIZATION });
    expect((await hub.ledger.jobs({ accountId: '222222222222' })).items).toEqual([]);
    const again = exported(of.table, await scopeItem(of.table), await inventoryOf(of.table));
    const other = '222222222222/eu-west-1/AtlasRestoreLedger';
    expect(await backfill(hub.table, again, { spoke: other, now })).toMatchObject({ records: 0, dropped: 3 });
  });

  test('counts and names the jobs of an export of which it has another history', async () => {
    const { spoke, hub } = await both();
    await spoke.ledger.record(job(), seen(0));
    await receiving(hub.table, spoke.sent);
    await using of = await engine.newTable();
    const { ledger } = spokeOf(of.table);
    await ledger.record(job({ targetClusterName: 'elsewhere' }), seen(9));
    await ledger.record(job({ jobId: idAt('2026-11-20T12:00:00Z') }), seen(9));
    const records = exported(of.table, await scopeItem(of.table), await inventoryOf(of.table));
    expect(await backfill(hub.table, records, { spoke: SPOKE, organizationId: ORGANIZATION, now })).toMatchObject({
      ...{ records: 1, dropped: 0, refused: 1 },
      refusedJobs: [{ projectId: PROJECT, jobId: job().jobId }],
    });
  });

  test('is not a table to collect into, and a ledger that collects is no hub', async () => {
    const { spoke, hub } = await both();
    const scope = { revision: 0, accounts: {} };
    await new Spokes(hub.table).begin({ expected: [] });
    await expect(hub.ledger.saveScope(() => scope)).rejects.toThrow('that of a hub');
    await spoke.ledger.saveScope(() => scope);
    await expect(new Spokes(spoke.table).begin({ expected: [] })).rejects.toThrow('got that of a ledger');
  });

  test('counts, for its alarms, spokes that are silent and projects that it does not hold', async () => {
    const { spoke, hub } = await both();
    await spoke.ledger.record(completed(job()), seen(0));
    const [first = ''] = spoke.sent.splice(0);
    await cover(spoke.ledger, PROJECT);
    await endRun(spoke.ledger);
    await receiving(hub.table, spoke.sent);
    const check = (at = NOW) =>
      checkHub(hub.table, { expected: [SPOKE_ACCOUNT], organizationId: ORGANIZATION }, () => Date.parse(at));
    expect(await check()).toEqual({ SpokesSilent: 0, ProjectsBehind: 1 });
    await receiving(hub.table, [first]);
    expect(await check()).toEqual({ SpokesSilent: 0, ProjectsBehind: 0 });
    expect(await check('2026-11-23T18:00:00Z')).toEqual({ SpokesSilent: 1, ProjectsBehind: 0 });
  });
});
