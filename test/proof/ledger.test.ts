import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimOf, type LedgerFacts, proveLedger, proveRecordedProject } from '../../functions/proof/ledger.ts';
import type { Asking } from '../../functions/proof/period.ts';
import { idAt } from '../ledger/jobs.ts';
import {
  cluster,
  coverage,
  discovery,
  FAILURE,
  known,
  ledger,
  list,
  NOW,
  OPEN,
  PAST,
  project,
  run,
  scope,
  without,
} from './facts.ts';

function claim(facts: LedgerFacts, asking: Asking = PAST) {
  const proven = facts.projects.flatMap((one) => proveRecordedProject({ clusters: [], ...one }, asking) ?? []);
  const gaps = [...proveLedger(facts, asking), ...proven.flatMap((one) => one.gaps)];
  return claimOf(
    gaps,
    proven.reduce((sum, { clusters }) => sum + clusters.length, 0),
  );
}
const reasons = (facts: LedgerFacts, asking: Asking = PAST) => [
  ...new Set(claim(facts, asking).gaps.map(({ reason }) => reason)),
];

test('a period is complete where every fact is on record', () => {
  expect(claim(ledger())).toEqual({ state: 'complete', gaps: [] });
});

test('of an empty ledger nothing is known, and a ledger without a cluster shows nothing', () => {
  expect(claim({ projects: [] })).toMatchObject({ state: 'not known' });
  expect(
    claim(
      ledger({
        projects: [
          project({
            coverage: coverage({ clusters: {}, recorded: 0 }),
            clusters: [],
            counts: { table: 0, index: 0, recorded: 0 },
          }),
        ],
      }),
    ),
  ).toMatchObject({ state: 'not known' });
});

describe('scope', () => {
  test('projects have to be listed after the period', () => {
    expect(reasons(ledger({ scope: undefined }))).toEqual(['projects']);
    expect(reasons(ledger({ scope: scope({ listedAt: '2026-10-31T00:00:00.000Z' }) }))).toEqual(['projects']);
    const failing = { environment: { projects: 1, runId: idAt(NOW), error: FAILURE } };
    const listedAt = '2026-10-31T00:00:00.000Z';
    expect(claim(ledger({ scope: scope({ listedAt, accounts: failing }) })).gaps).toContainEqual(
      expect.objectContaining({ reason: 'projects', since: FAILURE.since, text: expect.stringContaining('403') }),
    );
  });

  test('a project that a plan named and nobody read is a gap by its name', () => {
    const unread = project({
      coverage: undefined,
      clusters: [],
      counts: { table: 0, index: 0 },
      known: without(known(), 'coveredSince'),
    });
    const other = project({ projectId: idAt('2025-07-01T00:00:00Z'), projectName: 'Billing' });
    const { state, gaps } = claim(ledger({ projects: [unread, other] }));
    expect(state).toBe('incomplete');
    expect(gaps).toMatchObject([{ projectName: 'Payments', reason: 'never-read', since: known().firstSeenAt }]);
  });

  test('one that was retired before the period is none of it, and one that is not visible is a gap', () => {
    const old = coverage({
      discovery: { dedicated: discovery({ readAt: '2026-07-01T00:00:00.000Z' }) },
      clusters: { orders: cluster({ dedicated: list({ fullReadAt: '2026-07-01T00:00:00.000Z' }) }) },
    });
    const retired = { at: '2026-07-15T00:00:00.000Z', by: 'ada@laptop', reason: 'moved to another company' };
    const other = project({ projectId: idAt('2025-07-01T00:00:00Z') });
    const over = project({ coverage: old, known: known({ retired, notVisibleSince: '2026-07-02T00:00:00.000Z' }) });
    expect(claim(ledger({ projects: [over, other] }))).toMatchObject({ state: 'complete' });
    const lost = project({ coverage: old, known: known({ notVisibleSince: '2026-07-02T00:00:00.000Z' }) });
    expect(reasons(ledger({ projects: [lost, other] }))).toContain('not-visible');
  });

  test('a run that has not ended proves nothing, nor does one that never was', () => {
    const began = '2026-11-23T11:58:00.000Z';
    const running = run({ status: 'running', startedAt: began });
    const before = run({ startedAt: '2026-10-31T00:00:00.000Z' });
    expect(claim(ledger({ lastRun: running, lastEndedRun: before })).gaps).toMatchObject([
      { reason: 'run-not-ended', since: began, text: expect.stringContaining(running.runId) },
    ]);
    expect(reasons(ledger({ lastRun: undefined, lastEndedRun: undefined }))).toEqual(['run-not-ended']);
    expect(reasons(ledger({ lastRun: running }))).toEqual([]);
  });
});

