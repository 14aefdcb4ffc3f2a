import pLimit from 'p-limit';
import { describe, expect, test } from 'vitest';
import type { Atlas, EventsQuery } from '../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import { type AttributePorts, attributeRequesters } from '../../functions/collector/evaluate/attribute-requesters.ts';
import { FIRST_JOBS } from '../../functions/collector/evaluate/unattributed-jobs.ts';
import { collectProject } from '../../functions/collector/project/collect-project.ts';
import type { AttributionCoverage } from '../../functions/ledger/model/coverage.ts';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import { canonicalJson } from '../../functions/ledger/model/fingerprint.ts';
import type { Annotations, JobSummary, Ledger, LedgerJob, Recorded } from '../../functions/ledger/model/ledger.ts';
import { type LogFields, silentLog } from '../../functions/platform/log.ts';
import { newObjectId, requestedAt } from '../../functions/restore/object-id.ts';
import type { AtlasEvent } from '../../functions/restore/requesters/event.ts';
import { type JobToMatch, matchRequests } from '../../functions/restore/requesters/match-requests.ts';
import { isFound } from '../../functions/restore/requesters/requester.ts';
import { DEFAULT_RULES } from '../../functions/restore/rules/rules.ts';
import { Random } from '../../local/atlas/base/random.ts';
import { DAY, MINUTE } from '../../local/atlas/base/time.ts';
import { requestEvent, requesterOf as trueRequesterOf } from '../../local/atlas/events/job-events.ts';
import { OWN_KEY } from '../../local/atlas/model/actors.ts';
import type { Restore } from '../../local/atlas/world/restores.ts';
import { testEngine } from '../ledger/engines.ts';
import { verified } from '../ledger/jobs.ts';
import { makeWorld } from '../restore/request-worlds.ts';
import { System } from './system.ts';

const engine = testEngine();

/** A project without a past, whose clusters have been read once. */
async function quiet(clusters = 3) {
  const system = await System.start(engine, { projects: 1, clusters, jobs: 0 });
  await system.run();
  system.clock.advance(MINUTE);
  const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
  const flex = system.atlas.world.clusters(projectId).find(({ tier }) => tier === 'flex')?.name ?? '';
  const restore = (parts: Partial<Restore> = {}) =>
    system.atlas.world.startRestore({ kind: 'flex', projectId, clusterName: flex, actor: 'ada', ...parts });
  return Object.assign(system, { projectId, flex, restore });
}

const eventRequests = ({ atlas }: System) => atlas.requests.filter(({ path }) => path.endsWith('/events')).length;
const requesterOf = async ({ ledger }: System, id: string) => (await ledger.job(id))?.requester;

