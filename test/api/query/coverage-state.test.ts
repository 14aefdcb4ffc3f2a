// Where what the overview says of the coverage is from: counted, dated, or read.
import { expect, test } from 'vitest';
import { coverageState, MAX_PROJECTS } from '../../../functions/api/query/coverage-state.ts';
import type { ProjectFacts } from '../../../functions/ledger/model/known-project.ts';
import type { KeptTotals } from '../../../functions/ledger/model/ledger.ts';
import { totalsOf } from '../../../functions/views/coverage-totals.ts';
import { cluster, coverage, known, list } from '../../proof/facts.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const HOUR = 3_600_000;
const LATE = 2 * HOUR;

async function* projectsOf(count: number, clusters = 1): AsyncGenerator<ProjectFacts> {
  const readAt = new Date(NOW).toISOString();
  const lists = { dedicated: list({ readAt }), collection: list({ readAt }) };
  const all = Object.fromEntries(Array.from({ length: clusters }, (_, n) => [`c${n}`, cluster(lists)]));
  for (let n = 0; n < count; n++) {
    yield { projectId: `p${n}`, projectName: `p${n}`, known: known(), coverage: coverage({ clusters: all }) };
  }
}

/** Counted of one cluster a project; by now there are two. */
async function state(count: number, { isCurrent = true, isCounted = true, lateAfterMs = LATE, wait = 0 } = {}) {
  const totals = await totalsOf(projectsOf(count), { now: NOW, lateAfterMs });
  let reads = 0;
  const ledger = {
    coverageTotals: async (): Promise<KeptTotals | undefined> => (isCounted ? { totals, isCurrent } : undefined),
    projects: () => {
      reads += 1;
      return projectsOf(count, 2);
    },
  };
  const of = await coverageState(ledger, { now: NOW + wait, lateAfterMs: LATE });
  return { clusters: of.numbers.clusters, asOf: of.asOf, complete: of.complete, isRead: reads > 0, of };
}

const COUNTED = { asOf: undefined, complete: true, isRead: false };
const READ = { asOf: undefined, complete: true, isRead: true };

test('what was counted since the last write is given out, however many projects there are', async () => {
  expect(await state(3)).toMatchObject({ clusters: 3, ...COUNTED });
  expect(await state(30)).toMatchObject({ clusters: 30, ...COUNTED, of: { projects: 30, read: { clusters: 30 } } });
});

test('where somebody has written since, it is said when they were counted, of few projects as of many', async () => {
  const asOf = new Date(NOW).toISOString();
  expect(await state(1, { isCurrent: false })).toMatchObject({ clusters: 1, ...COUNTED, asOf });
  expect(await state(26, { isCurrent: false })).toMatchObject({ clusters: 26, ...COUNTED, asOf });
});

test('dated or not, time goes on: what nobody read again is late, and covered no more', async () => {
  for (const isCurrent of [true, false]) {
    const { of } = await state(30, { isCurrent, wait: 27 * HOUR });
    expect(of.numbers).toMatchObject({ clusters: 30, covered: 0 });
    expect(of.numbers.attention).toBeGreaterThanOrEqual(30);
  }
});

test('what was never counted, by another rule of what is late, too long ago, or in the future, is read', async () => {
  expect(await state(30, { isCounted: false })).toMatchObject({ clusters: 60, ...READ });
  expect(await state(30, { lateAfterMs: HOUR })).toMatchObject({ clusters: 60, ...READ });
  expect(await state(30, { wait: 53 * HOUR })).toMatchObject({ clusters: 60, ...READ });
  expect(await state(30, { wait: -HOUR })).toMatchObject({ clusters: 60, ...READ });
});

test('what an earlier version counted, without a number that is shown now, is read', async () => {
  const totals = await totalsOf(projectsOf(30), { now: NOW, lateAfterMs: LATE });
  const { overdue: _, ...numbers } = totals.numbers;
  const ledger = {
    coverageTotals: async () => ({ totals: { ...totals, numbers }, isCurrent: true }) as unknown as KeptTotals,
    projects: () => projectsOf(30, 2),
  };
  expect((await coverageState(ledger, { now: NOW, lateAfterMs: LATE })).numbers.clusters).toBe(60);
});

test('more projects than are read are said to be more', async () => {
  const many = await state(MAX_PROJECTS + 1, { isCounted: false });
  expect(many).toMatchObject({ ...READ, complete: false, of: { projects: MAX_PROJECTS } });
});
