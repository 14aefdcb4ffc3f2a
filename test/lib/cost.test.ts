import { expect, test } from 'vitest';
import { METRICS } from '../../functions/runtime/metrics.ts';
import { System } from '../collector/system.ts';
import { dynamoTable } from '../ledger/engines.ts';
import { startDynamo } from '../ledger/table.ts';
import { countsOfRun } from './cost.ts';

test.each([
  { projects: 1, clusters: 1 },
  { projects: 1, clusters: 10 },
  { projects: 4, clusters: 10 },
])(
  'a run of $projects projects with $clusters clusters each asks and writes what the price is made of',
  async ({ projects, clusters }) => {
    await using dynamo = await startDynamo();
    const units = { writes: 0, reads: 0 };
    const newTable = async (now?: () => number) => {
      const table = await dynamoTable(dynamo, now);
      table.client.middlewareStack.add(
        (next, { commandName = '' }) =>
          async (args) => {
            const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' };
            const answer = await next({ ...args, input } as typeof args);
            const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } };
            units[/^(Put|Update)/.test(commandName) ? 'writes' : 'reads'] += ConsumedCapacity?.CapacityUnits ?? 0;
            return answer;
          },
        { step: 'initialize' },
      );
      return table;
    };
    await using system = await System.start({ newTable }, { projects, clusters, jobs: 4, buckets: 'off' });
    const slot = async () => {
      system.clock.advance(15 * 60_000);
      Object.assign(units, { writes: 0, reads: 0 });
      return system.run();
    };
    await slot();
    for (let hours = 0; hours < 20; hours++) system.clock.advance(59 * 60_000); // until no job of the past is moving
    await slot();
    const { run } = await slot(); // nothing has changed since the last

    expect(run.status).toBe('complete');
    const expected = countsOfRun({ clusters: projects * clusters, clustersPerProject: clusters });
    for (const [measured, given, most] of [
      [run.counts?.atlasRequests, expected.atlasRequests, 2 * expected.atlasRequests], // by an API key
      [units.writes, expected.tableWriteUnits, expected.tableWriteUnits],
      [units.reads, expected.tableReadUnits, expected.tableReadUnits],
    ] as const) {
      expect(measured).toBeLessThanOrEqual(most);
      expect(measured).toBeGreaterThanOrEqual(given * 0.5); // and not far less: the price is to be believed
    }
  },
);

test('there are as many metrics as the formula assumes', () => {
  expect(Object.keys(METRICS)).toHaveLength(29); // 8 of them in every run; 10 are of hubs, of the retention, of the lake and of evidence
});
