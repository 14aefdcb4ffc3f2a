import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eraseEverywhere, identitiesOf } from '../../../functions/ledger/erasure/erase-everywhere.ts';
import { jobKey } from '../../../functions/ledger/table/keys.ts';
import { exported, inventoryOf, scopeItem } from '../../../functions/ledger/transfer/export.ts';
import { importRecords } from '../../../functions/ledger/transfer/import.ts';
import type { Annotator } from '../../../functions/restore/annotations.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import { printable } from '../../../functions/restore/text.ts';
import { annotate } from '../annotations/annotators.ts';
import { type EngineTable, testEngine } from '../engines.ts';
import { completed, idAt, job, PROJECT, seen, verified } from '../jobs.ts';
import { list } from '../table.ts';

const engine = testEngine();

const requestedBy = (name: string, id = `id-of-${name}`): Requester => ({
  ...{ actor: { kind: 'user', name, id }, grade: 'exact', points: 100 },
  ...{ eventType: 'CLUSTER_RESTORE', rivals: 0, eventId: 'e' },
});
const ADA = 'ada@example.com';
const at = '2026-11-25T00:00:00.000Z';
const decision = { by: 'dpo@example.com', reason: 'request 4711', pseudonym: 'erased-1', at, runId: idAt(at) };

async function erase({ table }: EngineTable, options: { dryRun?: boolean; name?: string } = {}) {
  const identities = await identitiesOf(table, options.name ?? ADA);
  return eraseEverywhere(table, { identities, ...decision }, options);
}

const textOf = async ({ table }: EngineTable) => JSON.stringify(await list(table.scan()));

/** Found first by one, then by another; with a finding that names them. */
async function recorded({ ledger }: EngineTable, ...[first, ...others]: RestoreJob[]) {
  if (!first) return;
  const finding = { rule: 'requester-not-listed', severity: 'critical', at, why: `It was requested by ${ADA} (user).` };
  await ledger.record(first, seen(0), false, { requester: requestedBy('bo@example.com') });
  await ledger.annotate(PROJECT, first.jobId, seen(1), () => ({
    requester: requestedBy(ADA),
    findings: [finding as never],
  }));
  for (const [index, answer] of others.entries()) await ledger.record(answer, seen(2 + index));
}

/** In this order, each is tied to the erased name only by those that come after it. */
const RENAMED = [
  ['ada@ex.company', 'id-2'],
  ['ada@ex.com', 'id-2'],
  ['ada@ex.com', 'id-1'],
  [ADA, 'id-1'],
  ['bo@example.com', 'id-3'],
] as const;

/** A job for each. */
async function renamed({ ledger }: EngineTable, known: readonly (readonly [name: string, id: string])[]) {
  for (const [index, [name, id]] of known.entries()) {
    const one = job({ jobId: idAt('2026-11-20T10:00:00Z', `job-${index}`) });
    const why = `It was requested by ${name} (user).`;
    await ledger.record(one, seen(0), false, { requester: requestedBy(name, id) });
    const finding = { rule: 'requester-not-listed', severity: 'critical', at, why };
    const findings = id === 'id-3' ? [] : [finding as never];
    await ledger.annotate(PROJECT, one.jobId, seen(1), () => ({ findings }));
  }
}

const withPut = ({ table }: EngineTable, put: EngineTable['table']['put']) => ({
  ...{ get: table.get.bind(table), query: table.query.bind(table), update: table.update.bind(table), put },
  ...{ count: table.count.bind(table), batchGet: table.batchGet.bind(table), scan: table.scan.bind(table) },
});

