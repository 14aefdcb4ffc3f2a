import { describe, expect, test } from 'vitest';
import type { ProjectFacts } from '../../../functions/ledger/model/known-project.ts';
import { type DrillLine, drillLine } from '../../../functions/views/pictures/drill-months.ts';
import { BEGINNING } from '../../../functions/views/pictures/jobs.ts';
import { lastMonths, spansOf } from '../../../functions/views/pictures/spans.ts';
import { completed, idAt, job } from '../../ledger/jobs.ts';
import { cluster, coverage, FAILURE, known, list, NOW, PROJECT_ID } from '../../proof/facts.ts';

const AT = Date.parse(NOW);
const MONTHS = spansOf(lastMonths(6, AT), 'month'); // June to November
const KNOWN: ProjectFacts = { projectId: PROJECT_ID, projectName: 'Payments', known: known(), coverage: coverage() };

const restore = (moment: string, parts: Parameters<typeof job>[0] = {}) =>
  completed(job({ jobId: idAt(moment), ...parts }), new Date(Date.parse(moment) + 600_000).toISOString());
const letters = { restored: 'R', missing: 'm', due: 'd', unknown: '?', none: '-', absent: '.' };
const drawn = ({ months }: DrillLine) => months.map(({ state }) => letters[state]).join('');
const line = (jobs: ReturnType<typeof restore>[], of = cluster(), readFrom = BEGINNING) =>
  drillLine(KNOWN, of, { jobs, readFrom }, MONTHS, AT);

describe('a month', () => {
  test('is one with a restore of the whole backup, or one proven to have none; this one has none so far', () =>
    expect(drawn(line([restore('2026-08-03T10:00:00Z'), restore('2026-08-20T10:00:00Z')]))).toBe('mmRmmd'));

  test('counts its restores', () =>
    expect(line([restore('2026-08-03T10:00:00Z'), restore('2026-08-20T10:00:00Z')]).months[2]?.restores).toBe(2));

  test('has none by a download, by single collections, nor by a failure', () => {
    const none = [
      restore('2026-07-01T10:00:00Z', { delivery: 'download' }),
      restore('2026-07-02T10:00:00Z', { kind: 'collection' }),
      { ...restore('2026-07-03T10:00:00Z'), status: 'FAILED' as const },
    ];
    expect(drawn(line(none))).toBe('mmmmmd');
  });

  test('is not said to have none while a restore of it is under way, nor where one was not understood', () => {
    const of = (parts: object, all = true) =>
      drawn(
        drillLine(
          KNOWN,
          cluster({ dedicated: list({ jobs: 1 }), collection: list({ jobs: 0 }) }),
          { jobs: [{ ...restore('2026-10-31T23:00:00Z'), ...parts }], readFrom: BEGINNING, ofAll: all },
          MONTHS,
          AT,
        ),
      );
    const problems = [{ field: 'finishedAt', expected: 'a time', got: 'x' }];
    expect(of({ status: 'RUNNING' })).toBe('mmmmdd');
    expect(of({ problems })).toBe('mmmm?d');
    expect(of({ status: 'UNKNOWN' })).toBe('mmmm?d');
    expect(of({ status: 'RUNNING', kind: 'collection' })).toBe('mmmmmd');
    expect(of({ status: 'RUNNING', delivery: 'download' })).toBe('mmmmmd');
  });

  test('is not known by completed restores alone, where the coverage has others that are open, or were not understood', () => {
    const with_ = (parts: Parameters<typeof list>[0]) =>
      drawn(line([], cluster({ dedicated: list(parts), collection: list() })));
    expect(with_({ open: 1 })).toBe('mmmmdd');
    expect(with_({ notUnderstood: 1 })).toBe('??????');
    expect(with_({ problemCount: 1, problems: [] })).toBe('??????');
  });

  test('without a known restore is not known where a list was not read, or its restores were not', () => {
    const failing = cluster({
      dedicated: list({ fullReadAt: '2026-09-10T00:00:00.000Z', error: FAILURE }),
      collection: list(),
    });
    expect(drawn(line([restore('2026-10-03T10:00:00Z')], failing))).toMatch(/^mmm\?R/);
    expect(drawn(line([restore('2026-10-03T10:00:00Z')], cluster(), '2026-09-10T00:00:00.000Z'))).toBe('????Rd');
  });

  test('is not known where fewer jobs were read than Atlas lists: one of those that are not there may be of that month', () => {
    const of = cluster({ dedicated: list({ jobs: 2 }), collection: list({ jobs: 0 }) });
    const read = { jobs: [restore('2026-10-03T10:00:00Z')], readFrom: BEGINNING, ofAll: true };
    expect(drawn(drillLine(KNOWN, of, read, MONTHS, AT))).toBe('????R?');
    const both = [...read.jobs, restore('2026-09-03T10:00:00Z', { delivery: 'download' })];
    expect(drawn(drillLine(KNOWN, of, { ...read, jobs: both }, MONTHS, AT))).toBe('mmmmRd');
  });

  test('of a cluster without backups has nothing to be restored', () =>
    expect(drawn(line([], cluster({}, { tier: 'free' })))).toBe('------'));

  test('has the restore that the coverage remembers, though it was not read', () => {
    const lastCompleted = {
      ...{ jobId: idAt('2026-07-05T10:00:00Z'), requestedAt: '2026-07-05T10:00:00.000Z' },
      finishedAt: '2026-07-05T11:00:00.000Z',
    };
    const of = cluster({ dedicated: list({ lastCompleted }), collection: list() });
    expect(drawn(line([], of, '2026-11-01T00:00:00.000Z'))).toBe('?R???d');
  });
});
