import { expect, test } from 'vitest';
import { itemBytes, MAX_ITEM_BYTES } from '../../../functions/ledger/model/item-size.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import { mergeObservation, mergeVanished } from '../../../functions/ledger/model/merge-observation.ts';
import { fitted, jobItem, ledgerJob } from '../../../functions/ledger/table/job-item.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import { job, seen } from '../jobs.ts';

/** What the ledger holds after these answers, minute by minute. */
function recorded(answers: readonly RestoreJob[]): LedgerJob {
  let stored: LedgerJob | undefined;
  for (const [minute, answer] of answers.entries()) {
    const decision = mergeObservation(stored, answer, seen(minute));
    if ('job' in decision) stored = fitted(decision.job);
  }
  if (!stored) throw new Error('nothing was recorded');
  return stored;
}

test('a job goes into its item and comes back', () => {
  const stored = recorded([job(), job({ status: 'FAILED' })]);
  expect(ledgerJob(jobItem(stored))).toEqual(stored);
});

test('a very long history keeps its beginning and its end; the gap in the revisions says how much is left out', () => {
  const stored = recorded(Array.from({ length: 500 }, (_, n) => job({ sourceStatus: `step ${n}` })));
  expect(stored.revision).toBe(500);
  const revisions = stored.changes.map(({ revision }) => revision);
  expect(revisions).toEqual([...range(1, 20), ...range(321, 500)]);
});

test('a history of long texts is cut rather than that the job is lost', () => {
  const text = (n: number) => `${n} ${'x'.repeat(5_000)}`;
  const stored = recorded(Array.from({ length: 200 }, (_, n) => job({ errorMessage: text(n) })));
  expect(itemBytes(jobItem(stored))).toBeLessThanOrEqual(MAX_ITEM_BYTES);
  expect(stored.errorMessage).toBe(text(199));
  expect(stored.revision).toBe(200);
  const last = stored.changes.at(-1);
  expect(last).toMatchObject({
    revision: 200,
    fields: { errorMessage: { to: expect.stringMatching(/5004 characters\)$/) } },
  });
  expect(stored.changes[0]?.revision).toBe(1);
});

test('an answer that differs in nothing that is kept renews the fingerprint without a revision', () => {
  const stored = { ...recorded([job()]), fingerprint: 'of another release' };
  const decision = mergeObservation(stored, job(), seen(1));
  expect(decision).toMatchObject({ outcome: 'progress', job: { revision: 1, changes: stored.changes } });
  expect('job' in decision && decision.job.fingerprint).not.toBe(stored.fingerprint);
});

test('a mark is put on everything that was known', () => {
  const stored = recorded([job()]);
  const decision = mergeVanished(stored, seen(1));
  const { observedAt } = seen(1);
  const change = {
    revision: 2,
    at: observedAt,
    runId: seen(1).runId,
    status: 'RUNNING',
    fields: { vanishedAt: { to: observedAt } },
    previous: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{16}$/),
  };
  const own = {
    revision: 2,
    changedAt: observedAt,
    observedAt,
    vanishedAt: observedAt,
    changes: [...stored.changes, change],
  };
  expect(decision).toEqual({ outcome: 'changed', change, job: { ...stored, ...own } });
});

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
