import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { atlasFixture, BenchAtlas } from '../../bench/atlas/atlas.ts';
import { dynamoLedger } from '../../bench/contenders/ledgers.ts';
import { BenchDynamo } from '../../bench/dynamo/dynamo.ts';
import { type Entrant, runTrial } from '../../bench/harness/trial.ts';
import { entrants } from '../../bench/ledger/ledger.ts';

test('writing alone asks nothing of Atlas, and leaves the jobs, requesters and histories of a first collection', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-ledger-'));
  await using atlas = await BenchAtlas.start({ clusters: 27, jobs: 3 });
  await using dynamo = await BenchDynamo.start();
  const { ledger, close } = dynamoLedger(dynamo.access);
  const all = entrants({}, { access: atlas.access, folder, dynamo });
  const first = async (name: string) => {
    const entrant = all.find((each) => each.name === name) as Entrant;
    const numbers = await runTrial({ ...entrant, passes: ['cold'] }, atlasFixture(atlas, dynamo));
    const { items } = await ledger.jobs({ limit: 200 });
    const recorded = items.map(({ jobId, fingerprint, requester, findings, revision }) => {
      return { jobId, fingerprint, requester, rules: findings?.map(({ rule }) => rule), revision };
    });
    return { recorded, ...numbers.get('cold') };
  };

  const collected = await first('collector, DynamoDB');
  const written = await first('writing alone, DynamoDB');
  expect(written.recorded).toHaveLength(27 * 3);
  expect(written.recorded).toEqual(collected.recorded);
  expect(written.recorded.some(({ revision }) => revision === 2)).toBe(true);
  expect(written).toMatchObject({ atlasRequests: 0 });

  expect(await first('writing alone, SQLite')).toMatchObject({ atlasRequests: 0, tableRequests: 0, recorded: [] });
  await close();
  await rm(folder, { recursive: true });
});
