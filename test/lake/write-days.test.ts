// Files of days from a ledger, held against every entry of every history in it.
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { writtenDays } from '../../functions/lake/changed-jobs.ts';
import { daysFrom } from '../../functions/lake/days.ts';
import { type LakePorts, type LakeStep, writeDays } from '../../functions/lake/write-days.ts';
import { annotateJob } from '../../functions/ledger/annotations/annotate.ts';
import { eraseEverywhere, identitiesOf } from '../../functions/ledger/erasure/erase-everywhere.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { dayMarksKey, jobKey } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { NO_OBJECTIVES } from '../../functions/restore/objectives/objective.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, RUN } from '../ledger/jobs.ts';

const engine = testEngine();
const DAY_MS = 86_400_000;
type Rows = Record<string, unknown>[];

/** A ledger whose clock is moved by hand. */
async function newLedger() {
  const clock = { now: Date.parse('2026-11-01T09:00:00Z') };
  const made = await engine.newTable(() => clock.now);
  const sighting = () => ({ runId: RUN, observedAt: new Date(clock.now).toISOString() });
  /** What a run does at its end. */
  const endRun = async () => {
    await made.ledger.markDaysAgain();
    await made.ledger.countDays(() => false);
    clock.now += 20 * 60_000;
    await made.ledger.countDays(() => false); // once more: now they are settled
  };
  await made.ledger.recordPlan(RUN, []);
  return { ...made, clock, sighting, endRun };
}

async function lake(table: LakePorts['table'], days: readonly string[], ports: Partial<LakePorts> = {}) {
  const files = new Map<string, Uint8Array>();
  const steps: LakeStep[] = [];
  const write = async (day: string, file: Uint8Array) => void files.set(day, file.slice());
  for await (const step of writeDays({ table, write, objectives: NO_OBJECTIVES, ...ports }, days)) steps.push(step);
  const rows = new Map<string, Rows>();
  for (const [day, file] of files)
    rows.set(day, await parquetReadObjects({ file: file.slice().buffer as ArrayBuffer }));
  return { files, rows, steps };
}

/** Every entry that the ledger holds, by its day. */
async function entries(ledger: Ledger, day: string) {
  const found: string[] = [];
  for await (const { job: each } of ledger.recordedJobs())
    for (const { at, revision } of each.changes) if (at.startsWith(day)) found.push(`${each.jobId} ${revision}`);
  return found.sort();
}
const idsOf = (rows: Rows = []) => rows.map(({ job_id, revision }) => `${job_id} ${revision}`);

/** Which keys are read. */
function counting(table: Table) {
  const read: string[] = [];
  const reads: LakePorts['table'] = {
    query: (range) => table.query(range),
    batchGet: (keys, options) => {
      read.push(...keys.map(({ sk }) => sk));
      return table.batchGet(keys, options);
    },
  };
  return { reads, read };
}

test('each entry of each history is in the file of its day, once, by the id of its job', async () => {
  await using made = await newLedger();
  const { ledger, table, clock, sighting, endRun } = made;
  const first = '2026-11-01';
  for (let day = 0; day < 12; day++) {
    for (let n = 0; n < 30; n++) {
      const jobId = idAt(new Date(clock.now - n * 3 * 3_600_000).toISOString(), `${day} ${n}`);
      const running = job({ jobId, projectId: n % 2 ? PROJECT : 'b'.repeat(24) });
      await ledger.record(running, sighting());
      clock.now += 60_000;
      if (n % 3 === 0) await ledger.record(completed(running, new Date(clock.now).toISOString()), sighting(), true);
    }
    await endRun();
    clock.now += DAY_MS - (clock.now % DAY_MS) + 9 * 3_600_000;
  }
  const days = daysFrom(first, '2026-11-13');
  const { rows, steps, files } = await lake(table, days);
  expect([...rows.keys()].sort()).toEqual(days);
  let total = 0;
  for (const day of days) {
    const wanted = await entries(ledger, day);
    expect(idsOf(rows.get(day)), day).toEqual(wanted);
    total += wanted.length;
  }
  expect(total).toBe(12 * 40);
  expect(
    steps.map((step) => 'written' in step && step.written.changes).reduce((a, b) => Number(a) + Number(b), 0),
  ).toBe(total);
  // Again, one at a time: the same bytes.
  for (const day of ['2026-11-04', '2026-11-12']) {
    const again = await lake(table, [day]);
    expect(Buffer.compare(again.files.get(day) as Uint8Array, files.get(day) as Uint8Array)).toBe(0);
  }
});

