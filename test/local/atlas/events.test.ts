import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counterOf, processOf, secondsOf } from '../../../local/atlas/base/object-id.ts';
import { Random } from '../../../local/atlas/base/random.ts';
import { HOUR } from '../../../local/atlas/base/time.ts';
import { requestEvent, requesterOf } from '../../../local/atlas/events/job-events.ts';
import { OWN_KEY, SERVICE_ACCOUNT } from '../../../local/atlas/model/actors.ts';
import { type Identity, nextIdentity } from '../../../local/atlas/model/api-process.ts';
import { kindsOf, mainKind } from '../../../local/atlas/model/cluster.ts';
import type { SimEvent } from '../../../local/atlas/model/event.ts';
import type { SimJob } from '../../../local/atlas/model/job.ts';
import { type SimulatorOptions, startAtlas } from '../../../local/atlas/server.ts';
import { World, type WorldOptions } from '../../../local/atlas/world/world.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { type ApiErrorBody, DigestClient, type List, NEWEST, pages, requestToken, send } from './client.ts';

const SECOND = 1_000;
const FLEX_REQUEST = 'TENANT_RESTORE_REQUESTED_AUDIT';
const FLEX_DOWNLOAD = 'TENANT_SNAPSHOT_DOWNLOAD_REQUESTED_AUDIT';
const DEDICATED_REQUEST = 'CPS_RESTORE_REQUESTED_AUDIT';

/** Small enough to be read whole, with flex clusters that keep each other company. */
const world = (options: WorldOptions = {}) =>
  new World({ clock: new ManualClock(), projects: 1, clusters: 9, jobs: 6, serverlessInstances: 1, ...options });
const projectOf = (made: World) => made.projects[0]?.id ?? '';
const eventsOf = (made: World) => [...made.chronicle.events(projectOf(made))];
const ofTier = (made: World, wanted: string) => {
  const cluster = made.clusters(projectOf(made)).find(({ tier }) => tier === wanted);
  if (!cluster) throw new Error(`no ${wanted} cluster in this world`);
  return { projectId: cluster.projectId, clusterName: cluster.name };
};
const flexOf = (made: World) => ({ ...ofTier(made, 'flex'), kind: 'flex' }) as const;
const dedicatedOf = (made: World) => ({ ...ofTier(made, 'replicaSet'), kind: 'dedicated' }) as const;

function jobsOf(made: World): SimJob[] {
  const projectId = projectOf(made);
  return made
    .clusters(projectId)
    .flatMap(({ name, tier }) => kindsOf(tier).flatMap((kind) => made.jobs(projectId, name, kind)));
}

