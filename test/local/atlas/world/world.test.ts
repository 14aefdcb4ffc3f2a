import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KINDS } from '../../../../functions/schema/words.ts';
import { secondsOf } from '../../../../local/atlas/base/object-id.ts';
import { kindsOf, mainKind, type SimCluster } from '../../../../local/atlas/model/cluster.ts';
import { stateAt } from '../../../../local/atlas/model/timeline.ts';
import { World, type WorldOptions } from '../../../../local/atlas/world/world.ts';
import { ManualClock } from '../../../../local/manual-clock.ts';

const CLUSTER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/;
const OBJECT_ID = /^[a-f0-9]{24}$/;

const world = (options: WorldOptions = {}) => new World({ clock: new ManualClock(), ...options });
const clustersOf = (made: World) => made.projects.flatMap(({ id }) => made.clusters(id));
const jobsOf = (made: World) =>
  clustersOf(made).flatMap(({ projectId, name }) => KINDS.flatMap((kind) => made.jobs(projectId, name, kind)));
const ofTier = (made: World, tier: SimCluster['tier']) => {
  const cluster = clustersOf(made).find((known) => known.tier === tier);
  if (!cluster) throw new Error(`no ${tier} cluster in this world`);
  return { projectId: cluster.projectId, clusterName: cluster.name };
};

