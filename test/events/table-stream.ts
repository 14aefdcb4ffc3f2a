// test/events/table-stream.ts is what dynalite lacks: the table's stream, in the shape that Lambda gets it, and the part of
// Lambda that reads it, by AWS's description of partial batch responses and bisection (2026-11).
import { DynamoDBClient, GetItemCommand, type AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import type { TestTable } from '../ledger/table.ts';

type Image = Record<string, AttributeValue>;

/** One write of an item. @param number its place in the stream */
export function streamRecord(before: Image | undefined, after: Image | undefined, number: number): DynamoDBRecord {
  const { pk, sk } = after ?? before ?? {};
  if (!pk || !sk) throw new Error('an item has keys');
  return {
    eventID: `event-${number}`,
    eventName: !before ? 'INSERT' : after ? 'MODIFY' : 'REMOVE',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-central-1',
    eventSourceARN: 'arn:aws:dynamodb:eu-central-1:111122223333:table/ledger/stream/2026-11-20T11:00:00.000',
    dynamodb: {
      ApproximateCreationDateTime: 1_795_345_200 + number,
      Keys: { pk, sk },
      ...(after ? { NewImage: after } : {}),
      ...(before ? { OldImage: before } : {}),
      SequenceNumber: String(100_000_000_000 + number),
      SizeBytes: 1_024,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

/** As the document client writes it. */
export const imageOf = (item: Item): Image =>
  marshall(item, { removeUndefinedValues: true, convertClassInstanceToMap: true }) as Image;

/** Every write of a table from now on, as its stream would show it. */
export function streamOf({ client, tableName }: TestTable, { clientConfig }: LocalDynamoDB): DynamoDBRecord[] {
  const records: DynamoDBRecord[] = [];
  const reader = new DynamoDBClient(clientConfig);
  const read = async ({ pk, sk }: Image) => {
    const key = { pk, sk } as Record<string, SdkValue>;
    const { Item } = await reader.send(new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }));
    return Item && (JSON.parse(JSON.stringify(Item)) as Image);
  };
  let last: Promise<unknown> = Promise.resolve();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        if (!/^(Put|Update|Delete)/.test(commandName)) return next(args);
        const { body } = args.request as { body: Uint8Array };
        const { Item, Key } = JSON.parse(new TextDecoder().decode(body)) as Record<string, Image>;
        // One at a time, so that the images before and after are those of this write.
        const write = last.then(async () => {
          const before = await read(Item ?? Key ?? {});
          const result = await next(args);
          const after = await read(Item ?? Key ?? {});
          if (JSON.stringify(before) !== JSON.stringify(after)) {
            records.push(streamRecord(before, after, records.length));
          }
          return result;
        });
        last = write.catch(() => {});
        return write;
      },
    { step: 'finalizeRequest', priority: 'low', name: 'stream' },
  );
  return records;
}

/** A batch either fails as a whole, or from a sequence number on; undefined: not at all. */
export type BatchResult = { from?: string };

export interface Deliveries {
  /** Records given up after all tries, as the on-failure queue names them. */
  onFailure: string[];
  /** Times that the function was called. */
  calls: number;
}

/**
 * Reads a shard as Lambda does: batch by batch, in order; from the record that a batch failed at, again; a batch that throws
 * is halved; what fails `attempts` times goes to the on-failure queue, as a whole.
 */
export async function readShard(
  records: readonly DynamoDBRecord[],
  batchSize: number,
  invoke: (batch: DynamoDBRecord[]) => Promise<BatchResult>,
  attempts = 50,
): Promise<Deliveries> {
  const deliveries: Deliveries = { onFailure: [], calls: 0 };
  const numberOf = (record?: DynamoDBRecord) => record?.dynamodb?.SequenceNumber ?? '';
  const deliver = async (all: DynamoDBRecord[]) => {
    let batch = all;
    for (let attempt = 1; batch.length > 0; ) {
      if (attempt > attempts) {
        deliveries.onFailure.push(...batch.map(numberOf));
        return;
      }
      deliveries.calls += 1;
      const result = await invoke(structuredClone(batch)).catch(() => 'thrown' as const);
      if (result === 'thrown' && batch.length > 1) {
        const half = Math.ceil(batch.length / 2);
        await deliver(batch.slice(0, half));
        return deliver(batch.slice(half));
      }
      if (result !== 'thrown' && result.from === undefined) return;
      const at = result === 'thrown' ? 0 : batch.findIndex((record) => numberOf(record) === result.from);
      attempt = at > 0 ? 1 : attempt + 1;
      batch = batch.slice(Math.max(0, at));
    }
  };
  for (let start = 0; start < records.length; start += batchSize) {
    await deliver(records.slice(start, start + batchSize));
  }
  return deliveries;
}