describe('who requested a restore', () => {
  test('is found in the run that finds the job, with the grade, in one listing of events', async () => {
    await using system = await quiet();
    const [first, second] = [
      system.restore(),
      system.restore({ kind: 'dedicated', clusterName: 'Cluster0', actor: 'bo' }),
    ];
    system.clock.advance(2 * MINUTE);
    await system.run();
    const truth = requestEvent(first, system.atlas.world.actors);
    expect(await requesterOf(system, first.id)).toMatchObject({
      actor: { kind: 'user', name: trueRequesterOf(first, system.atlas.world.actors).actor.name },
      ...{ grade: 'exact', eventId: truth?.id, eventType: 'TENANT_RESTORE_REQUESTED_AUDIT' },
    });
    // Exports write the same event, so of dedicated clusters no more than this can be said.
    expect(await requesterOf(system, second.id)).toMatchObject({
      grade: 'strong',
      eventType: 'CPS_RESTORE_REQUESTED_AUDIT',
    });
    expect(eventRequests(system)).toBe(1);

    system.clock.advance(15 * MINUTE);
    await system.run();
    expect(eventRequests(system)).toBe(1); // nothing new, nothing pending
  });

  test('waits as pending while its event may still be missing, then is found', async () => {
    await using system = await quiet();
    const job = system.restore({ durationMs: 20 * MINUTE });
    system.clock.advance(5_000);
    await system.run();
    expect(await requesterOf(system, job.id)).toEqual({ reason: 'pending' });
    system.clock.advance(10_000);
    await system.run();
    expect(eventRequests(system)).toBe(1); // not due yet
    system.clock.advance(MINUTE);
    await system.run();
    expect(await requesterOf(system, job.id)).toMatchObject({ grade: 'exact' });
    expect(eventRequests(system)).toBe(2);
    expect((await system.ledger.coverage(system.projectId))?.attribution).toEqual({ readAt: expect.any(String) });
  });

  test('is not guessed where no event tells: none, once it can come no more', async () => {
    await using system = await quiet();
    const job = system.restore({ eventType: null });
    system.clock.advance(2 * MINUTE);
    await system.run();
    expect(await requesterOf(system, job.id)).toEqual({ reason: 'pending' });
    system.clock.advance(15 * MINUTE);
    await system.run();
    expect(await requesterOf(system, job.id)).toMatchObject({ reason: 'none' });
    const reads = eventRequests(system);
    system.clock.advance(2 * DAY);
    await system.run();
    expect(eventRequests(system)).toBe(reads);
  });

  test('is said to be unknown for kinds whose requests Atlas writes no event of, without asking', async () => {
    await using system = await quiet();
    const job = system.restore({ kind: 'collection', clusterName: 'Cluster0' });
    system.clock.advance(MINUTE);
    await system.run();
    expect(await requesterOf(system, job.id)).toEqual({ reason: 'none' });
    expect(eventRequests(system)).toBe(0);
  });

  test('costs nothing else where events may not be read, and is made up for when they may', async () => {
    await using system = await quiet();
    const forbidden = system.atlas.faults.add({ when: { kind: 'events' }, fault: { type: 'status', status: 403 } });
    const job = system.restore();
    system.clock.advance(MINUTE);
    const { run } = await system.run();
    expect(run).toMatchObject({ status: 'complete', counts: { jobsNew: 1 } });
    expect(await requesterOf(system, job.id)).toEqual({ reason: 'not-read', detail: 'ATLAS_FORBIDDEN' });
    const { attribution } = (await system.ledger.coverage(system.projectId)) ?? {};
    expect(attribution?.error).toMatchObject({ code: 'ATLAS_FORBIDDEN', since: expect.any(String) });

    forbidden();
    system.clock.advance(2 * DAY); // the daily full reading looks again
    await system.run();
    expect(await requesterOf(system, job.id)).toMatchObject({ grade: 'exact' });
    expect((await system.ledger.coverage(system.projectId))?.attribution?.error).toBeUndefined();
  });

  test('is asked for again in the next run where Atlas is out of order', async () => {
    await using system = await quiet();
    const mended = system.atlas.faults.add({ when: { kind: 'events' }, fault: { type: 'status', status: 500 } });
    const job = system.restore();
    system.clock.advance(MINUTE);
    expect((await system.run()).run.status).toBe('complete');
    expect(await requesterOf(system, job.id)).toEqual({ reason: 'pending' });
    mended();
    system.clock.advance(MINUTE);
    await system.run();
    expect(await requesterOf(system, job.id)).toMatchObject({ grade: 'exact' });
  });

  test('of a long history is found in one listing, and every exact name is right', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 9, jobs: 40, crowding: 0.5, seed: 7 });
    const { run } = await system.run();
    expect(run.counts?.jobsNew).toBe(system.listed().size);
    let exact = 0;
    for (const [id, { requester }] of await system.recorded()) {
      if (!isFound(requester) || requester.grade !== 'exact') continue;
      const { kind, clusterName, projectId } = system.listed().get(id) ?? {
        kind: 'flex',
        clusterName: '',
        projectId: '',
      };
      const job = system.atlas.world.list({ kind, clusterName, projectId }).find(id);
      const { actor } = trueRequesterOf(job as NonNullable<typeof job>, system.atlas.world.actors);
      expect(requester.actor.name ?? requester.actor.id).toBe(actor.name ?? actor.id);
      exact += 1;
    }
    expect(exact).toBeGreaterThan(50);
    const pages = system.atlas.requests.flatMap(({ path, query }) =>
      path.endsWith('/events') ? [new URLSearchParams(query).get('pageNum')] : [],
    );
    expect(pages).toEqual(['1']);
  });

  test('and whose credentials: a restore with the own key of the collector is a finding', async () => {
    await using system = await quiet();
    const [own, other] = [system.restore({ actor: 'own-key' }), system.restore({ actor: 'bo', durationMs: MINUTE })];
    system.clock.advance(2 * MINUTE);
    const rules = { ...DEFAULT_RULES, expectedRequesters: [`${system.atlas.world.actors.named(OWN_KEY).actor.name}`] };
    await system.run({}, {}, { rules });
    const [ofOwn, ofOther] = await Promise.all([own, other].map(({ id }) => system.ledger.job(id)));
    expect(ofOwn?.findings).toEqual([expect.objectContaining({ rule: 'own-credential', severity: 'critical' })]);
    expect(ofOther?.findings).toEqual([
      expect.objectContaining({ rule: 'requester-not-listed', severity: 'critical' }),
    ]);
    const last = ofOther?.changes.at(-1);
    expect(last?.fields).toMatchObject({
      requester: { to: ofOther?.requester },
      findings: { to: ['requester-not-listed'] },
    });
  });

  test('stays out of the log above debug', async () => {
    const lines: string[] = [];
    const write = (message: string, fields?: LogFields) => void lines.push(JSON.stringify({ message, ...fields }));
    const log = { debug: () => {}, info: write, warn: write, error: write };
    const system = await System.start(engine, { projects: 1, clusters: 9, jobs: 10 }, log);
    await using _ = system;
    await system.run({}, { log }, { rules: { ...DEFAULT_RULES, expectedRequesters: ['nobody'] } });
    const names = system.atlas.world.actors.all.flatMap(({ actor }) => [actor.name, actor.id].filter((name) => name));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(lines.join('\n')).not.toContain(name);
  });
});

