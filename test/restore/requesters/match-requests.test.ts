// The match of requests to jobs: pairs as recorded, its rule sentence by sentence, and whole exchanges. Crowded projects: crowded-projects.slow.test.ts.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AtlasEvent } from '../../../functions/restore/requesters/event.ts';
import {
  type JobToMatch,
  matchRequests,
  REQUEST_TYPES,
  requestTypes,
} from '../../../functions/restore/requesters/match-requests.ts';
import { choices } from '../../../functions/restore/requesters/matching.ts';
import type { Actor } from '../../../functions/restore/requesters/requester.ts';
import { KINDS } from '../../../functions/schema/words.ts';
import { EXCHANGES, eventLists, jobExchanges } from '../../fixtures/exchanges.ts';

const ANNA: Actor = { kind: 'user', id: 'a'.repeat(24), name: 'anna@example.com' };
const BOT: Actor = { kind: 'apiKey', id: 'b'.repeat(24), name: 'synthci1' };
const OTHER_BOT: Actor = { kind: 'apiKey', id: 'c'.repeat(24), name: 'synthops' };

const FLEX = 'TENANT_RESTORE_REQUESTED_AUDIT';
const CLOUD_BACKUP = 'CPS_RESTORE_REQUESTED_AUDIT';
const NOON = Date.UTC(2026, 7, 10, 12) / 1000;

const createdAt = (id: string) => new Date(Number.parseInt(id.slice(0, 8), 16) * 1000).toISOString();
const flexJob = (jobId: string): JobToMatch => ({ jobId, kind: 'flex', delivery: 'automated' });
const flexEvent = (id: string, actor: Actor, type = FLEX): AtlasEvent => ({ id, created: createdAt(id), type, actor });

/** An id by when it was made, in seconds after noon, the counter and the process. */
const idOf = (second: number, counter: number, process = 'aaaaaaaaaa') =>
  (NOON + second).toString(16) + process + (counter & 0xff_ffff).toString(16).padStart(6, '0');

type Place = [second: number, counter: number, process?: string];
const asked = (...place: Place) => flexJob(idOf(...place));
const wrote = (actor: Actor, ...place: Place) => flexEvent(idOf(...place), actor);

const verdictsOf = (jobs: JobToMatch[], events: AtlasEvent[]) => {
  const verdicts = matchRequests(jobs, events);
  return jobs.map(({ jobId }) => verdicts.get(jobId));
};
const one = (job: JobToMatch, ...events: AtlasEvent[]) => verdictsOf([job], events)[0];

describe('pairs with the measures of recorded ones', () => {
  test.each([
    ['69b50000a1a1a1a1a1000100', '69b50000a1a1a1a1a1000104', { points: 100, secondsLater: 0, countsAhead: 4 }],
    ['69b50000a1a1a1a1a1000100', '69b50001a1a1a1a1a1000104', { points: 100, secondsLater: 1, countsAhead: 4 }],
    ['69b50000a1a1a1a1a1000100', '69b50000a1a1a1a1a100013c', { points: 100, secondsLater: 0, countsAhead: 60 }],
    ['69b50000a1a1a1a1a1000100', '69b50000a1a1a1a1a1000246', { points: 90, secondsLater: 0, countsAhead: 326 }],
  ])('%s was requested by %s', (jobId, eventId, measures) => {
    expect(one(flexJob(jobId), flexEvent(eventId, BOT))).toEqual({
      actor: BOT,
      grade: 'exact',
      eventId,
      eventType: FLEX,
      rivals: 0,
      ...measures,
    });
  });

  test('two within 3 s, whom time alone would confuse, keep their own keys', () => {
    const jobs = [flexJob('69b50000a1a1a1a1a1000100'), flexJob('69b50003a2a2a2a2a2000800')];
    const events = [flexEvent('69b50000a1a1a1a1a1000104', BOT), flexEvent('69b50003a2a2a2a2a2000806', OTHER_BOT)];
    expect(verdictsOf(jobs, events)).toMatchObject([
      { actor: BOT, grade: 'exact', points: 90, eventId: events[0]?.id, countsAhead: 4 },
      { actor: OTHER_BOT, grade: 'exact', points: 90, eventId: events[1]?.id, countsAhead: 6 },
    ]);
  });

  test('two jobs 2 counts apart are nobody’s without events, and not exact with one of the two', () => {
    const jobs = [flexJob('69b50000a1a1a1a1a1000100'), flexJob('69b50000a1a1a1a1a1000102')];
    expect(verdictsOf(jobs, [])).toEqual([{ reason: 'none' }, { reason: 'none' }]);
    for (const invented of ['69b50000a1a1a1a1a1000104', '69b50000a1a1a1a1a1000106', '69b50000a1a1a1a1a1000112']) {
      for (const verdict of verdictsOf(jobs, [flexEvent(invented, BOT)]))
        expect(verdict).not.toMatchObject({ grade: 'exact' });
    }
  });
});

