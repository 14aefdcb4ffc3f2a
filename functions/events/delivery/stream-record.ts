// functions/events/delivery/stream-record.ts reads what one record of the table's stream tells: the item before and after, as events.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, StreamRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { ProjectCoverage } from '../../ledger/model/coverage.ts';
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import type { Run } from '../../ledger/model/run.ts';
import { RUN_FIELDS } from '../../ledger/model/table.ts';
import type { ChangedClusters } from '../../ledger/repositories/coverage-size.ts';
import { knownProjectOf } from '../../ledger/repositories/project-repository.ts';
import { type Item, ledgerJob, pick } from '../../ledger/table/job-item.ts';
import { coverageKey, isRunSk, jobSk, projectKey, projectPk, runPk } from '../../ledger/table/keys.ts';
import { RUN_STATUSES, STATUSES } from '../../schema/words.ts';
import { coverageEvents, type EventOptions, jobEvents, projectEvents, runEvents } from '../from/events.ts';
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
const run = z.looseObject({
  runId: text,
  startedAt: text,
  status: z.enum(RUN_STATUSES),
  failures: z.array(z.looseObject({ what: z.string(), code: z.string(), message: z.string() })),
});

/** What a record tells, in order. Nothing of items that were removed, and of those that aren't for telling. @throws RecordError */
export function recordEvents({ eventName, dynamodb }: DynamoDBRecord, options: EventOptions = {}): LedgerEvent[] {
  if (eventName === 'REMOVE') return [];
  if (!dynamodb) throw new RecordError('dynamodb: expected the images of an item, got nothing');
  const events = eventsOf(dynamodb.Keys?.pk?.S, dynamodb.Keys?.sk?.S);
  return events?.(imagesOf(eventName, dynamodb), options) ?? [];
}

type Telling = (images: Images, options: EventOptions) => LedgerEvent[];

/** By the item's own key. */
function eventsOf(pk: string | undefined, sk: string | undefined): Telling | undefined {
  if (pk === undefined || sk === undefined) throw new RecordError('Keys: expected pk and sk, got others');
  if (pk.startsWith(projectPk('')) && sk.startsWith(jobSk(''))) return eventsOfJob;
  if (pk.startsWith(projectPk('')) && sk === coverageKey('').sk) return eventsOfCoverage;
  if (pk.startsWith(projectPk('')) && sk === projectKey('').sk) return eventsOfProject;
  if (pk.startsWith(runPk('')) && isRunSk(sk)) return eventsOfRun;
  return undefined;
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

/** A write adds one revision; should one have added more, each is told. */
function eventsOfJob({ before, after }: Images, options: EventOptions): LedgerEvent[] {
  checked(job, after);
  if (before) checked(revised, before);
  const told = Number(before?.revision ?? 0);
  const now: LedgerJob = ledgerJob(after);
  return now.changes.filter(({ revision }) => revision > told).flatMap((entry) => jobEvents(now, entry, options));
}

/**
 * Where the clusters are, or were, in parts, the head names those of which there is something to tell. A fence without a
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

function eventsOfProject({ before, after }: Images): LedgerEvent[] {
  // What an earlier version wrote has no field of these.
  return projectEvents(before && knownProjectOf(before), knownProjectOf(checked(knownProject, after)));
}

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
