import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_IDS } from '../../../functions/ledger/model/id-set.ts';
import { MAX_ITEM_BYTES } from '../../../functions/ledger/model/item-size.ts';
import type { Scope } from '../../../functions/ledger/model/known-project.ts';
import type { Ledger } from '../../../functions/ledger/model/ledger.ts';
import { noCounts, type Run } from '../../../functions/ledger/model/run.ts';
import { IMPORTED_AT } from '../../../functions/ledger/model/table.ts';
import { jobKey } from '../../../functions/ledger/table/keys.ts';
import type { Table } from '../../../functions/ledger/table/table-port.ts';
import { checked } from '../../../functions/ledger/transfer/check.ts';
import { exported, inventoryOf, scopeItem } from '../../../functions/ledger/transfer/export.ts';
import { type ImportResult, importRecords } from '../../../functions/ledger/transfer/import.ts';
import { exportLines, readExport } from '../../../functions/ledger/transfer/lines.ts';
import { OUTCOMES } from '../../../functions/ledger/transfer/merge.ts';
import type { TransferRecord } from '../../../functions/ledger/transfer/record.ts';
import { verifyAll } from '../../../functions/proof/verify/verify-all.ts';
import { cluster, coverage } from '../coverages.ts';
import { testEngine } from '../engines.ts';
import { completed, idAt, job, seen, verified } from '../jobs.ts';
import { list } from '../table.ts';

const engine = testEngine();
const AT = '2026-11-25T00:00:00.000Z';

async function recordsOf(table: Table): Promise<TransferRecord[]> {
  return list(exported(table, await scopeItem(table), await inventoryOf(table)));
}

async function textOf(table: Table): Promise<string> {
  return (await list(exportLines(await streamed(await recordsOf(table)), AT))).join('');
}

async function* streamed<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function* bytesOf(text: string, size = 1_000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function imported(table: Table, text: string): Promise<ImportResult> {
  const records = (await list(readExport(bytesOf(text)))).map(({ record }) => record);
  for (const record of records) expect(checked(record)).toEqual({ breaks: [] });
  return importRecords(table, streamed(records), { at: AT });
}

/** How many records came to what. */
const sums = ({ counts }: ImportResult) =>
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, Object.values(counts[outcome]).reduce((a, b) => a + b)]));

const PROJECTS = ['a', 'b', 'c'].map((digit) => digit.repeat(24));

interface Step {
  what: 'new' | 'end' | 'vanish' | 'requester' | 'coverage' | 'large' | 'archive' | 'project' | 'scope' | 'run';
  project: number;
  job: number;
  minute: number;
}

const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom(
      ...([
        'new',
        'new',
        'end',
        'vanish',
        'requester',
        'coverage',
        'large',
        'archive',
        'project',
        'scope',
        'run',
      ] as const),
    ),
    project: fc.nat(2),
    job: fc.nat(4),
    minute: fc.nat(50),
  }),
  { minLength: 1, maxLength: 25 },
);

const runOf = (minute: number): Run => ({
  runId: idAt('2026-11-20T11:00:00Z', minute),
  trigger: 'schedule',
  scope: {},
  full: false,
  startedAt: '2026-11-20T11:00:00.000Z',
  status: 'running',
  failures: [],
});