describe('candidates', () => {
  test('have the type of the job’s tier and delivery', () => {
    const types = KINDS.flatMap((kind) =>
      (['automated', 'download', 'pointInTime'] as const).map((delivery) => [
        kind,
        delivery,
        ...requestTypes(kind, delivery),
      ]),
    );
    const DOWNLOAD = 'TENANT_SNAPSHOT_DOWNLOAD_REQUESTED_AUDIT';
    expect(types).toEqual([
      ['dedicated', 'automated', CLOUD_BACKUP],
      ['dedicated', 'download', CLOUD_BACKUP],
      ['dedicated', 'pointInTime', CLOUD_BACKUP],
      ['flex', 'automated', FLEX],
      ['flex', 'download', DOWNLOAD],
      ['flex', 'pointInTime', FLEX],
      ['serverless', 'automated'],
      ['serverless', 'download'],
      ['serverless', 'pointInTime'],
      ['collection', 'automated'],
      ['collection', 'download'],
      ['collection', 'pointInTime'],
    ]);
    expect([...REQUEST_TYPES].sort()).toEqual([CLOUD_BACKUP, FLEX, DOWNLOAD].sort());
    const all = [FLEX, DOWNLOAD, CLOUD_BACKUP, 'TENANT_RESTORE_COMPLETED_AUDIT'];
    for (const [kind, delivery, type] of types as [JobToMatch['kind'], JobToMatch['delivery'], string?][]) {
      for (const other of all) {
        const verdict = one({ ...asked(0, 0), kind, delivery }, flexEvent(idOf(0, 4), BOT, other));
        expect(verdict).toMatchObject(other === type ? { eventType: type } : { reason: 'none' });
      }
    }
  });

  test.each([
    [-2, undefined],
    [-1, 'exact'],
    [60, 'strong'],
    [61, undefined],
  ])('come %i s after the job: %s', (seconds, grade) => {
    expect(one(asked(0, 0), wrote(BOT, seconds, 4))).toMatchObject(grade ? { grade } : { reason: 'none' });
  });

  test('count on from the job, also where the counter wraps, and never lie behind it', () => {
    expect(one(asked(0, 0xff_fffe), wrote(BOT, 0, 2))).toMatchObject({ grade: 'exact', countsAhead: 4 });
    expect(one(asked(0, 2), wrote(BOT, 0, 0xff_fffe))).toEqual({ reason: 'none' });
    expect(one(asked(0, 10), wrote(BOT, 1, 9))).toEqual({ reason: 'none' });
  });

  test('go by `created`, not by the second of their id', () => {
    const event = { ...wrote(BOT, 0, 4), created: createdAt(idOf(1, 0)) };
    expect(one(asked(0, 0), event)).toMatchObject({ secondsLater: 1, points: 100 });
  });

  test('name what is no id', () => {
    expect(() => matchRequests([flexJob('5')], [])).toThrow('"5" isn\'t an ObjectId');
    const event = { ...wrote(BOT, 0, 4), id: 'z'.repeat(24) };
    expect(() => matchRequests([], [event])).toThrow("isn't an ObjectId");
  });
});

