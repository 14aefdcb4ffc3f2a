// What the record of a job costs, in DynamoDB's write units.
import { expect, test } from 'vitest';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { isJobSk } from '../../functions/ledger/table/keys.ts';
import { testEngine } from '../ledger/engines.ts';
import { countingUnits } from '../ledger/write-units.ts';
import { System } from './system.ts';

const engine = testEngine();

test('a job costs at most 9 write units, its requester included, whatever its kind', async () => {
  const unitsOf = new Map<string, number>();
  const newTable = async (now: () => number = Date.now) => {
    const own = await engine.newTable(now);
    const table = countingUnits(own.table, ({ sk }, units) => unitsOf.set(sk, (unitsOf.get(sk) ?? 0) + units));
    return {
      ...own,
      [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
      table,
      ledger: tableLedger({ table, now }),
    };
  };
  await using system = await System.start(
    { newTable },
    {
      ...{ projects: 2, clusters: 8, jobs: 40 },
      serverless: 'alive',
    },
  );
  const [project] = system.atlas.world.projects;
  const at = { projectId: project?.id ?? '', clusterName: 'Cluster0' };
  for (let n = 0; n < 5; n++) system.atlas.world.startRestore({ ...at, kind: 'collection', durationMs: 60_000 });
  system.clock.advance(3_600_000);
  await system.run({ full: true });
  const recorded = [...(await system.recorded()).values()];
  for (const kind of ['dedicated', 'flex', 'serverless', 'collection'] as const) {
    const jobs = recorded.filter((job) => job.kind === kind);
    const units = jobs.map(({ jobId }) => unitsOf.get(`JOB#${jobId}`) ?? Number.NaN);
    expect(units.length, kind).toBeGreaterThan(0);
    expect(units.reduce((sum, n) => sum + n) / units.length, kind).toBeLessThanOrEqual(9);
  }
  expect([...unitsOf.keys()].filter(isJobSk)).toHaveLength(recorded.length);
});
