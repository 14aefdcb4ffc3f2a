// functions/restore/requesters/match-requests.ts: who requested which restore, by Atlas's events alone (docs/atlas.md#12-5).

import { DELIVERIES, type Delivery, KINDS, type Kind } from '../../schema/words.ts';
import {
  EARLY_SECONDS,
  type EventMark,
  eventMark,
  type JobMark,
  jobMark,
  LATE_SECONDS,
  NEAR_SECONDS,
  type Pair,
  pairsInReach,
  type Reach,
  type Tier,
  Timeline,
} from './candidates.ts';
import { type Verdict, verdicts } from './confidence.ts';
import type { AtlasEvent } from './event.ts';

export interface JobToMatch {
  jobId: string;
  kind: Kind;
  delivery: Delivery;
}

/**
 * How far from a job its evidence can lie, in seconds: its event, other jobs that could have that event, and what is near them. A match
 * needs jobs and events from this far beyond both its ends.
 */
export const MATCH_REACH_SECONDS = EARLY_SECONDS + LATE_SECONDS + NEAR_SECONDS;

const RESTORE = 'TENANT_RESTORE_REQUESTED_AUDIT';
const DOWNLOAD = 'TENANT_SNAPSHOT_DOWNLOAD_REQUESTED_AUDIT';
const CLOUD_BACKUP = 'CPS_RESTORE_REQUESTED_AUDIT';
const TYPES: ReadonlyMap<Kind, ReadonlyMap<Delivery, readonly string[]>> = new Map([
  [
    'flex',
    new Map([
      ['automated', [RESTORE]],
      ['download', [DOWNLOAD]],
      ['pointInTime', [RESTORE]],
      ['unknown', [RESTORE, DOWNLOAD]],
    ]),
  ],
  ['dedicated', new Map(DELIVERIES.map((delivery) => [delivery, [CLOUD_BACKUP]]))],
]);

/** Atlas's `eventTypeName`s of what can be the request of such a job. None: Atlas writes no event (docs/atlas.md#12-3). */
export const requestTypes = (kind: Kind, delivery: Delivery): readonly string[] => TYPES.get(kind)?.get(delivery) ?? [];

const typesOf = (kind: Kind) => [...new Set(DELIVERIES.flatMap((delivery) => requestTypes(kind, delivery)))];

/** All of them. */
export const REQUEST_TYPES: readonly string[] = KINDS.flatMap(typesOf);

/** What fits best goes first; a job or an event that is in a pair is not looked at again. */
const REACHES: readonly Reach[] = [
  { seconds: NEAR_SECONDS, byCounter: true },
  { seconds: LATE_SECONDS, byCounter: true },
  { seconds: NEAR_SECONDS, byCounter: false },
  { seconds: LATE_SECONDS, byCounter: false },
];

/**
 * Who requested each job, with a grade. All jobs and events are of one project; jobs whose requester is known already
 * belong among them, since they are rivals. An event that is given twice counts once; none is named for two jobs.
 *
 * `exact` is right unless two things are missing at once, within seconds, on one process and of different actors: the event
 * of a job, and the job of an event. Anything else that is missing costs the grade or the name.
 * @throws RangeError where an id is no ObjectId
 */
export function matchRequests(jobs: readonly JobToMatch[], events: readonly AtlasEvent[]): Map<string, Verdict> {
  const matches = new Map<string, Verdict>(jobs.map(({ jobId }) => [jobId, { reason: 'none' }]));
  const jobsOnce = [...new Map(jobs.map((job) => [job.jobId, job])).values()];
  const eventsOnce = [...new Map(events.map((event) => [event.id, event])).values()];
  for (const kind of KINDS) {
    const tier = tierOf(kind, jobsOnce, eventsOnce);
    for (const type of typesOf(kind)) {
      for (const pairs of pairsByReach(type, tier)) {
        // Exports seem to write the event of dedicated restores too, and no pair of such a job was recorded (docs/atlas.md#12-4).
        for (const [jobId, match] of verdicts(pairs, kind !== 'dedicated')) matches.set(jobId, match);
      }
    }
  }
  return matches;
}

function tierOf(kind: Kind, jobs: readonly JobToMatch[], events: readonly AtlasEvent[]): Tier {
  const types = typesOf(kind);
  return {
    jobs: new Timeline(
      jobs.filter((job) => job.kind === kind).map((job) => jobMark(job.jobId, requestTypes(kind, job.delivery))),
    ),
    events: new Timeline(events.filter(({ type }) => types.includes(type)).map(eventMark)),
  };
}

function* pairsByReach(type: string, tier: Tier): Generator<Pair[]> {
  let jobs: readonly JobMark[] = tier.jobs.items.filter(({ types }) => types.includes(type));
  let events: readonly EventMark[] = tier.events.items.filter(({ event }) => event.type === type);
  for (const reach of REACHES) {
    const pairs = [...pairsInReach(jobs, events, reach, tier)];
    yield pairs;
    const paired = new Set<JobMark | EventMark>(pairs.flatMap(({ job, event }) => [job, event]));
    jobs = jobs.filter((job) => !paired.has(job));
    events = events.filter((event) => !paired.has(event));
  }
}
