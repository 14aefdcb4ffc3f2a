// functions/events/messages/incoming.ts: an event as EventBridge delivers it, as far as messages need it.
import * as z from 'zod/mini';
import { EVENT_SOURCE, SEVERITIES } from '../../schema/words.ts';

const text = z.string().check(z.minLength(1));
const job = z.looseObject({ jobId: text, projectId: text, revision: z.int() });

const detail = z.looseObject({
  id: text,
  severity: z.enum(SEVERITIES),
  at: text,
  message: z.string(),
  job: z.optional(job),
  finding: z.optional(z.looseObject({ at: text })),
  revision: z.optional(z.int()),
  projectId: z.optional(text),
  firstReading: z.optional(z.boolean()),
  change: z.optional(
    z.looseObject({ fields: z.record(z.string(), z.unknown()), firstReading: z.optional(z.boolean()) }),
  ),
});
const event = z.looseObject({ source: z.literal(EVENT_SOURCE), 'detail-type': text, detail });

export type IncomingEvent = z.infer<typeof event>;
/** As it was when the event was made. */
export type IncomingJob = z.infer<typeof job>;

/** @throws Error that names a field, never its value */
export function incomingEvent(body: string): IncomingEvent {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    throw new Error('message: expected an event as JSON, got something else');
  }
  const result = z.safeParse(event, given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.join('.') || 'message'}: got something else than expected (${issue?.code})`);
}
