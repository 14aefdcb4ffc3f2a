import { expect, test } from 'vitest';
import { FUNCTIONS } from '../../bench/cold/cases.ts';
import { startAll, targets } from '../../bench/cold/cold.ts';

test('each function starts and has the effects it must, and the floors know every request that it makes', async () => {
  const results = await startAll(
    FUNCTIONS.map((name) => ({ name })),
    { runs: 1, progress: () => {} },
  );
  const started = results.map(({ case: name, contender }) => `${name}, ${contender}`);
  expect(started).toEqual([
    'api, function',
    'api, floor',
    'collect, function',
    'collect, floor',
    'notify, function',
    'plan, function',
  ]);
  for (const { spread } of results) expect(spread.wallMs?.median).toBeGreaterThan(0);
  expect(targets(results)).toHaveLength(2);
}, 600_000);
