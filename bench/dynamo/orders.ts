// bench/dynamo/orders.ts is what the process of the DynamoDB is told, and what it answers.
import type { Answer } from '../harness/answer.ts';
import type { Load } from './made-items.ts';

/** The one table there is. */
export const TABLE = 'ledger';

/** Where to send requests. Any credentials do. */
export interface DynamoAccess {
  endpoint: string;
  /** The same over HTTPS, with a certificate that is to be taken as it is. */
  secureEndpoint: string;
}

/** Since the start, as the server sees it; with them everything that bench/dynamo/meter.ts counts. */
export interface Counted extends Record<string, number> {
  requests: number;
  connections: number;
  bytesSent: number;
  bytesReceived: number;
}

/** One request as it came. */
export interface RecordedCall {
  /** `GetItem` */
  operation: string;
  input: Record<string, unknown>;
  /** Those of one wave came before any of them was answered: they were made at once. */
  wave: number;
}

export type DynamoOrders = {
  /** First, once. */
  start: { told: null; answer: DynamoAccess };
  /** Forgets everything and makes the table anew. @param told where to keep it: null is in memory */
  reset: { told: { dir: string | null }; answer: null };
  /** Waited before each answer, in ms. */
  latency: { told: number; answer: null };
  /** Makes items up and puts them in. @returns how many */
  load: { told: Load; answer: number };
  counted: { told: null; answer: Counted };
  /** The jobs that the table holds. */
  jobs: { told: null; answer: Answer };
  /** From now on each request is written down. */
  record: { told: null; answer: null };
  /** Those that came since. */
  recorded: { told: null; answer: RecordedCall[] };
  /** Bytes of each project's coverage. */
  coverageBytes: { told: null; answer: number[] };
};