describe('a world', () => {
  test('is the same for the same seed and sizes, and another for another seed', () => {
    const sizes = {
      seed: fc.integer(),
      projects: fc.integer({ min: 1, max: 4 }),
      clusters: fc.integer({ min: 1, max: 6 }),
    };
    fc.assert(
      fc.property(fc.record({ ...sizes, jobs: fc.integer({ min: 0, max: 12 }) }), (options) => {
        const [one, same, other] = [world(options), world(options), world({ ...options, seed: options.seed + 1 })];
        expect(same.projects).toEqual(one.projects);
        expect(clustersOf(same)).toEqual(clustersOf(one));
        expect(jobsOf(same)).toEqual(jobsOf(one));
        expect(other.projects).not.toEqual(one.projects);
      }),
      { numRuns: 30 },
    );
  });

  test('keeps the ids of its history when it starts later with the same end of history', () => {
    const historyUntil = Date.UTC(2026, 10, 1);
    const later = new ManualClock(Date.UTC(2026, 11, 24));
    expect(jobsOf(world({ historyUntil, clock: later }))).toEqual(jobsOf(world({ historyUntil })));
  });

  test('has legal names and ids, every id once', () => {
    const made = world({ projects: 25, clusters: 7 });
    const clusters = clustersOf(made);
    expect(clusters).toHaveLength(25 * 7);
    for (const { name } of clusters) expect(name).toMatch(CLUSTER_NAME);
    const ids = [...made.projects, ...clusters, ...jobsOf(made)].map(({ id }) => id);
    for (const id of ids) expect(id).toMatch(OBJECT_ID);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('lists its projects by name, upper case first, some with spaces and any letter', () => {
    const names = world({ projects: 12 }).projects.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    expect(names.some((name) => name.includes(' '))).toBe(true);
    expect(names.some((name) => /[^\0-\x7f]/.test(name))).toBe(true);
    expect(new Set(names).size).toBe(12);
  });

  test('has every tier, one free cluster a project at most, and the same name in many projects', () => {
    const made = world({ projects: 3, clusters: 8, serverlessInstances: 1, deletedClusters: 1 });
    const tiers = made.clusters(made.projects[0]?.id ?? '').map(({ tier }) => tier);
    expect(new Set(tiers)).toEqual(new Set(['replicaSet', 'sharded', 'flex', 'free', 'serverless']));
    expect(tiers.filter((tier) => tier === 'free')).toHaveLength(1);
    expect(clustersOf(made).filter(({ name }) => name === 'Cluster0')).toHaveLength(3);
    expect(clustersOf(made).filter(({ state }) => state === 'DELETED')).toHaveLength(3);
  });

  test('cannot start before its own organization', () => {
    expect(() => new World({ clock: new ManualClock(0) })).toThrow(RangeError);
  });
});

describe('a history', () => {
  test('holds as many jobs a cluster as asked for, over all kinds; free clusters have none', () => {
    const made = world({ jobs: 13 });
    for (const { projectId, name, tier } of clustersOf(made)) {
      const count = KINDS.reduce((sum, kind) => sum + made.jobs(projectId, name, kind).length, 0);
      expect(count).toBe(tier === 'free' ? 0 : 13);
    }
  });

  test('is newest first, and ids hold the second of the request', () => {
    const made = world({ jobs: 40 });
    for (const { projectId, name, tier } of clustersOf(made)) {
      for (const kind of kindsOf(tier)) {
        const jobs = made.jobs(projectId, name, kind);
        expect(jobs.map(({ id }) => secondsOf(id))).toEqual(jobs.map(({ requestedAt }) => requestedAt / 1000));
        const times = jobs.map(({ requestedAt }) => requestedAt);
        expect(times).toEqual([...new Set(times)].toSorted((a, b) => b - a));
      }
    }
  });

  test('shows every outcome and delivery, targets in other projects, and something still open', () => {
    const clock = new ManualClock();
    const jobs = jobsOf(world({ clock, serverlessInstances: 1 }));
    expect(new Set(jobs.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(new Set(jobs.map(({ delivery }) => delivery))).toEqual(new Set(['automated', 'download', 'pointInTime']));
    const stages = new Set(jobs.map((job) => stateAt(job, clock.now()).stage));
    expect(stages).toEqual(new Set(['running', 'ready', 'completed', 'failed', 'cancelled', 'expired']));
    expect(jobs.some(({ outcome }) => outcome === 'failedAndCancelled')).toBe(true);
    expect(jobs.some(({ target, projectId }) => target && target.projectId !== projectId)).toBe(true);
  });

  test('of a million jobs is read in parts, and any of its jobs found by id', () => {
    const made = world({ projects: 1, clusters: 1, jobs: 1_000_000 });
    const ref = { ...ofTier(made, 'replicaSet'), kind: 'dedicated' } as const;
    expect(made.list(ref).count).toBe(800_000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 799_990 }), (offset) => {
        const jobs = made.list(ref).slice(offset, 10);
        expect(jobs).toHaveLength(10);
        for (const job of jobs) expect(made.list(ref).find(job.id)).toEqual(job);
      }),
    );
  });

  test('knows no id that it did not make', () => {
    const made = world();
    const ref = { ...ofTier(made, 'flex'), kind: 'flex' } as const;
    const [job] = made.list(ref).slice(3, 1);
    expect(made.list(ref).find(`${job?.id.slice(0, 8)}0123456789abcdef`)).toBeUndefined();
    expect(made.list(ref).find('f'.repeat(24))).toBeUndefined();
    expect(made.list(ref).find('0'.repeat(24))).toBeUndefined();
  });

  test('slices partition it, with restores started and jobs removed', () => {
    const sizes = fc.record({
      started: fc.integer({ min: 0, max: 5 }),
      removed: fc.uniqueArray(fc.integer({ min: 0, max: 24 }), { maxLength: 6 }),
      limit: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(sizes, ({ started, removed, limit }) => {
        const made = world();
        const ref = { ...ofTier(made, 'flex'), kind: 'flex' } as const;
        for (let n = 0; n < started; n++) made.startRestore(ref);
        const before = made.jobs(ref.projectId, ref.clusterName, ref.kind);
        const gone = removed.flatMap((place) => before[place] ?? []);
        for (const { id } of gone) made.removeJob(ref, id);

        const left = before.filter((job) => !gone.includes(job));
        expect(made.list(ref).count).toBe(left.length);
        const slices = [];
        for (let offset = 0; offset < left.length; offset += limit) slices.push(...made.list(ref).slice(offset, limit));
        expect(slices).toEqual(left);
        for (const { id } of gone) expect(made.list(ref).find(id)).toBeUndefined();
        for (const job of left) expect(made.list(ref).find(job.id)).toEqual(job);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what can be done to a world', () => {
  test('a restore starts now, comes first, and ends as asked', () => {
    const clock = new ManualClock();
    const made = world({ clock });
    const ref = { ...ofTier(made, 'replicaSet'), kind: 'dedicated' } as const;
    clock.advance(90_000);
    const job = made.startRestore({ ...ref, outcome: 'failed', durationMs: 60_000, targetProjectId: 'a'.repeat(24) });
    expect(made.jobs(ref.projectId, ref.clusterName, 'dedicated')[0]).toEqual(job);
    expect(job).toMatchObject({ requestedAt: clock.now(), target: { projectId: 'a'.repeat(24) } });
    expect(stateAt(job, clock.now() + 60_000)).toMatchObject({ stage: 'failed', endedAt: clock.now() + 60_000 });
  });

  test('a restore of what is not there, or cannot be restored so, is refused', () => {
    const made = world();
    const flex = ofTier(made, 'flex');
    expect(() => made.startRestore({ ...flex, clusterName: 'nobody', kind: 'flex' })).toThrow(RangeError);
    expect(() => made.startRestore({ ...flex, kind: 'dedicated' })).toThrow(RangeError);
    expect(() => made.startRestore({ ...ofTier(made, 'free'), kind: 'dedicated' })).toThrow(RangeError);
    expect(() => made.removeJob({ ...flex, kind: 'flex' }, 'f'.repeat(24))).toThrow(RangeError);
    expect(() => made.removeJob({ ...flex, kind: 'flex' }, '0'.repeat(24))).toThrow(RangeError);
    expect(() => made.jobs('0'.repeat(24), 'Cluster0', 'flex')).toThrow(RangeError);
  });

  test('a deleted cluster is gone, unless its backups are kept', () => {
    const made = world();
    const ref = ofTier(made, 'replicaSet');
    made.deleteCluster({ ...ref, retainBackups: true });
    expect(made.cluster(ref)).toMatchObject({ state: 'DELETED' });
    expect(made.jobs(ref.projectId, ref.clusterName, 'dedicated').length).toBeGreaterThan(0);
    made.deleteCluster(ref);
    expect(made.cluster(ref)).toBeUndefined();
  });

  test('a new cluster may take the name of a deleted one, without its jobs', () => {
    const made = world();
    const ref = ofTier(made, 'replicaSet');
    const { id } = made.cluster(ref) ?? {};
    expect(() => made.addCluster(ref)).toThrow(RangeError);
    made.deleteCluster(ref);
    expect(made.addCluster(ref).id).not.toBe(id);
    expect(made.jobs(ref.projectId, ref.clusterName, 'dedicated')).toEqual([]);
  });

  test('a cluster keeps its id when it changes its tier', () => {
    const made = world();
    const ref = ofTier(made, 'flex');
    const { id } = made.cluster(ref) ?? {};
    expect(made.moveTier(ref, 'dedicated')).toMatchObject({ id, tier: 'replicaSet' });
    expect(made.startRestore({ ...ref, kind: 'dedicated' })).toMatchObject({ kind: 'dedicated' });
    expect(made.jobs(ref.projectId, ref.clusterName, 'dedicated')).toHaveLength(1);
  });

  test('a new project is sorted in, empty', () => {
    const made = world();
    const project = made.addProject('AAA first');
    expect(made.projects[0]).toBe(project);
    expect(made.clusters(project.id)).toEqual([]);
    const { name } = made.addCluster({ projectId: project.id, clusterName: 'fresh', tier: 'flex' });
    made.startRestore({ projectId: project.id, clusterName: name, kind: 'flex' });
    expect(made.jobs(project.id, name, 'flex')).toHaveLength(1);
  });

  test('changes nothing of the history of others', () => {
    const [changed, untouched] = [world({ clusters: 6 }), world({ clusters: 6 })];
    const { id } = changed.addProject('AAA first');
    changed.deleteCluster(ofTier(changed, 'sharded'));
    const kept = clustersOf(changed).filter(({ projectId }) => projectId !== id);
    for (const { projectId, name, tier } of kept) {
      const kind = mainKind(tier);
      expect(changed.jobs(projectId, name, kind)).toEqual(untouched.jobs(projectId, name, kind));
    }
  });
});

describe('activity', () => {
  test('starts restores by itself, as many as asked for, the same ones for the same seed', () => {
    const run = (seed: number) => {
      const clock = new ManualClock();
      const made = world({ clock, seed, jobs: 0, activityPerMinute: 30 });
      clock.advance(10 * 60_000);
      return jobsOf(made).map(({ id }) => id);
    };
    expect(run(1)).toHaveLength(300);
    expect(run(1)).toEqual(run(1));
    expect(run(2)).not.toEqual(run(1));
  });

  test('does not depend on how often one looks, and keeps lists newest first', () => {
    const [seldom, often] = [new ManualClock(), new ManualClock()];
    const one = world({ clock: seldom, activityPerMinute: 20 });
    const other = world({ clock: often, activityPerMinute: 20 });
    seldom.advance(30 * 60_000);
    for (let minute = 0; minute < 30; minute++) {
      often.advance(60_000);
      jobsOf(other);
    }
    expect(jobsOf(other)).toEqual(jobsOf(one));
    for (const { projectId, name, tier } of clustersOf(one)) {
      const times = one.jobs(projectId, name, mainKind(tier)).map(({ requestedAt }) => requestedAt);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    }
  });
});