/** As the collector would, or somebody else. */
async function apply(ledger: Ledger, { what, project, job: number, minute }: Step) {
  const projectId = PROJECTS[project] ?? '';
  const running = job({ projectId, jobId: idAt('2026-11-20T10:00:00Z', `${project}-${number}`) });
  const requester = { actor: { kind: 'user' as const, name: 'ada@example.com' }, grade: 'exact' as const };
  const found = { ...requester, points: 100, eventType: 'CLUSTER_RESTORE', rivals: 0 };
  if (what === 'new') await ledger.record(running, seen(minute));
  if (what === 'end') await ledger.record(completed(running), seen(minute));
  const known = (await ledger.lookUp(projectId, [running.jobId])).length > 0;
  if (what === 'vanish' && known) await ledger.markVanished(projectId, running.jobId, seen(minute));
  if (what === 'requester' && known)
    await ledger.annotate(projectId, running.jobId, seen(minute), () => ({ requester: found }));
  const clusters = [cluster('orders'), cluster(`c-${number}`)];
  // Of more than an item holds.
  const large = what === 'large' ? [cluster('wide', { [running.jobId]: 'x'.repeat(MAX_ITEM_BYTES / 2) })] : [];
  if (what === 'coverage' || what === 'large') {
    const more = what === 'large' ? [...large, { ...cluster('wider'), lists: large[0]?.lists ?? {} }, ...large] : [];
    await ledger.saveCoverage(projectId, () => ({
      ...coverage(projectId, [...clusters, ...more, ...more.map((one, n) => ({ ...one, clusterName: `w${n}` }))]),
      recorded: 0,
      recordedIds: NO_IDS,
    }));
  }
  if (what === 'archive') await ledger.archiveCluster(projectId, cluster(`gone-${number}`));
  if (what === 'project') {
    await ledger.saveKnownProject(projectId, (stored) => ({
      ...{ projectId, projectName: `named ${minute}`, revision: 0, firstSeenAt: AT, changes: [] },
      ...stored,
      accounts: { one: { since: AT } },
    }));
  }
  if (what === 'scope') {
    await ledger.saveScope((stored) => ({
      ...stored,
      ...{ revision: 0, listedAt: AT, projectIds: [projectId] },
      accounts: { one: { since: AT, listedAt: AT, projects: 1, runId: runOf(minute).runId } },
    }));
  }
  if (what !== 'run') return;
  const { runId } = runOf(minute);
  await ledger.startRun(runOf(minute));
  await ledger.recordPlan(runId, [{ projectId, projectName: 'payments' }]);
  await ledger.planRun(runId, 1, []);
  const part = { projectId, projectName: 'payments', startedAt: AT, finishedAt: AT, failures: [] };
  if (number > 1) await ledger.finishPart(runId, { ...part, status: 'complete', counts: noCounts() });
}

const TIMES = { numRuns: 15 };
const verifiedAll = (ledger: Ledger) => list(verifyAll(ledger, { progress: { show: () => {} } }));

describe('an export that is imported', () => {
  test('gives an equal ledger, whatever is in it; once more changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await using from = await engine.newTable();
        await using to = await engine.newTable();
        for (const step of all) await apply(from.ledger, step);
        const text = await textOf(from.table);
        const first = sums(await imported(to.table, text));
        expect(first).toMatchObject({ updated: 0, same: 0, kept: 0, refused: 0 });
        expect(await textOf(to.table)).toBe(text);
        for (const projectId of PROJECTS) {
          expect(await list(to.ledger.projectJobs(projectId))).toEqual(await list(from.ledger.projectJobs(projectId)));
          expect(await to.ledger.coverage(projectId)).toEqual(await from.ledger.coverage(projectId));
        }
        expect(await verifiedAll(to.ledger)).toEqual(await verifiedAll(from.ledger));
        expect(await list(to.ledger.projects())).toEqual(await list(from.ledger.projects()));
        expect(await to.ledger.jobs({})).toEqual(await from.ledger.jobs({}));
        expect(await to.ledger.runs({})).toEqual(await from.ledger.runs({}));

        to.requests();
        expect(sums(await imported(to.table, text))).toEqual({ ...first, added: 0, same: first.added });
        const requests = Object.keys(to.requests());
        expect(requests.filter((operation) => /^(Put|Update)Item$/.test(operation))).toEqual([]);
      }),
      TIMES,
    );
  });

  test('marks what it writes, item by item, and keeps what it does not know', async () => {
    await using from = await engine.newTable();
    await using to = await engine.newTable();
    const { projectId, jobId } = job();
    await from.ledger.record(job(), seen(0));
    const item = await from.table.get(jobKey(projectId, jobId));
    await from.table.put({ ...item, ...jobKey(projectId, jobId), ofALaterVersion: [1] });
    await imported(to.table, await textOf(from.table));
    expect(await to.table.get(jobKey(projectId, jobId))).toEqual({ ...item, ofALaterVersion: [1], [IMPORTED_AT]: AT });
  });

  test('goes on where an import was stopped', async () => {
    await using from = await engine.newTable();
    await using to = await engine.newTable();
    for (let n = 0; n < 250; n++) await from.ledger.record(job({ jobId: idAt('2026-11-20T10:00:00Z', n) }), seen(0));
    await from.ledger.saveCoverage(job().projectId, () => coverage(job().projectId, [cluster('orders')]));
    const text = await textOf(from.table);
    const stop = new AbortController();
    let left = 150;
    const onRecord = () => {
      left -= 1;
      if (left === 0) stop.abort(new Error('stopped'));
    };
    const records = streamed(await recordsOf(from.table));
    await expect(importRecords(to.table, records, { at: AT, signal: stop.signal, onRecord })).rejects.toThrow(
      'stopped',
    );
    expect(await to.ledger.countJobs(job().projectId)).toBe(100);
    // Nothing is claimed of jobs that are not there.
    expect(await list(to.ledger.projects())).toEqual([]);
    expect((await imported(to.table, text)).counts).toMatchObject({ same: { job: 100 }, added: { job: 150 } });
    expect(await textOf(to.table)).toBe(text);
  });
});

