import { describe, expect, test } from 'vitest';
import { NO_IDS } from '../../functions/ledger/model/id-set.ts';
import { expectedState } from '../../functions/proof/expected-state.ts';
import type { ExpectedRestore } from '../../functions/restore/expected/expected-restore.ts';
import { idAt } from '../ledger/jobs.ts';
import { cluster, coverage, known, list, NOW, PROJECT_ID, project } from './facts.ts';

/** Announced for an hour of the day before, all of which was read since. */
const ANNOUNCED: ExpectedRestore = {
  ...{ expectedRestoreId: idAt('2026-11-22T11:00:00Z'), projectId: PROJECT_ID, clusterName: 'orders' },
  ...{ targetClusterName: 'orders', from: '2026-11-22T10:00:00.000Z', until: '2026-11-22T11:00:00.000Z' },
  ...{ restores: 1, by: { kind: 'user', name: 'ada' }, at: '2026-11-22T10:00:00.000Z', jobs: [], revision: 1 },
};
const stateOf = (parts: Parameters<typeof project>[0] = {}, more: Partial<ExpectedRestore> = {}) =>
  expectedState({ ...ANNOUNCED, ...more }, project(parts), NOW);

describe('an announced restore that is on no list', () => {
  test('is missed, once all of its time was read', () => {
    expect(stateOf()).toBe('missed');
    const until = '2026-11-22T11:00:00.000Z';
    const readTo = (fullReadAt: string) => ({
      coverage: coverage({ clusters: { orders: cluster({ dedicated: list({ fullReadAt }), collection: list() }) } }),
    });
    expect(stateOf(readTo(until))).toBe('missed');
    expect(stateOf(readTo('2026-11-22T10:59:59.999Z'))).toBe('not known');
  });

  test.each([
    ['excluded', { excludedSince: '2026-11-22T10:30:00.000Z' }],
    [
      'retired',
      {
        notVisibleSince: '2026-11-22T10:20:00.000Z',
        retired: { at: '2026-11-22T10:30:00.000Z', by: 'ada', reason: 'gone' },
      },
    ],
  ])('is not known where its project was %s before its time was over', (_, parts) => {
    expect(stateOf({ known: known(parts) })).toBe('not known');
  });

  test('is not known where a restore of its time could not be understood, which may be it', () => {
    expect(stateOf({}, { unclear: [idAt('2026-11-22T10:10:00Z')] })).toBe('not known');
    expect(stateOf({}, { unclear: [] })).toBe('missed');
  });

  test('is not known where restores of its time were let go, of which one may be it', () => {
    const letGoBefore = (at: string) => {
      const letGo = { before: at, kept: [], jobs: 0, ids: NO_IDS, heads: '', days: 30, since: NOW, at: NOW };
      const orders = cluster({ dedicated: list(), collection: list() });
      return { coverage: coverage({ clusters: { orders }, letGo }) };
    };
    expect(stateOf(letGoBefore('2026-11-22T10:00:00.001Z'))).toBe('not known');
    expect(stateOf(letGoBefore('2026-11-22T10:00:00.000Z'))).toBe('missed');
    // The one that came is on record with the announcement.
    const came = { jobId: idAt('2026-11-22T10:00:00Z'), targetClusterName: 'orders' };
    expect(stateOf(letGoBefore('2026-11-22T11:00:00.000Z'), { jobs: [came] as never })).toBe('came');
  });

  test('is missed where its project left the scope later', () => {
    expect(stateOf({ known: known({ excludedSince: '2026-11-22T11:00:00.000Z' }) })).toBe('missed');
  });
});
