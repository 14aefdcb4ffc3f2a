import { describe, expect, test } from 'vitest';
import { cases, targets } from '../../bench/ledger/ledger.ts';

test('a hundred thousand jobs are written only where they are asked for', () => {
  const namesOf = (quick: boolean, large: boolean) => cases(quick, large).map(({ name }) => name);
  expect(namesOf(false, true)).toEqual([...namesOf(false, false), '200x500 120 ms 100000 jobs']);
  expect(namesOf(true, false)).toHaveLength(1);
});

describe('targets', () => {
  const result = (contender: string, pass: string, wallMs: number) => ({
    case: '27x3 120 ms',
    contender,
    pass,
    spread: { wallMs: { median: wallMs, min: wallMs, max: wallMs } },
  });

  test('compare a first collection with the slower of listing and writing alone, an unchanged one with listing', () => {
    const results = [
      result('listing alone', 'cold', 1_000),
      result('listing alone', 'unchanged', 100),
      result('collector, SQLite', 'cold', 1_100),
      result('collector, SQLite', 'unchanged', 150),
      result('writing alone, SQLite', 'cold', 500),
      result('collector, DynamoDB', 'cold', 3_000),
      result('collector, DynamoDB', 'unchanged', 110),
      result('writing alone, DynamoDB', 'cold', 2_000),
    ];
    const of = (engine: string, pass: string, by: string, measured: number) => ({
      what: `27x3 120 ms, collector, ${engine}, ${pass}: wall, by ${by}`,
      limit: 1.2,
      measured,
    });
    expect(targets(results)).toEqual([
      of('SQLite', 'cold', 'the slower of listing and writing alone', 1.1),
      of('SQLite', 'unchanged', 'the listing alone', 1.5),
      of('DynamoDB', 'cold', 'the slower of listing and writing alone', 1.5),
      of('DynamoDB', 'unchanged', 'the listing alone', 1.1),
    ]);
  });

  test('are none for a ledger that was not measured', () => {
    expect(targets([result('listing alone', 'cold', 1_000)])).toEqual([]);
  });
});