async function setUp(options: SimulatorOptions = {}) {
  const clock = new ManualClock();
  const atlas = await startAtlas({ clock, projects: 2, clusters: 9, jobs: 6, ...options });
  const client = new DigestClient(atlas);
  const path = `/groups/${projectOf(atlas.world)}/events`;
  return { atlas, clock, client, path, world: atlas.world };
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** How far the counter, which wraps, had gone on from a job to its request. */
const aheadOf = (request: SimEvent, job: SimJob) => (counterOf(request.id) - counterOf(job.id) + 2 ** 24) % 2 ** 24;

describe('a request', () => {
  test('of every flex and every dedicated job is one event of the same process, its counter a little ahead', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, crowding) => {
        const made = world({ seed, crowding });
        const events = new Map(eventsOf(made).map((event) => [event.id, event]));
        for (const job of jobsOf(made)) {
          const request = requestEvent(job, made.actors);
          if (job.kind === 'collection' || job.kind === 'serverless') {
            expect(request).toBeUndefined();
            continue;
          }
          if (!request) throw new Error(`no request of ${job.id}`);
          if (request.visibleAt <= Date.UTC(2026, 10, 23, 12)) expect(events.get(request.id)).toEqual(request);
          expect(processOf(request.id)).toBe(processOf(job.id));
          expect(aheadOf(request, job)).toBeGreaterThanOrEqual(4);
          expect(aheadOf(request, job)).toBeLessThanOrEqual(400);
          expect([0, 1]).toContain(secondsOf(request.id) - secondsOf(job.id));
          expect(request.created).toBe(secondsOf(request.id) * SECOND);
          expect(request.actor).toBe(requesterOf(job, made.actors));
        }
      }),
      { numRuns: 25 },
    );
  });

  test('is four counts and no second ahead as a rule, more now and then', () => {
    const made = world({ jobs: 200 });
    const asked = jobsOf(made).flatMap((job) => {
      const event = requestEvent(job, made.actors);
      return event ? [{ ahead: aheadOf(event, job), later: secondsOf(event.id) - secondsOf(job.id) }] : [];
    });
    const share = (fits: (each: { ahead: number; later: number }) => boolean) =>
      asked.filter(fits).length / asked.length;
    expect(share(({ ahead }) => ahead === 4)).toBeCloseTo(77 / 95, 1);
    expect(share(({ later }) => later === 1)).toBeCloseTo(4 / 95, 1);
    expect(new Set(asked.map(({ ahead }) => ahead)).size).toBeGreaterThan(8);
  });

  test('has the type of its tier, a flex download one of its own', () => {
    const made = world();
    const typeOf = (job: SimJob) => requestEvent(job, made.actors)?.type;
    expect(typeOf(made.startRestore(flexOf(made)))).toBe(FLEX_REQUEST);
    expect(typeOf(made.startRestore({ ...flexOf(made), delivery: 'download' }))).toBe(FLEX_DOWNLOAD);
    for (const delivery of ['automated', 'download', 'pointInTime'] as const) {
      expect(typeOf(made.startRestore({ ...dedicatedOf(made), delivery }))).toBe(DEDICATED_REQUEST);
    }
  });

  test('comes from several people and keys, and never from the credentials of the simulator', () => {
    const made = world({ jobs: 300 });
    const names = new Set(jobsOf(made).map((job) => requesterOf(job, made.actors).name));
    const others = made.actors.all
      .map(({ name }) => name)
      .filter((name) => name !== OWN_KEY && name !== SERVICE_ACCOUNT);
    expect(names).toEqual(new Set(others));
    const kinds = made.actors.all.map(({ actor }) => actor.kind);
    expect(new Set(kinds)).toEqual(new Set(['apiKey', 'user', 'staff', 'delegated', 'unknown']));
  });

  test('comes from whoever is named, who must be known', () => {
    const made = world();
    for (const { name } of made.actors.all) {
      const job = made.startRestore({ ...flexOf(made), actor: name });
      expect(requesterOf(job, made.actors).name).toBe(name);
      expect(requestEvent(job, made.actors)?.actor?.name).toBe(name);
    }
    expect(() => made.startRestore({ ...flexOf(made), actor: 'nobody' })).toThrow(RangeError);
  });

  test('can be left out, or have a type that nobody knows', () => {
    const clock = new ManualClock();
    const made = world({ clock });
    const silent = made.startRestore({ ...flexOf(made), eventType: null });
    const novel = made.startRestore({ ...flexOf(made), eventType: 'TENANT_RESTORE_ASKED' });
    clock.advance(5 * SECOND);
    expect(requestEvent(silent, made.actors)).toBeUndefined();
    expect(eventsOf(made).filter(({ created }) => created >= silent.requestedAt)).toMatchObject([
      { type: 'TENANT_RESTORE_ASKED', id: requestEvent(novel, made.actors)?.id },
    ]);
  });

  test('is shown up to three seconds late, the same way every time', () => {
    const clock = new ManualClock();
    const made = world({ clock });
    const start = clock.now();
    const jobs = Array.from({ length: 40 }, () => made.startRestore(flexOf(made)));
    const shown = () => {
      const ids = new Set(eventsOf(made).map(({ id }) => id));
      return jobs.filter((job) => ids.has(requestEvent(job, made.actors)?.id ?? '')).length;
    };
    const counts = [shown()];
    for (let second = 1; second <= 4; second++) {
      clock.advance(SECOND);
      counts.push(shown());
    }
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[0]).toBeLessThan(20);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBe(40);
    for (const job of jobs) {
      const { visibleAt = 0, created = 0 } = requestEvent(job, made.actors) ?? {};
      expect(visibleAt).toBeGreaterThanOrEqual(start);
      expect(visibleAt - created).toBeLessThanOrEqual(3 * SECOND);
    }
  });

  test('stays when the job is no longer listed, its cluster is deleted, or another takes the name', () => {
    const clock = new ManualClock();
    const made = world({ clock });
    const [flex, dedicated] = [flexOf(made), dedicatedOf(made)];
    const jobs = [made.startRestore(flex), made.startRestore(dedicated), made.startRestore(flex)];
    const [first, second, third] = jobs as [SimJob, SimJob, SimJob];
    const [old] = made.jobs(flex.projectId, flex.clusterName, 'flex').slice(-1);
    clock.advance(HOUR);
    const before = eventsOf(made);
    made.removeJob(flex, third.id);
    made.removeJob(flex, old?.id ?? '');
    made.deleteCluster(flex);
    made.deleteCluster({ ...dedicated, retainBackups: true });
    made.addCluster(dedicated);
    expect(eventsOf(made)).toEqual(before);
    const ids = before.map(({ id }) => id);
    for (const job of [first, second, third, old]) expect(ids).toContain(job && requestEvent(job, made.actors)?.id);
  });
});

