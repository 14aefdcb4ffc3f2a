import { describe, expect, test } from 'vitest';
import type { ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import type { KnownProject, Scope } from '../../../functions/ledger/model/known-project.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { testEngine, testTable } from '../engines.ts';
import { RUN } from '../jobs.ts';
import { list, NOW } from '../table.ts';

const engine = testEngine();
const table = testTable(engine);

const at = '2026-11-20T11:00:00.000Z';
const idOf = (n: number) => n.toString(16).padStart(24, '0');
const known = (n: number, more: Partial<KnownProject> = {}): KnownProject => ({
  ...{ projectId: idOf(n), projectName: `project ${n}`, revision: 0, firstSeenAt: at },
  ...{ accounts: { one: { since: at } }, changes: [{ at, what: 'visible', runId: RUN }] },
  ...more,
});
const coverage = (n: number, more: Partial<ProjectCoverage> = {}): ProjectCoverage => ({
  ...{ projectId: idOf(n), projectName: `project ${n}`, revision: 0, runId: RUN, discovery: {}, clusters: {} },
  ...more,
});

test('a smaller page of projects reads none of a larger one again', async () => {
  await using own = await engine.newTable();
  const reader = ledgerReader({ table: own.table });
  for (const n of [1, 2, 3]) await own.ledger.saveCoverage(idOf(n), () => coverage(n));
  const { items } = await reader.projectPage({ limit: 3 });
  own.requests();
  const smaller = await reader.projectPage({ limit: 2, held: items });
  expect(own.requests()).toEqual({ Query: 1 });
  expect(smaller).toEqual(await reader.projectPage({ limit: 2 }));
  expect(smaller.items).toEqual(items.slice(0, 2));
});

describe('a known project', () => {
  test('is written where something changed, and not where nothing did', async () => {
    table.requests();
    const first = await table.ledger.saveKnownProject(idOf(1), (stored) => stored ?? known(1));
    expect(first).toEqual(known(1, { revision: 1 }));
    // That somebody writes, too.
    expect(table.requests()).toEqual({ GetItem: 1, PutItem: 1, UpdateItem: 1 });
    expect(await table.ledger.saveKnownProject(idOf(1), (stored) => ({ ...(stored as KnownProject) }), first)).toEqual(
      first,
    );
    expect(table.requests()).toEqual({});
    const lost = { notVisibleSince: NOW };
    await table.ledger.saveKnownProject(idOf(1), (stored) => ({ ...(stored as KnownProject), ...lost }), first);
    expect(table.requests()).toEqual({ PutItem: 1 });
    expect(await table.ledger.knownProject(idOf(1))).toEqual(known(1, { revision: 2, ...lost }));
  });

  test('loses nothing to writers at the same time', async () => {
    const add = (n: number) =>
      table.ledger.saveKnownProject(idOf(2), (stored = known(2)) => ({
        ...stored,
        accounts: { ...stored.accounts, [`account ${n}`]: { since: at } },
      }));
    await Promise.all(Array.from({ length: 6 }, (_, n) => add(n)));
    const { accounts = {}, revision } = (await table.ledger.knownProject(idOf(2))) ?? {};
    expect([Object.keys(accounts).length, revision]).toEqual([7, 6]);
  });

  test('stays as it is when its coverage is first written, but for when that was', async () => {
    await table.ledger.saveKnownProject(idOf(3), () => known(3));
    await table.ledger.saveCoverage(idOf(3), () => coverage(3));
    const coveredSince = new Date(NOW).toISOString();
    expect(await table.ledger.knownProject(idOf(3))).toEqual(known(3, { revision: 2, coveredSince }));
    table.requests();
    await table.ledger.saveCoverage(idOf(3), () => coverage(3));
    expect(table.requests().PutItem).toBe(2); // lost against the coverage that is there, and no write of the project
  });

  test('is listed with or without coverage, in the order of ids, over batches', async () => {
    await using own = await engine.newTable();
    for (let n = 0; n < 120; n++) await own.ledger.saveKnownProject(idOf(n), () => known(n));
    await own.ledger.saveCoverage(idOf(500), () => coverage(500));
    own.requests();
    const all = await list(own.ledger.knownProjects());
    expect(own.requests()).toEqual({ Query: 1, BatchGetItem: 2 });
    expect(all.map(({ projectId }) => projectId)).toEqual([...Array(120).keys(), 500].map(idOf));
    expect(all[7]).toEqual(known(7, { revision: 1 }));
    expect((await list(own.ledger.coverages())).map(({ projectId }) => projectId)).toEqual([idOf(500)]);
  });
});

test('the scope is one item, and no writer loses what another wrote', async () => {
  expect(await table.ledger.scope()).toBeUndefined();
  const add = (name: string) => (stored: Scope | undefined) => ({
    ...{ revision: 0, listedAt: at },
    ...stored,
    accounts: { ...stored?.accounts, [name]: { listedAt: at, projects: 1, runId: RUN } },
  });
  const first = await table.ledger.saveScope(add('one'));
  table.requests();
  await table.ledger.saveScope(add('two'), first);
  expect(table.requests()).toEqual({ PutItem: 1 });
  await table.ledger.saveScope(add('three'), first);
  const { accounts = {}, revision } = (await table.ledger.scope()) ?? {};
  expect([Object.keys(accounts).sort(), revision]).toEqual([['one', 'three', 'two'], 3]);
});
