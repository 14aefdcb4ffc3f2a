import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProjectFacts } from '../../../functions/ledger/model/known-project.ts';
import {
  type CoverageLine,
  cellCounts,
  cellRuns,
  clusterLine,
  projectLine,
} from '../../../functions/views/pictures/coverage-cells.ts';
import { lastDays, spansOf } from '../../../functions/views/pictures/spans.ts';
import { idAt } from '../../ledger/jobs.ts';
import { cluster, coverage, discovery, FAILURE, known, list, NOW, PROJECT_ID } from '../../proof/facts.ts';

const AT = Date.parse(NOW);
const DAYS = spansOf(lastDays(10, AT), 'day'); // 14 to 23 November

const facts = (parts: Partial<ProjectFacts> = {}): ProjectFacts => ({
  ...{ projectId: PROJECT_ID, projectName: 'Payments', known: known(), coverage: coverage() },
  ...parts,
});
/** A letter a day, the oldest first. */
const drawn = ({ cells }: CoverageLine) =>
  cells
    .map(
      ({ state }) => ({ proven: 'P', due: 'd', hole: 'X', before: 'b', 'let-go': 'l', none: '-', absent: '.' })[state],
    )
    .join('');
const lineOf = (of = cluster(), about = facts(), days = DAYS) => drawn(clusterLine(about, of, days, AT));
const lists = (parts: Parameters<typeof list>[0]) => ({ dedicated: list(parts), collection: list() });

describe('a day of a cluster', () => {
  test('is proven once each list was read to its end after it; the day that has not ended is to be proven', () =>
    expect(lineOf()).toBe('PPPPPPPPPd'));

  test('is a hole, never blank, where a list was not read to its end after it', () => {
    expect(lineOf(cluster(lists({ fullReadAt: '2026-11-19T03:00:00.000Z', readAt: '2026-11-19T03:00:00.000Z' })))).toBe(
      'PPPPPXXXXX',
    );
    expect(lineOf(cluster(lists({ fullReadAt: '2026-11-20T03:00:00.000Z', error: FAILURE })))).toBe('PPPPPPXXXX');
    expect(lineOf(cluster({ dedicated: list() }))).toBe('XXXXXXXXXX'); // the other list was never read
    expect(lineOf(cluster({}))).toBe('XXXXXXXXXX');
  });

  test('is a hole where an element of the list could not be understood, and says why', () => {
    const line = clusterLine(facts(), cluster(lists({ problemCount: 2 })), DAYS, AT);
    expect(drawn(line)).toBe('XXXXXXXXXX');
    expect(line.cells[0]?.why).toContain('Atlas lists 2 dedicated restore jobs');
  });

  test('before the project was first read is a state of its own, and so is one whose restores were let go', () => {
    const since = '2026-11-17T12:00:00.000Z';
    const lately = { dedicated: discovery({ since }), flex: discovery({ since }), serverless: discovery({ since }) };
    expect(lineOf(cluster(), facts({ coverage: coverage({ discovery: lately }) }))).toBe('bbbbPPPPPd');
    const letGo = { before: '2026-11-16T00:00:00.000Z', since: NOW, at: NOW, days: 7, jobs: 9, ids: '' };
    expect(lineOf(cluster(), facts({ coverage: coverage({ letGo: letGo as never }) }))).toBe('llPPPPPPPd');
  });

  test('on which there was no such cluster has none; an id from the future is not believed', () => {
    expect(lineOf(cluster(undefined, { clusterId: idAt('2026-11-18T12:00:00Z') }))).toBe('....PPPPPd');
    expect(lineOf(cluster(undefined, { clusterId: 'cccccccccccccccccccccccc' }))).toBe('PPPPPPPPPd');
    expect(lineOf(cluster(undefined, { goneAt: '2026-11-20T12:00:00.000Z' }))).toBe('PPPPPPP...');
    expect(lineOf(cluster({}, { tier: 'free' }))).toBe('----------');
  });

  test('that has not come is none', () => {
    const later = spansOf({ since: '2026-11-23T00:00:00.000Z', until: '2026-11-26T00:00:00.000Z' }, 'day');
    expect(lineOf(cluster(), facts(), later)).toBe('d..');
  });

  test('of a project that no credentials see any more is a hole from then on', () => {
    const lost = known({ notVisibleSince: '2026-11-21T00:00:00.000Z' });
    const read = { fullReadAt: '2026-11-20T23:00:00.000Z', readAt: '2026-11-20T23:00:00.000Z' };
    const of = cluster({ dedicated: list(read), collection: list(read) });
    expect(lineOf(of, facts({ known: lost }))).toBe('PPPPPPXXXX');
  });

  test('whatever was read when: proven means that every list was read to its end after the day', () => {
    const moment = fc
      .integer({ min: -15 * 24, max: 12 })
      .map((hours) => new Date(AT + hours * 3_600_000).toISOString());
    const read = fc
      .record({ fullReadAt: moment, error: fc.option(fc.constant(FAILURE), { nil: undefined }) })
      .map(({ fullReadAt, error }) => list({ fullReadAt, readAt: fullReadAt, ...(error ? { error } : {}) }));
    fc.assert(
      fc.property(read, read, (dedicated, collection) => {
        for (const { since, until, state } of clusterLine(facts(), cluster({ dedicated, collection }), DAYS, AT)
          .cells) {
          const end = until < NOW ? until : NOW;
          const readAfter = [dedicated, collection].every(
            ({ fullReadAt = '' }) => fullReadAt >= end && Date.parse(fullReadAt) <= AT + 600_000,
          );
          expect([since, state === 'proven']).toEqual([since, readAfter]);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a day of a project', () => {
  test('is a hole where nobody looked which clusters there are', () => {
    const unread = [{ from: '2026-11-15T12:00:00.000Z', until: '2026-11-17T06:00:00.000Z' }];
    const of = coverage({
      discovery: { dedicated: discovery({ unread }), flex: discovery(), serverless: discovery() },
    });
    expect(drawn(projectLine(facts({ coverage: of }), DAYS, AT))).toBe('PXXXPPPPPd');
  });

  test('that was never read is a hole', () =>
    expect(drawn(projectLine({ projectId: PROJECT_ID, projectName: 'Payments', known: known() }, DAYS, AT))).toBe(
      'XXXXXXXXXX',
    ));
});

test('cells alike that follow one another are a run, and every cell is counted', () => {
  const { cells } = clusterLine(
    facts(),
    cluster(lists({ fullReadAt: '2026-11-19T03:00:00.000Z', error: FAILURE })),
    DAYS,
    AT,
  );
  expect(
    cellRuns(cells).map(({ state, first, length, since, until }) => [
      state,
      first,
      length,
      since.slice(8, 10),
      until.slice(8, 10),
    ]),
  ).toEqual([
    ['proven', 0, 5, '14', '19'],
    ['hole', 5, 5, '19', '24'],
  ]);
  expect(cellCounts(cells)).toMatchObject({ proven: 5, hole: 5, due: 0 });
});
