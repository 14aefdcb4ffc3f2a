// What one project, or one set of credentials, cannot do, and what it costs the others.
import { describe, expect, test } from 'vitest';
import type { Atlas } from '../../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../../functions/atlas/model/errors.ts';
import { collectProject } from '../../../functions/collector/project/collect-project.ts';
import { anyOf } from '../../../functions/collector/task/any-account.ts';
import type { ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import { LedgerError } from '../../../functions/ledger/model/errors.ts';
import type { Ledger } from '../../../functions/ledger/model/ledger.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { HOUR, MINUTE } from '../../../local/atlas/base/time.ts';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';
import { altered, coverageOf, expectNothingMissing, listOf, ONE, refOf } from './altered.ts';

const engine = testEngine();

describe('what one project, or one set of credentials, cannot do costs only itself', () => {
  test.each([
    ['a ledger that fails', new LedgerError('LEDGER_UNAVAILABLE', 'throttled'), 'LEDGER_UNAVAILABLE'],
    ['an error that nobody foresaw', new TypeError("reading 'length'"), 'UNEXPECTED'],
  ])('%s', async (_, error, code) => {
    await using system = await System.start(engine, { projects: 3, clusters: 1, jobs: 3 });
    const [, second] = system.atlas.world.projects;
    const saveCoverage: Ledger['saveCoverage'] = async (projectId, ...rest) => {
      if (projectId === second?.id) throw error;
      return system.ledger.saveCoverage(projectId, ...rest);
    };
    const ledger = { ...system.ledger, saveCoverage };
    const { run, parts } = await system.run({}, { ledger });
    expect(run.status).toBe('incomplete');
    expect(parts.map(({ status }) => status).sort()).toEqual(['complete', 'complete', 'failed']);
    expect(parts.flatMap(({ projectId, failures }) => failures.map((each) => [projectId, each.code]))).toEqual([
      [second?.id, code],
    ]);
  });

  test('a rate limit that asks for years', async () => {
    await using system = await System.start(engine, { projects: 3, clusters: 1, jobs: 3 });
    const [, second] = system.atlas.world.projects;
    system.atlas.faults.add({
      when: { projectId: second?.id ?? '', kind: 'dedicated' },
      fault: { type: 'status', status: 429, retryAfterSeconds: 999_999_999 },
    });
    const waited: number[] = [];
    const { run, parts } = await system.run({}, { onWait: ({ ms }) => waited.push(ms) });
    expect(run.status).toBe('incomplete');
    expect(parts.filter(({ status }) => status === 'complete')).toHaveLength(2);
    expect(parts.flatMap(({ failures }) => failures.map(({ code }) => code))).toEqual(['ATLAS_RATE_LIMITED']);
    expect(Math.max(0, ...system.clock.sleptMs)).toBeLessThan(15 * MINUTE);
  });

  test('a rate limit is waited for no longer in all than the run may', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 3 });
    system.atlas.faults.add({ when: refOf(system), fault: { type: 'status', status: 429, retryAfterSeconds: 120 } });
    const startedAt = system.clock.now();
    const told: number[] = [];
    const { parts } = await system.run({}, { onWait: ({ ms }) => told.push(ms) });
    expect(parts[0]?.failures).toMatchObject([{ code: 'ATLAS_RATE_LIMITED' }]);
    expect(told.length).toBeGreaterThan(2);
    expect(system.clock.now() - startedAt).toBeLessThan(20 * MINUTE);
  });

  test('an interrupt ends a wait', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 3 });
    system.atlas.faults.add({ when: refOf(system), fault: { type: 'status', status: 429, retryAfterSeconds: 120 } });
    const interrupt = new AbortController();
    const clock = {
      now: () => system.clock.now(),
      sleep: (_: number, signal?: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          interrupt.abort(new Error('by hand'));
        }),
    };
    await expect(system.run({ signal: interrupt.signal }, { clock })).rejects.toThrow('by hand');
    const [run] = (await system.ledger.runs({})).items;
    expect(run?.status).not.toBe('running');
  });

  test.each(['before the events are asked for', 'while they are asked for', 'while their jobs are written'])(
    'an interrupt after all lists are read, %s, leaves a run that is not complete, and says what is left',
    async (when) => {
      // More than are written at once.
      await using system = await System.start(engine, { ...ONE, jobs: 100 });
      const interrupt = new AbortController();
      const stop = () => interrupt.abort(new Error('by hand'));
      let lists = 0;
      const onList = () => {
        lists += 1;
        if (lists === 2 && when.startsWith('before')) stop();
      };
      const onRecorded = ({ outcome }: { outcome: string }) => {
        if (outcome === 'changed' && when.endsWith('written')) stop();
      };
      const atlas: Atlas = {
        ...altered(system.client, {}),
        skewReading: { skewMs: 0, agrees: true },
        async *events(query) {
          if (when.startsWith('while they')) {
            stop();
            throw new AtlasError('ATLAS_UNAVAILABLE', 'GET events was stopped: the client was closed', {
              lasting: true,
            });
          }
          yield* system.client.events(query);
        },
        within: () => atlas,
      };
      const accounts = [{ name: 'test', atlas }];
      const stopped = system.run({ signal: interrupt.signal }, { accounts, onList, onRecorded });
      await expect(stopped).rejects.toThrow('by hand');
      const [run] = (await system.ledger.runs({})).items;
      expect(run?.status).toBe('incomplete');
      const parts = (await system.ledger.run(run?.runId ?? ''))?.parts ?? [];
      expect(parts.flatMap(({ failures }) => failures.map(({ what, code }) => [what, code]))).toEqual([
        ['requesters', 'INTERRUPTED'],
      ]);
      const { attribution } = (await coverageOf(system)) as ProjectCoverage;
      expect(attribution?.error).toBeUndefined();
      expect(attribution?.from).toBeDefined();

      system.clock.advance(MINUTE);
      expect((await system.run()).run.status).toBe('complete');
      const waiting = [...(await system.recorded()).values()].filter(
        ({ requester }) => requester === undefined || ('reason' in requester && requester.reason === 'pending'),
      );
      expect(waiting.filter(({ requestedAt: at }) => Date.parse(at) < system.clock.now() - HOUR)).toEqual([]);
    },
  );

  test('an interrupt within a page leaves what is not written yet to the next run', async () => {
    await using system = await System.start(engine, { ...ONE, jobs: 400 });
    const interrupt = new AbortController();
    let written = 0;
    const onRecorded = () => {
      written += 1;
      if (written === 20) interrupt.abort(new Error('by hand'));
    };
    await expect(system.run({ signal: interrupt.signal }, { onRecorded })).rejects.toThrow('by hand');
    expect((await system.recorded()).size).toBe(written);
    expect(written).toBeLessThan(300);
    expect((await listOf(system))?.fullReadAt).toBeUndefined();
    expect((await system.run()).run.status).toBe('complete');
    expect((await system.recorded()).size).toBe(system.listed().size);
  });

  test('credentials without the role are helped out by others that see the project', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 3, jobs: 3 });
    const asked: string[] = [];
    const weak: Atlas = {
      ...altered(system.client, {}),
      // biome-ignore lint/correctness/useYield: it refuses before there is anything to yield
      async *jobPages(list) {
        asked.push(list.kind);
        throw new AtlasError('ATLAS_UNAUTHORIZED', 'role too small', { status: 401, aboutRole: true });
      },
      within: () => weak,
    };
    const accounts = [
      { name: 'weak', atlas: weak },
      { name: 'strong', atlas: system.client },
    ];
    const { projectId } = refOf(system);
    const { part } = await collectProject(
      { runId: '0'.repeat(24), projectId, projectName: 'p', accounts: ['weak', 'strong'] },
      {
        atlas: anyOf(accounts.map(({ atlas }) => atlas)),
        ledger: system.ledger,
        log: silentLog,
        now: () => system.clock.now(),
        timeLeftMs: () => Number.POSITIVE_INFINITY,
      },
      { parallelLists: 1 },
    );
    expect(part).toMatchObject({ status: 'complete', failures: [] });
    await expectNothingMissing(system);
    expect(new Set(asked).size).toBe(asked.length);
  });
});