describe('other events', () => {
  test('tell of the end of a restore by its time alone, from another process', () => {
    const made = world({ jobs: 40 });
    const endings = eventsOf(made).filter(({ type }) => type === 'TENANT_RESTORE_COMPLETED_AUDIT');
    const flex = jobsOf(made).filter(({ kind }) => kind === 'flex');
    const processes = new Set(jobsOf(made).map(({ id }) => processOf(id)));
    const ends = flex.map(({ requestedAt, durationMs }) => requestedAt + durationMs);
    expect(endings.length).toBeGreaterThan(20);
    for (const { created, id, actor } of endings) {
      expect(ends.some((end) => created - end >= 0 && created - end <= SECOND)).toBe(true);
      expect(processes.has(processOf(id))).toBe(false);
      expect(actor).toBeUndefined();
    }
  });

  test.each([
    ['flex', {}, 'TENANT_RESTORE_COMPLETED_AUDIT'],
    ['flex', { outcome: 'failed' }, 'TENANT_RESTORE_FAILED'],
    ['flex', { delivery: 'download' }, undefined],
    ['dedicated', {}, 'CPS_RESTORE_SUCCESSFUL'],
    ['dedicated', { outcome: 'failed' }, 'CPS_RESTORE_FAILED'],
    ['dedicated', { outcome: 'cancelled' }, undefined],
    ['dedicated', { delivery: 'download' }, undefined],
    ['dedicated', { delivery: 'download', outcome: 'failedAndCancelled' }, 'CPS_SNAPSHOT_DOWNLOAD_REQUEST_FAILED'],
    ['collection', {}, 'CPS_COLLECTION_RESTORE_SUCCESSFUL'],
    ['collection', { outcome: 'cancelled' }, 'CPS_COLLECTION_RESTORE_CANCELED'],
    ['dedicated', { durationMs: Number.POSITIVE_INFINITY }, undefined],
  ] as const)('of the end of a %s job of %j: %s', (kind, restore, type) => {
    const clock = new ManualClock();
    const made = world({ clock, jobs: 0 });
    const ref = kind === 'flex' ? flexOf(made) : { ...dedicatedOf(made), kind };
    clock.advance(HOUR);
    made.startRestore({ ...ref, durationMs: 3 * HOUR, ...restore });
    clock.advance(4 * HOUR);
    const types = eventsOf(made).map((event) => event.type);
    const ends = types.filter((each) => /RESTORE_(COMPLETED|SUCC|FAIL|CANC)|REQUEST_FAILED/.test(each));
    expect(ends).toEqual(type === undefined ? [] : [type]);
  });

  test('look like requests of restores when a snapshot is exported, two or three seconds after it', () => {
    const made = world({ jobs: 60 });
    const events = eventsOf(made);
    const requests = new Set(jobsOf(made).flatMap((job) => requestEvent(job, made.actors)?.id ?? []));
    const exports = events.filter(({ type, id }) => type === DEDICATED_REQUEST && !requests.has(id));
    expect(exports.length).toBeGreaterThan(20);
    for (const { created, actor, fields } of exports) {
      const taken = events.some(
        (event) => event.type === 'CPS_SNAPSHOT_SUCCESSFUL' && [2, 3].includes((created - event.created) / SECOND),
      );
      expect(taken).toBe(true);
      expect(actor).toBeDefined();
      expect(fields).not.toHaveProperty('remoteAddress');
    }
  });

  test('of an export can be asked for', () => {
    const clock = new ManualClock();
    const made = world({ clock });
    const ref = ofTier(made, 'replicaSet');
    const before = jobsOf(made).length;
    const asked = made.chronicle.requestExport({ ...ref, actor: 'ada' });
    clock.advance(3 * SECOND);
    expect(asked).toMatchObject({ type: DEDICATED_REQUEST, actor: { name: 'ada' } });
    expect(made.chronicle.event(ref.projectId, asked.id)).toEqual(asked);
    expect(jobsOf(made)).toHaveLength(before);
    expect(() => made.chronicle.requestExport({ ...ref, clusterName: 'nobody' })).toThrow(RangeError);
  });

  test('have an address where somebody acts, requests of restores never', () => {
    const events = eventsOf(world({ jobs: 60 }));
    const acted = events.filter(({ actor }) => actor);
    const requests = acted.filter(({ type }) => [FLEX_REQUEST, FLEX_DOWNLOAD, DEDICATED_REQUEST].includes(type));
    const deeds = acted.filter((event) => !requests.includes(event));
    expect(deeds.length).toBeGreaterThan(100);
    for (const { fields } of requests) expect(fields).not.toHaveProperty('remoteAddress');
    for (const { fields } of deeds) expect(fields.remoteAddress).toMatch(/^203\.0\.113\.\d+$/);
  });
});

