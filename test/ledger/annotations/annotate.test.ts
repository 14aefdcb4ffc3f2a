import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnnotationConflict } from '../../../functions/ledger/annotations/annotate.ts';
import { ANNOTATING_ATTRIBUTES } from '../../../functions/ledger/annotations/attributes.ts';
import { AnnotationsFull, MAX_ANNOTATIONS } from '../../../functions/ledger/annotations/merge.ts';
import { AnnotationProblem } from '../../../functions/ledger/annotations/patch.ts';
import { ANNOTATED_DAY_ATTRIBUTES } from '../../../functions/ledger/days/annotated-days.ts';
import { breaksOf, FIRST_CHANGES } from '../../../functions/ledger/model/hash-chain.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import { fitted } from '../../../functions/ledger/table/job-item.ts';
import { annotatedDayKey, dayOf, isJobSk, jobKey, VERDICTS_PK } from '../../../functions/ledger/table/keys.ts';
import { overTable, testEngine, testTable } from '../engines.ts';
import { completed, idAt, job, PROJECT, seen, verified } from '../jobs.ts';
import { ADA, annotate, BO, signedBy } from './annotators.ts';

const engine = testEngine();
const table = testTable(engine);
let serial = 0;
async function recorded(): Promise<string> {
  const { jobId } = job({ jobId: idAt('2026-11-20T10:00:00Z', `annotated-${serial++}`) });
  await table.ledger.record(job({ jobId }), seen(0));
  return jobId;
}
const read = async (jobId: string) => (await table.ledger.job(jobId)) as LedgerJob;

test('an annotation is an entry of the history, with who made it and when, in one read, a note of its day, one write, and one more for the mark of a verdict', async () => {
  const jobId = await recorded();
  table.requests();
  const { outcome } = await annotate(table.table, jobId, { validation: { status: 'SUCCESSFUL' }, purpose: 'drill' });
  expect(table.requests()).toEqual({ GetItem: 1, UpdateItem: 3 });
  expect(outcome).toBe('annotated');
  const { at } = signedBy(ADA);
  const kept = await read(jobId);
  expect(kept).toMatchObject({
    validation: { status: 'SUCCESSFUL', by: ADA, at },
    annotation: { purpose: 'drill', by: ADA, at },
    ...{ annotationCount: 1, revision: 2, changedAt: at, observedAt: seen(0).observedAt },
  });
  expect(kept.changes.at(-1)).toMatchObject({
    revision: 2,
    fields: { validation: { to: { status: 'SUCCESSFUL', by: ADA, at } }, annotation: { to: { purpose: 'drill' } } },
  });
  expect(breaksOf(kept, FIRST_CHANGES)).toEqual([]);
});

test('a correction adds an entry, and leaves what was said before in the history', async () => {
  const jobId = await recorded();
  await annotate(table.table, jobId, { purpose: 'drill', ticket: 'OPS-1' });
  await annotate(table.table, jobId, { purpose: null, ticket: 'OPS-2' }, BO);
  const { annotation, changes } = await read(jobId);
  expect(annotation).toEqual({ ticket: 'OPS-2', ...{ by: BO, at: signedBy(BO).at } });
  expect(changes.map(({ fields }) => (fields.annotation?.to as { ticket?: string })?.ticket)).toEqual([
    undefined,
    'OPS-1',
    'OPS-2',
  ]);
});

test('the same again writes nothing; the same verdict of somebody else is one of its own', async () => {
  const jobId = await recorded();
  const patch = { validation: { status: 'FAILED', message: 'rows' }, ticket: 'OPS-1' } as const;
  await annotate(table.table, jobId, patch);
  table.requests();
  expect((await annotate(table.table, jobId, patch)).outcome).toBe('same');
  expect(table.requests()).toEqual({ GetItem: 1 });
  expect((await annotate(table.table, jobId, { ticket: 'OPS-1' }, BO)).outcome).toBe('same');
  expect((await annotate(table.table, jobId, patch, BO)).outcome).toBe('annotated');
  expect(await read(jobId)).toMatchObject({ validation: { by: BO }, annotation: { by: ADA }, annotationCount: 2 });
});

test('a job that is not as the caller saw it is left alone', async () => {
  const jobId = await recorded();
  const expected = ({ revision }: LedgerJob) => revision === 7;
  await expect(annotate(table.table, jobId, { purpose: 'drill' }, ADA, expected)).rejects.toThrow(AnnotationConflict);
  expect((await read(jobId)).revision).toBe(1);
});

test('a write names the attributes that a role may be held to, and gets none back', async () => {
  const jobId = await recorded();
  const updates: Parameters<typeof table.table.update>[] = [];
  const noted = overTable(table.table, {
    update(...args) {
      updates.push(args);
      return table.table.update(...args);
    },
  });
  await annotate(noted, jobId, { validation: { status: 'FAILED' }, purpose: 'drill' });
  expect(updates).toHaveLength(3);
  const [mark, note, [, { set = {}, add, blind }, condition] = expect.unreachable()] = updates;
  expect(mark?.[0].pk).toBe(VERDICTS_PK);
  expect(note).toEqual([
    annotatedDayKey(dayOf(jobId)),
    { set: { [ANNOTATED_DAY_ATTRIBUTES[0]]: Date.parse(signedBy(ADA).at) }, blind: true },
    {},
  ]);
  const named: string[] = [...Object.keys(set), ...Object.keys(condition)];
  expect(named.filter((name) => !ANNOTATING_ATTRIBUTES.some((each) => each === name))).toEqual([]);
  expect({ add, blind }).toEqual({ add: undefined, blind: true });
});