describe('what changed is found without reading every job', () => {
  test('only the days that somebody wrote to; annotations and erasures, which mark no day, are found all the same', async () => {
    await using made = await newLedger();
    const { ledger, table, clock, sighting, endRun } = made;
    const old = ['2026-09-01', '2026-09-02', '2026-09-03', '2026-09-04'].map((day) =>
      job({ jobId: idAt(`${day}T10:00:00Z`) }),
    );
    const asked = { actor: { kind: 'user' as const, name: 'ada@example.com' }, grade: 'exact' as const, points: 95 };
    const requester = { ...asked, eventType: 'X', rivals: 0 };
    for (const each of old) await ledger.record(completed(each), sighting(), false, { requester });
    await endRun();
    clock.now = Date.parse('2026-11-20T09:00:00Z');
    const [untouched, annotated, ended, erased] = old.map(({ jobId }) => jobId) as [string, string, string, string];
    expect(await writtenDays(table, Date.parse('2026-11-20T00:00:00Z'))).toEqual([]);

    const by = { kind: 'user' as const, name: 'bob@here' };
    const signature = { by, at: new Date(clock.now).toISOString(), runId: RUN };
    const checks = [{ name: 'rows', expected: '10', got: '10' }];
    await annotateJob(table, { projectId: PROJECT, jobId: annotated }, { ticket: 'OPS-1' }, signature);
    await annotateJob(table, { projectId: PROJECT, jobId: annotated }, { checks }, signature);
    const other = { ...signature, by: { ...by, name: 'eve@here' } };
    await annotateJob(table, { projectId: PROJECT, jobId: annotated }, { purpose: 'drill' }, other);
    await ledger.markVanished(PROJECT, ended, sighting());
    await endRun();
    clock.now += 3_600_000;
    const { reads, read } = counting(table);
    const { rows } = await lake(reads, ['2026-11-20']);
    expect(rows.get('2026-11-20')).toMatchObject([
      { job_id: annotated, revision: 2, ticket: 'OPS-1', annotated_by: 'bob@here', checks_by: null },
      {
        job_id: annotated,
        revision: 3,
        annotated_by: 'bob@here',
        checks_by: 'bob@here',
        changed_fields: ['annotation'],
      },
      { job_id: annotated, revision: 4, annotated_by: 'eve@here', checks_by: 'bob@here', purpose: 'drill' },
      { job_id: ended, revision: 2, vanished_at: new Date('2026-11-20T09:00:00Z') },
    ]);
    expect(read.some((sk) => sk.includes(untouched))).toBe(false);

    clock.now = Date.parse('2026-11-25T09:00:00Z');
    const at = new Date(clock.now).toISOString();
    const identities = await identitiesOf(table, 'ada@example.com');
    const erasure = { identities, pseudonym: 'person-1', at, runId: RUN, by: 'bob', reason: 'asked' };
    expect(await eraseEverywhere(table, erasure)).toMatchObject({ erased: 4 });
    const after = await lake(table, ['2026-11-25']);
    expect(after.rows.get('2026-11-25')).toHaveLength(4);
    expect(after.rows.get('2026-11-25')?.find(({ job_id }) => job_id === erased)).toMatchObject({
      ...{ erased: true, requester_name: 'person-1', state_known: true },
    });
    // A day that was written before holds the name, until it is written again.
    const former = await lake(table, ['2026-11-01']);
    expect(new Set(former.rows.get('2026-11-01')?.map(({ requester_name }) => requester_name))).toEqual(
      new Set(['person-1']),
    );
  });

  test('a writer that has marked and not been counted is looked at', async () => {
    await using made = await newLedger();
    const { ledger, table, clock, sighting, endRun } = made;
    const jobId = idAt('2026-09-01T10:00:00Z');
    await ledger.record(job({ jobId }), sighting());
    await endRun();
    clock.now = Date.parse('2026-11-20T09:00:00Z');
    await ledger.record(completed(job({ jobId })), sighting(), true); // and dies
    expect(await table.get(dayMarksKey('2026-09'))).toMatchObject({ marks01: expect.any(Number) });
    const { rows } = await lake(table, ['2026-11-20']);
    expect(idsOf(rows.get('2026-11-20'))).toEqual([`${jobId} 2`]);
  });
});

test('of a ledger that no run has read yet nothing is written; of one without jobs, empty days', async () => {
  await using made = await engine.newTable();
  expect(await lake(made.table, ['2026-11-20'])).toMatchObject({ steps: [{ unread: true }], files: new Map() });
  await made.ledger.recordPlan(RUN, []);
  expect((await lake(made.table, ['2026-11-20'])).steps).toMatchObject([
    { written: { day: '2026-11-20', changes: 0 } },
  ]);
});

test('a job that something else wrote to costs only itself: by name, or with what is not known left open', async () => {
  await using made = await newLedger();
  const { ledger, table, sighting } = made;
  const ids = ['a', 'b', 'c'].map((salt) => idAt('2026-11-01T08:00:00Z', salt)).sort() as [string, string, string];
  for (const jobId of ids) await ledger.record(job({ jobId }), sighting());
  await table.update(jobKey(PROJECT, ids[0]), { set: { changes: 'none', findings: 7 } }, {});
  await table.update(jobKey(PROJECT, ids[1]), { set: { status: 'COMPLETED', errorMessage: { a: 1 } } }, {});
  const { steps, rows } = await lake(table, ['2026-11-01']);
  expect(steps).toMatchObject([
    { leftOut: { projectId: PROJECT, jobId: ids[0], why: 'the job has no history' } },
    { written: { changes: 2 } },
  ]);
  expect(rows.get('2026-11-01')).toMatchObject([
    { job_id: ids[1], status: 'RUNNING', state_known: false, completed: null, error_message: null },
    { job_id: ids[2], status: 'RUNNING', state_known: true, completed: false },
  ]);
});

describe('a call that ends early', () => {
  test('writes whole files only, newest days first; the next call goes on', async () => {
    await using made = await newLedger();
    const { ledger, table, sighting } = made;
    for (let n = 0; n < 5; n++) await ledger.record(job({ jobId: idAt('2026-10-01T08:00:00Z', n) }), sighting());
    let asked = 0;
    const isOutOfTime = () => ++asked > 6;
    const days = daysFrom('2026-10-20', '2026-11-02');
    const { files } = await lake(table, days, { isOutOfTime });
    expect([...files.keys()]).toEqual(days.slice(7).reverse());
  });

  test('a file that cannot be written fails the call, after those before it', async () => {
    await using made = await newLedger();
    const written: string[] = [];
    const write = async (day: string) => {
      if (day === '2026-11-02') throw new Error('no room');
      written.push(day);
    };
    await expect(lake(made.table, daysFrom('2026-11-01', '2026-11-03'), { write })).rejects.toThrow('no room');
    expect(written).toEqual(['2026-11-03']);
  });
});