test('however many are to be found, none is read by itself; what there was no time for is left to the next look', async () => {
  await using system = await quiet();
  const { projectId, ledger } = system;
  const mended = system.atlas.faults.add({ when: { kind: 'events' }, fault: { type: 'status', status: 500 } });
  const jobs = Array.from({ length: 130 }, () => system.restore());
  system.clock.advance(2 * MINUTE);
  await system.run();
  mended();
  system.clock.advance(15 * MINUTE);
  const recorded: Recorded[] = [];
  const look = (most: number) => {
    const ports = {
      ledger,
      log: silentLog,
      now: () => system.clock.now(),
      prepare: async () => {},
      findings: () => [],
      writes: pLimit(8),
    };
    const outOfTime = () => recorded.length >= most;
    const onRecorded = (each: Recorded) => recorded.push(each);
    const task = { projectId, runId: 'a'.repeat(24), from: requestedAt(jobs[0]?.id ?? ''), stored: undefined };
    return attributeRequesters(task, { ...ports, atlas: system.client.within(() => 1e9), outOfTime, onRecorded });
  };
  system.requests();
  expect(await look(50)).toMatchObject({ from: expect.any(String), dueAt: expect.any(String) });
  expect(await look(130)).toEqual({ readAt: expect.any(String) });
  expect(system.requests().reads).toBeLessThan(10);
  expect(recorded.map(({ job }) => job.jobId).sort()).toEqual(jobs.map(({ id }) => id).sort());
  for (const { requester, changes } of (await system.recorded()).values()) {
    expect(requester).not.toEqual({ reason: 'pending' });
    expect(changes.filter(({ fields }) => fields.requester)).toHaveLength(1);
  }
});

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('of very many, a look', () => {
  const nowMs = Date.UTC(2026, 0, 1);

  /** A table of so many would take minutes to fill: of this ledger only the two methods are used. */
  const looking = (requestedMs: readonly number[]) =>
    lookingAt(
      requestedMs.map((ms) => ({ jobId: newObjectId(new Date(ms)), kind: 'flex', delivery: 'automated' }) as const),
    );

  function lookingAt(jobs: readonly JobToMatch[]) {
    const stored = jobs.map((job): LedgerJob => {
      return { ...job, requestedAt: requestedAt(job.jobId), requester: { reason: 'pending' } } as LedgerJob;
    });
    const byId = new Map(stored.map((job) => [job.jobId, job]));
    const seen = { most: 0, recorded: [] as string[], asked: [] as EventsQuery[] };
    const ledger = {
      async *projectJobs(_: string, { since = '' } = {}) {
        let read = 0;
        for (const job of stored) {
          if (job.requestedAt < since) continue;
          read += 1;
          seen.most = Math.max(seen.most, read);
          yield job;
        }
      },
      async annotate(_: string, jobId: string, __: unknown, annotate: (job: JobSummary) => Partial<Annotations>) {
        const job = byId.get(jobId) as LedgerJob;
        Object.assign(job, annotate(job));
        return { outcome: 'changed', job } as Recorded;
      },
    } as unknown as Ledger;
    const atlas = {
      async *events(query: EventsQuery) {
        seen.asked.push(query);
        yield [];
      },
    } as unknown as Atlas;
    const ports = {
      ...{ atlas, ledger, log: silentLog, now: () => nowMs, outOfTime: () => false },
      ...{ prepare: async () => {}, findings: () => [], writes: pLimit(8) },
      onRecorded: ({ job }: Recorded) => seen.recorded.push(job.jobId),
    };
    const look = (coverage: AttributionCoverage, changed: Partial<AttributePorts> = {}) => {
      const from = coverage.from ?? '';
      const task = { projectId: 'a'.repeat(24), runId: 'b'.repeat(24), from, stored: coverage };
      return attributeRequesters(task, { ...ports, ...changed });
    };
    return { stored, seen, look };
  }

  test('takes the oldest, a few at once, and the next look goes on there, so that memory stays bounded', async () => {
    const { stored, seen, look } = looking(
      Array.from({ length: 45_000 }, (_, nth) => Date.UTC(2020, 0, 1) + nth * 60_000),
    );
    let coverage: AttributionCoverage = { from: stored[0]?.requestedAt ?? '', dueAt: new Date(nowMs).toISOString() };
    let looks = 0;
    for (; coverage.from !== undefined && looks < 10; looks++) {
      expect(coverage.dueAt).toBe(new Date(nowMs).toISOString());
      coverage = await look(coverage);
    }
    expect(looks).toBe(3);
    expect(seen.most).toBeLessThanOrEqual(2_501);
    expect(seen.recorded).toHaveLength(45_000);
    expect(new Set(seen.recorded).size).toBe(45_000);
    expect(seen.asked.every(({ since, until }) => since < until)).toBe(true);
    expect(stored.every(({ requester }) => requester && 'reason' in requester && requester.reason === 'none')).toBe(
      true,
    );
  });

  test('takes few first, so that writing begins soon, then twice as many each time', async () => {
    const { stored, seen, look } = looking(
      Array.from({ length: 4_000 }, (_, nth) => Date.UTC(2025, 0, 1) + nth * MINUTE),
    );
    await look({ from: stored[0]?.requestedAt ?? '', dueAt: new Date(nowMs).toISOString() });
    const minutes = seen.asked.map(({ since, until }) => (Date.parse(until) - Date.parse(since)) / MINUTE);
    for (const [nth, size] of [500, 1_000, 2_000].entries()) {
      expect(minutes[nth]).toBeGreaterThanOrEqual(size - 1);
      expect(minutes[nth]).toBeLessThan(1.3 * size);
    }
  });

  describe('of the next few', () => {
    const twoBatches = () => {
      const { stored, seen, look } = looking(
        Array.from({ length: 3_000 }, (_, nth) => Date.UTC(2025, 0, 1) + nth * 60_000),
      );
      const requested = gate();
      const answered = gate();
      let ended = 0;
      const atlas = {
        async *events(query: EventsQuery) {
          seen.asked.push(query);
          if (seen.asked.length === 2) {
            requested.open();
            await answered.opened;
          }
          yield [];
          ended += 1;
        },
      } as unknown as Atlas;
      const from = stored[0]?.requestedAt ?? '';
      return {
        seen,
        requested,
        answered,
        ended: () => ended,
        look: (more: object) => look({ from }, { atlas, ...more }),
      };
    };

    test('reads the events while it writes who requested those before', async () => {
      const { seen, requested, answered, look } = twoBatches();
      const writes = Object.assign((write: () => Promise<unknown>) => requested.opened.then(write), { concurrency: 8 });
      const looked = look({ writes });
      await requested.opened;
      answered.open();
      await looked;
      expect(new Set(seen.recorded).size).toBe(3_000);
    });

    test('waits for the events where a write fails, so that nothing goes on without it', async () => {
      const { requested, answered, ended, look } = twoBatches();
      const findings = () => {
        throw new LedgerError('LEDGER_UNAVAILABLE', 'the disk is full');
      };
      let endedBefore: number | undefined;
      const looked = look({ findings }).catch((error: unknown) => {
        endedBefore = ended();
        return error;
      });
      await requested.opened;
      answered.open();
      expect(await looked).toMatchObject({ message: 'the disk is full' });
      expect(endedBefore).toBe(2);
    });
  });

  test('comes to its end where thousands were requested in the same minute', async () => {
    const { seen, look } = looking(
      Array.from({ length: 9_000 }, (_, nth) => Date.UTC(2025, 0, 1) + Math.floor(nth / 60) * 1_000),
    );
    expect(await look({ from: new Date(Date.UTC(2025, 0, 1)).toISOString() })).toEqual({ readAt: expect.any(String) });
    expect(new Set(seen.recorded).size).toBe(9_000);
    expect(seen.recorded).toHaveLength(9_000);
  });

  const telling = (events: readonly AtlasEvent[]): Partial<Atlas> => ({
    async *events({ since, until }) {
      const [from, to] = [Date.parse(since), Date.parse(until)];
      const newestFirst = events.toSorted((a, b) => (a.created < b.created ? 1 : -1));
      yield newestFirst.filter(({ created }) => Date.parse(created) >= from && Date.parse(created) <= to);
    },
  });

  /** @returns what was said of the jobs, and what all jobs and events say together, where that is not the same */
  async function saidOtherwise(jobs: readonly JobToMatch[], events: readonly AtlasEvent[]) {
    const { stored, look } = lookingAt(jobs.toSorted((a, b) => (a.jobId < b.jobId ? -1 : 1)));
    const now = () => Date.parse(stored.at(-1)?.requestedAt ?? '') + DAY;
    await look({ from: stored[0]?.requestedAt ?? '' }, { atlas: telling(events) as Atlas, now });
    const verdicts = matchRequests(jobs, events);
    return stored
      .map(({ jobId, requester }) => [requester, verdicts.get(jobId)])
      .filter(([said, verdict]) => canonicalJson(said) !== canonicalJson(verdict));
  }

  test.each([1, 2, 3])('says of each what all say together, in crowded project %i', async (seed) => {
    const random = new Random(seed);
    const { jobs, events } = makeWorld(
      {
        ...{ kind: 'flex', requests: 8_000, processes: 3, actors: 4, idsPerSecond: 20, eventsLost: 0.1 },
        gapSeconds: () => random.between(0, 20),
      },
      random,
    );
    expect(await saidOtherwise(jobs, events)).toEqual([]);
  });

  test('says of the last of a few what all say together, where it takes an event that comes after the next began', async () => {
    const first = Date.UTC(2025, 0, 1) / 1_000;
    const next = first + FIRST_JOBS * 200; // begins the second batch
    const idAt = (second: number, counter: number) =>
      `${second.toString(16)}${'a'.repeat(10)}${counter.toString(16).padStart(6, '0')}`;
    const jobAt = (second: number, counter = 0): JobToMatch => {
      return { jobId: idAt(second, counter), kind: 'flex', delivery: 'automated' };
    };
    const eventAt = (second: number, counter: number): AtlasEvent => ({
      id: idAt(second, counter),
      created: new Date(second * 1_000).toISOString(),
      type: 'TENANT_RESTORE_REQUESTED_AUDIT',
      actor: { kind: 'user', id: 'b'.repeat(24), name: `user ${counter}` },
    });
    const [last, rival] = [jobAt(next - 67, 100), jobAt(next - 59, 104)];
    const before = Array.from({ length: FIRST_JOBS - 2 }, (_, nth) => jobAt(first + nth * 200));
    const jobs = [...before, last, rival, jobAt(next, 10_000), jobAt(next + 200, 20_000)];
    const events = [eventAt(next - 53, 108), eventAt(next + 1, 112)];
    expect(matchRequests(jobs, events).get(last.jobId)).toMatchObject({ grade: 'weak', actor: { name: 'user 108' } });
    expect(matchRequests(jobs, events.slice(0, 1)).get(last.jobId)).toMatchObject({ reason: 'ambiguous' });
    expect(await saidOtherwise(jobs, events)).toEqual([]);
  });

  test.each([
    ['for a while', true],
    ['for good', false],
  ])("asks once for events that can't be read %s, and says so of each job", async (_, transient) => {
    const { stored, seen, look } = looking(
      Array.from({ length: 6_000 }, (_, nth) => Date.UTC(2025, 0, 1) + nth * 60_000),
    );
    let asked = 0;
    const code = transient ? 'ATLAS_UNAVAILABLE' : 'ATLAS_FORBIDDEN';
    const atlas = {
      async *events() {
        asked += 1;
        yield [];
        throw new AtlasError(code, 'no events today');
      },
    } as unknown as Atlas;
    const from = stored[0]?.requestedAt ?? '';
    const prepared = new Set<unknown>();
    const prepare = async (jobs: readonly object[]) => {
      for (const job of jobs) prepared.add('jobId' in job && job.jobId);
    };
    const findings = ({ jobId }: JobSummary) => {
      expect(prepared.has(jobId), 'names learnt before they are needed').toBe(true);
      return [];
    };
    const coverage = await look({ from }, { atlas, prepare, findings });
    expect(asked).toBe(1);
    expect(coverage).toEqual({
      error: { code, message: 'no events today', since: expect.any(String) },
      ...(transient ? { from, dueAt: expect.any(String) } : {}),
    });
    expect(seen.recorded).toHaveLength(6_000);
    expect(stored.every(({ requester }) => requester && 'detail' in requester && requester.detail === code)).toBe(true);
  });
});