test('an unknown job is refused, and none is made', async () => {
  const jobId = idAt('2026-11-20T10:00:00Z', 'nobody');
  await expect(annotate(table.table, jobId, { purpose: 'drill' })).rejects.toThrow('is not in the ledger');
  expect(await table.table.get(jobKey(PROJECT, jobId))).toBeUndefined();
});

test('a write whose answer was lost is not made twice, whoever wrote after it', async () => {
  const jobId = await recorded();
  let lost = true;
  const lossy = overTable(table.table, {
    async update(...args) {
      const written = await table.table.update(...args);
      if (!lost || !isJobSk(args[0].sk)) return written;
      lost = false;
      await table.ledger.record(completed(job({ jobId })), seen(40));
      return { done: false, repeated: true };
    },
  });
  expect((await annotate(lossy, jobId, { purpose: 'drill' })).outcome).toBe('annotated');
  expect(await read(jobId)).toMatchObject({ status: 'COMPLETED', annotationCount: 1, revision: 3 });
});

test('no later answer of Atlas, mark, finding or requester drops an annotation', async () => {
  const jobId = await recorded();
  await annotate(table.table, jobId, { validation: { status: 'SUCCESSFUL' }, purpose: 'drill' });
  const { validation, annotation } = await read(jobId);
  await table.ledger.record(completed(job({ jobId })), seen(40), true);
  await table.ledger.markVanished(PROJECT, jobId, seen(41));
  await table.ledger.annotate(PROJECT, jobId, seen(42), () => ({ requester: { reason: 'none' } }));
  await table.ledger.record(completed(job({ jobId })), seen(43), true);
  expect(await read(jobId)).toMatchObject({ validation, annotation, annotationCount: 1, status: 'COMPLETED' });
  expect(breaksOf(await read(jobId), FIRST_CHANGES)).toEqual([]);
});

test.each([
  ['the verdict', (item: Item) => ({ ...item, validation: { ...(item.validation as object), status: 'SUCCESSFUL' } })],
  ['both, the last entry and the job', forgedTwice],
  ['who said so', (item: Item) => ({ ...item, validation: { ...(item.validation as object), by: BO } })],
  ['all of it', ({ validation: _, annotationCount: __, ...item }: Item) => item],
])('tampering with %s is found, and what the history says is put back', async (what, forge) => {
  await using other = await engine.newTable();
  const { jobId } = job();
  await other.ledger.record(job(), seen(0));
  await annotate(other.table, jobId, { validation: { status: 'FAILED', message: 'rows' } });
  const item = (await other.table.get(jobKey(PROJECT, jobId))) as Item & { pk: string; sk: string };
  await other.table.put({ ...jobKey(PROJECT, jobId), ...forge(item) });
  expect((await verified(other.ledger, PROJECT)).breaks.filter((each) => each.jobId === jobId)).not.toEqual([]);
  await other.ledger.record(completed(job()), seen(40), true);
  const after = (await other.ledger.job(jobId)) as LedgerJob;
  if (what.startsWith('both')) return; // the history itself was forged: verify goes on finding it where another entry follows
  expect(after).toMatchObject({ validation: { status: 'FAILED', by: ADA }, annotationCount: 1 });
  expect(after.changes.at(-1)).toMatchObject({ repaired: true });
});

type Item = Record<string, unknown>;

function forgedTwice(item: Item): Item {
  const [first, last] = item.changes as { fields: { validation: { to: object } } }[];
  const validation = { ...last?.fields.validation.to, status: 'SUCCESSFUL' };
  return { ...item, validation, changes: [first, { ...last, fields: { validation: { to: validation } } }] };
}

test('an annotation of a forged job does not hide what was forged', async () => {
  await using other = await engine.newTable();
  const { jobId } = job();
  await other.ledger.record(job(), seen(0));
  const item = (await other.table.get(jobKey(PROJECT, jobId))) as Item;
  await other.table.put({ ...jobKey(PROJECT, jobId), ...item, status: 'COMPLETED' });
  await annotate(other.table, jobId, { purpose: 'drill' });
  expect((await verified(other.ledger, PROJECT)).breaks.filter((each) => each.jobId === jobId)).not.toEqual([]);
});

