import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LedgerError } from '../../../functions/ledger/model/errors.ts';
import { fingerprint } from '../../../functions/ledger/model/fingerprint.ts';
import { breaksOf, FIRST_CHANGES } from '../../../functions/ledger/model/hash-chain.ts';
import { storable } from '../../../functions/ledger/model/item-size.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import { jobKey } from '../../../functions/ledger/table/keys.ts';
import { testTable } from '../engines.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../jobs.ts';
import { list } from '../table.ts';

const table = testTable();
let serial = 0;
/** What ties an entry to the others; chain.test.ts has its say about them. */
const LINKS = { previous: expect.stringMatching(/^[\w-]{43}$/), state: expect.stringMatching(/^[\w-]{16}$/) };
/** Another job each time. */
const another = () => job({ jobId: idAt('2026-11-20T10:00:00Z', serial++) });

describe('record', () => {
  test('the first sight of a job costs one write, and holds everything that was said', async () => {
    const running = another();
    table.requests();
    const recorded = await table.ledger.record(running, seen(0));
    expect(table.requests()).toEqual({ PutItem: 1, UpdateItem: 1 }); // its day is marked

    const change = { revision: 1, at: seen(0).observedAt, runId: RUN, status: 'RUNNING', fields: {}, ...LINKS };
    expect(recorded).toMatchObject({ outcome: 'new', change });
    const { atlas, ...fields } = running;
    const at = seen(0).observedAt;
    const own = { revision: 1, firstSeenAt: at, changedAt: at, observedAt: at, fingerprint: fingerprint(running) };
    expect(recorded.job).toEqual({ ...fields, ...own });
    expect(await table.ledger.job(running.jobId)).toEqual({ ...fields, ...own, atlas, changes: [change] });
    expect(table.requests()).toEqual({ Query: 1, GetItem: 1 });
  });

  test('the same answer again is written nowhere; where the caller knew the job, it costs one read', async () => {
    const running = another();
    await table.ledger.record(running, seen(0));
    table.requests();
    expect(await table.ledger.record(running, seen(1))).toMatchObject({ outcome: 'same', job: { revision: 1 } });
    expect(table.requests()).toEqual({ PutItem: 1, GetItem: 1 });
    expect(await table.ledger.record(running, seen(2), true)).toMatchObject({ outcome: 'same' });
    expect(table.requests()).toEqual({ GetItem: 1 });
    expect((await table.ledger.job(running.jobId))?.observedAt).toBe(seen(0).observedAt);
  });

  test('a change adds one revision with what changed, present and absent alike', async () => {
    const running = another();
    await table.ledger.record(running, seen(0));
    table.requests();
    const done = completed(running);
    const recorded = await table.ledger.record(done, seen(1, 'run2'), true);
    expect(table.requests()).toEqual({ GetItem: 1, PutItem: 1 });
    expect(recorded.outcome).toBe('changed');
    expect(recorded.change).toEqual({
      revision: 2,
      at: seen(1).observedAt,
      runId: 'run2',
      status: 'COMPLETED',
      fields: {
        status: { from: 'RUNNING', to: 'COMPLETED' },
        sourceStatus: { from: 'IN_PROGRESS', to: 'finishedAt' },
        finishedAt: { to: done.finishedAt },
        durationSeconds: { to: 300 },
      },
      atlas: ['finishedAt'],
      ...LINKS,
    });

    const { snapshotId: _, ...lessSaid } = done;
    const { change } = await table.ledger.record(lessSaid, seen(2), true);
    expect(change?.fields).toEqual({ snapshotId: { from: running.snapshotId } });
    const stored = await table.ledger.job(running.jobId);
    expect(stored?.changes.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    expect(stored).not.toHaveProperty('snapshotId');
    expect(stored).toMatchObject({ firstSeenAt: seen(0).observedAt, changedAt: seen(2).observedAt });
  });

  test('a job that the caller wrongly took for known is new all the same', async () => {
    table.requests();
    expect(await table.ledger.record(another(), seen(0), true)).toMatchObject({ outcome: 'new' });
    expect(table.requests()).toEqual({ GetItem: 1, PutItem: 1 });
  });

  test('an answer that was asked for before the recorded one is stale and never written', async () => {
    const running = another();
    await table.ledger.record(completed(running), seen(5));
    const late = await table.ledger.record(running, seen(4));
    expect(late).toMatchObject({ outcome: 'stale', job: { status: 'COMPLETED', revision: 1 } });
    expect(late).not.toHaveProperty('change');
  });

  test('of two answers of the same millisecond the settled one stays, whichever comes first', async () => {
    for (const order of ['open first', 'settled first']) {
      const running = another();
      const answers = [running, completed(running)];
      if (order === 'settled first') answers.reverse();
      for (const answer of answers) await table.ledger.record(answer, seen(0));
      expect((await table.ledger.job(running.jobId))?.status).toBe('COMPLETED');
    }
  });

  test("a project's new name and a cluster's id do not rewrite a job; a stamp that was missing comes with the next change", async () => {
    const running = another();
    const { clusterId: _, ...unstamped } = running;
    await table.ledger.record(unstamped, seen(0));
    const renamed = { ...running, projectName: 'billing' };
    expect(await table.ledger.record(renamed, seen(1))).toMatchObject({ outcome: 'same' });
    const { job: done, change } = await table.ledger.record(completed(renamed), seen(2));
    expect(done).toMatchObject({ projectName: 'payments', clusterId: running.clusterId });
    expect(Object.keys(change?.fields ?? {})).not.toContain('clusterId');
  });

  test('progress counters are kept without a revision; with another change beside them they are history', async () => {
    const copying = { ...another(), kind: 'collection' as const };
    const at = (restoredDocuments: number) => ({ ...copying, atlas: { ...copying.atlas, restoredDocuments } });
    await table.ledger.record(at(1), seen(0));
    table.requests();
    const progress = await table.ledger.record(at(2), seen(1), true);
    expect(table.requests()).toEqual({ GetItem: 1, PutItem: 1 });
    expect(progress).toMatchObject({ outcome: 'progress', job: { revision: 1, observedAt: seen(1).observedAt } });
    expect(progress.job.changedAt).toBe(seen(0).observedAt);
    expect(await table.ledger.record(at(1), seen(0.5))).toMatchObject({ outcome: 'stale' });
    const { change } = await table.ledger.record(completed(at(3)), seen(2));
    expect(change).toMatchObject({ revision: 2, atlas: ['finishedAt', 'restoredDocuments'] });
    expect((await table.ledger.job(copying.jobId))?.atlas.restoredDocuments).toBe(3);
  });

  test('numbers and names that DynamoDB or its marshaller cannot take are recorded all the same', async () => {
    const odd = JSON.parse(
      '{"big":12345678901234567890,"huge":1e300,"tiny":1e-300,"half":0.5,"none":0,"empty":"","nil":null,"list":[null,{"a":[]}],"constructor":{"name":"Set"},"__proto__":{"x":1}}',
    );
    const strange = { ...another(), atlas: odd };
    expect(await table.ledger.record(strange, seen(0))).toMatchObject({ outcome: 'new' });
    expect(await table.ledger.record(strange, seen(1))).toMatchObject({ outcome: 'same' });
    const stored = await table.ledger.job(strange.jobId);
    expect(stored?.atlas).toMatchObject({
      big: '12345678901234567000',
      half: 0.5,
      tiny: '1e-300',
      nil: null,
      empty: '',
    });
    const { change } = await table.ledger.record({ ...strange, atlas: { ...odd, half: 0.25 } }, seen(2));
    expect(change?.atlas).toEqual(['half']);
  });

  test('whatever JSON Atlas sends is recorded, read back as it was stored, and verified', async () => {
    const word = fc.constantFrom(
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'name',
      '',
      'S',
      'NULL',
    );
    const name = fc.oneof(
      word,
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud800', '\udc00a', 'x'.repeat(70_000)),
    );
    const number = fc.constantFrom(
      '1e400',
      '-1e400',
      '-0',
      '1e-400',
      '9007199254740993',
      '1e308',
      '5e-324',
      '0.1',
      '1e126',
    );
    const leaf = fc.oneof(
      number.map((text) => JSON.parse(text) as unknown),
      ...[name, fc.double(), fc.boolean(), fc.constant(null), fc.constant(Number.NaN)],
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
      object: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    }));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 6 }), word, async (atlas, said) => {
        const odd = { ...another(), atlas, sourceStatus: said, targetClusterName: `${said}\ud800`, errorMessage: said };
        const { outcome, job: recorded } = await table.ledger.record(odd, seen(0));
        expect(outcome).toBe('new');
        const stored = await table.ledger.job(odd.jobId);
        expect(stored).toMatchObject({ ...recorded, atlas: storable(atlas), targetClusterName: `${said}\ufffd` });
        expect(stored && breaksOf(stored, FIRST_CHANGES)).toEqual([]);
        expect(await table.ledger.record(odd, seen(1))).toMatchObject({ outcome: 'same' });
        const changed = await table.ledger.record({ ...odd, atlas: { ...atlas, [said]: 'changed' } }, seen(2), true);
        expect(changed.outcome).toMatch(/changed|same/);
        const after = await table.ledger.job(odd.jobId);
        expect(after && breaksOf(after, FIRST_CHANGES)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('a number that DynamoDB cannot hold is its text', async () => {
    const sent = '{"a":1e400,"b":-1e400,"c":-0,"d":9007199254740993,"e":1e308,"f":5e-324,"g":9007199254740991}';
    const odd = { ...another(), atlas: JSON.parse(sent) };
    await table.ledger.record(odd, seen(0));
    const kept = {
      ...{ a: 'Infinity', b: '-Infinity', c: 0, d: '9007199254740992', e: '1e+308', f: '5e-324' },
      g: 9007199254740991,
    };
    expect((await table.ledger.job(odd.jobId))?.atlas).toEqual(kept);
  });

  test('an answer of very many fields, of long names, and nested without end is recorded and verified', async () => {
    let deep: unknown = 'end';
    for (let i = 0; i < 100; i++) deep = i % 2 ? [deep] : { deep };
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, nth) => [`field${nth}`, nth]));
    const odd = { ...another(), atlas: { ['n'.repeat(65_536)]: 1, ['n'.repeat(65_537)]: 2, deep, ...many } };
    expect((await table.ledger.record(odd, seen(0))).outcome).toBe('new');
    expect((await table.ledger.record(odd, seen(1), true)).outcome).toBe('same');
    const fewer = { ...odd, atlas: { ...odd.atlas, field49999: 'other', field0: 'other' } };
    const { change } = await table.ledger.record(fewer, seen(2), true);
    expect(change?.atlas).toEqual(['(others)', 'field0']);
    const stored = await table.ledger.job(odd.jobId);
    expect(stored?.atlas['(others)']).toMatchObject({ count: expect.any(Number) });
    expect(stored && breaksOf(stored, FIRST_CHANGES)).toEqual([]);
  });

  test('a job that was recorded before there were problems has the history that it had, and gets one entry where some are found', async () => {
    const running = another();
    const { job: before } = await table.ledger.record(running, seen(0));
    expect(before).not.toHaveProperty('problems');
    const problems = [{ field: 'status', expected: 'RUNNING', got: '"CLOSED"' }];
    const { outcome, change } = await table.ledger.record({ ...running, problems }, seen(1), true);
    expect([outcome, change?.fields]).toEqual(['changed', { problems: { to: problems } }]);
    const stored = await table.ledger.job(running.jobId);
    expect(stored?.problems).toEqual(problems);
    expect(stored && breaksOf(stored, FIRST_CHANGES)).toEqual([]);
    // Nobody can take the mark away unseen.
    const { problems: _, ...unmarked } = stored as LedgerJob;
    expect(breaksOf(unmarked, FIRST_CHANGES)).toHaveLength(1);
    const { change: mended } = await table.ledger.record(running, seen(2), true);
    expect(mended?.fields).toEqual({ problems: { from: problems } });
  });

  test('attributes that this version does not know stay in the item', async () => {
    const running = another();
    await table.ledger.record(running, seen(0));
    const key = jobKey(PROJECT, running.jobId);
    await table.table.update(key, { set: { note: 'drill' } }, {});
    await table.ledger.record(completed(running), seen(1));
    expect(await table.table.get(key)).toMatchObject({ note: 'drill', status: 'COMPLETED' });
  });
});

