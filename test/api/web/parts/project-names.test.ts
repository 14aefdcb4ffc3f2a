// Which projects a page names, and which its form lists.
import { describe, expect, test } from 'vitest';
import { LISTED_PROJECTS, listing, projectsOf, readNames } from '../../../../functions/api/web/parts/project-names.ts';
import { ledgerReader } from '../../../../functions/ledger/repositories/ledger-reader.ts';
import { testTable } from '../../../ledger/engines.ts';
import { job, PROJECT } from '../../../ledger/jobs.ts';
import { NOW } from '../../../ledger/table.ts';

const idOf = (nth: number) => nth.toString(16).padStart(24, '0');
const table = testTable();
const known = (nth: number) => ({
  ...{ projectId: idOf(nth), projectName: `team ${1_000 - nth}`, revision: 0, firstSeenAt: NOW },
  ...{ accounts: {}, changes: [] },
});

describe('names of projects', () => {
  test('of a few are all read and listed, in the order of names', async () => {
    const ledger = ledgerReader({ table: table.table });
    for (const nth of [1, 2, 3]) await ledger.saveKnownProject(idOf(nth), () => known(nth));
    const { names, listed } = await readNames(ledger, async () => expect.unreachable('nobody has to be asked for'));
    expect([...listed]).toEqual([3, 2, 1].map((nth) => [idOf(nth), `team ${1_000 - nth}`]));
    expect(names.get(idOf(2))).toBe('team 998');
  });

  test('of many are read where they are shown, and none is listed', async () => {
    const ledger = ledgerReader({ table: table.table });
    const all = Array.from({ length: LISTED_PROJECTS + 1 }, (_, nth) => nth + 1);
    await Promise.all(all.map((nth) => ledger.saveKnownProject(idOf(nth), () => known(nth))));
    table.requests();
    const shown = [idOf(7), idOf(7), idOf(9_999), 'no id'];
    const { names, listed } = await readNames(ledger, async () => shown);
    expect([...names]).toEqual([[idOf(7), 'team 993']]);
    expect(listed.size).toBe(0);
    expect(table.requests()).toEqual({ Query: 1, BatchGetItem: 1 });
  });

  test('as many as may be listed are', () => {
    const names = (count: number) => new Map(Array.from({ length: count }, (_, nth) => [idOf(nth), `${nth}`]));
    expect(listing(names(LISTED_PROJECTS)).listed.size).toBe(LISTED_PROJECTS);
    expect(listing(names(LISTED_PROJECTS + 1)).listed.size).toBe(0);
  });

  test('are needed of other projects that jobs went to, and of those that a job does not name', () => {
    const [own, other] = [PROJECT, idOf(5)];
    const { projectName: _, ...unnamed } = job();
    const jobs = [job(), job({ targetProjectId: other }), unnamed];
    expect(projectsOf(jobs)).toEqual([other, own, own]);
  });
});