test('what something else wrote into an annotation does not get into the history with the next one', async () => {
  await using other = await engine.newTable();
  const { jobId } = job();
  await other.ledger.record(job(), seen(0));
  await annotate(other.table, jobId, { ticket: 'OPS-1' });
  const item = (await other.table.get(jobKey(PROJECT, jobId))) as Item;
  const annotation = { ...(item.annotation as object), ticket: 'FORGED' };
  await other.table.put({ ...jobKey(PROJECT, jobId), ...item, annotation });
  await annotate(other.table, jobId, { purpose: 'drill' }, BO);
  expect((await verified(other.ledger, PROJECT)).breaks.filter((each) => each.jobId === jobId)).not.toEqual([]);
  await other.ledger.record(completed(job()), seen(40), true);
  const after = (await other.ledger.job(jobId)) as LedgerJob;
  expect(after.annotation).toMatchObject({ ticket: 'OPS-1', purpose: 'drill' });
  expect(JSON.stringify(after)).not.toContain('FORGED');
});

test('bounds: texts, times and bytes, each with an error that says so, and the job stays', async () => {
  const jobId = await recorded();
  const large = Array.from({ length: 20 }, (_, n) => ({
    name: `check ${n}`,
    expected: '\u4e00'.repeat(200),
    got: '1',
  }));
  await expect(annotate(table.table, jobId, { checks: large })).rejects.toThrow(AnnotationProblem);
  for (let n = 0; n < MAX_ANNOTATIONS; n++) await annotate(table.table, jobId, { ticket: `OPS-${n}` });
  await expect(annotate(table.table, jobId, { ticket: 'more' })).rejects.toThrow(/annotated 100 times/);
  const other = await recorded();
  const wide = (n: number) => ({ checks: large.slice(0, 8).map((check) => ({ ...check, got: `${n}` })) });
  const most = async () => {
    for (let n = 0; ; n++) await annotate(table.table, other, wide(n));
  };
  await expect(most()).rejects.toThrow(AnnotationsFull);
  for (const one of [jobId, other]) {
    await table.ledger.record(completed(job({ jobId: one })), seen(40), true);
    expect(await read(one)).toMatchObject({ status: 'COMPLETED', atlas: completed(job({ jobId: one })).atlas });
  }
});

test('a job that is almost as large as an item may be is not annotated at the cost of what Atlas said', async () => {
  const jobId = idAt('2026-11-20T10:00:00Z', 'large');
  await table.ledger.record(job({ jobId, atlas: { id: jobId, blob: 'x'.repeat(310_000) } }), seen(0));
  await expect(annotate(table.table, jobId, { purpose: 'drill' })).rejects.toThrow(/too large/);
});

test('annotations stay in a history whose middle is folded away, and taking one out of it is found', async () => {
  let stored = await read(await recorded());
  const withEntries = async (count: number) => {
    for (let n = 0; n < count; n++)
      await table.ledger
        .record(job({ jobId: stored.jobId, errorMessage: `${stored.revision}` }), seen(100 + stored.revision), true)
        .then(async () => (stored = await read(stored.jobId)));
  };
  await withEntries(25);
  await annotate(table.table, stored.jobId, { purpose: 'drill' });
  await annotate(table.table, stored.jobId, { purpose: 'incident' });
  stored = await read(stored.jobId);
  await withEntries(200);
  expect(stored.changes.length).toBe(FIRST_CHANGES + 180 + 2);
  expect(breaksOf(stored, FIRST_CHANGES)).toEqual([]);
  for (const index of [20, 21]) {
    const [entry] = stored.changes.slice(index);
    const forged = {
      ...entry,
      fields: { annotation: { to: { purpose: 'refresh' } } },
    } as (typeof stored.changes)[number];
    for (const changes of [stored.changes.toSpliced(index, 1), stored.changes.with(index, forged)])
      expect(breaksOf({ ...stored, changes }, FIRST_CHANGES)).not.toEqual([]);
  }
  expect(fitted(stored).changes.length).toBe(stored.changes.length);
});

test('whoever writes at the same time: nothing is lost, and the history fits together', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('answer' as const), n: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ do: fc.constant('derive' as const), n: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ do: fc.constant('annotate' as const), n: fc.integer({ min: 1, max: 9 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
      const jobId = await recorded();
      const said = new Set<string>();
      await Promise.all(
        steps.map(async (one, index) => {
          if (one.do === 'answer')
            await table.ledger.record(job({ jobId, errorMessage: `answer ${index}` }), seen(index + 1), true);
          else if (one.do === 'derive')
            await table.ledger.annotate(PROJECT, jobId, seen(index + 1), () => ({
              requester: { reason: 'none', rivals: one.n },
            }));
          else {
            said.add(`OPS-${index}`);
            await annotate(table.table, jobId, { ticket: `OPS-${index}` }, index % 2 === 0 ? ADA : BO);
          }
        }),
      );
      const kept = await read(jobId);
      const tickets = kept.changes.flatMap(({ fields }) => (fields.annotation?.to as { ticket: string })?.ticket ?? []);
      expect(new Set(tickets)).toEqual(said);
      expect(kept.annotationCount ?? 0).toBe(said.size);
      expect(breaksOf(kept, FIRST_CHANGES)).toEqual([]);
      const answers = steps.flatMap((one, index) => (one.do === 'answer' ? [index] : []));
      if (answers.length > 0) expect(kept.errorMessage).toBe(`answer ${answers.at(-1)}`);
    }),
    { numRuns: 40 },
  );
});
