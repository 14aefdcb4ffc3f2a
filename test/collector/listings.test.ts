import { describe, expect, test } from 'vitest';
import type { Atlas, Project } from '../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import { retiredCredentials, retiredProject } from '../../functions/collector/plan/retirement.ts';
import { projectKey } from '../../functions/ledger/table/keys.ts';
import { HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();

async function started(options = {}) {
  const system = await System.start(engine, { projects: 1, clusters: 1, jobs: 2, ...options });
  const { world } = system.atlas;
  const [first, second] = world.projects.map(({ id }) => id) as [string, string];
  const after = (minutes: number) => system.clock.advance(minutes * MINUTE);
  const restoreIn = (projectId: string) => {
    const clusterName = world.clusters(projectId).find(({ tier }) => tier !== 'flex' && tier !== 'free')?.name ?? '';
    return world.startRestore({ projectId, clusterName, kind: 'dedicated', durationMs: 1_000 });
  };
  /** A project that comes, with a restore. */
  const newcomer = () => {
    const { id } = world.addProject('Quick');
    world.addCluster({ projectId: id, clusterName: 'quick' });
    after(5);
    return { id, job: restoreIn(id) };
  };
  /** Credentials that see some of the projects. */
  const key = (name: string, sees: (project: Project) => boolean, isRefused = () => false) => {
    const seeing = (client: Atlas): Atlas => {
      const projects = async function* () {
        if (isRefused()) throw new AtlasError('ATLAS_UNAUTHORIZED', 'GET /groups answered 401');
        for await (const page of client.projects()) yield { ...page, projects: page.projects.filter(sees) };
      };
      return new Proxy(client, {
        get: (target, property) => {
          if (property === 'projects') return projects;
          if (property === 'within') return (...args: Parameters<Atlas['within']>) => seeing(target.within(...args));
          const value = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
    const atlas = seeing(system.client);
    return { name, atlas };
  };
  /** Names of the gaps of a period, and their texts. */
  const gaps = async (since: number, until: number) =>
    (await system.claim(since, until)).gaps.map(({ reason, text }) => `${reason}: ${text}`);
  return Object.assign(system, { world, first, second, after, restoreIn, newcomer, key, gaps });
}

describe('a listing of projects', () => {
  test('is kept of a run of one project too: what it saw is known, and has to be read', async () => {
    await using system = await started();
    await system.run();
    const from = system.clock.now();
    let lost = '';
    for (let runs = 0; runs < 6; runs++) {
      system.after(20 * 60);
      if (runs === 1) lost = system.newcomer().id;
      if (runs === 3) system.world.hideProject(lost);
      await system.run({ scope: { projectId: system.first } });
    }
    system.after(60);
    await system.run({ full: true });
    system.after(1);
    const { verdict, gaps } = await system.claim(from + HOUR, system.clock.now() - 30 * MINUTE);
    expect(verdict.complete).toBe(false);
    expect(gaps).toMatchObject([{ projectId: lost, projectName: 'Quick', reason: 'not-visible' }]);
  });

  test('begins the ledger, be it of a run of one project', async () => {
    await using system = await started();
    const { id } = system.newcomer();
    await system.run({ scope: { projectId: system.first } });
    const from = system.clock.now();
    system.after(20 * 60);
    system.world.hideProject(id);
    await system.run({ full: true });
    system.after(1);
    expect((await system.claim(from + HOUR, from + 19 * HOUR)).gaps).toMatchObject([{ projectId: id }]);
  });

  test('that was not made for more than 26 hours leaves a gap by name, and one that was leaves none', async () => {
    await using system = await started();
    await system.run();
    const from = system.clock.now();
    system.after(25 * 60);
    await system.run();
    system.after(27 * 60);
    await system.run({ full: true });
    system.after(1);
    expect((await system.claim(from + HOUR, from + 24 * HOUR)).verdict.state).toBe('complete');
    expect(await system.gaps(from + HOUR, from + 51 * HOUR)).toContainEqual(
      expect.stringMatching(/^projects: The projects of the credentials test were not listed between .* and /),
    );
    const later = system.clock.now();
    system.after(60);
    await system.run({ full: true });
    system.after(1);
    expect((await system.claim(later, later + 30 * MINUTE)).verdict.state).toBe('complete');
  });

  test('that fails for days leaves a gap by its credentials, though those of others came', async () => {
    await using system = await started({ projects: 2 });
    let isRefused = false;
    const one = system.key('one', ({ id }) => id === system.first);
    const two = system.key(
      'two',
      ({ id }) => id !== system.first,
      () => isRefused,
    );
    const accounts = [one, two];
    await system.run({}, { accounts });
    const from = system.clock.now();
    isRefused = true;
    const mine = system.key('two', ({ id }) => id === system.second);
    for (let runs = 0; runs < 4; runs++) {
      system.after(20 * 60);
      await system.run({}, { accounts });
      // What they read is up to date all the time.
      await system.run({ scope: { projectId: system.second } }, { accounts: [{ ...mine, name: 'by hand' }] });
    }
    isRefused = false;
    system.after(60);
    await system.run({ full: true }, { accounts });
    system.after(1);
    const gaps = await system.gaps(from + HOUR, system.clock.now() - 30 * MINUTE);
    expect(gaps).toEqual([expect.stringMatching(/^projects: The projects of the credentials two were not listed /)]);
  });
});

describe('credentials that count', () => {
  test('have to be asked: those that see less prove nothing', async () => {
    await using system = await started();
    const prod = system.key('prod', () => true);
    const laptop = system.key('laptop', ({ id }) => id === system.first);
    await system.run({}, { accounts: [prod] });
    const from = system.clock.now();
    const { job } = system.newcomer();
    system.after(10);
    await system.run({ full: true }, { accounts: [laptop] });
    system.after(1);
    const until = system.clock.now() - 2 * MINUTE;
    expect((await system.recorded()).has(job.id)).toBe(false);
    const { verdict, gaps } = await system.claim(from + MINUTE, until);
    expect(verdict.state).toBe('incomplete');
    expect(gaps[0]).toMatchObject({ reason: 'full-reading-due', text: expect.stringContaining('credentials prod') });
    // Its own next listing makes good all of it; a laptop was a guest.
    await system.run({ full: true }, { accounts: [prod] });
    system.after(1);
    expect((await system.recorded()).has(job.id)).toBe(true);
    // What a project made a moment ago had before its first reading is another matter.
    expect(await system.gaps(from + MINUTE, until)).toEqual([expect.stringMatching(/^before-first-reading: /)]);
  });

  test('end where others see all that they saw, a day after their last listing, and leave a gap that a person can close', async () => {
    await using system = await started();
    const [old, next] = [system.key('old', () => true), system.key('next', () => true)];
    await system.run({}, { accounts: [old] });
    const from = system.clock.now();
    for (let runs = 0; runs < 4; runs++) {
      system.after(10 * 60);
      await system.run({ full: true }, { accounts: [next] });
    }
    const to = system.clock.now();
    system.after(60);
    await system.run({ full: true }, { accounts: [next] });
    system.after(1);
    expect((await system.claim(to, to + 30 * MINUTE)).verdict.state).toBe('complete');
    const gaps = await system.gaps(from + HOUR, to);
    expect(gaps).toEqual([
      expect.stringMatching(/^projects: The credentials old did not list .* next took their place/),
    ]);
    const at = new Date(system.clock.now()).toISOString();
    const said = { at, by: 'ada@laptop', reason: 'rotated' };
    await system.ledger.saveScope((stored) => retiredCredentials(stored, 'old', said));
    const closed = await system.claim(from + HOUR, to);
    expect(closed.verdict.state).toBe('complete');
    expect(closed.limits).toContainEqual(expect.stringMatching(/credentials old count no more .* ada@laptop: rotated/));
  });

  test('end at once by a person’s word', async () => {
    await using system = await started();
    await system.run({}, { accounts: [system.key('old', () => true)] });
    const from = system.clock.now();
    system.after(60);
    await system.run({ full: true }, { accounts: [system.key('next', () => true)] });
    const at = new Date(system.clock.now()).toISOString();
    const end = (name: string) =>
      system.ledger.saveScope((stored) => retiredCredentials(stored, name, { at, by: 'ada', reason: 'rotated' }));
    await expect(end('nobody')).rejects.toThrow('no credentials nobody count: expected one of next, old');
    await end('old');
    system.after(1);
    await system.run({ full: true }, { accounts: [system.key('next', () => true)] });
    system.after(1);
    expect((await system.claim(from, from + 30 * MINUTE)).verdict.state).toBe('complete');
  });
});

describe('a project', () => {
  test('that was out of sight in a period, for however short, is a gap of it', async () => {
    await using system = await started({ projects: 2 });
    await system.run();
    const from = system.clock.now();
    system.after(20);
    const back = system.world.hideProject(system.second);
    system.after(5);
    system.world.addCluster({ projectId: system.second, clusterName: 'tmp' });
    system.after(5);
    await system.run();
    system.world.deleteCluster({ projectId: system.second, clusterName: 'tmp' });
    back();
    system.after(10);
    await system.run({ full: true });
    const seen = system.clock.now();
    system.after(1);
    expect(await system.gaps(from + 10 * MINUTE, from + 40 * MINUTE)).toEqual([
      expect.stringMatching(/^not-visible: The project was out of sight, or out of scope, between /),
    ]);
    system.after(60);
    await system.run({ full: true });
    system.after(1);
    expect((await system.claim(seen, seen + 30 * MINUTE)).verdict.state).toBe('complete');
  });

  test('that settings excluded for a while is a gap of that while', async () => {
    await using system = await started({ projects: 2 });
    await system.run();
    const from = system.clock.now();
    const [, { name } = { name: '' }] = system.world.projects;
    system.after(20);
    await system.run({}, {}, { wantsProject: (each: string) => each !== name });
    system.after(20);
    await system.run({ full: true }, {}, { wantsProject: () => true });
    system.after(1);
    expect(await system.gaps(from + MINUTE, from + 30 * MINUTE)).toEqual([
      expect.stringMatching(/^not-visible: The project was out of sight, or out of scope, between /),
    ]);
  });

  test('can’t be retired by a clock that is behind the record, nor reach back before it was lost', async () => {
    await using system = await started({ projects: 2 });
    await system.run();
    const from = system.clock.now();
    system.after(60);
    system.restoreIn(system.second);
    system.world.hideProject(system.second);
    system.after(10);
    await system.run({ full: true });
    const lostAt = new Date(system.clock.now()).toISOString();
    const retire = (ms: number) =>
      system.ledger.saveKnownProject(system.second, (stored) =>
        retiredProject(stored, system.second, { at: new Date(ms).toISOString(), by: 'ada', reason: 'deleted' }),
      );
    await expect(retire(system.clock.now() - 24 * HOUR)).rejects.toThrow('set the clock');
    // A few seconds are what clocks differ by.
    expect((await retire(system.clock.now() - 5_000)).retired?.at).toBe(lostAt);
    system.after(5);
    await system.run({ full: true });
    system.after(1);
    expect((await system.claim(from + MINUTE, from + 65 * MINUTE)).verdict.state).toBe('incomplete');
    // As an earlier version let it be stored.
    await system.forge(projectKey(system.second), (item) => {
      item.retired = { at: new Date(from - HOUR).toISOString(), by: 'ada', reason: 'deleted' };
    });
    expect((await system.claim(from + MINUTE, from + 65 * MINUTE)).verdict.state).toBe('incomplete');
  });
});

test('the last run over everything is found however many runs of one project came after it', async () => {
  await using system = await started({ jobs: 0 });
  await system.run();
  const from = system.clock.now();
  system.after(10);
  await system.run({ full: true });
  const at = system.clock.now();
  for (let n = 0; n < 2_050; n++) {
    const runId = `${Math.floor((at + n * 1_000) / 1_000).toString(16)}${String(n).padStart(16, '0')}`;
    const startedAt = new Date(at + n * 1_000).toISOString();
    const run = { runId, trigger: 'command', scope: { projectId: system.first }, full: false, startedAt } as const;
    await system.ledger.startRun({ ...run, status: 'running', failures: [] });
  }
  system.after(60);
  expect((await system.claim(from + MINUTE, from + 9 * MINUTE)).verdict.state).toBe('complete');
}, 240_000);
