// Clocks that are wrong, ours or Atlas’s, and what is claimed by them.
import { describe, expect, test } from 'vitest';
import { fixedCredentials } from '../../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../../functions/atlas/client.ts';
import { HttpTransport } from '../../../functions/atlas/http/http-transport.ts';
import type { Transport } from '../../../functions/atlas/http/transport.ts';
import type { ListCoverage, ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import { jobKey } from '../../../functions/ledger/table/keys.ts';
import { requestedAt } from '../../../functions/restore/object-id.ts';
import { DAY, HOUR, MINUTE } from '../../../local/atlas/base/time.ts';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';
import { coverageOf, listOf, ONE, refOf, restored } from './altered.ts';

const engine = testEngine();

describe('clocks', () => {
  /** The system's own clock is wrong; Atlas's, and the world's, is right. */
  const skewed = (system: System, skewMs: () => number) => {
    const clock = {
      now: () => system.clock.now() + skewMs(),
      sleep: (ms: number, signal?: AbortSignal) => system.clock.sleep(ms, signal),
    };
    const credentials = fixedCredentials({ type: 'apiKey', ...system.atlas.apiKey });
    const client = () => new AtlasClient({ credentials, baseUrl: system.atlas.url, clock });
    return async (request = {}) => {
      // A new process each time, which knows nothing of its clock yet.
      await using atlas = client();
      return await system.run(request, { accounts: [{ name: 'test', atlas }], clock });
    };
  };
  const times = ({ clusters, discovery }: ProjectCoverage) => [
    ...Object.values(discovery).flatMap((list) => [list?.attemptedAt, list?.readAt]),
    ...Object.values(clusters).flatMap(({ firstSeenAt, seenAt, lists }) => [
      firstSeenAt,
      seenAt,
      ...Object.values(lists).flatMap((list: ListCoverage) => [list.attemptedAt, list.readAt, list.fullReadAt]),
    ]),
  ];

  /** All that a claim rests on. */
  const newest = async (system: System) => {
    const coverage = (await coverageOf(system)) as ProjectCoverage;
    const runs = (await system.ledger.runs({})).items.map(({ startedAt }) => startedAt);
    const scope = await system.ledger.scope();
    return [...times(coverage), scope?.listedAt, ...runs].reduce((a = '', b = '') => (a > b ? a : b), '') ?? '';
  };
  const now = (system: System) => new Date(system.clock.now()).toISOString();

  test.each([
    ['20 minutes ahead', 20 * MINUTE],
    ['an hour ahead', HOUR],
    ['an hour behind', -HOUR],
    ['years ahead', 4 * 365 * DAY],
  ])('%s of Atlas: nothing is missed, and times are the earlier clock’s', async (_, skewMs) => {
    await using system = await System.start(engine, ONE);
    const run = skewed(system, () => skewMs);
    await run();
    for (let nth = 0; nth < 3; nth++) {
      system.clock.advance(12 * MINUTE);
      const job = system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
      system.clock.advance(3 * MINUTE);
      expect((await run()).run.counts).toMatchObject({ jobsNew: 1 });
      const recorded = await system.ledger.job(job.id);
      const earlier = system.clock.now() + Math.min(0, skewMs);
      expect(Math.abs(Date.parse(recorded?.observedAt ?? '') - earlier)).toBeLessThan(5_000);
    }
    const coverage = (await coverageOf(system)) as ProjectCoverage;
    for (const at of times(coverage))
      if (at !== undefined) expect(Date.parse(at)).toBeLessThan(system.clock.now() + 5_000);
  });

  describe('whose time is only known by the answers to this very run', () => {
    /** A process that lives on, such as a warm function or `serve`. */
    const longLived = (system: System, skewMs: () => number) => {
      const clock = {
        now: () => system.clock.now() + skewMs(),
        sleep: (ms: number, signal?: AbortSignal) => system.clock.sleep(ms, signal),
      };
      const credentials = fixedCredentials({ type: 'apiKey', ...system.atlas.apiKey });
      const atlas = new AtlasClient({ credentials, baseUrl: system.atlas.url, clock });
      const run = (request = { full: true }) =>
        system.run(request, { accounts: [{ name: 'test', atlas }], clock }).then((ended) => ended.run);
      return { atlas, run, [Symbol.asyncDispose]: () => atlas.close() };
    };

    test.each([
      ['right, and goes 20 minutes ahead', 0, 20 * MINUTE],
      ['an hour behind, and is set right', -HOUR, 0],
      ['an hour ahead, and is set right', HOUR, 0],
    ])('a clock that is %s between two runs', async (_, before, after) => {
      await using system = await System.start(engine, ONE);
      let skewMs = before;
      await using process = longLived(system, () => skewMs);
      for (let nth = 0; nth < 5; nth++) {
        await process.run();
        system.clock.advance(20 * MINUTE);
      }
      skewMs = after;
      const beganAt = now(system);
      const run = await process.run();
      expect(run.status).toBe('complete');
      expect((await newest(system)) <= now(system)).toBe(true);
      expect(Date.parse((await listOf(system))?.fullReadAt ?? '')).toBeGreaterThan(Date.parse(beganAt) - 5_000);
      expect(Math.abs(Date.parse(run.startedAt) - Date.parse(beganAt))).toBeLessThan(5_000);
    });

    test.each([
      ['ahead', 0, 20 * MINUTE, 1],
      ['back', 20 * MINUTE, 0, 1],
      ['ahead', 0, 20 * MINUTE, 3],
      ['back', 20 * MINUTE, 0, 3],
    ])(
      'a clock that is set %s while a project is read proves nothing, and the next run does',
      async (_, from, to, nth) => {
        await using system = await System.start(engine, ONE);
        await system.run();
        const before = (await listOf(system))?.fullReadAt;
        system.clock.advance(20 * MINUTE);
        const job = system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
        const asked = system.atlas.requests.length;
        const listed = () => system.atlas.requests.slice(asked).filter(({ path }) => path.includes('/clusters'));
        await using process = longLived(system, () => (listed().length >= nth ? to : from));
        expect((await process.run()).status).toBe('incomplete');
        expect(await system.ledger.job(job.id)).toBeDefined();
        expect((await listOf(system))?.fullReadAt).toBe(before);
        expect((await listOf(system))?.error?.code).toBe('CLOCK_NOT_MEASURED');
        expect((await process.run()).status).toBe('complete');
        expect((await newest(system)) <= now(system)).toBe(true);
        expect((await listOf(system))?.error).toBeUndefined();
      },
    );

    test('a proxy that answers in Atlas’s place does not tell the time', async () => {
      await using system = await System.start(engine, ONE);
      const date = new Date(system.clock.now() + HOUR).toUTCString();
      const fault = { type: 'foreign' as const, status: 502, headers: { date } };
      system.atlas.faults.add({ when: { path: /\/groups$/ }, times: 3, fault });
      await using process = longLived(system, () => 0);
      expect((await process.run()).status).toBe('complete');
      expect((await newest(system)) <= now(system)).toBe(true);
    });

    test.each([
      ['20 minutes ahead', 20 * MINUTE],
      ['a day behind', -DAY],
    ])('where no answer tells it, by a clock %s: all is recorded, and nothing counts as read', async (_, skewMs) => {
      await using system = await System.start(engine, ONE);
      const clock = {
        now: () => system.clock.now() + skewMs,
        sleep: (ms: number, signal?: AbortSignal) => system.clock.sleep(ms, signal),
      };
      const inner = new HttpTransport();
      const transport: Transport = {
        async send(request) {
          const answer = await inner.send(request);
          return { ...answer, headers: { ...answer.headers, date: undefined } };
        },
        close: () => inner.close(),
      };
      const credentials = fixedCredentials({ type: 'apiKey', ...system.atlas.apiKey });
      await using atlas = new AtlasClient({ credentials, baseUrl: system.atlas.url, clock, transport });
      const { run } = await system.run({ full: true }, { accounts: [{ name: 'test', atlas }], clock });
      expect(run).toMatchObject({ status: 'incomplete', failures: [{ what: 'projects', code: 'CLOCK_NOT_MEASURED' }] });
      expect((await system.recorded()).size).toBe(system.listed().size);
      expect((await system.ledger.scope())?.listedAt).toBeUndefined();
      const coverage = (await coverageOf(system)) as ProjectCoverage;
      expect(Object.values(coverage.discovery).map((list) => [list?.readAt, list?.error?.code])).toEqual(
        Array(3).fill([undefined, 'CLOCK_NOT_MEASURED']),
      );
      expect(coverage.clusters).toEqual({});
      const known = [];
      for await (const project of system.ledger.knownProjects()) known.push(project.firstSeenAt);
      // It is known by its coverage, since when is not.
      expect(known.filter((at) => at !== undefined && at < now(system))).toEqual([]);

      expect((await system.run({ full: true })).run.status).toBe('complete');
      const after = times((await coverageOf(system)) as ProjectCoverage);
      expect(after.filter((at) => at !== undefined && at > now(system))).toEqual([]);
    });
  });

  describe('of a proxy that writes the Date of each answer, and is wrong', () => {
    const claimed = async (system: System, sinceMs: number, untilMs: number) => {
      const { verdict, gaps } = await system.claim(sinceMs, untilMs);
      return { state: verdict.state, reasons: [...new Set(gaps.map(({ reason }) => reason))].sort() };
    };

    test.each([
      ['10 minutes ahead', 10 * MINUTE],
      ['2 hours ahead', 2 * HOUR],
    ])('%s: nothing is complete beyond when it was requested', async (_, dateAheadMs) => {
      await using system = await System.start(engine, { ...ONE, dateAheadMs });
      await system.run({ full: true });
      system.clock.advance(3 * dateAheadMs);
      const readAt = system.clock.now();
      expect((await system.run({ full: true })).run.status).toBe('complete');
      system.clock.advance(dateAheadMs / 4);
      const missed = system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
      system.clock.advance(2 * dateAheadMs);
      const [since, until] = [readAt - dateAheadMs, readAt + dateAheadMs / 2];
      expect(await system.ledger.job(missed.id)).toBeUndefined();
      expect((await claimed(system, since, until)).state).toBe('incomplete');
      expect((await claimed(system, since, readAt)).state).toBe('complete');

      const fault = { type: 'status' as const, status: 500 };
      system.atlas.faults.add({ when: { path: /restoreJobs/ }, fault });
      expect((await system.run({ full: true })).run.status).toBe('incomplete');
      expect(await claimed(system, since, until)).toEqual({ state: 'incomplete', reasons: ['failing'] });

      system.atlas.faults.clear();
      expect((await system.run({ full: true })).run.status).toBe('complete');
      expect(await system.ledger.job(missed.id)).toBeDefined();
      expect((await claimed(system, since, until)).state).toBe('complete');
      expect((await newest(system)) <= now(system)).toBe(true);
    });

    test.each([
      ['the Date, which is 2 hours behind', -2 * HOUR, 0],
      ['our clock, which is 2 hours behind', 0, -2 * HOUR],
    ])('by %s: nothing is complete before the first reading', async (_, dateAheadMs, skewMs) => {
      await using system = await System.start(engine, { ...ONE, dateAheadMs });
      const run = skewed(system, () => skewMs);
      const beganAt = system.clock.now();
      await run({ full: true });
      system.clock.advance(6 * HOUR);
      await run({ full: true });
      const until = beganAt + 3 * HOUR;
      expect(await claimed(system, beganAt - HOUR, until)).toEqual({
        state: 'incomplete',
        reasons: ['before-first-reading'],
      });
      expect((await claimed(system, beganAt + MINUTE, until)).state).toBe('complete');
    });

    test.each([
      ['the Date, which is 2 hours behind', -2 * HOUR, 0],
      ['our clock, which is 2 hours behind', 0, -2 * HOUR],
    ])('by %s: what a cluster did before it was gone stays a gap', async (_, dateAheadMs, skewMs) => {
      await using system = await System.start(engine, { ...ONE, clusters: 2, dateAheadMs });
      const run = skewed(system, () => skewMs);
      await run({ full: true });
      system.clock.advance(6 * HOUR);
      await run({ full: true });
      system.clock.advance(4 * HOUR);
      const requestedAt = system.clock.now();
      system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
      system.clock.advance(2 * MINUTE);
      system.atlas.world.deleteCluster(refOf(system));
      for (const waitMs of [10 * MINUTE, 3 * HOUR, 3 * HOUR, 3 * HOUR]) {
        system.clock.advance(waitMs);
        await run({ full: true });
      }
      const until = requestedAt + 5 * MINUTE;
      expect(await claimed(system, requestedAt - MINUTE, until)).toEqual({ state: 'incomplete', reasons: ['gone'] });
    });

    test.each([
      ['the Date, which is 2 hours behind', -2 * HOUR, 0],
      ['our clock, which is 2 hours behind', 0, -2 * HOUR],
    ])('by %s: a job that somebody deletes counts once when it is recorded again', async (_, dateAheadMs, skewMs) => {
      await using system = await System.start(engine, { ...ONE, dateAheadMs });
      const run = skewed(system, () => skewMs);
      await run({ full: true });
      system.clock.advance(HOUR);
      const { id: jobId } = system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
      system.clock.advance(10 * MINUTE);
      await run();
      const { projectId } = refOf(system);
      await system.forget(jobKey(projectId, jobId));
      expect(await system.verify()).toMatchObject({ unbroken: false });
      system.clock.advance(4 * HOUR);
      await run({ full: true });
      expect(await system.ledger.job(jobId)).toBeDefined();
      expect(await system.verify()).toMatchObject({ unbroken: true });
    });

    test('2 hours behind: complete until 2 hours ago, and no longer', async () => {
      await using system = await System.start(engine, { ...ONE, dateAheadMs: -2 * HOUR });
      const beganAt = system.clock.now();
      await system.run({ full: true });
      system.clock.advance(3 * HOUR);
      await system.run({ full: true });
      expect((await claimed(system, beganAt + MINUTE, beganAt + HOUR - MINUTE)).state).toBe('complete');
      expect((await claimed(system, beganAt + MINUTE, beganAt + HOUR + MINUTE)).state).toBe('incomplete');
    });
  });

  test('that were in 2030 once have left times that nobody believes', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    const { projectId } = refOf(system);
    const job = restored(system);
    await system.run();
    const future = '2030-01-01T00:00:00.000Z';
    const poisoned = (coverage: ProjectCoverage | undefined): ProjectCoverage =>
      JSON.parse(
        JSON.stringify(coverage, (name, value) =>
          /^(attemptedAt|readAt|fullReadAt|settledThrough|seenAt|firstSeenAt|since)$/.test(name) ? future : value,
        ),
      );
    await system.ledger.saveCoverage(projectId, poisoned, await system.ledger.coverage(projectId));
    const next = restored(system);
    expect((await system.run()).run).toMatchObject({ status: 'complete', counts: { jobsNew: 1 } });
    expect(await system.ledger.job(next.id)).toBeDefined();
    const coverage = (await coverageOf(system)) as ProjectCoverage;
    const begun = Object.values(coverage.discovery).map((list) => list?.since);
    expect([...times(coverage), ...begun].filter((at) => at === future)).toEqual([]);
    expect((await listOf(system))?.fullReadAt).toBe(new Date(system.clock.now()).toISOString());
    expect(requestedAt(job.id) < (coverage.clusters.Cluster0?.seenAt ?? '')).toBe(true);
  });
});
