// bench/cold/aws-process.ts stands for Secrets Manager, SQS and EventBridge: it takes everything, and answers as they do.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { json } from 'node:stream/consumers';
import { certificate, listen } from '../dynamo/listen.ts';
import { obey } from '../dynamo/told-process.ts';
import type { AwsOrders } from './aws-orders.ts';

interface Sent {
  MessageBody?: string;
  Entries?: { Id?: string; MessageBody?: string }[];
}

const taken = { messages: 0, events: 0, secretsRead: 0 };
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const tookOne = (text: string, id: string) => ({ MessageId: id, MD5OfMessageBody: md5(text) });

function answer(operation: string, { MessageBody = '', Entries = [] }: Sent, secret: string): object {
  switch (operation) {
    case 'GetSecretValue':
      taken.secretsRead += 1;
      return { SecretString: secret };
    case 'SendMessage':
      taken.messages += 1;
      return tookOne(MessageBody, '0');
    case 'SendMessageBatch':
      taken.messages += Entries.length;
      return {
        Successful: Entries.map(({ Id = '', MessageBody: body = '' }) => ({ Id, ...tookOne(body, Id) })),
        Failed: [],
      };
    case 'PutEvents':
      taken.events += Entries.length;
      return { FailedEntryCount: 0, Entries: Entries.map((_, nth) => ({ EventId: String(nth) })) };
    default:
      throw new Error(`${operation} is new to bench/cold/aws-process.ts: add it there`);
  }
}

const operationOf = ({ headers }: IncomingMessage) => String(headers['x-amz-target']).split('.')[1] ?? '';

obey<AwsOrders>({
  start: async ({ secret }) => {
    const server = createServer(certificate(), async (request, response) => {
      const body = JSON.stringify(answer(operationOf(request), (await json(request)) as Sent, secret));
      response.writeHead(200, { 'content-type': String(request.headers['content-type']) }).end(body);
    });
    return `https://127.0.0.1:${await listen(server)}`;
  },
  taken: () => ({ ...taken }),
});