describe('the events of a project', () => {
  const sizes = fc.record({
    seed: fc.integer(),
    crowding: fc.constantFrom(0, 0.5, 1),
    jobs: fc.integer({ min: 0, max: 8 }),
  });

  test('are the same for the same seed, newest first, every id once', () => {
    fc.assert(
      fc.property(sizes, (options) => {
        const events = eventsOf(world(options));
        expect(eventsOf(world(options))).toEqual(events);
        const times = events.map(({ created }) => created);
        expect(times).toEqual(times.toSorted((a, b) => b - a));
        expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      }),
      { numRuns: 10 },
    );
  });

  test('do not depend on the part that is read', () => {
    const made = world({ jobs: 40 });
    const all = eventsOf(made);
    const oldest = all.at(-1)?.created ?? 0;
    const moment = fc.integer({ min: oldest / SECOND, max: Date.UTC(2026, 10, 23, 12) / SECOND });
    const types = fc.subarray([FLEX_REQUEST, DEDICATED_REQUEST, 'CPS_RESTORE_SUCCESSFUL', 'MONGODB_USER_ADDED']);
    fc.assert(
      fc.property(moment, moment, types, (one, other, wanted) => {
        const [from, to] = [Math.min(one, other) * SECOND, Math.max(one, other) * SECOND];
        const wants = (type: string) => wanted.length === 0 || wanted.includes(type);
        const expected = all.filter(({ created, type }) => created >= from && created <= to && wants(type));
        expect([...made.chronicle.events(projectOf(made), { from, to, wants })]).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test('are computed no further than they are read: a hundred million jobs cost what the window holds', () => {
    const made = world({ clusters: 1, jobs: 100_000_000 });
    const projectId = projectOf(made);
    const from = Date.UTC(2026, 5, 1);
    const wants = (type: string) => type === DEDICATED_REQUEST;
    const asked = [...made.chronicle.events(projectId, { from, to: from + 60 * SECOND, wants })];
    expect(asked.length).toBeGreaterThan(50);
    const [newest] = made.chronicle.events(projectId);
    expect(newest?.created).toBeGreaterThan(Date.UTC(2026, 10, 23, 11, 59));
    expect(made.chronicle.event(projectId, asked[0]?.id ?? '')).toEqual(asked[0]);
  });

  test('of another project are its own', () => {
    const made = world({ projects: 2, jobs: 6 });
    const [one, other] = made.projects.map(({ id }) => [...made.chronicle.events(id)]) as [SimEvent[], SimEvent[]];
    expect(new Set(one.map(({ projectId }) => projectId))).toEqual(new Set([made.projects[0]?.id]));
    const ids = new Set(one.map(({ id }) => id));
    expect(other.some(({ id }) => ids.has(id))).toBe(false);
    expect(() => made.chronicle.events('0'.repeat(24))).toThrow(RangeError);
  });
});

describe('crowding', () => {
  /** Of flex jobs, those with another within two seconds, on the same process, within 64 counts. */
  function crowded(made: World) {
    const jobs = jobsOf(made).filter(({ kind }) => kind === 'flex');
    const near = (job: SimJob) =>
      jobs.filter((other) => other !== job && Math.abs(other.requestedAt - job.requestedAt) <= 2 * SECOND);
    const sameProcess = (job: SimJob) => near(job).filter(({ id }) => processOf(id) === processOf(job.id));
    const close = (job: SimJob) =>
      sameProcess(job).filter(({ id }) => Math.abs(counterOf(id) - counterOf(job.id)) <= 64);
    const share = (found: (job: SimJob) => SimJob[]) =>
      jobs.filter((job) => found(job).length > 0).length / jobs.length;
    return { near: share(near), sameProcess: share(sameProcess), close: share(close) };
  }

  test('is as recorded by default: a few in a hundred, half of them on one process', () => {
    const { near, sameProcess, close } = crowded(world({ jobs: 1_000 }));
    expect(near).toBeCloseTo(74 / 1878, 1);
    expect([sameProcess > 0, close > 0, sameProcess < near]).toEqual([true, true, true]);
  });

  test('can be had for most jobs, with requests whose counters cross', () => {
    const made = world({ jobs: 200, crowding: 1 });
    expect(crowded(made).near).toBeGreaterThan(0.5);
    const spans = jobsOf(made)
      .filter(({ kind }) => kind === 'flex')
      .map(({ id, ahead }) => ({ process: processOf(id), from: counterOf(id), to: counterOf(id) + ahead }));
    const crossed = spans.some((a) =>
      spans.some((b) => a.process === b.process && a.from < b.from && b.from < a.to && a.to < b.to),
    );
    expect(crossed).toBe(true);
  });

  test('keeps lists newest first, every id once, and every job to be found by its id', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const made = world({ seed, crowding: 1, jobs: 12 });
        const jobs = jobsOf(made);
        expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
        for (const { name, tier } of made.clusters(projectOf(made))) {
          if (tier === 'free') continue;
          const ref = { projectId: projectOf(made), clusterName: name, kind: mainKind(tier) };
          const listed = made.list(ref).slice(0, 100);
          const times = listed.map(({ requestedAt }) => requestedAt);
          expect(times).toEqual([...new Set(times)].toSorted((a, b) => b - a));
          for (const job of listed) expect(made.list(ref).find(job.id)).toEqual(job);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('gives out no counter of a process twice, to a job or to an event', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed);
        const company: Identity[] = [];
        for (let n = 0; n < 12; n++) company.push(nextIdentity(company, { process: `${n}`, counter: 0 }, random));
        const given = company.flatMap(({ process, counter, ahead }) => [
          `${process} ${counter}`,
          `${process} ${counter + ahead}`,
        ]);
        expect(new Set(given).size).toBe(24);
      }),
      { numRuns: 300 },
    );
  });

  test('comes with restores that are started at once, each with an id and an event of its own', () => {
    const made = world();
    const jobs = Array.from({ length: 60 }, () => made.startRestore(flexOf(made)));
    const ids = jobs.flatMap((job) => [job.id, requestEvent(job, made.actors)?.id]);
    expect(new Set(ids).size).toBe(120);
    const follows = jobs.filter((job, index) => processOf(job.id) === processOf(jobs[index - 1]?.id ?? ''));
    expect(follows.length).toBeGreaterThan(15);
    expect(follows.length).toBeLessThan(50);
  });
});

describe('an event', () => {
  test('of a request shows who, when and what, and nothing of the job', async () => {
    const { atlas, clock, client, path, world: made } = await setUp();
    await using _ = atlas;
    const shown = async (actor: string) => {
      const job = made.startRestore({ ...flexOf(made), actor });
      clock.advance(5 * SECOND);
      const id = requestEvent(job, made.actors)?.id;
      const { body } = await client.get<Record<string, unknown>>(`${path}/${id}`);
      return { job, id, body };
    };
    const { job, id, body } = await shown('deploy-key');
    const key = made.actors.all.find(({ name }) => name === 'deploy-key')?.actor;
    expect(body).toEqual({
      apiKeyId: key?.id,
      created: expect.stringMatching(/^2026-11-23T12:00:0[01]Z$/),
      eventTypeName: FLEX_REQUEST,
      groupId: job.projectId,
      id,
      isGlobalAdmin: false,
      links: [{ href: `${atlas.url}/api/atlas/v2${path}/${id}`, rel: 'self' }],
      publicKey: key?.name,
    });
    expect((await shown('ada')).body).toMatchObject({ username: 'ada@simulated.example', isGlobalAdmin: false });
    expect((await shown('staff')).body).toMatchObject({ isGlobalAdmin: true });
    expect((await shown('assistant')).body).toMatchObject({
      delegatePrincipal: { name: 'Simulated Assistant', onBehalfOf: { name: 'chi@simulated.example' } },
    });
    const nobody = Object.keys((await shown(SERVICE_ACCOUNT)).body);
    expect(nobody.toSorted()).toEqual(['created', 'eventTypeName', 'groupId', 'id', 'isGlobalAdmin', 'links']);
  });

  test('that is not there is refused with 404, one that is none with 400', async () => {
    const { atlas, client, path, world: made } = await setUp();
    await using _ = atlas;
    const other = [...made.chronicle.events(made.projects[1]?.id ?? '')][0]?.id;
    expect(await client.get(`${path}/${other}`)).toMatchObject({ status: 404 });
    expect(await client.get(`${path}/${'f'.repeat(24)}`)).toMatchObject({ status: 404 });
    expect(await client.get(`${path}/abc`)).toMatchObject({
      status: 400,
      body: { errorCode: 'INVALID_PATH_PARAMETER' },
    });
  });

  test('has its raw form only where that is asked for', async () => {
    const { atlas, client, path } = await setUp();
    await using _ = atlas;
    const [plain] = (await client.get(`${path}?itemsPerPage=1`)).body.results;
    const [raw] = (await client.get(`${path}?itemsPerPage=1&includeRaw=true`)).body.results;
    expect(plain).not.toHaveProperty('raw');
    expect(raw).toMatchObject({ id: plain?.id, raw: { et: plain?.eventTypeName } });
  });
});

describe('a list of events', () => {
  test('without a count has a total of 0 and never a next, not even on a full page', async () => {
    const { atlas, client, path } = await setUp();
    await using _ = atlas;
    const { body } = await client.get(`${path}?includeCount=false&itemsPerPage=5`);
    expect(body).toMatchObject({ totalCount: 0, links: [{ rel: 'self' }] });
    expect(body.results).toHaveLength(5);
    expect(body.links[0]?.href).toMatch(/\?includeCount=false&includeRaw=false&pageNum=1&itemsPerPage=5$/);
  });

  test('with a count has a next, and pages partition it', async () => {
    const { atlas, client, path, world: made } = await setUp();
    await using _ = atlas;
    const types = `eventType=${FLEX_REQUEST}&eventType=${FLEX_DOWNLOAD}`;
    const first = await client.get(`${path}?${types}&itemsPerPage=4`);
    const expected = eventsOf(made).filter(({ type }) => [FLEX_REQUEST, FLEX_DOWNLOAD].includes(type));
    expect(first.body.totalCount).toBe(expected.length);
    expect(first.body.links.map(({ rel }) => rel)).toEqual(['self', 'next']);
    const numbered: Record<string, unknown>[] = [];
    for (let page = 1; numbered.length < expected.length; page++) {
      numbered.push(...(await client.get(`${path}?${types}&itemsPerPage=4&pageNum=${page}`)).body.results);
    }
    expect(numbered.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  });

  test('keeps its filters from page to page', async () => {
    const { atlas, client, path, world: made } = await setUp({ jobs: 30, maxItemsPerPage: 40 });
    await using _ = atlas;
    const from = Date.UTC(2026, 10, 20);
    const excluded = ['MONGODB_USER_ADDED', 'CLUSTER_UPDATE_STARTED'];
    const wants = (type: string) => !excluded.includes(type);
    const expected = [...made.chronicle.events(projectOf(made), { from: from + 1, wants })].map(({ id }) => id);
    const query = excluded.map((type) => `excludedEventType=${type}`).join('&');
    const read = await pages(client, `${path}?minDate=${iso(from)}&${query}`);
    expect(read.length).toBeGreaterThan(3);
    expect(read.flat().map(({ id }) => id)).toEqual(expected);
  });

  test('is narrowed by type, by types left out, by dates and by clusters', async () => {
    const { atlas, client, path, world: made } = await setUp({ jobs: 30 });
    await using _ = atlas;
    const ids = async (query: string) =>
      (await client.get(`${path}?itemsPerPage=500&includeCount=false&${query}`)).body.results.map(({ id }) => id);
    const all = eventsOf(made);
    const those = (fits: (event: SimEvent) => boolean) =>
      all
        .filter(fits)
        .map(({ id }) => id)
        .slice(0, 500);

    expect(await ids(`eventType=${FLEX_REQUEST}`)).toEqual(those(({ type }) => type === FLEX_REQUEST));
    expect(await ids(`excludedEventType=${FLEX_REQUEST}&excludedEventType=MONGODB_USER_ADDED`)).toEqual(
      those(({ type }) => type !== FLEX_REQUEST && type !== 'MONGODB_USER_ADDED'),
    );
    const [newest, , , oldest] = all.filter(({ type }) => type === FLEX_REQUEST) as [
      SimEvent,
      SimEvent,
      SimEvent,
      SimEvent,
    ];
    const [after, before] = [oldest.created - SECOND, newest.created + SECOND];
    const window = `eventType=${FLEX_REQUEST}&minDate=${iso(after)}&maxDate=${iso(before)}`;
    expect(await ids(window)).toHaveLength(4);
    // The moments themselves are not in it.
    const narrow = `eventType=${FLEX_REQUEST}&minDate=${iso(oldest.created)}&maxDate=${iso(newest.created)}`;
    expect(await ids(narrow)).toHaveLength(2);
    const { clusterName } = dedicatedOf(made);
    const ofCluster = await ids(`clusterNames=${clusterName}&clusterNames=nobody`);
    expect(ofCluster).toEqual(those(({ fields }) => fields.clusterName === clusterName));
    expect(ofCluster.length).toBeGreaterThan(0);
  });

  test.each([
    ['eventType=NO_SUCH_TYPE', 'INVALID_ENUM_VALUE'],
    [`eventType=${FLEX_REQUEST}&eventType=NO_SUCH_TYPE`, 'INVALID_ENUM_VALUE'],
    ['excludedEventType=NO_SUCH_TYPE', 'INVALID_ENUM_VALUE'],
    ['minDate=yesterday', 'INVALID_QUERY_PARAMETER'],
    ['maxDate=2026-13-01T00:00:00Z', 'INVALID_QUERY_PARAMETER'],
    ['includeRaw=1', 'INVALID_QUERY_PARAMETER'],
  ])('with %s is refused', async (query, errorCode) => {
    const { atlas, client, path } = await setUp();
    await using _ = atlas;
    expect(await client.get<ApiErrorBody>(`${path}?${query}`)).toMatchObject({ status: 400, body: { errorCode } });
  });

  test('has a rate limit of its own', async () => {
    const { atlas, client, path } = await setUp({ buckets: { events: { capacity: 2 } } });
    await using _ = atlas;
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await client.get(`${path}?itemsPerPage=1`)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect(await client.get(path.replace('/events', '/clusters'))).toMatchObject({ status: 200 });
  });
});

describe('who requests through the API', () => {
  const body = (made: World) => ({
    targetClusterName: ofTier(made, 'flex').clusterName,
    targetGroupId: projectOf(made),
    snapshotId: 'a'.repeat(24),
  });
  const restorePath = (made: World) =>
    `/groups/${projectOf(made)}/flexClusters/${ofTier(made, 'flex').clusterName}/backup/restoreJobs`;
  const newest = (made: World) => {
    const { projectId, clusterName } = flexOf(made);
    const [job] = made.jobs(projectId, clusterName, 'flex');
    if (!job) throw new Error('nothing was restored');
    return requesterOf(job, made.actors);
  };

  test('is the key that signed, the new one after a rotation', async () => {
    const { atlas, world: made } = await setUp();
    await using _ = atlas;
    await new DigestClient(atlas).post(restorePath(made), body(made));
    const before = newest(made);
    expect(before).toMatchObject({ name: OWN_KEY, actor: { kind: 'apiKey', name: atlas.apiKey.publicKey } });
    expect(made.actors.named(OWN_KEY)).toBe(before);
    atlas.rotateCredentials();
    await new DigestClient(atlas).post(restorePath(made), body(made));
    expect(newest(made).actor.name).toBe(atlas.apiKey.publicKey);
    expect(newest(made).actor).not.toEqual(before.actor);
  });

  test('is nobody that an event could name where a service account requests', async () => {
    const { atlas, world: made } = await setUp();
    await using _ = atlas;
    const { access_token: token } = (await requestToken(atlas)).body;
    const headers = { authorization: `Bearer ${token}`, accept: NEWEST };
    const url = `${atlas.url}/api/atlas/v2${restorePath(made)}`;
    const reply = await send(url, { method: 'POST', headers, body: JSON.stringify(body(made)) });
    expect([reply.status, newest(made)]).toMatchObject([200, { name: SERVICE_ACCOUNT, actor: { kind: 'unknown' } }]);
  });
});

describe('a fault', () => {
  test('can strike events alone, by their kind or by their path', async () => {
    const { atlas, client, path, world: made } = await setUp();
    await using _ = atlas;
    const { projectId, clusterName } = flexOf(made);
    const jobs = `/groups/${projectId}/flexClusters/${clusterName}/backup/restoreJobs`;
    for (const when of [{ kind: 'events', projectId }, { path: /\/events$/ }] as const) {
      const remove = atlas.faults.add({ when, fault: { type: 'status', status: 403 } });
      expect(await client.get(path)).toMatchObject({ status: 403 });
      expect(await client.get(jobs)).toMatchObject({ status: 200 });
      remove();
    }
    atlas.faults.add({ when: { kind: 'flex' }, fault: { type: 'status', status: 500 } });
    expect([(await client.get(path)).status, (await client.get(jobs)).status]).toEqual([200, 500]);
  });

  test('shows events later than usual', async () => {
    const { atlas, clock, client, path, world: made } = await setUp();
    await using _ = atlas;
    const request = requestEvent(made.startRestore(flexOf(made)), made.actors);
    const seen = async () => {
      const { body } = await client.get<List>(`${path}?eventType=${FLEX_REQUEST}`);
      return body.results.some(({ id }) => id === request?.id);
    };
    atlas.faults.add({ when: {}, fault: { type: 'lateEvents', ms: 10 * 60 * SECOND } });
    clock.advance(9 * 60 * SECOND);
    expect(await seen()).toBe(false);
    expect(await client.get(`${path}/${request?.id}`)).toMatchObject({ status: 404 });
    clock.advance(61 * SECOND + 3 * SECOND);
    expect(await seen()).toBe(true);
  });

  test.each(['numberIds', 'missingIds', 'nullItem', 'results'] as const)('spoils a list: %s', async (what) => {
    const { atlas, client, path } = await setUp();
    await using _ = atlas;
    const clean = (await client.get(`${path}?itemsPerPage=3`)).body.results;
    atlas.faults.add({ when: { kind: 'events' }, fault: { type: 'wrongTypes', what } });
    expect((await client.get(`${path}?itemsPerPage=3`)).body.results).not.toEqual(clean);
  });
});