describe('markVanished', () => {
  test('a mark is a revision, and so is its removal by a later sighting', async () => {
    const running = another();
    await table.ledger.record(running, seen(0));
    table.requests();
    const vanished = await table.ledger.markVanished(PROJECT, running.jobId, seen(1));
    expect(table.requests()).toEqual({ GetItem: 1, PutItem: 1 });
    const vanishedAt = seen(1).observedAt;
    expect(vanished).toMatchObject({ outcome: 'changed', job: { vanishedAt, status: 'RUNNING' } });
    expect(vanished.change?.fields).toEqual({ vanishedAt: { to: vanishedAt } });

    expect(await table.ledger.markVanished(PROJECT, running.jobId, seen(2))).toMatchObject({ outcome: 'same' });
    expect((await table.ledger.job(running.jobId))?.vanishedAt).toBe(vanishedAt);

    const back = await table.ledger.record(running, seen(3));
    expect(back).toMatchObject({
      outcome: 'changed',
      change: { revision: 3, fields: { vanishedAt: { from: vanishedAt } } },
    });
    expect(await table.ledger.job(running.jobId)).not.toHaveProperty('vanishedAt');
  });

  test('a job that was seen then or later has not vanished', async () => {
    const running = another();
    await table.ledger.record(running, seen(1));
    for (const minute of [0, 1]) {
      expect(await table.ledger.markVanished(PROJECT, running.jobId, seen(minute))).toMatchObject({ outcome: 'stale' });
    }
  });

  test('a sighting of the same moment takes the mark away', async () => {
    const running = another();
    await table.ledger.record(running, seen(0));
    await table.ledger.markVanished(PROJECT, running.jobId, seen(1));
    expect(await table.ledger.record(running, seen(1))).toMatchObject({ outcome: 'changed', job: { revision: 3 } });
  });

  test('a job that the ledger does not have is an error that says so', async () => {
    const vanishing = table.ledger.markVanished(PROJECT, idAt('2020-01-01T00:00:00Z'), seen(0));
    await expect(vanishing).rejects.toThrow(/is not in the ledger/);
    await expect(vanishing).rejects.toBeInstanceOf(LedgerError);
  });
});

