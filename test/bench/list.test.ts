import { describe, expect, test } from 'vitest';
import { cases, targets } from '../../bench/list/list.ts';

test('cases have names of their own, and a quick look takes some of them', () => {
  const names = cases(false).map(({ name }) => name);
  expect(names).toHaveLength(4 * 2 + 2 * 2 + 1);
  expect(new Set(names).size).toBe(names.length);
  const quick = cases(true).map(({ name }) => name);
  expect(quick).toHaveLength(3);
  expect(quick.filter((name) => name.endsWith(' tls'))).toHaveLength(1);
  expect(names).toEqual(expect.arrayContaining(quick));
});

describe('targets', () => {
  const result = (name: string, contender: string, pass: string, wallMs: number, cpuMs: number) => ({
    case: name,
    contender,
    pass,
    spread: Object.fromEntries(
      Object.entries({ wallMs, cpuMs }).map(([number, median]) => [number, { median, min: median, max: median }]),
    ),
  });

  test('compare the client and the collector with the probe, where Atlas is far away', () => {
    const resultsOf = (name: string) => [
      result(name, 'probe', 'cold', 100, 10),
      result(name, 'client', 'cold', 105, 15),
      result(name, 'collector', 'cold', 110, 30),
      result(name, 'probe', 'changed', 100, 10),
      result(name, 'collector', 'changed', 150, 10),
    ];
    expect(targets([...resultsOf('27x3 0 ms digest'), ...resultsOf('27x3 120 ms digest')])).toEqual([
      { what: '27x3 120 ms digest, client, cold: wall, by probe', limit: 1.15, measured: 1.05 },
      { what: '27x3 120 ms digest, client, cold: CPU, by probe', limit: 2, measured: 1.5 },
      { what: '27x3 120 ms digest, collector, cold: wall, by probe', limit: 1.15, measured: 1.1 },
      { what: '27x3 120 ms digest, collector, cold: CPU, by probe', limit: 2, measured: 3 },
      { what: '27x3 120 ms digest, collector, changed: wall, by probe', limit: 1.1, measured: 1.5 },
    ]);
  });

  test.each(['probe', 'probe, HTTP/2', 'fetch'])(
    'compare with %s where it was the first to end, CPU included',
    (best) => {
      const name = '27x3 120 ms oauth tls';
      const others = ['probe', 'probe, HTTP/2', 'fetch'].filter((who) => who !== best);
      const measured = targets([
        ...others.map((who) => result(name, who, 'cold', 200, 1)),
        result(name, best, 'cold', 100, 10),
        // Of another pass or case, nothing counts.
        ...others.map((who) => result(name, who, 'warm', 50, 1)),
        ...others.map((who) => result('200x3 120 ms oauth tls', who, 'cold', 50, 1)),
        result(name, 'collector', 'cold', 110, 30),
      ]);
      expect(measured).toEqual([
        { what: `${name}, collector, cold: wall, by ${best}`, limit: 1.15, measured: 1.1 },
        { what: `${name}, collector, cold: CPU, by ${best}`, limit: 2, measured: 3 },
      ]);
    },
  );
});