describe('points and grades', () => {
  const BESIDE = asked(5, 0, 'eeeeeeeeee');

  test.each([
    // counts ahead, seconds later, points and grade alone, points and grade with another job within 5 s
    [4, 0, 100, 'exact', 90, 'exact'],
    [4, 2, 100, 'exact', 90, 'exact'],
    [8, 0, 100, 'exact', 90, 'exact'],
    [9, 0, 100, 'exact', 89, 'strong'],
    [64, 2, 100, 'exact', 89, 'strong'],
    [65, 2, 90, 'exact', 80, 'strong'],
    [4095, 1, 90, 'exact', 80, 'strong'],
    [4, 5, 90, 'exact', 80, 'strong'],
    [64, 3, 90, 'exact', 29, 'weak'],
    [65, 5, 80, 'strong', 29, 'weak'],
    [64, 6, 83, 'strong', 29, 'weak'],
    [65, 60, 73, 'strong', 29, 'weak'],
  ])(
    '%i ahead after %i s: %i, %s; in a crowd %i, %s',
    (counts, seconds, points, grade, crowdedPoints, crowdedGrade) => {
      const event = wrote(BOT, seconds, counts);
      expect(one(asked(0, 0), event)).toMatchObject({ points, grade });
      expect(verdictsOf([asked(0, 0), BESIDE], [event])[0]).toMatchObject({
        points: crowdedPoints,
        grade: crowdedGrade,
      });
    },
  );

  test.each([
    [0, 30, 'likely'],
    [2, 30, 'likely'],
    [3, 20, 'weak'],
    [5, 20, 'weak'],
    [6, 13, 'weak'],
    [60, 13, 'weak'],
  ])('of another process after %i s, alone: %i, %s', (seconds, points, grade) => {
    const verdict = one(asked(0, 0), wrote(BOT, seconds, 4, 'bbbbbbbbbb'));
    expect(verdict).toEqual({
      actor: BOT,
      grade,
      points,
      eventId: idOf(seconds, 4, 'bbbbbbbbbb'),
      eventType: FLEX,
      secondsLater: seconds,
      rivals: 0,
    });
  });

  test('of another process with anything near, it is weak at most', () => {
    const near = [asked(0, 0), asked(-4, 0, 'cccccccccc')];
    expect(verdictsOf(near, [wrote(BOT, 2, 0, 'bbbbbbbbbb')])[0]).toMatchObject({ grade: 'weak', points: 20 });
    expect(verdictsOf([asked(0, 0), asked(30, 0, 'cccccccccc')], [wrote(BOT, 20, 0, 'bbbbbbbbbb')])[0]).toMatchObject({
      grade: 'weak',
    });
    expect(verdictsOf([asked(0, 0), asked(22, 0, 'cccccccccc')], [wrote(BOT, 20, 0, 'bbbbbbbbbb')])[0]).toEqual({
      reason: 'none',
    });
  });

  test('too far ahead to tell, time is all there is', () => {
    expect(one(asked(0, 0), wrote(BOT, 0, 4096))).toMatchObject({ grade: 'likely', points: 30, countsAhead: 4096 });
  });

  test('of a dedicated job is strong at most, since exports write the same event', () => {
    const event = { ...wrote(BOT, 0, 4), type: CLOUD_BACKUP };
    for (const delivery of ['automated', 'download', 'pointInTime'] as const) {
      const job = { ...asked(0, 0), kind: 'dedicated', delivery } as const;
      expect(one(job, event)).toMatchObject({ actor: BOT, grade: 'strong', points: 89, eventId: event.id });
    }
  });

  test('other tiers are no crowd', () => {
    const dedicated = { ...asked(1, 50), kind: 'dedicated' } as const;
    expect(verdictsOf([asked(0, 0), dedicated], [wrote(BOT, 0, 4)])).toMatchObject([
      { points: 100 },
      { reason: 'none' },
    ]);
  });
});