describe('a job too large for an item', () => {
  const text = (kilobytes: number) => 'x'.repeat(kilobytes * 1000);

  test('loses the largest fields of what Atlas sent, which are named, and nothing else', async () => {
    const small = another();
    const atlas = { ...small.atlas, collections: [text(300)], databases: [text(90)], suffix: text(50) };
    const large = { ...small, atlas };
    expect(await table.ledger.record(large, seen(0))).toMatchObject({ outcome: 'new' });
    const stored = (await table.ledger.job(small.jobId)) as LedgerJob;
    expect(Object.keys(stored.atlasOmitted ?? {})).toEqual(['collections']);
    expect(stored.atlas).toEqual({ ...small.atlas, databases: [text(90)], suffix: text(50) });
    expect(await table.ledger.record(large, seen(1))).toMatchObject({ outcome: 'same' });

    // A left-out field is still compared.
    const other = { ...large, atlas: { ...atlas, collections: [text(301)] } };
    expect(await table.ledger.record(other, seen(2))).toMatchObject({
      outcome: 'changed',
      change: { atlas: ['collections'] },
    });
    const done = await table.ledger.record(completed(other), seen(3));
    expect(done.change?.atlas).toEqual(['finishedAt']);
    const fits = await table.ledger.record(completed(small), seen(4));
    expect(fits.change?.atlas).toEqual(['collections', 'databases', 'suffix']);
    expect(await table.ledger.job(small.jobId)).not.toHaveProperty('atlasOmitted');
  });

  test('a vanished one keeps saying what was left out', async () => {
    const small = another();
    await table.ledger.record({ ...small, atlas: { ...small.atlas, collections: text(400) } }, seen(0));
    await table.ledger.markVanished(PROJECT, small.jobId, seen(1));
    expect(Object.keys((await table.ledger.job(small.jobId))?.atlasOmitted ?? {})).toEqual(['collections']);
  });

  test('is refused only where its normalised fields alone do not fit', async () => {
    const hopeless = { ...another(), errorMessage: text(390) };
    await expect(table.ledger.record(hopeless, seen(0))).rejects.toMatchObject({ code: 'LEDGER_ITEM_TOO_LARGE' });
  });
});

