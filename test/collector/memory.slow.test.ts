import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { startAtlas } from '../../local/atlas/server.ts';
import { ensureTable, startDynamoDB } from '../../local/dynamodb.ts';

const run = promisify(execFile);
/**
 * Node's heap. Pages stream; what stays of a job is its id and fingerprint, while the list that it is in is read to its
 * end: some 200 bytes, so 100,000 jobs in one cluster take 20 MB.
 */
const HEAP_MB = 64;

test.each([
  ['one cluster of 10,000 jobs', { projects: 1, clusters: 1, jobs: 10_000 }],
  ['50 clusters of 300 jobs', { projects: 2, clusters: 25, jobs: 300 }],
])(
  `%s collect within a heap of ${HEAP_MB} MB, and once collected cost no job write`,
  { timeout: 1_800_000 },
  async (title, sizes) => {
    await using atlas = await startAtlas({ ...sizes, buckets: 'off' });
    await using dynamodb = await startDynamoDB();
    await ensureTable(new DynamoDBClient(dynamodb.clientConfig), 'ledger');
    const env = {
      ...process.env,
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
      TABLE_NAME: 'ledger',
      MONGODB_ATLAS_BASE_URL: atlas.url,
      MONGODB_ATLAS_CLIENT_ID: atlas.serviceAccount.clientId,
      MONGODB_ATLAS_CLIENT_SECRET: atlas.serviceAccount.clientSecret,
      AWS_ENDPOINT_URL: dynamodb.endpoint,
      AWS_REGION: 'local',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    const collect = async () => {
      const { stdout } = await run(
        process.execPath,
        ['--import', 'tsx', new URL('collector-process.ts', import.meta.url).pathname],
        { env },
      );
      return JSON.parse(stdout);
    };
    const first = await collect();
    const second = await collect();
    console.log(title, '\n first run ', JSON.stringify(first), '\n second run', JSON.stringify(second));
    const listed = atlas.world.projects.flatMap(({ id }) =>
      atlas.world.clusters(id).map(({ name, tier }) => ({ id, name, tier })),
    );
    const jobs = listed.reduce((sum, { tier }) => sum + (tier === 'free' ? 0 : sizes.jobs), 0);
    expect(first).toMatchObject({ status: 'complete', counts: { jobsNew: jobs } });
    // What was open at the first run may have moved by the second: nothing else is written again but it and what its day keeps.
    expect(second).toMatchObject({ status: 'complete', counts: { jobsNew: 0 } });
    expect(second.counted.writes).toBeLessThan(20 + 2 * second.counts.jobsChanged);
  },
);
