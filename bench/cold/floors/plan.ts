// bench/cold/floors/plan.ts is the least that the plan function could be: one secret, the list of projects, their orders, and the
// same requests of the table, by the three clients that it takes.
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { countProjects } from './atlas.ts';
import { tableCalls } from './table.ts';

const queue = new SQSClient({});

export const handler = async () => {
  const projects = await countProjects();
  const Entries = Array.from({ length: projects }, (_, nth) => ({ Id: String(nth), MessageBody: '{}' }));
  await queue.send(new SendMessageBatchCommand({ QueueUrl: process.env.COLLECT_QUEUE_URL ?? '', Entries }));
  await tableCalls();
  return { projects };
};
