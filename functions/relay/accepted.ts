// functions/relay/accepted.ts: an item as a hub stores it: the fields that it knows, at the place that they name, and whose they are.
import * as z from 'zod/mini';
import type { ProjectCoverage } from '../ledger/model/coverage.ts';
import type { Owner } from '../ledger/model/known-project.ts';
import { RUN_FIELDS } from '../ledger/model/table.ts';
import { knownProjectOf } from '../ledger/repositories/project-repository.ts';
import { type Item, jobItem, ledgerJob, pick } from '../ledger/table/job-item.ts';
import { coverageFeed, isRunSk, type Key, projectIdOf, runFeed } from '../ledger/table/keys.ts';
import { checked } from '../ledger/transfer/check.ts';
import { kindOf, type TransferRecord } from '../ledger/transfer/record.ts';
import { defined } from '../platform/defined.ts';
import { jobWithHistory } from '../schema/job.ts';
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

// Newer spokes may send more fields. Those that this version reads must be of the form that it reads, in whatever record: what a hub
// stores, it shows to all, and one that can't be shown hides those of all others.
const maybe = z.exactOptional;
const looseObject = z.looseObject;

/** That is one, too: `moment` alone takes a 99th of a month. */
const time = () => moment().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'expected a time'));
const number = () => z.number();
const interval = looseObject({ from: time(), until: time() });
const failing = looseObject({ code: z.string(), message: z.string(), since: time() });
const absence = looseObject({ since: time(), at: time() });
const restored = looseObject({
  ...{ jobId: objectId(), requestedAt: time(), finishedAt: time() },
  ...{ durationSeconds: maybe(number()), snapshotAt: maybe(time()), dataAt: maybe(time()) },
});
const list = looseObject({
  ...{ attemptedAt: time(), jobs: number(), open: number(), moving: maybe(number()) },
  ...{ readAt: maybe(time()), fullReadAt: maybe(time()), settledThrough: maybe(time()), supersededAt: maybe(time()) },
  ...{ deniedSince: maybe(time()), notInPlan: maybe(absence), notThere: maybe(absence), error: maybe(failing) },
  ...{ answer: maybe(z.string()), attemptedBy: maybe(z.string()), recent: maybe(z.record(z.string(), z.string())) },
  problems: maybe(
    z.array(looseObject({ field: z.string(), expected: z.string(), got: z.string(), jobId: maybe(z.string()) })),
  ),
  ...{ problemCount: maybe(number()), notUnderstood: maybe(number()), durations: maybe(z.array(number())) },
  ...{ lastCompleted: maybe(restored), resume: maybe(looseObject({ open: z.looseObject({}) })) },
});
const cluster = looseObject({
  ...{ clusterName: z.string(), clusterId: maybe(z.string()), tier: z.enum(TIERS) },
  ...{ firstSeenAt: time(), seenAt: time(), goneAt: maybe(time()), missingSince: maybe(time()) },
  ...{ deleted: maybe(z.boolean()), backupsOff: maybe(z.boolean()), paused: maybe(z.boolean()) },
  drill: maybe(looseObject({ days: number(), dueAt: time(), overdueAt: maybe(time()) })),
  lists: z.partialRecord(z.enum(KINDS), list),
});
const clusters = z.record(z.string(), cluster);
const discovery = looseObject({
  ...{ attemptedAt: time(), readAt: maybe(time()), since: maybe(time()), absentSince: maybe(time()) },
  ...{ error: maybe(failing), unread: maybe(z.array(interval)) },
});
const head = looseObject({
  coverageRevision: z.int(),
  coverageFence: z.optional(z.int()),
  coverageParts: z.optional(
    z.object({ slot: z.enum(['A', 'B']), count: z.int().check(z.minimum(1), z.maximum(MAX_PARTS)), fence: z.int() }),
  ),
  coverage: looseObject({
    ...{ projectId: objectId(), projectName: z.string(), orgId: maybe(z.string()) },
    ...{ revision: z.int().check(z.minimum(1)), runId: maybe(z.string()), rules: maybe(z.string()) },
    discovery: z.record(z.string(), discovery),
    clusters,
    ...{ archived: maybe(z.array(z.string())), followAt: maybe(time()), restartedAt: maybe(time()) },
    attribution: maybe(
      looseObject({ from: maybe(time()), dueAt: maybe(time()), readAt: maybe(time()), error: maybe(failing) }),
    ),
    repairs: maybe(z.array(looseObject({ at: time(), runId: z.string(), jobs: number() }))),
    recorded: maybe(z.int().check(z.minimum(0))),
    recordedIds: maybe(z.string().check(z.regex(/^[0-9a-f]{16}$/))),
  }),
});
const part = looseObject({ coverageFence: z.int(), clusters });
const archived = looseObject({ archived: cluster });
const scope = looseObject({
  scope: looseObject({
    ...{ listedAt: maybe(time()), runsEndedThrough: maybe(time()), projectIds: maybe(z.array(objectId())) },
    accounts: z.record(
      z.string(),
      looseObject({
        ...{ since: maybe(time()), listedAt: maybe(time()), attemptedAt: maybe(time()) },
        ...{ unlisted: maybe(z.array(interval)), guest: maybe(z.boolean()), projects: maybe(number()) },
        ...{ runId: maybe(z.string()), error: maybe(failing) },
      }),
    ),
    ended: maybe(
      z.array(
        looseObject({
          ...{ account: z.string(), listedAt: time(), at: time(), successors: maybe(z.array(z.string())) },
          ...{ by: maybe(z.string()), reason: maybe(z.string()) },
        }),
      ),
    ),
  }),
});
const project = looseObject({
  ...{ orgId: maybe(z.string()), firstSeenAt: time(), coveredSince: maybe(time()), excludedSince: maybe(time()) },
  ...{ notVisibleSince: maybe(time()), lastSeenAt: maybe(time()), unseen: maybe(z.array(interval)) },
  accounts: z.record(z.string(), looseObject({ since: time(), lostAt: maybe(time()) })),
  retired: maybe(looseObject({ at: time(), by: z.string(), reason: z.string() })),
  changes: z.array(
    looseObject({
      ...{ at: time(), what: z.string(), runId: maybe(z.string()), account: maybe(z.string()) },
      ...{ by: maybe(z.string()), reason: maybe(z.string()) },
    }),
  ),
});
const run = looseObject({
  ...{ trigger: z.string(), full: z.boolean(), startedAt: time(), finishedAt: maybe(time()) },
  scope: looseObject({ projectId: maybe(objectId()), clusterName: maybe(z.string()) }),
  ...{ projects: maybe(z.int().check(z.minimum(0))), counts: maybe(z.record(z.string(), number())) },
  failures: z.array(
    looseObject({
      ...{ what: z.string(), code: z.string(), message: z.string(), clusterName: maybe(z.string()) },
      ...{ projectId: maybe(z.string()), projectName: maybe(z.string()) },
    }),
  ),
});
const times = looseObject({
  ...{ requestedAt: time(), finishedAt: maybe(time()), expiresAt: maybe(time()), snapshotAt: maybe(time()) },
  ...{ pointInTime: maybe(time()), firstSeenAt: time(), changedAt: time(), observedAt: time() },
  ...{ vanishedAt: maybe(time()), findings: maybe(z.array(looseObject({ at: time() }))) },
  ...{ fingerprint: z.string(), changes: z.array(looseObject({ at: time() })) },
});

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
    if (checked({ kind, coverage }).wrong !== undefined) throw new RelayError('letGo: expected another shape');
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
  if (kind === 'scope') {
    shaped(scope, item);
    return { as: 'scope', item: { scope: item.scope }, revision: Number(item.scopeRevision) };
  }
  if (kind === 'run') {
    // A spoke sends no parts and plans, nor a run that has not ended: under another's run they, or its end, would be taken for its own.
    if (!isRunSk(sk) || item.status === 'running') throw new RelayError('run: expected one that has ended');
    shaped(run, item);
    return { as: 'record', record: { kind, item: runItem(item, place) } };
  }
  if (kind === 'job') return { as: 'record', record: { kind, item: ownJob(item, place) }, projectId };
  if (kind === 'project') {
    shaped(project, item);
    const known = { ...place, ...coverageFeed(projectId), ...knownProjectOf(item) };
    return { as: 'project', item: known, projectId, revision: Number(item.revision) };
  }
  shaped(archived, item);
  return { as: 'record', record: { kind, item: { ...place, archived: item.archived } }, projectId };
}

interface HeadItem {
  coverage: ProjectCoverage;
  coverageRevision: number;
  coverageFence?: number;
  coverageParts?: unknown;
}

type Place = Key & Partial<Origin>;

/** Only its ledger says whose it is, and it says so of itself: what an event claims is not kept. */
function ownJob(item: Item, { accountId, organizationId }: Place) {
  const { accountId: _, organizationId: __, ...job } = ledgerJob(item);
  // A history that is broken is taken all the same, for `verify` to name; what is no job is not.
  shaped(jobWithHistory, job);
  shaped(times, job);
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

function shaped(shape: z.ZodMiniType, item: object) {
  const { error } = z.safeParse(shape, item);
  if (error) throw new RelayError(`${String(error.issues[0]?.path[0] ?? 'item')}: expected another shape`);
}