describe('one to one', () => {
  test('each event goes to the nearest earlier free job', () => {
    const jobs = [asked(0, 0), asked(0, 100), asked(1, 200)];
    const events = [wrote(ANNA, 0, 4), wrote(BOT, 0, 104), wrote(OTHER_BOT, 1, 204)];
    expect(verdictsOf(jobs, events)).toMatchObject([
      { actor: ANNA, grade: 'exact' },
      { actor: BOT, grade: 'exact' },
      { actor: OTHER_BOT, grade: 'exact' },
    ]);
  });

  test('two jobs before two events of two actors are ambiguous', () => {
    const jobs = [asked(0, 0), asked(0, 2)];
    const events = [wrote(ANNA, 0, 6), wrote(BOT, 0, 20)];
    expect(verdictsOf(jobs, events)).toEqual([
      { reason: 'ambiguous', rivals: 3 },
      { reason: 'ambiguous', rivals: 3 },
    ]);
  });

  test('where all name one actor, that actor keeps the grade and only the event stays open', () => {
    const jobs = [asked(0, 0), asked(0, 2)];
    const events = [wrote(BOT, 0, 6), wrote(BOT, 0, 20)];
    const [, second] = verdictsOf(jobs, events);
    expect(second).toEqual({ actor: BOT, grade: 'exact', points: 90, eventType: FLEX, rivals: 2 });
  });

  test('two events of whom nothing is known stay one unknown', () => {
    const unknown: Actor = { kind: 'unknown' };
    const events = [wrote(unknown, 0, 4), wrote(unknown, 0, 5)];
    expect(one(asked(0, 0), ...events)).toEqual({
      actor: unknown,
      grade: 'exact',
      points: 90,
      eventType: FLEX,
      rivals: 1,
    });
  });

  test('fewer events than jobs: nobody is exact, and who is named is the nearest by far', () => {
    const late = [asked(0, 0), asked(0, 50)];
    expect(verdictsOf(late, [wrote(BOT, 0, 54)])).toMatchObject([
      { reason: 'none' },
      { actor: BOT, grade: 'strong', points: 89 },
    ]);
    expect(verdictsOf(late, [wrote(BOT, 0, 70)])).toMatchObject([{ reason: 'ambiguous' }, { reason: 'ambiguous' }]);
    const three = [asked(0, 0), asked(0, 2), asked(0, 9)];
    for (const verdict of verdictsOf(three, [wrote(BOT, 0, 12), wrote(BOT, 0, 30)])) {
      expect(verdict).toMatchObject({ reason: 'ambiguous' });
    }
  });

  test('more events than jobs: so it is', () => {
    const events = [wrote(ANNA, 0, 4), wrote(BOT, 0, 30)];
    expect(one(asked(0, 0), ...events)).toMatchObject({
      actor: ANNA,
      grade: 'strong',
      points: 89,
      eventId: events[0]?.id,
      rivals: 1,
    });
    expect(one(asked(0, 0), wrote(ANNA, 0, 14), wrote(BOT, 0, 30))).toEqual({ reason: 'ambiguous', rivals: 2 });
  });

  test('a job whose requester is known already still claims its event', () => {
    const [wanted, known] = [asked(0, 0), asked(0, 100)];
    const event = wrote(BOT, 0, 104);
    expect(verdictsOf([wanted], [event])[0]).toMatchObject({ actor: BOT });
    expect(verdictsOf([wanted, known], [event])).toMatchObject([{ reason: 'none', rivals: 2 }, { actor: BOT }]);
  });

  test('an event that comes twice counts once', () => {
    const event = wrote(BOT, 0, 4);
    expect(one(asked(0, 0), event, { ...event })).toEqual(one(asked(0, 0), event));
    expect(verdictsOf([asked(0, 0), asked(0, 0)], [event])[0]).toMatchObject({ points: 100 });
  });

  test('by time alone, several actors are ambiguous and one event names nobody of two', () => {
    const other = 'bbbbbbbbbb';
    expect(one(asked(0, 0), wrote(ANNA, 1, 0, other), wrote(BOT, 2, 9, other))).toEqual({
      reason: 'ambiguous',
      rivals: 2,
    });
    const two = verdictsOf([asked(0, 0), asked(1, 9)], [wrote(ANNA, 2, 0, other)]);
    expect(two).toEqual(Array(2).fill({ reason: 'ambiguous', rivals: 2 }));
  });
});

