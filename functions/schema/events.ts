// functions/schema/events.ts: every field of the events on the bus, as EventBridge delivers them.
import * as z from 'zod/mini';
import { expectedRestore } from './expected-restore.ts';
import { change, finding, job, severity, status } from './job.ts';
import { type JsonSchema, jsonSchema } from './json-schema.ts';
import { run } from './run.ts';
import { count, described, list, moment, objectId, oneOf, optional, someOf, text } from './types.ts';
import { type DetailType, DRILL_NEEDS, EVENT_SOURCE, SCHEMA_VERSION } from './words.ts';

const cut = described(
  list(z.object({ field: text('`job.errorMessage`, `run.failures`'), kept: count(), of: count() })),
  'Present where texts or lists were shortened to keep the event small: characters, elements or names kept, of how many.',
);

const id = (form: string) => text(`${form}. The same event, sent twice, has the same one.`);

const envelope = z.object({
  schemaVersion: described(
    z.literal(SCHEMA_VERSION),
    'Grows when a field changes its meaning or goes; a new field does not raise it.',
  ),
  severity: severity(),
  at: moment('When it was seen.'),
  ledger: optional(
    text(
      'The stack that published it: of those in one account and region, no two have the same name. Absent where none did.',
    ),
  ),
  message: text('One to three lines of plain text.'),
  cut: optional(cut),
});
const project = { projectId: objectId(), projectName: text() };
const firstReading = optional(
  z.literal(true),
  'Found when its list, or project, was read for the first time. The event of the run sums these up.',
);

export const jobStateChange = z.extend(envelope, {
  id: id('<jobId>:<revision>'),
  job,
  revision: described(z.int().check(z.minimum(1))),
  oldStatus: optional(status('Absent for the first sight; equal to newStatus where something else changed.')),
  newStatus: status(),
  change,
});

export const restoreFinding = z.extend(envelope, {
  id: id('<jobId>:<revision>:<rule>; of a list <projectId>/<clusterName>:<jobId or number>:<rule>'),
  finding,
  ...project,
  clusterName: text(),
  job: optional(job, 'Absent where what Atlas listed has no id, so that it is not in the ledger.'),
  firstReading,
});

export const drillOverdue = z.extend(envelope, {
  id: id('<projectId>:<revision of its coverage>:drills'),
  ...project,
  clusters: list(
    z.object({
      clusterName: text(),
      days: described(z.int().check(z.minimum(1)), 'Within which a restore was expected.'),
      dueAt: moment(),
      lastCompletedAt: optional(moment('Absent: never, as far as is known.')),
      needs: optional(list(someOf(DRILL_NEEDS), 'What a restore has to show to count. Absent: that it was completed.')),
      lastProvenAt: optional(moment('With `needs`: when the last restore finished that showed it.')),
    }),
  ),
  firstReading,
});

export const expectedRestoreMissed = z.extend(envelope, {
  id: id('<expectedRestoreId>:missed'),
  ...project,
  expectedRestore: z.extend(expectedRestore, { state: z.literal('missed') }),
});

export const projectNotVisible = z.extend(envelope, {
  id: id('<projectId>:<revision of what is known of it>:not-visible'),
  ...project,
  state: oneOf(['lost', 'over']),
  since: moment('Since when it is, or was, not visible.'),
  ended: optional(oneOf(['visible', 'excluded', 'retired'], 'How it ended. Absent while it is lost.')),
  accounts: list(text(), 'Names of the credentials that have ever seen it.'),
});

export const runFinished = z.extend(envelope, { id: id('<runId>:finished'), run });

const finished = <const T extends readonly string[]>(...statuses: T) =>
  z.extend(runFinished, { run: z.extend(run, { status: oneOf(statuses), finishedAt: moment() }) });

interface EventSchema {
  description: string;
  detail: z.ZodMiniObject;
}

const EVENTS: Record<DetailType, EventSchema> = {
  'Restore Job State Change': {
    description: 'A job was seen for the first time, or something that is known of it changed.',
    detail: jobStateChange,
  },
  'Restore Finding': {
    description: 'Something noteworthy about a job, or a job on a list of Atlas that cannot be understood.',
    detail: restoreFinding,
  },
  'Restore Drill Overdue': {
    description: 'Clusters of one project that were not restored in time, found together.',
    detail: drillOverdue,
  },
  'Expected Restore Missed': {
    description: 'A restore that was announced did not come, and every restore of that time is on record.',
    detail: expectedRestoreMissed,
  },
  'Project Not Visible': {
    description: 'No credentials see a project in scope any more, or they do again.',
    detail: projectNotVisible,
  },
  'Collector Run Completed': { description: 'A run ended and had read everything.', detail: finished('complete') },
  'Collector Run Incomplete': {
    description: 'A run ended and had not read everything: some clusters (incomplete) or nothing at all (failed).',
    detail: finished('incomplete', 'failed'),
  },
};

/** The JSON Schema of a type of event. */
export function eventSchema(type: DetailType): JsonSchema {
  const { description, detail } = EVENTS[type];
  const event = z.object({
    source: z.literal(EVENT_SOURCE),
    'detail-type': z.literal(type),
    time: optional(moment('As at; EventBridge keeps it to the second.')),
    detail,
    version: optional(text("This and what follows is EventBridge's own.")),
    id: optional(text()),
    account: optional(text()),
    region: optional(text()),
    resources: optional(list(text())),
  });
  const $id = `urn:${EVENT_SOURCE}:${type.toLowerCase().replaceAll(' ', '-')}:${SCHEMA_VERSION}`;
  const { $schema, ...schema } = jsonSchema(event, 'input');
  return { $schema, $id, title: type, description, ...schema };
}
