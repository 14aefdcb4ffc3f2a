// functions/collector/project/believed.ts: a coverage without what a wrong clock has written: times that have not come yet.
// What is taken out counts as never done, so it is done again, and the truth takes its place.
import type {
  AttributionCoverage,
  ClusterCoverage,
  DiscoveryCoverage,
  ListCoverage,
  ProjectCoverage,
} from '../../ledger/model/coverage.ts';
import { CLOCK_TOLERANCE_MS } from '../../ledger/model/merge-observation.ts';
import { MAX_WAIT_MS } from '../evaluate/attribution.ts';

/** Before anything happened. */
const NEVER = new Date(0).toISOString();

export interface BelievableOptions {
  /** By the earlier of our clock and Atlas's, in ms. */
  now: number;
  /** By the later of both: what is known only since then was stored by that. In ms. */
  latestNow: number;
  /** How far ahead the next follow-up of open jobs is queued at most, in ms. */
  followMs: number;
}

export function believable(stored: ProjectCoverage, { now, latestNow, followMs }: BelievableOptions): ProjectCoverage {
  const [past, begun] = [isPast(now), isPast(latestNow)];
  const { followAt, attribution, ...rest } = stored;
  return {
    ...rest,
    discovery: mapped(stored.discovery, (list) => believedDiscovery(list, { past, begun, latestNow })),
    clusters: mapped(stored.clusters, (cluster) => believedCluster(cluster, { past, begun, now })),
    ...(followAt !== undefined && isPast(now + followMs)(followAt) ? { followAt } : {}),
    ...(attribution ? { attribution: believedAttribution(attribution, now) } : {}),
  };
}

type IsPast = (at: string | undefined) => boolean;

const isPast =
  (now: number): IsPast =>
  (at) =>
    at === undefined || Date.parse(at) <= now + CLOCK_TOLERANCE_MS;

/** past: of what is true until then. begun: of what is true since. */
type Checks = Record<'past' | 'begun', IsPast>;

function believedDiscovery(
  list: DiscoveryCoverage,
  { past, begun, latestNow }: Checks & { latestNow: number },
): DiscoveryCoverage {
  const { attemptedAt, unread } = list;
  return {
    ...withoutFuture(withoutFuture(list, past, 'readAt', 'absentSince'), begun, 'since'),
    attemptedAt: past(attemptedAt) ? attemptedAt : NEVER,
    ...(unread ? { unread: unread.filter(({ from }) => past(from)).map((each) => endedBy(each, latestNow)) } : {}),
    ...errorOf(list, past),
  };
}

const endedBy = ({ from, until }: { from: string; until: string }, now: number) => ({
  from,
  until: Date.parse(until) > now ? new Date(now).toISOString() : until,
});

function believedCluster(cluster: ClusterCoverage, { past, begun, now }: Checks & { now: number }): ClusterCoverage {
  const { firstSeenAt, seenAt, drill } = cluster;
  const kept: ClusterCoverage = {
    ...withoutFuture(cluster, begun, 'goneAt', 'missingSince'),
    firstSeenAt: past(firstSeenAt) ? firstSeenAt : new Date(now).toISOString(),
    seenAt: past(seenAt) ? seenAt : NEVER,
    lists: mapped(cluster.lists, (list) => believedList(list, { past, begun })),
  };
  if (!past(drill?.overdueAt)) delete kept.drill;
  return kept;
}

function believedList(list: ListCoverage, { past, begun }: Checks): ListCoverage {
  const { attemptedAt, settledThrough, resume } = list;
  const kept: ListCoverage = {
    ...withoutFuture(
      withoutFuture(list, past, 'readAt', 'fullReadAt', 'settledThrough', 'deniedSince'),
      begun,
      'supersededAt',
      'readAtLatest',
    ),
    attemptedAt: past(attemptedAt) ? attemptedAt : NEVER,
    ...errorOf(list, past),
  };
  if (!past(settledThrough)) delete kept.recent;
  if (!past(resume?.startedAt)) delete kept.resume;
  if (!past(attemptedAt)) delete kept.answer;
  for (const name of ['notInPlan', 'notThere'] as const)
    if (!begun(list[name]?.since) || !past(list[name]?.at)) delete kept[name];
  return kept;
}

function believedAttribution(attribution: AttributionCoverage, now: number): AttributionCoverage {
  const past = isPast(now);
  const { dueAt } = attribution;
  return {
    ...withoutFuture(attribution, past, 'readAt'),
    ...(dueAt === undefined || isPast(now + MAX_WAIT_MS)(dueAt) ? {} : { dueAt: new Date(now).toISOString() }),
    ...errorOf(attribution, past),
  };
}

/** A failure is no less one for having a wrong time. */
const errorOf = ({ error }: Pick<ListCoverage, 'error'>, past: IsPast): Pick<ListCoverage, 'error'> =>
  error && !past(error.since) ? { error: { ...error, since: NEVER } } : {};

function withoutFuture<T extends object, K extends keyof T>(times: T, past: IsPast, ...names: K[]): T {
  const kept = { ...times };
  for (const name of names) if (!past(kept[name] as string | undefined)) delete kept[name];
  return kept;
}

const mapped = <T>(record: Partial<Record<string, T>>, map: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record).flatMap(([name, value]) => (value ? [[name, map(value)]] : [])));