describe('what a reading compares with', () => {
  const projectId = 'd'.repeat(24);
  const jobs = ['2026-09-01', '2026-10-01', '2026-11-01'].map((day) =>
    job({ jobId: idAt(`${day}T00:00:00Z`), projectId }),
  );
  const known = jobs.map((each) => ({
    ...{ jobId: each.jobId, clusterName: each.clusterName, kind: 'dedicated', status: 'RUNNING' },
    ...{ fingerprint: fingerprint(each), firstSeenAt: seen(0).observedAt, observedAt: seen(0).observedAt },
  }));
  const [first] = jobs;

  test('is every job of a project, of the table itself, without what it does not need', async () => {
    for (const each of jobs) await table.ledger.record(each, seen(0));
    await table.ledger.record(job({ jobId: idAt('2026-11-02T00:00:00Z'), projectId: 'e'.repeat(24) }), seen(0));
    table.requests();
    expect(await list(table.ledger.known(projectId))).toEqual(known);
    expect(table.requests()).toEqual({ Query: 1 });
  });

  test('is looked up by ids, a hundred at once', async () => {
    const others = Array.from({ length: 150 }, (_, n) => idAt('2026-08-01T00:00:00Z', n));
    table.requests();
    expect(await table.ledger.lookUp(projectId, [...others, ...jobs.map(({ jobId }) => jobId)])).toEqual(known);
    expect(table.requests()).toEqual({ BatchGetItem: 2 });
    expect(await table.ledger.lookUp(projectId, [])).toEqual([]);
    expect(await table.ledger.lookUp('e'.repeat(24), [first?.jobId ?? ''])).toEqual([]);
  });
});