test('the days of imported jobs are counted again, where days were counted before', async () => {
  await using from = await engine.newTable();
  await using to = await engine.newTable();
  await to.ledger.record(job({ jobId: idAt('2026-11-20T10:00:00Z', 'own') }), seen(0));
  await to.ledger.markDaysAgain();
  await to.ledger.countDays(() => false);
  expect((await to.ledger.dayCounts(['2026-11-20'])).size).toBe(1);
  await from.ledger.record(job(), seen(0));
  await imported(to.table, await textOf(from.table));
  // Not known until somebody counts: never those of before.
  expect((await to.ledger.dayCounts(['2026-11-20'])).size).toBe(0);
});

describe('a job that the ledger has', () => {
  const both = async () => ({ from: await engine.newTable(), to: await engine.newTable() });

  test('with a shorter history is brought up to date, with a longer one it stays', async () => {
    const { from, to } = await both();
    await from.ledger.record(job(), seen(0));
    const early = await textOf(from.table);
    await from.ledger.record(completed(job()), seen(5));
    const late = await textOf(from.table);
    await imported(to.table, early);
    expect((await imported(to.table, late)).counts).toMatchObject({ updated: { job: 1 } });
    expect(await textOf(to.table)).toBe(late);
    expect((await imported(to.table, early)).counts).toMatchObject({ kept: { job: 1 } });
    expect(await textOf(to.table)).toBe(late);
    // What a later entry took away goes, too.
    await to.ledger.markVanished(job().projectId, job().jobId, seen(6));
    const vanished = await textOf(to.table);
    await imported(from.table, vanished);
    await from.ledger.record(completed(job()), seen(7));
    await imported(to.table, await textOf(from.table));
    expect(await verified(to.ledger, job().projectId)).toMatchObject({ breaks: [], jobs: 1, entries: 4 });
  });

  test('with another history is refused by name; it stays, and the coverage of its project is not imported', async () => {
    const { from, to } = await both();
    const { projectId, jobId } = job();
    await from.ledger.record(job(), seen(0));
    await from.ledger.record(job({ jobId: idAt('2026-11-20T10:00:00Z', 'other') }), seen(0));
    await from.ledger.saveCoverage(projectId, () => coverage(projectId, [cluster('orders')]));
    await to.ledger.record(job(), seen(1));
    const [own] = await list(to.ledger.projectJobs(projectId));
    const { counts, refused, keptCoverage } = await imported(to.table, await textOf(from.table));
    expect(refused).toEqual([{ projectId, jobId }]);
    expect(keptCoverage).toEqual([projectId]);
    expect(counts).toMatchObject({ refused: { job: 1 }, added: { job: 1, coverage: 0 }, kept: { coverage: 1 } });
    expect((await list(to.ledger.projectJobs(projectId))).find((one) => one.jobId === jobId)).toEqual(own);
    expect(await to.ledger.coverage(projectId)).toBeUndefined();
  });

  test('that something else wrote to is refused, even where its history goes on', async () => {
    const { from, to } = await both();
    const { projectId, jobId } = job();
    await from.ledger.record(job(), seen(0));
    await imported(to.table, await textOf(from.table));
    const item = await to.table.get(jobKey(projectId, jobId));
    await to.table.put({ ...item, ...jobKey(projectId, jobId), targetClusterName: 'forged' });
    await from.ledger.record(completed(job()), seen(5));
    expect((await imported(to.table, await textOf(from.table))).refused).toEqual([{ projectId, jobId }]);
  });
});

