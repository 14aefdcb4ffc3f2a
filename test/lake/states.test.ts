import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLUMNS, rowOf } from '../../functions/lake/columns.ts';
import { type StateAfter, statesOf, UnreadableHistory } from '../../functions/lake/states.ts';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { mergeObservation } from '../../functions/ledger/model/merge-observation.ts';
import { fitted } from '../../functions/ledger/table/job-item.ts';
import { NO_OBJECTIVES, objectivesOf } from '../../functions/restore/objectives/objective.ts';
import { completed, job, RUN, seen } from '../ledger/jobs.ts';
import { after, steps } from './histories.ts';

const objectives = objectivesOf(['payments/orders = rto 3m, rpo 8h']);
const rows = (of: LedgerJob) => [...statesOf(of)].map((state) => rowOf(state, objectives)).reverse();
const named = (state: StateAfter, as = objectives) =>
  Object.fromEntries(rowOf(state, as).map((value, index) => [COLUMNS[index]?.name, value]));

/** A job that was seen running, and then as `parts` say. */
function history(...parts: Parameters<typeof job>[0][]): LedgerJob {
  let stored: LedgerJob | undefined;
  for (const [minute, each] of [{}, ...parts].entries()) {
    const decision = mergeObservation(stored, job(each), seen(minute));
    if ('job' in decision) stored = decision.job;
  }
  return stored ?? expect.unreachable();
}

test('the row of an entry is the same when it is the last and when others have come after it', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let stored: LedgerJob | undefined;
      const live: unknown[] = [];
      for (const [minute, what] of all.entries()) {
        const before = stored?.revision;
        stored = after(stored, what, minute);
        if (stored && stored.revision !== before) live.push(rows(stored).at(-1));
      }
      if (stored) expect(rows(stored)).toEqual(live);
    }),
    { numRuns: 300 },
  );
});

test('a value for each column, of its type, whatever the texts', () => {
  const fits = {
    string: (value: unknown) => typeof value === 'string',
    timestamp: (value: unknown) => value instanceof Date && !Number.isNaN(value.getTime()),
    int: (value: unknown) => Number.isInteger(value),
    boolean: (value: unknown) => typeof value === 'boolean',
    'array<string>': (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  };
  fc.assert(
    fc.property(steps, (all) => {
      let stored: LedgerJob | undefined;
      for (const [minute, what] of all.entries()) stored = after(stored, what, minute);
      for (const row of stored ? rows(stored) : []) {
        expect(row).toHaveLength(COLUMNS.length);
        for (const [index, value] of row.entries()) {
          const { name = '', type = 'string' } = COLUMNS[index] ?? {};
          expect(value === null || fits[type](value), `${name}: ${JSON.stringify(value)}`).toBe(true);
        }
      }
    }),
  );
});

describe('what is not known is said to be', () => {
  test('a job that something else changed has no known state', () => {
    const altered = { ...history(completed(job())), status: 'FAILED' as const };
    const [last] = [...statesOf(altered)];
    expect(last?.state).toBeUndefined();
    expect(named(last as StateAfter)).toMatchObject({
      ...{ state_known: false, job_id: altered.jobId, status: 'COMPLETED', cluster_name: 'orders' },
      ...{ completed: null, finished_at: null, findings: null, place: null, rto_state: null },
    });
  });

  test('before a repair, nor is what something else had written', () => {
    const stored = { ...history({}), clusterId: 'x', targetClusterName: 'forged' };
    const decision = mergeObservation(stored, completed(job()), seen(5));
    if (!('job' in decision)) expect.unreachable();
    const states = [...statesOf(decision.job)];
    expect(states.map(({ state }) => state !== undefined)).toEqual([true, false]);
    expect(named(states[0] as StateAfter)).toMatchObject({ repaired: true, target_cluster_name: 'orders-test' });
  });

  test('before entries that were left out of a long history, nothing is; how many, the revisions say', () => {
    const parts = Array.from({ length: 260 }, (_, n) => ({ errorMessage: `attempt ${n}` }));
    const long = fitted(history(...parts));
    const states = [...statesOf(long)].reverse();
    const unknown = states.filter(({ state }) => state === undefined).map(({ change }) => change.revision);
    expect(unknown).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(states.find(({ state }) => state !== undefined)?.change.revision).toBe(long.revision - 179);
  });
});

test('what every face shows of a job is what the row says', () => {
  const elsewhere = completed(job({ targetProjectId: 'b'.repeat(24) }));
  const [last] = [...statesOf(history(elsewhere))];
  expect(named(last as StateAfter)).toMatchObject({
    ...{ place: 'elsewhere', completed: true, duration_seconds: 300, data_age_seconds: 21_600, run_id: RUN },
    ...{ rto_state: 'missed', rto_objective_seconds: 180, rpo_state: 'met', rpo_objective_seconds: 28_800 },
  });
  expect(named(last as StateAfter, NO_OBJECTIVES)).toMatchObject({ rto_state: null, rto_objective_seconds: null });
});

test.each([
  ['no history', []],
  ['an entry that is none', [null]],
  ['an entry without its time', [{ revision: 1, runId: RUN, status: 'RUNNING', fields: {} }]],
  ['an entry whose fields are none', [{ revision: 1, runId: RUN, status: 'RUNNING', at: '2026-11-20', fields: [] }]],
])('%s is refused', (_, changes) => {
  expect(() => [...statesOf({ ...history({}), changes: changes as never })]).toThrow(UnreadableHistory);
});

test('a long text is as short as the history has it, so that a row stays the same', () => {
  const stored = history({ errorMessage: 'x'.repeat(5_000) });
  expect(named([...statesOf(stored)][0] as StateAfter).error_message).toBe(
    `${'x'.repeat(2_000)} ... (5000 characters)`,
  );
});
