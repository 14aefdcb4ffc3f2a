// test/soundness/history.ts: a history made from a seed: a world, the runs over it, and what goes wrong when.
import type { Endpoint } from './outside/atlas.ts';
import { ANSWER_FAULT_NAMES, type AnswerFault, generatorOf } from './outside/faults.ts';
import type { StoreFault } from './outside/store.ts';
import {
  type Cluster,
  DAY_MS,
  deletedAt,
  HOUR_MS,
  idOfSecond,
  type Job,
  KINDS_OF,
  type Kind,
  type Phase,
  type Project,
  type Span,
  type Stage,
  type Tier,
  type World,
} from './outside/world.ts';
import { Random } from './random.ts';

const MINUTE_MS = 60_000;

/** calm: nothing goes wrong. mild: Atlas's answers fail for a while. wild: everything. */
export type Profile = 'calm' | 'mild' | 'wild';

export interface FaultSpec extends Span {
  name: AnswerFault | StoreFault;
  /** What it hits; absent: the store. */
  on?: Endpoint['what'];
  /** Only there, where given. */
  list?: string;
  clusterName?: string;
  projectId?: string;
  /** How often at most. */
  times: number;
  /** How many of the calls that it could hit. */
  rate: number;
}

export interface RunStep {
  do: 'run';
  at: number;
  seed: number;
  how: 'command' | 'functions';
  full: boolean;
  /** Credentials, in the order of the settings. */
  accounts: string[];
  /** How far the collector's clock is ahead. */
  skewMs: number;
  /** How far the Date of each response is ahead, as a proxy with a clock of its own writes it. @default 0 */
  dateAheadMs?: number;
  scope?: { projectId: string; clusterName?: string };
  killAtCall?: number;
  interruptAtCall?: number;
  /** Another collector starts so much later. */
  overlapMs?: number;
  /** Jobs past their retention are let go so much later, while it runs. */
  retainMs?: number;
}

export interface RetainStep {
  do: 'retain';
  at: number;
  seed: number;
  killAtCall?: number;
}

export type Step =
  | RunStep
  | RetainStep
  /** Jobs that the ledger holds are no longer listed. */
  | { do: 'vanish'; at: number; seed: number; jobs: number }
  /** Somebody takes items out of the table. */
  | { do: 'tamper'; at: number; seed: number; what: Tampered };

/** What is taken away: of a project, some jobs, its coverage, or all there is. status: of some jobs it is written over. */
export type Tampered = 'jobs' | 'coverage' | 'jobs and coverage' | 'project' | 'status';

export interface History {
  seed: string;
  profile: Profile;
  world: World;
  steps: Step[];
  faults: FaultSpec[];
  /** When the first run begins. */
  startsAt: number;
  /** From here on nothing goes wrong any more. */
  calmAt: number;
  /** The credentials of the settings. */
  accounts: string[];
  /** Older jobs are let go. Absent: none is. */
  keepDays?: number;
}

const START = Date.UTC(2026, 10, 3);

export function historyOf(seed: string): History {
  const random = new Random(seed);
  const profile = random.weighted({ calm: 1, mild: 2, wild: 7 });
  const startsAt = START + random.int(0, 40 * 24 * 60) * MINUTE_MS;
  const runTimes = timesOfRuns(random, startsAt);
  const calmAt = (runTimes.at(-1) as number) + random.int(1, 3) * HOUR_MS;
  const span = { from: startsAt, to: calmAt };
  const projects = makeProjects(random, span, profile);
  const clusters = projects.flatMap((project) => makeClusters(random, project, span, profile));
  const jobs = clusters.flatMap((cluster) => makeJobs(random, cluster, { runTimes, span, profile }));
  const names =
    profile === 'wild' && random.chance(0.2)
      ? random.pick([
          ['second', 'main'],
          ['main', 'second'],
        ])
      : ['main'];
  const world: World = {
    projects,
    clusters,
    jobs,
    order: random.weighted({
      'newest id first': 14,
      'newest in the list first': 3,
      'oldest first': 1,
      'by snapshot': 2,
    }),
    mostItems: random.chance(0.4) ? 500 : random.int(2, 7),
    serverless: random.weighted({ gone: 5, empty: 3, alive: 2 }),
    denied: names.includes('second')
      ? { second: random.pick<Kind[]>([['dedicated', 'collection'], ['flex'], ['collection']]) }
      : {},
    unseen: random.pick([401, 404]),
  };
  if (world.serverless !== 'alive') retireServerless(world);
  const steps = makeSteps(random, { runTimes, world, profile, names, calmAt });
  const faults = profile === 'calm' ? [] : makeFaults(random, { runTimes, world, profile, calmAt });
  if (profile === 'wild') setDates(seed, steps);
  return { seed, profile, world, faults, accounts: names, startsAt, calmAt, ...withRetention(seed, steps) };
}