describe('erasing a name', () => {
  test('leaves none of it, nor of the ids with it, in any job; the chain fits, and verify counts what was made anew', async () => {
    await using own = await engine.newTable();
    const second = job({ jobId: idAt('2026-11-20T10:00:00Z', 'second') });
    await recorded(own, job(), completed(job()));
    // Known by the id alone.
    await own.ledger.record(second, seen(0), false, {
      requester: { ...requestedBy(ADA), actor: { kind: 'user', id: `id-of-${ADA}` } } as Requester,
    });
    const others = job({ jobId: idAt('2026-11-20T10:00:00Z', 'third') });
    await own.ledger.record(others, seen(0), false, { requester: requestedBy('bo@example.com') });
    const before = await own.table.get(jobKey(PROJECT, others.jobId));

    expect(await erase(own, { dryRun: true })).toEqual({ jobs: 3, erased: 2, expected: 0, broken: [] });
    expect(await textOf(own)).toContain(ADA);
    expect(await erase(own)).toEqual({ jobs: 3, erased: 2, expected: 0, broken: [] });
    const text = await textOf(own);
    expect(text).not.toContain(ADA);
    expect(text).toContain('bo@example.com');
    expect(await own.table.get(jobKey(PROJECT, others.jobId))).toEqual(before);
    expect(await verified(own.ledger, PROJECT)).toMatchObject({ jobs: 3, breaks: [], erased: 2 });
    const [first] = await list(own.ledger.projectJobs(PROJECT));
    expect(first).toMatchObject({ requester: { actor: { kind: 'user', name: 'erased-1' }, grade: 'exact' } });
    const { pseudonym, by, reason } = decision;
    // A digest of what held the name would confirm a guess.
    expect(first?.changes.slice(0, -1).every(({ state }) => state === 'erased')).toBe(true);
    expect(first?.changes.at(-1)).toMatchObject({ at, fields: {}, erased: { pseudonym, by, reason } });

    expect(await erase(own)).toEqual({ jobs: 3, erased: 0, expected: 0, broken: [] });
    expect(await textOf(own)).toBe(text);
  });

  test('takes every other name of the person, through ids and names that only other jobs tie together', async () => {
    await using own = await engine.newTable();
    await renamed(own, RENAMED);
    expect(await erase(own)).toEqual({ jobs: 5, erased: 4, expected: 0, broken: [] });
    const text = await textOf(own);
    for (const part of ['ada', 'id-1', 'id-2', 'erased-1pany']) expect(text).not.toContain(part);
    expect(text).toContain('id-3');
    expect((await verified(own.ledger, PROJECT)).breaks).toEqual([]);
  });

  test.each([1, 2, 3])('stopped after %i writes, it is done by the same command again', async (writes) => {
    for (const known of [RENAMED, RENAMED.toReversed()]) {
      await using own = await engine.newTable();
      await renamed(own, known);
      let left = writes;
      const table = withPut(own, async (...args) => {
        left -= 1;
        if (left < 0) throw new Error('stopped');
        return own.table.put(...args);
      });
      const identities = await identitiesOf(table, ADA);
      await expect(eraseEverywhere(table, { identities, ...decision })).rejects.toThrow('stopped');
      expect(await erase(own)).toEqual({ jobs: 5, erased: 4 - writes, expected: 0, broken: [] });
      expect(await textOf(own)).not.toContain('ada@');
    }
  });

  test('whatever a history was, it fits before and after, and goes on', async () => {
    const lives = fc.array(fc.constantFrom('run', 'end', 'ada', 'bo', 'gone'), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lives, async (life) => {
        await using own = await engine.newTable();
        await own.ledger.record(job(), seen(0));
        const live = async (steps: readonly string[], from: number) => {
          for (const [index, step] of steps.entries()) {
            const when = seen(from + index);
            if (step === 'run') await own.ledger.record(job(), when);
            if (step === 'end') await own.ledger.record(completed(job()), when);
            if (step === 'gone') await own.ledger.markVanished(PROJECT, job().jobId, when);
            const requester = requestedBy(step === 'ada' ? ADA : 'bo@example.com');
            if (step === 'ada' || step === 'bo')
              await own.ledger.annotate(PROJECT, job().jobId, when, () => ({ requester }));
          }
        };
        await live(life, 1);
        await erase(own);
        expect(await textOf(own)).not.toContain(ADA);
        expect((await verified(own.ledger, PROJECT)).breaks).toEqual([]);
        await live(['run', 'end', 'gone'], 50);
        expect((await verified(own.ledger, PROJECT)).breaks).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  const delegatedTo = (name: string, via: string): Requester =>
    ({ ...requestedBy(name), actor: { kind: 'delegated', name, via } }) as Requester;
  const whyOf = (name: string, via: string) =>
    `It was requested by ${name} by way of ${printable(via)} (application, exact match), who is not among the expected requesters.`;
  const found = (why: string) => ({ rule: 'requester-not-listed', severity: 'critical', at, why }) as never;

  test.each([
    ['app', 'app > erased-1', `app > ${ADA}`],
    [`${ADA}m`, `app > erased-1 > ${ADA}m`, `app > ${ADA} > ${ADA}m`],
    [ADA, 'erased-1 > app', `${ADA} > app`],
  ])(
    'takes it out of the way by which somebody asked, in the history and in findings, too: %s',
    async (name, kept, via) => {
      await using own = await engine.newTable();
      await own.ledger.record(job(), seen(0), false, { requester: delegatedTo(name, via) });
      const findings = [found(whyOf(name, via))];
      await own.ledger.annotate(PROJECT, job().jobId, seen(1), () => ({ findings }));
      await own.ledger.annotate(PROJECT, job().jobId, seen(2), () => ({ requester: requestedBy('bo@example.com') }));
      expect(await erase(own)).toEqual({ jobs: 1, erased: 1, expected: 0, broken: [] });
      const [only] = await list(own.ledger.projectJobs(PROJECT));
      const shown = name === ADA ? 'erased-1' : name;
      expect(only?.findings).toMatchObject([{ why: whyOf(shown, kept) }]);
      expect(JSON.stringify(only?.changes)).toContain(`"via":"${kept}"`);
      expect((await textOf(own)).replaceAll(`${ADA}m`, '')).not.toContain(ADA);
      expect((await verified(own.ledger, PROJECT)).breaks).toEqual([]);
    },
  );

  test('takes out what is left of it where the way was cut', async () => {
    await using own = await engine.newTable();
    const via = `${'x'.repeat(245)} > ${ADA}`.slice(0, 256);
    expect(via.endsWith(' > ada@exam')).toBe(true);
    await own.ledger.record(job(), seen(0), false, { requester: delegatedTo('app', via) });
    expect(await erase(own, { name: 'bo@example.com' })).toMatchObject({ erased: 0 });
    expect(await erase(own)).toMatchObject({ erased: 1 });
    expect(await textOf(own)).not.toContain('ada@');
    expect((await verified(own.ledger, PROJECT)).breaks).toEqual([]);
  });

  test.each(['a', 'it', 'ä', '💥'])(
    'a very short one goes where it is a name, and the words around it stay: %s',
    async (name) => {
      await using own = await engine.newTable();
      const why = `It was requested by ${name} (user, exact match), who is not among the expected requesters: a b it.`;
      await own.ledger.record(job(), seen(0), false, { requester: requestedBy(name, `id of ${name}`) });
      await own.ledger.annotate(PROJECT, job().jobId, seen(1), () => ({ findings: [found(why)] }));
      const by: Annotator = { kind: 'iam', name: `arn:aws:iam::123456789012:user/${name}` };
      const message = 'a check of it by us';
      await annotate(own.table, job().jobId, { validation: { status: 'FAILED', message }, ticket: name }, by);
      expect(await erase(own, { name })).toEqual({ jobs: 1, erased: 1, expected: 0, broken: [] });
      const [only] = await list(own.ledger.projectJobs(PROJECT));
      expect(only).toMatchObject({
        requester: { actor: { kind: 'user', name: 'erased-1' } },
        findings: [{ why: why.replace(`by ${name} (`, 'by erased-1 (') }],
        validation: { status: 'FAILED', message, by: { kind: 'iam', name: 'arn:aws:iam::123456789012:user/erased-1' } },
        annotation: { ticket: 'erased-1' },
      });
      expect((await verified(own.ledger, PROJECT)).breaks).toEqual([]);
    },
  );

  test('one that is a word of ours changes no word of ours', async () => {
    await using own = await engine.newTable();
    await own.ledger.record(job(), seen(0), false, { requester: requestedBy('user', 'FAILED') });
    const by: Annotator = { kind: 'user', name: 'user', selfDeclared: true };
    await annotate(own.table, job().jobId, { validation: { status: 'FAILED' } }, by);
    expect(await erase(own, { name: 'user' })).toEqual({ jobs: 1, erased: 1, expected: 0, broken: [] });
    const [only] = await list(own.ledger.projectJobs(PROJECT));
    expect(only?.validation).toMatchObject({ status: 'FAILED', by: { kind: 'user', name: 'erased-1' } });
    expect(only?.requester).toMatchObject({ actor: { kind: 'user', name: 'erased-1' } });
  });

  test('a history that is broken is named and left, so that nothing hides the break', async () => {
    await using own = await engine.newTable();
    await recorded(own, job());
    const key = jobKey(PROJECT, job().jobId);
    await own.table.put({ ...(await own.table.get(key)), ...key, targetClusterName: 'forged' });
    expect(await erase(own)).toEqual({
      jobs: 1,
      erased: 0,
      expected: 0,
      broken: [{ projectId: PROJECT, jobId: job().jobId }],
    });
    expect(await verified(own.ledger, PROJECT)).toMatchObject({ breaks: [{ jobId: job().jobId }] });
  });

  test('a writer that comes in between is not overwritten', async () => {
    await using own = await engine.newTable();
    await recorded(own, job());
    const identities = await identitiesOf(own.table, ADA);
    let isFirst = true;
    const table = withPut(own, async (...args) => {
      if (isFirst) {
        isFirst = false;
        await own.ledger.record(completed(job()), seen(9));
      }
      return own.table.put(...args);
    });
    expect(await eraseEverywhere(table, { identities, ...decision })).toMatchObject({ erased: 1 });
    const [only] = await list(own.ledger.projectJobs(PROJECT));
    expect(only).toMatchObject({ status: 'COMPLETED', revision: 4 });
    expect(await textOf(own)).not.toContain(ADA);
  });

  test('an export from before does not bring the name back, and one from after takes it out of a copy', async () => {
    await using own = await engine.newTable();
    await using copy = await engine.newTable();
    const recordsOf = async ({ table }: EngineTable) =>
      list(exported(table, await scopeItem(table), await inventoryOf(table)));
    async function* streamed<T>(items: readonly T[]) {
      yield* items;
    }
    await recorded(own, job(), completed(job()));
    const before = await recordsOf(own);
    await importRecords(copy.table, streamed(before), { at });
    await erase(own);
    expect((await importRecords(own.table, streamed(before), { at })).counts.kept.job).toBe(1);
    const after = await importRecords(copy.table, streamed(await recordsOf(own)), { at });
    expect(after.counts.updated.job).toBe(1);
    expect(await textOf(copy)).not.toContain(ADA);
    expect(await verified(copy.ledger, PROJECT)).toMatchObject({ breaks: [], erased: 1 });
  });
});
