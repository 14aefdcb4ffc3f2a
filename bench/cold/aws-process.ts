// bench/cold/aws-process.ts: the process that stands for Secrets Manager, SQS and EventBridge.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { json } from 'node:stream/consumers';
import { certificate, listen } from '../dynamo/listen.ts';
import { serve } from '../harness/serve.ts';

interface Sent {
  MessageBody?: string;
  Entries?: { Id?: string; MessageBody?: string }[];
}

const taken = { messages: 0, events: 0 };
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const accepted = (text: string, id: string) => ({ MessageId: id, MD5OfMessageBody: md5(text) });

function answer(operation: string, { MessageBody = '', Entries = [] }: Sent, secret: string): object {
  switch (operation) {
    case 'GetSecretValue':
      return { SecretString: secret };
    case 'SendMessage':
      taken.messages += 1;
      return accepted(MessageBody, '0');
    case 'SendMessageBatch':
      taken.messages += Entries.length;
      return {
        Successful: Entries.map(({ Id = '', MessageBody: body = '' }) => ({ Id, ...accepted(body, Id) })),
        Failed: [],
      };
    case 'PutEvents':
      taken.events += Entries.length;
      return { FailedEntryCount: 0, Entries: Entries.map((_, nth) => ({ EventId: String(nth) })) };
    default:
      throw new Error(`${operation} is not in bench/cold/aws-process.ts: add it there`);
  }
}

const operationOf = ({ headers }: IncomingMessage) => String(headers['x-amz-target']).split('.')[1] ?? '';

const handlers = {
  /** First, once. @param secret what every secret holds @returns the URL */
  start: async (secret: string) => {
    const server = createServer(certificate(), async (request, response) => {
      const body = JSON.stringify(answer(operationOf(request), (await json(request)) as Sent, secret));
      response.writeHead(200, { 'content-type': String(request.headers['content-type']) }).end(body);
    });
    return `https://127.0.0.1:${await listen(server)}`;
  },
  /** Messages and events since the start. */
  taken: () => taken,
};
export type AwsHandlers = typeof handlers;

serve(handlers);