/** By a chance of its own, so that all else of a seed stays what it was. No two clocks are ahead at once: nobody could tell. */
function setDates(seed: string, steps: readonly Step[]) {
  const random = new Random(`${seed} dates`);
  if (!random.chance(0.25)) return;
  const dateAheadMs = random.pick(DATES_AHEAD);
  const rate = random.pick([0.4, 1]);
  for (const step of steps) {
    if (step.do !== 'run' || (step.skewMs > 0 && dateAheadMs > 0)) continue;
    if (random.chance(rate)) step.dateAheadMs = dateAheadMs;
  }
}

/** By a chance of its own, so that all else of a seed stays what it was. */
function withRetention(seed: string, steps: Step[]): Pick<History, 'steps' | 'keepDays'> {
  const random = new Random(`${seed} retention`);
  if (!random.chance(0.35)) return { steps };
  const keepDays = random.pick([0.5, 1, 2, 5, 12]);
  const kept: Step[] = [];
  for (const step of steps) {
    kept.push(step);
    if (step.do !== 'run') continue;
    if (random.chance(0.2)) step.retainMs = random.int(0, 4_000);
    if (!random.chance(0.7)) continue;
    const kill = random.chance(0.25) ? { killAtCall: random.int(1, 60) } : {};
    kept.push({ do: 'retain', at: step.at + 7 * MINUTE_MS, seed: random.int(0, 2 ** 31), ...kill });
  }
  return { steps: kept, keepDays };
}

function timesOfRuns(random: Random, startsAt: number): number[] {
  const times = [startsAt];
  const count = random.int(4, 9);
  const pace = random.pick([15 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, 8 * HOUR_MS]);
  while (times.length < count) {
    const before = times.at(-1) as number;
    const gap = random.chance(0.1) ? random.int(20, 32) * HOUR_MS : pace * (0.7 + random.next() * 0.6);
    times.push(Math.round(before + gap));
  }
  return times;
}

const ALWAYS: Span[] = [{ from: 0, to: Number.POSITIVE_INFINITY }];

function makeProjects(random: Random, { from, to }: Span, profile: Profile): Project[] {
  const count = random.weighted({ '1': 5, '2': 4, '3': 1 });
  return Array.from({ length: Number(count) }, (_, i) => {
    const isNew = i > 0 && random.chance(0.2);
    const createdAt = isNew ? random.int(from, to) : from - 60 * DAY_MS;
    const visible: Project['visible'] = { main: ALWAYS, second: random.chance(0.7) ? ALWAYS : [] };
    if (profile === 'wild' && random.chance(0.15)) {
      // It drops out of sight, or is lost for good.
      const lostAt = random.int(from, to);
      const backAt = random.chance(0.8) ? Math.min(to, lostAt + random.int(1, 30) * HOUR_MS) : Number.POSITIVE_INFINITY;
      const spans = [
        { from: 0, to: lostAt },
        { from: backAt, to: Number.POSITIVE_INFINITY },
      ];
      visible.main = spans;
      visible.second = visible.second?.length ? spans : [];
    }
    visible.less = random.chance(0.5) ? ALWAYS : [];
    return {
      id: idOfSecond(createdAt, random.hex(16)),
      name: random.pick(['Payments', 'Über', 'constructor', 'app']) + i,
      createdAt,
      visible,
    };
  });
}

