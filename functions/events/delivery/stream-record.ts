// functions/events/delivery/stream-record.ts: the events of one record of the table's stream: an item before and after a write.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, StreamRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { expectedRestoreOf } from '../../ledger/expected/items.ts';
import type { ProjectCoverage } from '../../ledger/model/coverage.ts';
import type { Run } from '../../ledger/model/run.ts';
import { IMPORTED_AT, RUN_FIELDS } from '../../ledger/model/table.ts';
import type { ChangedClusters } from '../../ledger/repositories/coverage-size.ts';
import { knownProjectOf } from '../../ledger/repositories/project-repository.ts';
import { type Item, ledgerJob, pick } from '../../ledger/table/job-item.ts';
import {
  coverageKey,
  isExpectedPk,
  isJobSk,
  isRunSk,
  type Key,
  projectKey,
  projectPk,
  runPk,
} from '../../ledger/table/keys.ts';
import type { RecordEvent } from '../../relay/record-event.ts';
import { type SpokeOptions, recordEvents as spokeEvents } from '../../relay/record-events.ts';
import { RUN_STATUSES, STATUSES } from '../../schema/words.ts';
import { coverageEvents } from '../from/coverage-events.ts';
import { expectedEvents } from '../from/expected-events.ts';
import { type EventOptions, jobEvents } from '../from/job-events.ts';
import { projectEvents } from '../from/project-events.ts';
import { runEvents } from '../from/run-events.ts';
import type { LedgerEvent } from '../model/event.ts';

/** A record that this version can't read. The message names a field, never its value. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

interface Images {
  before: Item | undefined;
  after: Item;
}

const text = z.string().check(z.minLength(1));
// Only what events are made of, and loosely: an item that another version wrote, or a person repaired, has its events, too.
const status = z.enum(STATUSES);
const change = z.looseObject({ revision: z.int(), at: text, runId: z.string(), status, fields: z.looseObject({}) });
const job = z.looseObject({
  jobId: text,
  projectId: text,
  clusterName: z.string(),
  status,
  requestedAt: text,
  revision: z.int(),
  changes: z.array(change),
  findings: z.optional(z.array(z.looseObject({ rule: text, severity: text, why: z.string() }))),
});
const run = z.looseObject({
  runId: text,
  startedAt: text,
  status: z.enum(RUN_STATUSES),
  failures: z.array(z.looseObject({ what: z.string(), code: z.string(), message: z.string() })),
});
const revised = z.looseObject({ revision: z.int() });
const clusters = z.record(z.string(), z.looseObject({ clusterName: z.string(), lists: z.looseObject({}) }));
const changedClusters = z.looseObject({ before: clusters, after: clusters });
const coverage = z.looseObject({ projectId: text, projectName: z.string(), revision: z.int(), clusters });
const knownProject = z.looseObject({
  projectId: text,
  projectName: z.string(),
  revision: z.int(),
  accounts: z.looseObject({}),
  notVisibleSince: z.optional(text),
  changes: z.array(z.looseObject({ at: text })),
});

const expectedRestore = z.looseObject({
  expectedRestoreId: text,
  projectId: text,
  clusterName: z.string(),
  from: text,
  until: text,
  by: z.looseObject({ name: z.string() }),
  jobs: z.array(z.looseObject({ jobId: text })),
});

type EventsOf = (images: Images, options: EventOptions) => LedgerEvent[];

export interface FeedOptions extends EventOptions {
  /** Of the stack, so that rules on a bus of several can tell its events from others'. @default none is named */
  ledgerName?: string | undefined;
  /** Of a spoke: its records are for a hub, too. */
  spoke?: SpokeOptions | undefined;
}

/** The events of a record, in order. None of an item that was removed, or has no events. @throws RecordError */
export function recordEvents(
  { eventName, dynamodb }: DynamoDBRecord,
  { spoke, ledgerName, ...options }: FeedOptions = {},
): (LedgerEvent | RecordEvent)[] {
  if (eventName === 'REMOVE') return [];
  if (!dynamodb) throw new RecordError('dynamodb: expected the images of an item, got nothing');
  const eventsOf = byKey(dynamodb.Keys?.pk?.S, dynamodb.Keys?.sk?.S);
  const images = (eventsOf || spoke) && imagesOf(eventName, dynamodb);
  if (!images) return [];
  const made = eventsOf && !isImport(images) ? eventsOf(images, options) : [];
  const events = ledgerName === undefined ? made : made.map((event) => publishedBy(ledgerName, event));
  if (!spoke) return events;
  const { before, after } = images;
  const at = new Date((dynamodb.ApproximateCreationDateTime ?? 0) * 1_000).toISOString();
  return [...events, ...spokeEvents(before, after as Item & Key, at, spoke)];
}

