import { describe, expect, test } from 'vitest';
import { InTable } from '../../functions/ledger/model/uncounted.ts';
import { countsOf, differing, listedIn, nothingListed, Tally, undetermined } from '../../functions/proof/counts.ts';
import { requestedAt } from '../../functions/restore/object-id.ts';
import { idAt, PROJECT } from '../ledger/jobs.ts';

const PERIOD = { since: '2026-11-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' };
const BEFORE = [1, 2, 3].map((n) => idAt('2026-10-20T10:00:00Z', n));
const WITHIN = [4, 5].map((n) => idAt('2026-11-20T10:00:00Z', n));
const ALL = [...BEFORE, ...WITHIN];

function tally(jobIds: readonly string[]): Tally {
  const sum = new Tally();
  for (const jobId of jobIds) sum.add(jobId);
  return sum;
}

/** What is said of a project, and whether its table was read for it. */
async function counted(parts: { recorded?: string[]; table?: string[]; index?: string[]; isWithIds?: boolean }) {
  const { recorded = ALL, table = ALL, index = table, isWithIds = true } = parts;
  const { jobs, ids } = tally(recorded);
  const listed = await listedIn(
    {
      listedJobs: async function* () {
        for (const jobId of index) yield { projectId: PROJECT, jobId };
      },
    },
    PERIOD,
  );
  let isRead = false;
  const census = async () => {
    isRead = true;
    const there = new InTable();
    for (const jobId of table) there.add(jobId, '2026-11-21T00:00:00Z');
    return { table: there, index: Math.min(index.length, table.length) };
  };
  const expected = { projectId: PROJECT, projectName: 'payments', lostArchives: [] };
  const recordedOf = { recorded: jobs, ...(isWithIds && { recordedIds: ids }) };
  const inPeriod = tally(table.filter((id) => requestedAt(id) >= PERIOD.since));
  const shown = listed.get(PROJECT) ?? nothingListed();
  const counts = await countsOf({ census }, { ...expected, recorded: recordedOf }, shown, inPeriod);
  const gaps = [...differing(counts, { coverage: {} }), ...undetermined(counts)].map(({ text }) => text);
  return { isRead, gaps };
}

describe('a project’s table', () => {
  test('is counted again where its index shows less, which may be a moment behind, and by what was expected before', async () => {
    const twice = async (...censuses: { table: readonly string[]; index: number }[]) => {
      const census = async () => {
        const { table = [], index = 0 } = censuses.shift() ?? {};
        const there = new InTable();
        for (const jobId of table) there.add(jobId, '2026-11-21T00:00:00Z');
        return { table: there, index };
      };
      const { jobs, ids } = tally(ALL);
      const recorded = { recorded: jobs, recordedIds: ids };
      const expected = { projectId: PROJECT, projectName: 'payments', lostArchives: [], recorded };
      const counts = await countsOf({ census }, expected, undefined, tally(WITHIN));
      expect(censuses).toEqual([]);
      return [...differing(counts, { coverage: {} }), ...undetermined(counts)].map(({ text }) => text);
    };
    const lagging = { table: ALL, index: 4 };
    expect(await twice(lagging, { table: ALL, index: 5 })).toEqual([]);
    expect(await twice(lagging, lagging)).toEqual([expect.stringContaining('its index shows 4')]);
    const lost = expect.stringContaining('1 of 5 restore jobs that were recorded are not in the table');
    expect(await twice({ table: ALL.slice(1), index: 4 })).toEqual([lost]);
    expect(await twice(lagging, { table: ALL.slice(1), index: 4 })).toEqual([lost]);
  });

  test('is not counted where the index shows what was recorded, and of the period what the table has', async () => {
    expect(await counted({})).toEqual({ isRead: false, gaps: [] });
    expect(await counted({ recorded: [], table: [] })).toEqual({ isRead: false, gaps: [] });
  });

  test('is counted where it has more, as a run may still be under way', async () => {
    expect(await counted({ recorded: ALL.slice(0, -1) })).toEqual({ isRead: true, gaps: [] });
  });

  test('is counted where no ids are on record', async () => {
    expect(await counted({ isWithIds: false })).toEqual({ isRead: true, gaps: [] });
  });

  test('is counted where the index shows less, which is a gap unless it catches up meanwhile', async () => {
    const { isRead, gaps } = await counted({ index: ALL.slice(1) });
    expect([isRead, gaps]).toEqual([true, ['The table has 5 restore jobs of the project, and its index shows 4.']]);
  });

  test('that lost a job, in the period or before, is a gap', async () => {
    const lost = '1 of 5 restore jobs that were recorded are not in the table any more.';
    expect(await counted({ table: ALL.slice(1) })).toEqual({ isRead: true, gaps: [lost] });
    expect(await counted({ table: ALL.slice(0, -1) })).toEqual({ isRead: true, gaps: [lost] });
  });

  test('that has another job in the place of one is a gap', async () => {
    for (const [place, at] of [
      [0, '2026-10-02T10:00:00Z'],
      [4, '2026-11-02T10:00:00Z'],
    ] as const) {
      const table = ALL.with(place, idAt(at, 99));
      const { isRead, gaps } = await counted({ table });
      expect([isRead, gaps]).toEqual([true, [expect.stringContaining('can’t be told: one may be missing')]]);
    }
  });

  test('is counted where the index shows a job of the period that the table has not', async () => {
    const { isRead, gaps } = await counted({ table: ALL.slice(0, -1), index: ALL });
    expect(isRead).toBe(true);
    expect(gaps).toContain('The table has 4 restore jobs of the project, and its index shows 5.');
  });
});
