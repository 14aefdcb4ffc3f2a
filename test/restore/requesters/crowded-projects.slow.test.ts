// The match of requests to jobs in crowded projects, at random.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../functions/restore/requesters/confidence.ts';
import type { AtlasEvent } from '../../../functions/restore/requesters/event.ts';
import {
  type JobToMatch,
  MATCH_REACH_SECONDS,
  matchRequests,
  REQUEST_TYPES,
} from '../../../functions/restore/requesters/match-requests.ts';
import type { Actor } from '../../../functions/restore/requesters/requester.ts';
import { Random } from '../../../local/atlas/base/random.ts';
import { makeWorld, shuffled, type World, type WorldOptions } from '../request-worlds.ts';

const ANNA: Actor = { kind: 'user', id: 'a'.repeat(24), name: 'anna@example.com' };

const options = fc.record({
  kind: fc.constantFrom('flex' as const, 'flex' as const, 'dedicated' as const),
  requests: fc.integer({ min: 1, max: 14 }),
  gapSeconds: fc.constantFrom(0.02, 0.3, 2, 10).map((most) => (random: Random) => random.next() * most),
  processes: fc.integer({ min: 1, max: 6 }),
  actors: fc.integer({ min: 2, max: 4 }),
  idsPerSecond: fc.constantFrom(0, 10, 100, 1_000),
  eventsLost: fc.constantFrom(0, 0.1, 0.4),
  clustersDeleted: fc.constantFrom(0, 0.1, 0.4),
  exports: fc.constantFrom(0, 0.3),
});
const worldsOf = (more: Partial<WorldOptions> = {}) =>
  fc.tuple(options, fc.nat()).map(([each, seed]) => makeWorld({ ...each, ...more }, new Random(seed)));

function isRight({ truth }: World, jobId: string, verdict: Verdict) {
  const { actor, eventId } = truth.get(jobId) ?? {};
  return 'grade' in verdict && verdict.actor === actor && (verdict.eventId ?? eventId) === eventId;
}
const exactOnes = (world: World) =>
  [...matchRequests(world.jobs, world.events)].filter(([, verdict]) => 'grade' in verdict && verdict.grade === 'exact');

describe('in crowded projects', () => {
  test('every exact is right, whichever events or jobs are missing', () => {
    const seen = { exact: 0 };
    const check = (world: World) => {
      for (const [jobId, verdict] of exactOnes(world)) {
        expect(isRight(world, jobId, verdict), `${jobId} ${JSON.stringify(verdict)}`).toBe(true);
        seen.exact += 1;
      }
    };
    fc.assert(fc.property(worldsOf(), check), { numRuns: 4_000 });
    expect(seen.exact).toBeGreaterThan(4_000);
  });

  test('where events and jobs are missing side by side, less than one exact in a thousand is wrong', () => {
    const counted = { exact: 0, wrong: 0 };
    for (let seed = 1; seed <= 3_000; seed++) {
      const random = new Random(seed);
      const gapSeconds = (draws: Random) => draws.next();
      const crowd = { requests: 12, processes: 2, actors: 3, idsPerSecond: 30, gapSeconds } as const;
      const missing = { eventsLost: 0.05, clustersDeleted: 0.1, gaps: 'together' } as const;
      const world = makeWorld({ kind: 'flex', ...crowd, ...missing }, random);
      const exact = exactOnes(world);
      counted.exact += exact.length;
      counted.wrong += exact.filter(([jobId, verdict]) => !isRight(world, jobId, verdict)).length;
    }
    expect(counted.exact).toBeGreaterThan(10_000);
    expect(counted.wrong).toBeLessThan(counted.exact / 1_000);
  });

  const anyWorld = fc.oneof(
    worldsOf(),
    worldsOf({ gaps: 'together' }),
    worldsOf({ gaps: 'together', eventFrom: 'another' }),
  );

  test('every job has a verdict, no event is named for two, and grades go by points', () => {
    const check = ({ jobs, events }: World) => {
      const verdicts = matchRequests(jobs, events);
      expect([...verdicts.keys()].sort()).toEqual(jobs.map(({ jobId }) => jobId).sort());
      const named = [...verdicts.values()].flatMap((verdict) => ('grade' in verdict ? [verdict] : []));
      const ids = named.flatMap(({ eventId }) => eventId ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { grade, points, eventId, actor, secondsLater } of named) {
        expect(grade).toBe(points >= 90 ? 'exact' : points >= 70 ? 'strong' : points >= 30 ? 'likely' : 'weak');
        expect(points >= 10 && points <= (jobs[0]?.kind === 'dedicated' ? 89 : 100)).toBe(true);
        expect(secondsLater === undefined).toBe(eventId === undefined);
        if (eventId) expect(events.find(({ id }) => id === eventId)?.actor).toBe(actor);
      }
    };
    fc.assert(fc.property(anyWorld, check), { numRuns: 2_000 });
  });

  test('the order of jobs and events makes no difference, nor do copies', () => {
    const check = ({ jobs, events }: World, seed: number) => {
      const random = new Random(seed);
      const copies = events.filter(() => random.next() < 0.2);
      const again = matchRequests(shuffled(jobs, random), shuffled([...events, ...copies], random));
      expect(again).toEqual(matchRequests(jobs, events));
    };
    fc.assert(fc.property(anyWorld, fc.nat(), check), { numRuns: 1_000 });
  });

  test('what is out of reach of all jobs changes nothing', () => {
    const check = ({ jobs, events }: World, before: boolean, seed: number) => {
      const random = new Random(seed);
      const seconds = [...jobs.map(({ jobId }) => jobId), ...events.map(({ id }) => id)].map((id) =>
        Number.parseInt(id.slice(0, 8), 16),
      );
      const apart = MATCH_REACH_SECONDS + 2 + random.between(0, 100_000);
      const second = before ? Math.min(...seconds) - apart : Math.max(...seconds) + apart;
      fc.pre(Number.isFinite(second));
      const id = `${second.toString(16)}${jobs[0]?.jobId.slice(8, 18) ?? 'aaaaaaaaaa'}${random.hex(6)}`;
      const created = new Date(second * 1000).toISOString();
      const verdicts = matchRequests(jobs, events);
      const event: AtlasEvent = { id, created, type: random.pick(REQUEST_TYPES), actor: ANNA };
      expect(matchRequests(jobs, [...events, event])).toEqual(verdicts);
      const stranger: JobToMatch = { jobId: id, kind: 'flex', delivery: 'automated' };
      const more = matchRequests([...jobs, stranger], events);
      more.delete(stranger.jobId);
      expect(more).toEqual(verdicts);
    };
    fc.assert(fc.property(anyWorld, fc.boolean(), fc.nat(), check), { numRuns: 1_000 });
  });

  test('a first run of 20,000 jobs and as many events is no more than that', () => {
    const gapSeconds = (random: Random) => random.next() * 1_500;
    const crowd = { requests: 20_000, processes: 3, actors: 4, idsPerSecond: 1, gapSeconds };
    const world = makeWorld({ kind: 'flex', ...crowd }, new Random(1));
    const exact = exactOnes(world);
    expect(exact.length).toBeGreaterThan(19_500);
    expect(exact.every(([jobId, verdict]) => isRight(world, jobId, verdict))).toBe(true);
  });
});