const publishedBy = (ledger: string, event: LedgerEvent) =>
  ({ ...event, detail: { ...event.detail, ledger } }) as LedgerEvent;

function byKey(pk: string | undefined, sk: string | undefined): EventsOf | undefined {
  if (pk === undefined || sk === undefined) throw new RecordError('Keys: expected pk and sk, got others');
  if (pk.startsWith(runPk(''))) return isRunSk(sk) ? eventsOfRun : undefined;
  if (isExpectedPk(pk)) return eventsOfExpected;
  if (!pk.startsWith(projectPk(''))) return undefined;
  if (isJobSk(sk)) return eventsOfJob;
  if (sk === coverageKey('').sk) return eventsOfCoverage;
  return sk === projectKey('').sk ? eventsOfProject : undefined;
}

function imagesOf(eventName: DynamoDBRecord['eventName'], { OldImage, NewImage }: StreamRecord): Images {
  if (eventName !== 'INSERT' && eventName !== 'MODIFY') throw new RecordError('eventName: expected INSERT or MODIFY');
  if (!NewImage) throw new RecordError('NewImage: expected one; the stream must have NEW_AND_OLD_IMAGES');
  if (eventName === 'INSERT') return { before: undefined, after: itemOf(NewImage) };
  if (!OldImage) throw new RecordError('OldImage: expected one; the stream must have NEW_AND_OLD_IMAGES');
  return { before: itemOf(OldImage), after: itemOf(NewImage) };
}

function itemOf(image: NonNullable<StreamRecord['NewImage']>): Item {
  try {
    return unmarshall(image as Record<string, AttributeValue>);
  } catch {
    throw new RecordError("image: expected DynamoDB's JSON, got something else"); // its own message may hold a value
  }
}

/** What it says was news to another ledger, some time ago. */
const isImport = ({ before, after }: Images): boolean =>
  after[IMPORTED_AT] !== undefined && after[IMPORTED_AT] !== before?.[IMPORTED_AT];

/** A write adds one revision; should one have added more, each has its events. */
function eventsOfJob({ before, after }: Images, options: EventOptions): LedgerEvent[] {
  checked(job, after);
  if (before) checked(revised, before);
  const published = Number(before?.revision ?? 0);
  const now = ledgerJob(after);
  return now.changes.filter(({ revision }) => revision > published).flatMap((entry) => jobEvents(now, entry, options));
}

/**
 * Where the clusters are, or were, in parts, the head has those of which there may be events. A fence without a
 * coverage, or with the same as before, is a writer of parts that has only begun.
 */
function eventsOfCoverage({ before, after }: Images): LedgerEvent[] {
  if (after.coverageFence !== undefined && after.coverage === undefined) return [];
  const known = before?.coverage === undefined ? undefined : coverageOf(before);
  const present = coverageOf(after);
  if (known?.revision === present.revision) return [];
  if (after.coverageChanged === undefined) return coverageEvents(known, present);
  const changed = checked(changedClusters, after.coverageChanged) as unknown as ChangedClusters;
  return coverageEvents(known && { ...known, clusters: changed.before }, { ...present, clusters: changed.after });
}

const coverageOf = (item: Item) => checked(coverage, item.coverage) as unknown as ProjectCoverage;

const eventsOfProject = ({ before, after }: Images): LedgerEvent[] =>
  projectEvents(before && knownProjectOf(before), knownProjectOf(checked(knownProject, after)));

const eventsOfExpected = ({ before, after }: Images): LedgerEvent[] =>
  expectedEvents(before && expectedRestoreOf(before), expectedRestoreOf(checked(expectedRestore, after)));

const eventsOfRun = ({ before, after }: Images): LedgerEvent[] => runEvents(before && runOf(before), runOf(after));

const runOf = (item: Item): Run => pick(checked(run, item), RUN_FIELDS);

/** The value itself: a copy would lose names such as `__proto__`. */
function checked(shape: z.ZodMiniType<object, unknown>, value: unknown): Item {
  const result = z.safeParse(shape, value);
  if (result.success) return value as Item;
  const [issue] = result.error.issues;
  // Only the first part of the path is a name of ours.
  throw new RecordError(`${String(issue?.path[0] ?? 'the item')}: got something else than expected (${issue?.code})`);
}
