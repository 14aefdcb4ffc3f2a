// bench/ledger/naive.ts enters the Lambda that everybody writes first: in each run it lists all pages of all clusters, one request
// after the other, and puts every job into the table as it came, 25 a request.
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../dynamo/orders.ts';
import { contend } from '../harness/contender.ts';
import { peakMb } from '../harness/memory.ts';
import { plainGet } from '../peers/plain-get.ts';
import { type Get, type Listing, walk } from '../peers/walk.ts';
import type { LedgerConfig } from './config.ts';
import { plainClientOf } from './table.ts';

/** DynamoDB's limit of items a batch. */
const BATCH = 25;

contend<Required<LedgerConfig>>(({ access, scheme, dynamo }) => {
  const client = plainClientOf(dynamo);
  const table = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const plain = plainGet({ access, scheme });

  const get: Get = async (target, version) => {
    const list = (await plain(target, version)) as Listing;
    if (target.includes('/backup/restoreJobs')) await putAll(target.replace(/\?.*/, ''), list.results);
    return list;
  };

  async function putAll(cluster: string, jobs: Listing['results']) {
    for (let start = 0; start < jobs.length; start += BATCH) {
      const puts = jobs
        .slice(start, start + BATCH)
        .map((job) => ({ PutRequest: { Item: { pk: cluster, sk: job.id, ...job } } }));
      await table.send(new BatchWriteCommand({ RequestItems: { [TABLE]: puts } }));
    }
  }

  return {
    async pass() {
      const began = performance.now();
      const ids = await walk(get);
      return { ids, numbers: { lambdaMs: performance.now() - began, peakMb: peakMb() } };
    },
    close: async () => client.destroy(),
  };
});