const NAMES = ['Cluster0', 'app', 'reporting-eu', 'x', 'valueOf', 'a-1'];
/** Words of the language; Atlas itself allows but the first. */
const WORDS = ['constructor', '__proto__'];

function makeClusters(random: Random, project: Project, span: Span, profile: Profile): Cluster[] {
  const names = random.shuffled(NAMES);
  if (random.chance(0.1)) names[0] = random.pick(WORDS);
  return Array.from({ length: random.int(1, 3) }).flatMap((_, i) => {
    const name = names[i] as string;
    const first = makeCluster(random, project, name, span, profile, undefined);
    const over = Math.max(deletedAt(first), 0);
    if (over >= span.to || !random.chance(0.4)) return [first];
    // Another one gets the name.
    return [first, makeCluster(random, project, name, span, profile, over + random.int(2, 600) * MINUTE_MS)];
  });
}

function makeCluster(
  random: Random,
  { id: projectId, createdAt: projectFrom }: Project,
  name: string,
  { from, to }: Span,
  profile: Profile,
  notBefore: number | undefined,
): Cluster {
  const tier = random.weighted<Tier>({ dedicated: 50, flex: 32, serverless: 10, free: 5 });
  const isNew = random.chance(0.2);
  const begin = Math.max(notBefore ?? (isNew ? random.int(from, to) : from - random.int(5, 50) * DAY_MS), projectFrom);
  const ends = profile === 'wild' && random.chance(0.22);
  // Some were gone before the ledger began, some live for hours only.
  const end = !ends
    ? Number.POSITIVE_INFINITY
    : random.chance(0.35)
      ? begin + random.int(10, 900) * MINUTE_MS
      : Math.max(begin + HOUR_MS, random.int(Math.min(begin, to), to));
  const stages: Stage[] = [{ tier, from: begin, to: end }];
  const next: Tier | undefined = tier === 'flex' ? 'dedicated' : tier === 'serverless' ? 'flex' : undefined;
  if (next && profile === 'wild' && random.chance(0.25)) {
    const at = random.int(Math.max(begin, from - DAY_MS), to);
    if (at > begin && at < end) stages.splice(0, 1, { tier, from: begin, to: at }, { tier: next, from: at, to: end });
  }
  const isRetained = stages.at(-1)?.tier === 'dedicated' && Number.isFinite(end) && random.chance(0.3);
  return {
    projectId,
    id: idOfSecond(begin, random.hex(16)),
    name,
    stages,
    ...(isRetained ? { retainedUntil: end + random.int(1, 200) * HOUR_MS } : {}),
    keepsOldLists: random.chance(0.5),
    hasCollections: random.chance(0.8),
  };
}

/** Where the API is over, its clusters became flex ones before the ledger began. */
function retireServerless({ clusters, jobs }: World) {
  for (const cluster of clusters) {
    cluster.stages = cluster.stages.map((stage) => (stage.tier === 'serverless' ? { ...stage, tier: 'flex' } : stage));
  }
  for (const job of jobs) if (job.kind === 'serverless') job.kind = 'flex';
  for (const job of jobs) if (job.kind === 'flex') makeFlex(job);
}

/** A flex job knows fewer ends. */
function makeFlex(job: Job) {
  job.download = false;
  job.phases = job.phases.flatMap(({ at, phase }) =>
    phase === 'ready'
      ? []
      : [{ at, phase: phase === 'cancelled' || phase === 'expired' ? ('failed' as const) : phase }],
  );
}