test('a task that is delivered twice, and at the same time, adds nothing twice', async () => {
  await using system = await quiet(9);
  const world = system.atlas.world;
  const jobs = world
    .clusters(system.projectId)
    .flatMap(({ name: clusterName, tier }) =>
      tier === 'flex' ? [1, 2, 3].map(() => system.restore({ clusterName, delivery: 'download' })) : [],
    );
  system.clock.advance(2 * MINUTE);
  const { run } = await system.run({ runId: 'a'.repeat(24) });
  const before = await system.recorded();
  const task = { runId: run.runId, projectId: system.projectId, projectName: 'whatever', accounts: [], full: true };
  const ports = { ledger: system.ledger, log: silentLog, now: () => system.clock.now(), timeLeftMs: () => 1e9 };
  const again = () => collectProject(task, { ...ports, atlas: system.client.within(() => 1e9) });
  await Promise.all([again(), again()]);
  await again();
  const after = await system.recorded();
  for (const { id } of jobs) expect(after.get(id)).toEqual(before.get(id));
  expect(after.get(jobs[0]?.id ?? '')?.findings).toEqual([expect.objectContaining({ rule: 'download' })]);
  expect(await verified(system.ledger, system.projectId)).toMatchObject({ breaks: [], jobs: jobs.length });
});