describe('assignments', () => {
  interface Edge {
    job: number;
    event: number;
  }

  /** Every way to give jobs events of their own, by trying. */
  function* assignments(edges: readonly Edge[], jobs: readonly number[]): Generator<Edge[]> {
    const [job, ...rest] = jobs;
    if (job === undefined) return yield [];
    for (const others of assignments(edges, rest)) {
      yield others;
      for (const edge of edges) {
        if (edge.job === job && !others.some(({ event }) => event === edge.event)) yield [edge, ...others];
      }
    }
  }

  test('are what trying all of them gives', () => {
    const edge = fc.record({ job: fc.nat(5), event: fc.nat(5) });
    const edges = fc.uniqueArray(edge, { maxLength: 14, selector: ({ job, event }) => job * 10 + event });
    const check = (those: Edge[]) => {
      const jobs = [...new Set(those.map(({ job }) => job))];
      const all = [...assignments(those, jobs)];
      const most = Math.max(...all.map(({ length }) => length));
      const greatest = all.filter(({ length }) => length === most);
      const expected = new Map(
        jobs.map((job) => [
          job,
          {
            pairs: those.filter((each) => each.job === job && greatest.some((edges) => edges.includes(each))),
            always: greatest.every((edges) => edges.some((each) => each.job === job)),
          },
        ]),
      );
      expect(choices<number, Edge>(those)).toEqual(expected);
    };
    fc.assert(fc.property(edges, check), { numRuns: 2_000 });
  });

  test('of a chain of 30,000 are found', () => {
    const chain = Array.from({ length: 30_000 }, (_, n) => [
      { job: n, event: n },
      { job: n, event: n + 1 },
    ]).flat();
    const found = choices<number, Edge>(chain.toSpliced(-1, 1));
    expect([...found.values()].every(({ always }) => always)).toBe(true);
    expect([...found.values()].every(({ pairs }) => pairs.length === 1)).toBe(true);
  });
});

for (const { name, exchanges, skip } of EXCHANGES) {
  test.skipIf(skip)(`every flex job meets the request beside it, and no other: ${name}`, () => {
    const flex = jobExchanges(exchanges).filter(({ kind }) => kind === 'flex');
    const sentJobs = flex.flatMap((each) => each.jobs) as { id: string; deliveryType: string }[];
    const jobs = [...new Map(sentJobs.map((job) => [job.id, job])).values()];
    const sent = eventLists(exchanges).flatMap(({ response }) => response.body.results as Record<string, string>[]);
    const events = sent.map(({ id = '', created = '', eventTypeName: type = '', publicKey, apiKeyId }): AtlasEvent => {
      const actor: Actor =
        publicKey && apiKeyId ? { kind: 'apiKey', id: apiKeyId, name: publicKey } : { kind: 'unknown' };
      return { id, created, type, actor };
    });
    const secondOf = (id: string) => Number.parseInt(id.slice(0, 8), 16);
    /** Of the same process, in the same second or the next: docs/atlas.md#12-4. */
    const isBeside = (jobId: string, { id, type }: AtlasEvent) =>
      (REQUEST_TYPES as readonly string[]).includes(type) &&
      id.slice(8, 18) === jobId.slice(8, 18) &&
      [0, 1].includes(secondOf(id) - secondOf(jobId));
    const verdicts = matchRequests(
      jobs.map(({ id, deliveryType }) => ({
        ...flexJob(id),
        delivery: deliveryType === 'DOWNLOAD' ? 'download' : 'automated',
      })),
      events,
    );
    const graded = new Set<string>();
    for (const { id } of jobs) {
      const [beside, ...others] = events.filter((event) => isBeside(id, event));
      expect(others).toEqual([]);
      expect(verdicts.get(id)).toMatchObject(
        beside ? { grade: 'exact', actor: beside.actor, eventId: beside.id } : { reason: 'none' },
      );
      graded.add(beside ? 'exact' : 'none');
    }
    // A request that is older than the lists leaves a job without one.
    expect(graded).toEqual(new Set(['exact', 'none']));
  });
}