function makeJobs(
  random: Random,
  cluster: Cluster,
  { runTimes, span, profile }: { runTimes: number[]; span: Span; profile: Profile },
): Job[] {
  const jobs: Job[] = [];
  for (const stage of cluster.stages) {
    for (const kind of KINDS_OF[stage.tier]) {
      if (kind === 'collection' && !cluster.hasCollections) continue;
      const life = {
        from: Math.max(stage.from, span.from - 20 * DAY_MS),
        to: Math.min(stage.to, span.to + 3 * DAY_MS),
      };
      if (life.to <= life.from) continue;
      const count = random.chance(0.1) ? random.int(20, 40) : random.int(0, 10);
      for (let i = 0; i < count; i++) {
        const at = random.chance(0.5)
          ? random.pick(runTimes) + random.int(-90, 30) * MINUTE_MS
          : random.int(life.from, life.to);
        const requestedAt = Math.floor(at / 1000) * 1000;
        if (requestedAt < life.from || requestedAt >= life.to) continue;
        jobs.push(makeJob(random, cluster, kind, requestedAt, profile));
      }
    }
  }
  return jobs;
}

const ODD: Record<string, unknown>[] = [
  { deliveryType: 'constructor' },
  { deliveryType: '__proto__' },
  { deliveryType: 'automatedV2' },
  { pointInTimeUTCSeconds: '1700000000' },
  { snapshotId: 'snap-0001' },
  { finishedAt: 'yesterday' },
  { failed: 'false' },
  { status: 'CLOSED' },
  { oplogTs: '2026-08-01T20:02:07Z' },
  { targetGroupId: 'external' },
  { state: 'toString' },
];

function makeJob(random: Random, cluster: Cluster, kind: Kind, requestedAt: number, profile: Profile): Job {
  const delay = random.weighted({ none: 85, short: 8, long: profile === 'calm' ? 0 : 7 });
  const lateMs = delay === 'none' ? random.int(0, 3) * 1000 : random.int(1, delay === 'short' ? 14 : 600) * MINUTE_MS;
  const download = (kind === 'dedicated' || kind === 'serverless') && random.chance(0.25);
  const phases: Job['phases'] = [{ at: requestedAt, phase: 'pending' }];
  const then = (afterMs: number, phase: Phase) =>
    phases.push({ at: (phases.at(-1) as { at: number }).at + afterMs, phase });
  then(random.int(5, 90) * 1000, 'running');
  if (!random.chance(0.05)) {
    const took = random.int(1, 180) * MINUTE_MS;
    if (download) {
      then(took, 'ready');
      then(random.int(61, 180) * MINUTE_MS, 'expired');
    } else {
      const ends: Partial<Record<Phase, number>> =
        kind === 'dedicated' || kind === 'serverless'
          ? { completed: 8, failed: 1 }
          : kind === 'collection'
            ? { completed: 8, failed: 1, cancelled: 1 }
            : { completed: 8, failed: 1 };
      then(took, random.weighted(ends));
      if (phases.at(-1)?.phase === 'completed' && random.chance(0.06)) then(random.int(1, 30) * HOUR_MS, 'failed');
    }
  }
  const isOdd = profile === 'wild' && random.chance(0.04);
  return {
    id: idOfSecond(requestedAt, random.hex(16)),
    requestedAt,
    visibleAt: requestedAt + lateMs,
    cluster,
    kind,
    download,
    phases,
    ...(isOdd ? { odd: random.pick(ODD) } : {}),
  };
}

const DATES_AHEAD = [-2 * HOUR_MS, -20 * MINUTE_MS, 10 * MINUTE_MS, 2 * HOUR_MS, 2 * HOUR_MS];
const SKEWS = [-HOUR_MS, 20 * MINUTE_MS, HOUR_MS, Date.UTC(2030, 0, 1) - START];

