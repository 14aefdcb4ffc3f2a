import { expect, test } from 'vitest';
import { MAX_PROJECTS } from '../../../../functions/api/query/coverage-state.ts';
import { projectHealth, readCoverage } from '../../../../functions/api/web/parts/coverage-health.ts';
import type { ListCoverage, ProjectCoverage } from '../../../../functions/ledger/model/coverage.ts';
import { FRESH_MS } from '../../../../functions/proof/list.ts';
import { needsAttention } from '../../../../functions/views/coverage.ts';
import { HOUR } from '../../../../local/atlas/base/time.ts';
import { known } from '../../../proof/facts.ts';
import { before, coverages, NOW } from '../world.ts';

const [some] = coverages(true) as [ProjectCoverage];
const read = { readAt: before(0), fullReadAt: before(0) };

function stateOf(
  lists: Partial<Record<'dedicated' | 'collection' | 'flex', Partial<ListCoverage>>>,
  lateAfterMs?: number,
) {
  const base = { attemptedAt: before(0), jobs: 0, open: 0, moving: 0 };
  const entries = Object.entries(lists).map(([kind, list]) => [kind, { ...base, ...list }]);
  const one = {
    clusterName: 'one',
    tier: 'dedicated' as const,
    firstSeenAt: before(0),
    seenAt: before(0),
    lists: Object.fromEntries(entries),
  };
  const coverage = { ...some, clusters: { one } };
  const facts = { projectId: some.projectId, projectName: some.projectName, coverage };
  return projectHealth(facts, { now: NOW, lateAfterMs }).find(({ clusterName }) => clusterName === 'one')?.state;
}
const dedicated = (list: Partial<ListCoverage>, lateAfterMs?: number) =>
  stateOf({ dedicated: list, collection: read }, lateAfterMs);
const error = { code: 'ATLAS_REFUSED', message: 'no', since: before(0) };

test('a cluster is late where the schedule should have read it, and stale after a day and two hours', () => {
  expect(dedicated({ readAt: before(HOUR) }, HOUR)).toBe('read');
  expect(dedicated({ readAt: before(HOUR + 1) }, HOUR)).toBe('late');
  expect(dedicated({ readAt: before(FRESH_MS) }, HOUR)).toBe('late');
  expect(dedicated({ readAt: before(FRESH_MS + 1) }, HOUR)).toBe('stale');
  // A weekly schedule has no clusters that are late on Tuesday.
  expect(dedicated({ readAt: before(FRESH_MS + 1) }, 15 * 24 * HOUR)).toBe('read');
});

test('where no schedule is known nothing is late, and all is stale after a day and two hours', () => {
  expect(dedicated({ readAt: before(FRESH_MS) })).toBe('read');
  expect(dedicated({ readAt: before(FRESH_MS + 1) })).toBe('stale');
});

test('of several lists the one read the longest ago counts, and one that fails outweighs all', () => {
  expect(stateOf({ dedicated: read, collection: { readAt: before(2 * HOUR) } }, HOUR)).toBe('late');
  expect(stateOf({ dedicated: read, collection: {} })).toBe('never');
  expect(stateOf({ dedicated: read })).toBe('never');
  expect(stateOf({ dedicated: read, collection: { ...read, error } })).toBe('failing');
});

test('a time that has not come is no reading', () => {
  expect(dedicated({ readAt: '2030-01-01T00:00:00.000Z' })).toBe('never');
});

test('a list that Atlas does not have, or that a change of tier ended, is no fault', () => {
  expect(stateOf({ dedicated: read, collection: { answer: 'FEATURE_UNSUPPORTED' } })).toBe('read');
  const over = { ...read, readAt: before(90 * HOUR), fullReadAt: before(80 * HOUR), supersededAt: before(85 * HOUR) };
  expect(stateOf({ dedicated: read, collection: read, flex: over })).toBe('read');
  expect((['none', 'gone', 'read', 'out-of-scope'] as const).some(needsAttention)).toBe(false);
});

test('a project that was never read, or is no longer visible, is a row of its own', () => {
  const about = { projectId: some.projectId, projectName: some.projectName };
  const [unread] = projectHealth({ ...about, known: known() }, { now: NOW });
  expect(unread).toMatchObject({
    what: 'project',
    state: 'never',
    claim: 'incomplete',
    gaps: [{ reason: 'never-read' }],
  });
  const notVisibleSince = before(3 * HOUR);
  const rows = projectHealth({ ...about, coverage: some, known: known({ notVisibleSince }) }, { now: NOW });
  expect(rows[0]).toMatchObject({ state: 'not-visible', since: notVisibleSince });
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['not-visible']));
  const retired = { at: before(HOUR), by: 'ada', reason: 'sold' };
  const over = projectHealth({ ...about, coverage: some, known: known({ notVisibleSince, retired }) }, { now: NOW });
  expect(over.some(({ state }) => needsAttention(state))).toBe(false);
});

test('a page reads no more projects than it can show, and knows that there are more', async () => {
  async function* projects(count: number) {
    for (let i = 0; i < count; i++) yield { projectId: String(i), projectName: 'one' };
  }
  expect(await readCoverage(projects(MAX_PROJECTS), { now: NOW })).toMatchObject({ complete: true });
  const more = await readCoverage(projects(MAX_PROJECTS + 1), { now: NOW });
  expect([more.complete, more.projects.length]).toEqual([false, MAX_PROJECTS]);
});
