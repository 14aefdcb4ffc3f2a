// test/soundness/shrink.ts: the smallest history that still breaks a rule.

import type { History, RunStep } from './history.ts';
import type { Rule } from './oracle.ts';
import { type Played, play } from './play/driver.ts';

const MAX_PLAYS = 400;

/** One thing less in it; false where there was nothing to take away. */
type Cut = (history: History) => boolean;

export interface Shrunk {
  history: History;
  played: Played;
}

/** @returns nothing where the history does not break the rule */
export async function shrink(history: History, rule: Rule, ignored: ReadonlySet<string>): Promise<Shrunk | undefined> {
  const breaks = async (candidate: History) => {
    const played = await play(structuredClone(candidate), { ignored });
    const [found] = played.violations;
    return found?.rule === rule && (reason === undefined || found.reason === reason) ? played : undefined;
  };
  let reason: string | undefined;
  const first = await breaks(history);
  reason = first?.violations[0]?.reason;
  if (!first) return undefined;
  let best: Shrunk = { history, played: first };
  let plays = 0;
  for (let again = true; again && plays < MAX_PLAYS; ) {
    again = false;
    for (const cut of cutsOf(best.history)) {
      if (plays >= MAX_PLAYS) break;
      const candidate = structuredClone(best.history);
      if (!cut(candidate)) continue;
      plays += 1;
      const played = await breaks(candidate);
      if (!played) continue;
      best = { history: candidate, played };
      again = true;
    }
  }
  return best;
}

/** From the last to the first, so that those that come after stay what they were. The largest first. */
function cutsOf({ steps, faults, world }: History): Cut[] {
  const without =
    <T>(listOf: (history: History) => T[], of: T[]) =>
    (size: number) =>
      Array.from(
        { length: Math.ceil(of.length / size) },
        (_, i): Cut =>
          (history) => {
            const list = listOf(history);
            const from = list.length - (i + 1) * size;
            return list.splice(Math.max(0, from), Math.min(size, size + from)).length > 0;
          },
      );
  const cutSteps = without((history) => history.steps, steps);
  const cutFaults = without((history) => history.faults, faults);
  const cutJobs = without((history) => history.world.jobs, world.jobs);
  return [
    ...cutSteps(1),
    ...cutFaults(1),
    ...world.clusters.map((_, i) => withoutCluster(world.clusters.length - 1 - i)),
    ...world.projects.map((_, i) => withoutProject(world.projects.length - 1 - i)),
    ...[16, 4].flatMap((size) => cutJobs(size)),
    ...(world.jobs.length < 24 ? cutJobs(1) : []),
    ...simpler,
    ...steps.flatMap((_, i) => simplerRun(i)),
  ];
}

const withoutCluster =
  (at: number): Cut =>
  ({ world }) => {
    const [cluster] = world.clusters.splice(at, 1);
    world.jobs = world.jobs.filter((job) => job.cluster !== cluster);
    return cluster !== undefined;
  };

const withoutProject =
  (at: number): Cut =>
  ({ world }) => {
    if (world.projects.length === 1) return false; // an empty world is another story
    const [project] = world.projects.splice(at, 1);
    world.clusters = world.clusters.filter(({ projectId }) => projectId !== project?.id);
    world.jobs = world.jobs.filter(({ cluster }) => cluster.projectId !== project?.id);
    return project !== undefined;
  };

const simpler: Cut[] = [
  ({ world }) => {
    if (world.order === 'newest id first') return false;
    world.order = 'newest id first';
    return true;
  },
  ({ world }) => {
    if (world.mostItems === 500) return false;
    world.mostItems = 500;
    return true;
  },
];

function simplerRun(at: number): Cut[] {
  const drop =
    (name: keyof RunStep): Cut =>
    ({ steps }) => {
      const step = steps[at] as Partial<RunStep> | undefined;
      if (step?.do !== 'run' || step[name] === undefined) return false;
      delete step[name];
      return true;
    };
  const change =
    <K extends keyof RunStep>(name: K, value: RunStep[K]): Cut =>
    ({ steps }) => {
      const step = steps[at];
      if (step?.do !== 'run' || step[name] === value) return false;
      step[name] = value;
      return true;
    };
  return [
    ...(['scope', 'killAtCall', 'interruptAtCall', 'overlapMs', 'dateAheadMs'] as const).map(drop),
    change('skewMs', 0),
    change('full', false),
  ];
}
