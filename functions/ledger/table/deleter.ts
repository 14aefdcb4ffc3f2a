// functions/ledger/table/deleter.ts: the deletion of items, apart from the table port, as one function alone may do it.
import { ConditionalCheckFailedException, DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LedgerError } from '../model/errors.ts';
import { dynamoDbClient } from './dynamodb-client.ts';
import { conditionInput, marshalled } from './expressions.ts';
import type { Key } from './keys.ts';
import type { Condition } from './table-port.ts';

export interface Deleter {
  /** @returns whether the condition held; without one, an item that isn't there is no error. @throws LedgerError */
  delete(key: Key, condition?: Condition): Promise<boolean>;
}

/** @param client @default one for this environment's region and credentials, or its AWS_ENDPOINT_URL */
export function dynamoDeleter(tableName: string, client: DynamoDBClient = dynamoDbClient({ maxAttempts: 8 })): Deleter {
  return {
    async delete({ pk, sk }, condition = {}) {
      try {
        const Key = marshalled({ pk, sk });
        await client.send(new DeleteItemCommand({ TableName: tableName, Key, ...conditionInput(condition) }));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
        const isRefused = /AccessDenied|ResourceNotFound|Validation/.test(name);
        const what = `DeleteItem on table ${tableName}: ${name}: ${message}`;
        throw new LedgerError(isRefused ? 'LEDGER_REFUSED' : 'LEDGER_UNAVAILABLE', what, error);
      }
    },
  };
}
