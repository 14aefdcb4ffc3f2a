// functions/relay/record-event.ts: an item of a spoke's table as an event, as a hub takes it.
import * as z from 'zod/mini';
import { EVENT_SOURCE, SCHEMA_VERSION } from '../schema/words.ts';

/** Not `EVENT_SOURCE`: rules for people and programs must not match them. */
export const RECORD_SOURCE = `${EVENT_SOURCE}.record`;
export const RECORD_TYPE = 'Ledger Record';

/** Longest name of a stack. */
const MAX_NAME = 128;

export const recordDetail = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** The same record, sent twice, has the same one. */
  id: z.string(),
  at: z.string(),
  ledger: z.string().check(z.regex(/^[A-Za-z0-9-]+$/), z.maxLength(MAX_NAME)),
  /** The longest time between two scheduled runs. */
  everyMinutes: z.optional(z.number().check(z.positive())),
  key: z.object({ pk: z.string(), sk: z.string() }),
  /** The item, unless it is in slices. */
  item: z.optional(z.looseObject({})),
  /** A slice of the item: of its JSON, compressed with gzip, in base64. */
  slice: z.optional(
    z.object({
      n: z.int().check(z.nonnegative()),
      of: z.int().check(z.positive(), z.maximum(64)),
      /** SHA-256 of the JSON, base64url. */
      digest: z.string().check(z.regex(/^[\w-]{43}$/)),
      text: z.string(),
    }),
  ),
});

export type RecordDetail = z.infer<typeof recordDetail>;

export interface RecordEvent {
  source: typeof RECORD_SOURCE;
  'detail-type': typeof RECORD_TYPE;
  time: string;
  detail: RecordDetail;
}
