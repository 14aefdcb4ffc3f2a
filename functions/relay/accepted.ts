// functions/relay/accepted.ts: an item as a hub stores it: the fields that it knows, at the place that they name, and whose they are.
import * as z from 'zod/mini';
import type { Owner } from '../ledger/model/known-project.ts';
import { RUN_FIELDS } from '../ledger/model/table.ts';
import { knownProjectOf } from '../ledger/repositories/project-repository.ts';
import { type Item, jobItem, ledgerJob, pick } from '../ledger/table/job-item.ts';
import { coverageFeed, type Key, projectIdOf, runFeed } from '../ledger/table/keys.ts';
import { checked } from '../ledger/transfer/check.ts';
import { kindOf, type TransferRecord } from '../ledger/transfer/record.ts';
import { defined } from '../platform/defined.ts';
import { moment, objectId } from '../schema/types.ts';
import { KINDS, TIERS } from '../schema/words.ts';
import { RelayError } from './received.ts';

export interface Origin extends Pick<Owner, 'accountId'> {
  organizationId?: string | undefined;
}

/** What is merged with what the hub has, as an import is; and what replaces an older revision. */
export type Accepted =
  | { as: 'record'; record: Extract<TransferRecord, { item: unknown }>; projectId?: string }
  | { as: 'coverage'; item: Item & Key; projectId: string; revision: number }
  | { as: 'part'; item: Item & Key; projectId: string; fence: number }
  | { as: 'project'; item: Item & Key; projectId: string; revision: number }
  | { as: 'scope'; item: Item; revision: number };

/** Of a coverage: some 400 MB. */
const MAX_PARTS = 1_000;

const cluster = z.looseObject({
  clusterName: z.string(),
  tier: z.enum(TIERS),
  firstSeenAt: moment(),
  seenAt: moment(),
  lists: z.partialRecord(
    z.enum(KINDS),
    z.looseObject({
      ...{ attemptedAt: moment(), jobs: z.number(), open: z.number() },
      ...{ readAt: z.optional(moment()), fullReadAt: z.optional(moment()), settledThrough: z.optional(moment()) },
    }),
  ),
});
const clusters = z.record(z.string(), cluster);
const head = z.looseObject({
  coverageRevision: z.int(),
  coverageFence: z.optional(z.int()),
  coverageParts: z.optional(
    z.object({ slot: z.enum(['A', 'B']), count: z.int().check(z.minimum(1), z.maximum(MAX_PARTS)), fence: z.int() }),
  ),
  coverage: z.looseObject({
    projectId: objectId(),
    projectName: z.string(),
    revision: z.int().check(z.minimum(1)),
    discovery: z.record(z.string(), z.looseObject({ attemptedAt: moment() })),
    clusters,
  }),
});
const part = z.looseObject({ coverageFence: z.int(), clusters });
const archived = z.looseObject({ archived: cluster });

/** @throws RelayError */
export function accepted(item: Item & Key, { accountId, organizationId }: Origin): Accepted {
  const kind = kindOf(item);
  const { pk, sk } = item;
  const place = { pk, sk, ...defined({ accountId, organizationId }) };
  const projectId = projectIdOf(pk);
  if (kind === 'coverage') {
    shaped(head, item);
    const { coverage, coverageRevision, coverageFence, coverageParts } = item as unknown as HeadItem;
    if (coverage.projectId !== projectId || coverage.revision !== coverageRevision)
      throw new RelayError('coverage: expected that of its key');
    const stored = { ...place, ...defined({ coverage, coverageRevision, coverageFence, coverageParts }) };
    return { as: 'coverage', item: stored, projectId, revision: coverageRevision };
  }
  if (kind === 'part') {
    shaped(part, item);
    const { coverageFence: fence, clusters: of } = item as unknown as { coverageFence: number; clusters: unknown };
    return { as: 'part', item: { ...place, coverageFence: fence, clusters: of }, projectId, fence };
  }
  if (kind === 'counts' || kind === 'message' || kind === undefined)
    throw new RelayError('key: expected that of a record');
  const { wrong } = checked({ kind, item });
  if (wrong !== undefined) throw new RelayError(`${kind}: expected one of a ledger`);
  if (kind === 'scope') return { as: 'scope', item: { scope: item.scope }, revision: Number(item.scopeRevision) };
  if (kind === 'run') return { as: 'record', record: { kind, item: runItem(item, place) } };
  if (kind === 'job') return { as: 'record', record: { kind, item: ownJob(item, place) }, projectId };
  if (kind === 'project') {
    const known = { ...place, ...coverageFeed(projectId), ...knownProjectOf(item) };
    return { as: 'project', item: known, projectId, revision: Number(item.revision) };
  }
  shaped(archived, item);
  return { as: 'record', record: { kind, item: { ...place, archived: item.archived } }, projectId };
}

interface HeadItem {
  coverage: { projectId: string; revision: number };
  coverageRevision: number;
  coverageFence?: number;
  coverageParts?: unknown;
}

type Place = Key & Partial<Origin>;

/** Only its ledger says whose it is, and it says so of itself: what an event claims is not kept. */
function ownJob(item: Item, { accountId, organizationId }: Place) {
  const { accountId: _, organizationId: __, ...job } = ledgerJob(item);
  return jobItem({ ...job, ...defined({ accountId, organizationId }) });
}

function runItem({ ttl, ...item }: Item, place: Place): Item & Key {
  const run = pick(item, [...RUN_FIELDS]);
  return {
    ...place,
    ...runFeed(String(item.runId)),
    ...(run as unknown as Item),
    ...(typeof ttl === 'number' && { ttl }),
  };
}

function shaped(shape: z.ZodMiniType, item: Item) {
  const { error } = z.safeParse(shape, item);
  if (error) throw new RelayError(`${String(error.issues[0]?.path[0] ?? 'item')}: expected another shape`);
}