test('an answer that the ledger says to have observed in the future is no later than a true one', async () => {
  const before = another();
  await table.ledger.record(before, { ...seen(0), observedAt: '2030-01-01T00:00:00.000Z' });
  const now = () => Date.parse(seen(5).observedAt);
  const after = { ...before, status: 'COMPLETED' as const };
  expect(await table.ledger.record(after, seen(5))).toMatchObject({ outcome: 'stale' });
  expect(await table.ledger.record(after, { ...seen(5), now })).toMatchObject({ outcome: 'changed' });
  expect(await table.ledger.job(before.jobId)).toMatchObject({ status: 'COMPLETED', observedAt: seen(5).observedAt });

  const gone = another();
  await table.ledger.record(gone, { ...seen(0), observedAt: '2030-01-01T00:00:00.000Z' });
  expect(await table.ledger.markVanished(PROJECT, gone.jobId, { ...seen(5), now })).toMatchObject({
    outcome: 'changed',
  });
});

test('a job by an id that is none, or unknown, is undefined', async () => {
  table.requests();
  for (const id of ['', 'JOB#x', 'z'.repeat(24)]) expect(await table.ledger.job(id)).toBeUndefined();
  expect(table.requests()).toEqual({});
  expect(await table.ledger.job(idAt('2019-01-01T00:00:00Z'))).toBeUndefined();
  expect(table.requests()).toEqual({ Query: 1 });
});
