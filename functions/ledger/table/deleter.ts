// functions/ledger/table/deleter.ts: the deletion of items, apart from the table port, as one function alone may do it.
import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LedgerError } from '../model/errors.ts';
import { dynamoDbClient } from './dynamodb-client.ts';
import { marshalled } from './expressions.ts';
import type { Key } from './keys.ts';

export interface Deleter {
  /** An item that isn't there is no error. @throws LedgerError */
  delete(key: Key): Promise<void>;
}

/** @param client @default one for this environment's region and credentials, or its AWS_ENDPOINT_URL */
export function dynamoDeleter(tableName: string, client: DynamoDBClient = dynamoDbClient({ maxAttempts: 8 })): Deleter {
  return {
    async delete({ pk, sk }) {
      try {
        await client.send(new DeleteItemCommand({ TableName: tableName, Key: marshalled({ pk, sk }) }));
      } catch (error) {
        const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
        const isRefused = /AccessDenied|ResourceNotFound|Validation/.test(name);
        const what = `DeleteItem on table ${tableName}: ${name}: ${message}`;
        throw new LedgerError(isRefused ? 'LEDGER_REFUSED' : 'LEDGER_UNAVAILABLE', what, error);
      }
    },
  };
}
