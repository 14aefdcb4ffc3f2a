// functions/relay/shapes.ts: the forms that the items of spokes must have. Newer spokes may send more fields. Those that this version reads
// must be of the form that it reads, in whatever record: what a hub stores, it shows to all, and one that can't be shown hides all others.
import * as z from 'zod/mini';
import { MAX_TAG_TEXT, MAX_TAGS } from '../restore/tags/tag.ts';
import { moment, objectId } from '../schema/types.ts';
import { KINDS, TIERS } from '../schema/words.ts';

// Each by itself: the namespace, taken apart, brings all of zod into the bundle.
const maybe = z.exactOptional;
const looseObject = z.looseObject;

/** Of a coverage: some 400 MB. */
const MAX_PARTS = 1_000;

/** That is one, too: `moment` alone takes a 99th of a month. */
const time = () => moment().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'expected a time'));
const number = () => z.number();
const interval = looseObject({ from: time(), until: time() });
const former = looseObject({ was: z.string(), seenAt: time(), until: time() });
const failing = looseObject({ code: z.string(), message: z.string(), since: time() });
const absence = looseObject({ since: time(), at: time() });
const restored = looseObject({
  ...{ jobId: objectId(), requestedAt: time(), finishedAt: time() },
  ...{ durationSeconds: maybe(number()), snapshotAt: maybe(time()), dataAt: maybe(time()) },
  elsewhere: maybe(z.literal(true)),
});
const needs = looseObject({
  ...{ line: z.string(), needs: z.array(z.string()), by: maybe(z.array(z.string())) },
  ...{ rtoSeconds: maybe(number()), rpoSeconds: maybe(number()) },
});
const list = looseObject({
  ...{ attemptedAt: time(), jobs: number(), open: number(), moving: maybe(number()) },
  ...{ readAt: maybe(time()), readAtLatest: maybe(time()), fullReadAt: maybe(time()) },
  ...{ settledThrough: maybe(time()), supersededAt: maybe(time()) },
  ...{ deniedSince: maybe(time()), notInPlan: maybe(absence), notThere: maybe(absence), error: maybe(failing) },
  ...{ answer: maybe(z.string()), attemptedBy: maybe(z.string()), recent: maybe(z.record(z.string(), z.string())) },
  problems: maybe(
    z.array(looseObject({ field: z.string(), expected: z.string(), got: z.string(), jobId: maybe(z.string()) })),
  ),
  ...{ problemCount: maybe(number()), notUnderstood: maybe(number()), durations: maybe(z.array(number())) },
  ...{ lastCompleted: maybe(restored), lastElsewhere: maybe(restored), letGoUntil: maybe(time()) },
  ...{ resume: maybe(looseObject({ open: z.looseObject({}) })) },
});
const tagText = () => z.string().check(z.maxLength(MAX_TAG_TEXT));
const cluster = looseObject({
  ...{ clusterName: z.string(), clusterId: maybe(z.string()), tier: z.enum(TIERS) },
  ...{ firstSeenAt: time(), seenAt: time(), goneAt: maybe(time()), missingSince: maybe(time()) },
  tags: maybe(z.array(looseObject({ key: tagText(), value: maybe(tagText()) })).check(z.maxLength(MAX_TAGS))),
  ...{ deleted: maybe(z.boolean()), backupsOff: maybe(z.boolean()), paused: maybe(z.boolean()) },
  drill: maybe(
    looseObject({
      days: number(),
      dueAt: time(),
      overdueAt: maybe(time()),
      needs: maybe(needs),
      proof: maybe(restored),
    }),
  ),
  drillNotKnown: maybe(z.literal(true)),
  ...{ evidence: maybe(z.array(objectId())), provenLetGo: maybe(time()) },
  lists: z.partialRecord(z.enum(KINDS), list),
});
const clusters = z.record(z.string(), cluster);
const discovery = looseObject({
  ...{ attemptedAt: time(), readAt: maybe(time()), since: maybe(time()), absentSince: maybe(time()) },
  ...{ error: maybe(failing), unread: maybe(z.array(interval)) },
});
export const headShape = looseObject({
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
    revisions: maybe(looseObject({ total: z.int().check(z.minimum(0)), countedAt: time() })),
  }),
});
export const partShape = looseObject({ coverageFence: z.int(), clusters });
export const archivedShape = looseObject({ archived: cluster });
export const scopeShape = looseObject({
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
export const projectShape = looseObject({
  ...{ orgId: maybe(z.string()), firstSeenAt: time(), coveredSince: maybe(time()), excludedSince: maybe(time()) },
  ...{ notVisibleSince: maybe(time()), lastSeenAt: maybe(time()), unseen: maybe(z.array(interval)) },
  ...{ formerNames: maybe(z.array(former)), formerOrgs: maybe(z.array(former)) },
  accounts: z.record(z.string(), looseObject({ since: time(), lostAt: maybe(time()) })),
  retired: maybe(looseObject({ at: time(), by: z.string(), reason: z.string() })),
  changes: z.array(
    looseObject({
      ...{ at: time(), what: z.string(), runId: maybe(z.string()), account: maybe(z.string()) },
      ...{ by: maybe(z.string()), reason: maybe(z.string()) },
    }),
  ),
});
export const runShape = looseObject({
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
export const timesShape = looseObject({
  ...{ requestedAt: time(), finishedAt: maybe(time()), expiresAt: maybe(time()), snapshotAt: maybe(time()) },
  ...{ pointInTime: maybe(time()), firstSeenAt: time(), changedAt: time(), observedAt: time() },
  ...{ vanishedAt: maybe(time()), findings: maybe(z.array(looseObject({ at: time() }))) },
  ...{ fingerprint: z.string(), changes: z.array(looseObject({ at: time() })) },
});
