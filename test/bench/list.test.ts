import { expect, test } from 'vitest';
import { cases, targets } from '../../bench/list/list.ts';

test('cases have names of their own, and a quick look takes some of them', () => {
  const names = cases(false).map(({ name }) => name);
  expect(names).toHaveLength(4 * 2 + 1);
  expect(new Set(names).size).toBe(names.length);
  const quick = cases(true).map(({ name }) => name);
  expect(quick).toHaveLength(2);
  expect(names).toEqual(expect.arrayContaining(quick));
});

test('targets compare the collector with the probe where Atlas is far away', () => {
  const result = (name: string, contender: string, pass: string, wallMs: number, cpuMs: number) => ({
    case: name,
    contender,
    pass,
    spread: Object.fromEntries(
      Object.entries({ wallMs, cpuMs }).map(([number, median]) => [number, { median, min: median, max: median }]),
    ),
  });
  const resultsOf = (name: string) => [
    result(name, 'probe', 'cold', 100, 10),
    result(name, 'collector', 'cold', 110, 30),
    result(name, 'probe', 'changed', 100, 10),
    result(name, 'collector', 'changed', 150, 10),
  ];
  expect(targets([...resultsOf('27x3 0 ms digest'), ...resultsOf('27x3 120 ms digest')])).toEqual([
    { what: '27x3 120 ms digest, cold: wall', limit: 1.15, measured: 1.1 },
    { what: '27x3 120 ms digest, cold: CPU', limit: 2, measured: 3 },
    { what: '27x3 120 ms digest, changed: wall', limit: 1.1, measured: 1.5 },
  ]);
});