describe('the scope of a ledger that has its own', () => {
  const scopeOf = (since: string, listedAt: string, projectIds: string[]): Scope => ({
    ...{ revision: 0, listedAt, projectIds },
    accounts: { key: { since, listedAt, projects: 1, runId: idAt(since) } },
  });

  test('says that nobody listed projects between the last listing of the other and its own first, once', async () => {
    await using from = await engine.newTable();
    await using to = await engine.newTable();
    await from.ledger.saveScope(() => scopeOf('2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', ['a'.repeat(24)]));
    await to.ledger.saveScope(() => scopeOf('2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z', ['b'.repeat(24)]));
    const text = await textOf(from.table);
    expect((await imported(to.table, text)).counts).toMatchObject({ updated: { scope: 1 } });
    expect(await to.ledger.scope()).toMatchObject({
      listedAt: '2026-07-01T00:00:00Z',
      projectIds: ['a'.repeat(24), 'b'.repeat(24)],
      accounts: { key: { unlisted: [{ from: '2026-03-01T00:00:00Z', until: '2026-06-01T00:00:00Z' }] } },
    });
    expect((await imported(to.table, text)).counts).toMatchObject({ kept: { scope: 1 } });
  });
});

describe('an export', () => {
  const ledgerText = async () => {
    await using from = await engine.newTable();
    await from.ledger.record(job(), seen(0));
    await from.ledger.record(job({ jobId: idAt('2026-11-20T10:00:00Z', 'other'), clusterName: 'Grün' }), seen(0));
    return await textOf(from.table);
  };
  const error = async (text: string) =>
    list(readExport(bytesOf(text))).then(
      () => undefined,
      (thrown: Error) => thrown.message,
    );

  test('is whole, in whatever pieces it comes', async () => {
    const text = await ledgerText();
    for (const size of [1, 7, 1_000_000]) expect(await list(readExport(bytesOf(text, size)))).toHaveLength(2);
  });

  test('that is cut anywhere, or changed anywhere, is refused', async () => {
    const text = await ledgerText();
    expect(await error(text)).toBeUndefined();
    await fc.assert(
      // The last line feed is no loss.
      fc.asyncProperty(fc.nat(text.length - 2), fc.boolean(), async (at, isCut) => {
        const other = text[at] === '7' ? '8' : '7';
        const changed = isCut ? text.slice(0, at) : text.slice(0, at) + other + text.slice(at + 1);
        expect(await error(changed)).toMatch(/^line \d+: |^the export is cut after line \d+/);
      }),
      { numRuns: 200 },
    );
  });

  test('without a line, or with one twice, says which kind of record is missing', async () => {
    const lines = (await ledgerText()).split('\n');
    expect(await error(lines.filter((_, n) => n !== 1).join('\n'))).toContain('expected 2 records of kind job, got 1');
    expect(await error([...lines.slice(0, 2), ...lines.slice(1)].join('\n'))).toContain('kind job, got 3');
  });

  test('of a later version is refused, by its number', async () => {
    const text = (await ledgerText()).replace('"version":1', '"version":2');
    expect(await error(text)).toContain('version: expected 1, got 2');
  });
});

describe('a record', () => {
  const itemOf = async () => {
    await using table = await engine.newTable();
    await table.ledger.record(job(), seen(0));
    const [record] = await recordsOf(table.table);
    if (record?.kind !== 'job') throw new Error('expected a job');
    return record.item;
  };

  test('under the key of another is refused', async () => {
    const item = { ...(await itemOf()), jobId: idAt('2026-11-20T10:00:00Z', 'other') };
    expect(checked({ kind: 'job', item }).wrong).toContain('pk and sk: expected PROJECT#');
    expect(checked({ kind: 'run', item }).wrong).toContain('expected those of a run');
  });

  test('with a history that does not fit is named', async () => {
    const item = await itemOf();
    const { breaks } = checked({ kind: 'job', item: { ...item, status: 'FAILED' } });
    expect(breaks).toEqual([{ jobId: item.jobId, problem: 'the job differs from what its last entry stands for' }]);
    expect(checked({ kind: 'job', item: { ...item, changes: 'none' } }).breaks[0]?.problem).toContain('changes');
  });
});