function makeSteps(
  random: Random,
  context: { runTimes: number[]; world: World; profile: Profile; names: string[]; calmAt: number },
): Step[] {
  const { runTimes, world, profile, names } = context;
  const how = random.pick(['command', 'functions'] as const);
  const wild = profile === 'wild';
  const steps: Step[] = [];
  const skewed = wild && random.chance(0.25) ? random.pick(SKEWS) : 0;
  const alwaysSkewed = random.chance(0.3);
  const swapped = wild && random.chance(0.12) ? random.int(1, runTimes.length - 1) : -1;
  for (const [i, at] of runTimes.entries()) {
    const step: RunStep = {
      do: 'run',
      at,
      seed: random.int(0, 2 ** 31),
      how,
      full: random.chance(i === 0 ? 0.1 : 0.2),
      accounts: i === swapped ? ['less'] : names,
      skewMs: skewed !== 0 && (alwaysSkewed || random.chance(0.3)) ? skewed : 0,
    };
    if (wild) {
      const cluster = random.pick(world.clusters);
      if (i > 0 && random.chance(0.1)) {
        const { projectId, name } = cluster;
        step.scope = random.chance(0.5) ? { projectId } : { projectId, clusterName: name };
      }
      if (random.chance(0.15)) step.killAtCall = random.int(1, random.chance(0.5) ? 40 : 160);
      else if (random.chance(0.08)) step.interruptAtCall = random.int(1, 60);
      if (random.chance(0.1)) step.overlapMs = random.int(0, 3_000);
    }
    steps.push(step);
    if (wild && random.chance(0.06))
      steps.push({ do: 'vanish', at: at + 9 * MINUTE_MS, seed: random.int(0, 2 ** 31), jobs: random.int(1, 3) });
    if (wild && random.chance(0.05))
      steps.push({
        do: 'tamper',
        at: at + 8 * MINUTE_MS,
        seed: random.int(0, 2 ** 31),
        what: random.pick(['jobs', 'jobs', 'coverage', 'jobs and coverage', 'project', 'status', 'status'] as const),
      });
  }
  return steps;
}

/** Those that only lists of some length meet. */
const LIST_FAULTS: AnswerFault[] = [
  'no results',
  'no results, and none counted',
  'fewer than counted',
  'page repeated',
  'list shrinks',
  'order lost',
];
const STORE_FAULTS: StoreFault[] = ['throttled', 'lost', 'repeated', 'lagging'];
/** One run; some; a night. */
const LENGTHS = [5 * MINUTE_MS, 5 * MINUTE_MS, 5 * MINUTE_MS, 3 * HOUR_MS, 20 * HOUR_MS];

function makeFaults(
  random: Random,
  { runTimes, world, profile, calmAt }: { runTimes: number[]; world: World; profile: Profile; calmAt: number },
): FaultSpec[] {
  const faults: FaultSpec[] = [];
  const count = profile === 'mild' ? random.int(1, 4) : random.int(0, 5);
  for (let i = 0; i < count; i++) {
    const from = random.pick(runTimes) - MINUTE_MS;
    const span = { from, to: Math.min(calmAt, from + random.pick(LENGTHS)) };
    if (profile === 'wild' && random.chance(0.15)) {
      const name = random.pick(STORE_FAULTS);
      faults.push({ name, ...span, times: random.int(1, 40), rate: random.pick([0.02, 0.1, 1]) });
      continue;
    }
    const name = random.pick(random.chance(0.3) ? LIST_FAULTS : ANSWER_FAULT_NAMES);
    const on = random.weighted(
      Object.fromEntries(
        generatorOf(name).on.map((what) => [
          what,
          what === 'jobs' ? 6 : what === 'clusters' ? 4 : what === 'projects' ? 2 : 1,
        ]),
      ),
    ) as Endpoint['what'];
    const cluster = random.pick(world.clusters);
    const kinds = [...new Set(cluster.stages.flatMap(({ tier }) => KINDS_OF[tier]))];
    const list =
      on === 'clusters'
        ? random.weighted({ dedicated: 4, flex: 4, serverless: world.serverless === 'alive' ? 3 : 0 })
        : on === 'jobs' && kinds.length > 0
          ? random.pick(kinds)
          : undefined;
    faults.push({
      name,
      on,
      ...span,
      ...(list === undefined ? {} : { list }),
      ...(on === 'clusters' && random.chance(0.7) ? { projectId: cluster.projectId } : {}),
      ...(on === 'jobs' && random.chance(0.8) ? { projectId: cluster.projectId, clusterName: cluster.name } : {}),
      times: random.weighted({ '1': 3, '2': 1, '1000': 5 }) as unknown as number,
      rate: random.pick([1, 1, 1, 0.3]),
    });
  }
  for (const fault of faults) fault.times = Number(fault.times);
  return faults;
}
