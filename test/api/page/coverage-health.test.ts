import { expect, test } from 'vitest';
import {
  LATE_MS,
  MOST_PROJECTS,
  needsAttention,
  projectHealth,
  readCoverage,
  STALE_MS,
} from '../../../functions/api/page/coverage-health.ts';
import type { ListCoverage, ProjectCoverage } from '../../../functions/ledger/coverage.ts';
import { before, coverages, NOW } from './world.ts';

const [some] = coverages(true) as [ProjectCoverage];
const withLists = (...lists: Partial<ListCoverage>[]): ProjectCoverage => {
  const base = { attemptedAt: before(0), jobs: 0, open: 0, moving: 0 };
  const kinds = ['dedicated', 'collection', 'flex'] as const;
  const entries = lists.map((list, i) => [kinds[i], { ...base, ...list }]);
  const cluster = {
    clusterName: 'one',
    tier: 'dedicated' as const,
    firstSeenAt: before(0),
    seenAt: before(0),
    lists: Object.fromEntries(entries),
  };
  return { ...some, discovery: {}, clusters: { one: cluster } };
};
const healthOf = (...lists: Partial<ListCoverage>[]) => projectHealth(withLists(...lists), NOW)[0]?.health;
const error = { code: 'ATLAS_REFUSED', message: 'no', since: before(0) };

test('a cluster is late after an hour without a complete read, and stale after a day', () => {
  expect(healthOf({ readAt: before(LATE_MS) })).toBe('fresh');
  expect(healthOf({ readAt: before(LATE_MS + 1) })).toBe('late');
  expect(healthOf({ readAt: before(STALE_MS) })).toBe('late');
  expect(healthOf({ readAt: before(STALE_MS + 1) })).toBe('stale');
});

test('of several lists the one read the longest ago counts, and one that fails outweighs all', () => {
  expect(healthOf({ readAt: before(0) }, { readAt: before(LATE_MS + 1) })).toBe('late');
  expect(healthOf({ readAt: before(0) }, {})).toBe('never');
  expect(healthOf({ readAt: before(0) }, { readAt: before(0), error })).toBe('failing');
});

test('a list that Atlas does not have is no fault', () => {
  expect(healthOf({ readAt: before(0) }, { answer: 'FEATURE_UNSUPPORTED' })).toBe('fresh');
  expect(healthOf({ answer: 'FEATURE_UNSUPPORTED' })).toBe('none');
  expect(['none', 'gone', 'fresh'].some((health) => needsAttention(health as 'none'))).toBe(false);
});

test('a page reads no more projects than it can show, and knows that there are more', async () => {
  async function* projects(count: number) {
    for (let i = 0; i < count; i++) yield { ...some, projectId: String(i) };
  }
  expect(await readCoverage(projects(MOST_PROJECTS))).toMatchObject({ complete: true });
  const more = await readCoverage(projects(MOST_PROJECTS + 1));
  expect([more.complete, more.projects.length]).toEqual([false, MOST_PROJECTS]);
});