describe('clusters', () => {
  const with_ = (parts: Parameters<typeof coverage>[0]) =>
    ledger({ projects: [project({ coverage: coverage(parts) })] });
  const lists = { dedicated: discovery(), flex: discovery(), serverless: discovery() };

  test('every list of clusters has to be read after the period', () => {
    expect(reasons(with_({ discovery: {} }))).toContain('clusters');
    expect(
      reasons(with_({ discovery: { ...lists, flex: discovery({ readAt: '2026-10-31T00:00:00.000Z' }) } })),
    ).toEqual(['clusters']);
    expect(
      reasons(with_({ discovery: { ...lists, flex: discovery({ readAt: '2030-10-31T00:00:00.000Z' }) } })),
    ).toEqual(['clusters']);
  });

  test('a long stretch in which nobody looked is a gap for the periods that it touches', () => {
    const unread = [{ from: '2026-09-01T00:00:00.000Z', until: '2026-09-04T00:00:00.000Z' }];
    const facts = with_({ discovery: { ...lists, dedicated: discovery({ unread }), flex: discovery({ unread }) } });
    expect(claim(facts).gaps).toMatchObject([{ reason: 'clusters', ...unread[0] }]);
    const later = { ...PAST, period: { ...PAST.period, since: '2026-09-04T00:00:00.000Z' } };
    expect(claim(facts, later).state).toBe('complete');
  });
});

describe('time', () => {
  const began = '2026-10-01T00:00:00.000Z';

  test('a period that begins before the first reading is never complete', () => {
    const discovered = {
      dedicated: discovery({ since: began }),
      flex: discovery({ since: began }),
      serverless: discovery({ since: began }),
    };
    const facts = ledger({
      projects: [project({ coverage: coverage({ discovery: discovered }), known: known({ firstSeenAt: began }) })],
    });
    expect(reasons(facts)).toEqual(['before-first-reading']);
    const since = { ...PAST, period: { ...PAST.period, since: began } };
    expect(claim(facts, since).state).toBe('complete');
  });

  test('unless the project was new when it was first read', () => {
    const projectId = idAt('2026-09-30T12:00:00Z');
    const discovered = {
      dedicated: discovery({ since: began }),
      flex: discovery({ since: began }),
      serverless: discovery({ since: began }),
    };
    const young = project({
      projectId,
      coverage: coverage({ projectId, discovery: discovered }),
      known: known({ projectId, firstSeenAt: began }),
    });
    expect(reasons(ledger({ projects: [young, project()] }))).toEqual([]);
  });

  test('the future is never complete', () => {
    const future = { ...PAST, period: { since: '2027-01-01T00:00:00.000Z', until: '2030-01-01T00:00:00.000Z' } };
    expect(claim(ledger(), future).state).not.toBe('complete');
    expect(reasons(ledger(), future)).toContain('future');
    expect(claim(ledger(), OPEN)).toMatchObject({ state: 'incomplete' });
    expect(reasons(ledger(), OPEN)).toEqual(['full-reading-due']);
  });
});

describe('counts', () => {
  const counted = (counts: { table: number; index?: number; recorded?: number }) =>
    ledger({ projects: [project({ counts })] });

  test('the table has to hold what was recorded, and its index what it holds', () => {
    expect(reasons(counted({ table: 2, index: 2, recorded: 3 }))).toEqual(['record-differs']);
    expect(reasons(counted({ table: 3, index: 4, recorded: 3 }))).toEqual(['record-differs']);
    expect(reasons(counted({ table: 4, index: 4, recorded: 3 }))).toEqual([]);
  });

  test('a coverage that was there and is gone shows', () => {
    const gone = project({ coverage: undefined, clusters: [], counts: { table: 0, index: 0 } });
    expect(reasons(ledger({ projects: [gone] }))).toContain('record-differs');
  });
});

test('taking any one fact away never makes an incomplete period complete', () => {
  const facts = fc.record(
    {
      scope: fc.constantFrom(scope(), scope({ listedAt: '2026-10-31T00:00:00.000Z' }), undefined),
      lastEndedRun: fc.constantFrom(run(), run({ startedAt: '2026-10-31T00:00:00.000Z' }), undefined),
      list: fc.constantFrom(
        list(),
        list({ fullReadAt: '2026-10-31T00:00:00.000Z' }),
        without(list(), 'fullReadAt'),
        undefined,
      ),
      discovery: fc.constantFrom(
        discovery(),
        discovery({ readAt: '2026-10-31T00:00:00.000Z' }),
        without(discovery(), 'since'),
        undefined,
      ),
      table: fc.constantFrom(3, 2),
    },
    { requiredKeys: ['scope', 'lastEndedRun', 'list', 'discovery', 'table'] },
  );
  let [complete, incomplete] = [0, 0];
  fc.assert(
    fc.property(facts, ({ scope: listed, lastEndedRun, list: read, discovery: found, table }) => {
      const lists = read ? { dedicated: read, collection: list() } : { collection: list() };
      const of = coverage({
        clusters: { orders: cluster(lists) },
        discovery: { ...(found ? { dedicated: found } : {}), flex: discovery(), serverless: discovery() },
      });
      const one = project({ coverage: of, counts: { table, index: table, recorded: 3 } });
      const { state } = claim(ledger({ scope: listed, lastRun: lastEndedRun, lastEndedRun, projects: [one] }));
      const isWhole =
        listed?.listedAt === scope().listedAt &&
        lastEndedRun?.startedAt === run().startedAt &&
        read?.fullReadAt === list().fullReadAt &&
        found?.readAt === discovery().readAt &&
        found?.since !== undefined &&
        table === 3;
      expect(state).toBe(isWhole ? 'complete' : 'incomplete');
      if (isWhole) complete += 1;
      else incomplete += 1;
    }),
    { numRuns: 3_000 },
  );
  expect([complete > 0, incomplete > 0]).toEqual([true, true]);
});
