// verify's comparison of what the coverage was counted to add up to.
import { expect, test } from 'vitest';
import { differingTotals } from '../../bin/actions/coverage-totals.ts';
import { countCoverage } from '../../functions/collector/evaluate/count-coverage.ts';
import { COVERAGE_TOTALS_KEY, coverageKey } from '../../functions/ledger/table/keys.ts';
import { testEngine } from '../ledger/engines.ts';
import { NOW } from '../ledger/table.ts';
import { coverage, PROJECT_ID } from '../proof/facts.ts';

const engine = testEngine();
const counting = { now: () => Date.parse(NOW) };

test('names the numbers that differ, until they are counted again', async () => {
  await using own = await engine.newTable();
  expect(await differingTotals(own.ledger)).toEqual([]);
  await own.ledger.saveCoverage(PROJECT_ID, () => coverage());
  await countCoverage(own.ledger, counting);
  expect(await differingTotals(own.ledger)).toEqual([]);

  const { totals, ...item } = (await own.table.get(COVERAGE_TOTALS_KEY)) as { totals: { numbers: object } };
  const altered = { ...totals, numbers: { ...totals.numbers, covered: { start: 7, steps: [] } } };
  await own.table.put({ ...COVERAGE_TOTALS_KEY, ...item, totals: altered });
  expect(await differingTotals(own.ledger)).toEqual(['covered']);
  await countCoverage(own.ledger, counting);
  expect(await differingTotals(own.ledger)).toEqual([]);

  await own.remove(coverageKey(PROJECT_ID));
  expect(await differingTotals(own.ledger)).toContain('clusters');
});

test('has nothing to say while somebody writes', async () => {
  await using own = await engine.newTable();
  await own.ledger.saveCoverage(PROJECT_ID, () => coverage());
  await countCoverage(own.ledger, counting);
  await own.ledger.saveCoverage(PROJECT_ID, (stored) => ({ ...coverage(), ...stored, clusters: {} }));
  expect(await differingTotals(own.ledger)).toEqual([]);
});
