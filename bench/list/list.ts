// bench/list/list.ts is the part `list`: all restore jobs of an organization are listed by the collector, by what others use, and
// by the probe, which is the limit. Everybody finds the projects and their clusters by the same calls first.
import { BenchAtlas } from '../atlas/atlas.ts';
import type { Bench, Part, PartResult } from '../harness/part.ts';
import { race } from '../harness/race.ts';
import type { Course, Entrant, TrialOptions } from '../harness/trial.ts';
import { type Cell, cells, entrants, nameOf } from './cells.ts';
import type { Listed } from './listed.ts';
import { report } from './report.ts';
import { targetsOf } from './targets.ts';

export const list: Part = {
  name: 'list',
  says: 'listing all restore jobs, beside a hand-tuned probe and the packages that others use',
  async run(bench): Promise<PartResult> {
    const listed: Listed[] = [];
    for (const ofWorld of byWorld(cells(bench))) listed.push(...(await measureWorld(ofWorld, bench)));
    const targets = targetsOf(listed);
    return { markdown: report(listed, targets, bench), targets, data: listed };
  },
};

/** @throws WrongAnswerError */
async function measureWorld(ofWorld: readonly Cell[], bench: Bench): Promise<Listed[]> {
  const { bundler, node, profileDir, runs, progress } = bench;
  const [first] = ofWorld;
  if (!first) return [];
  await using atlas = await BenchAtlas.start(first.size, bundler);
  const course = courseOn(atlas);
  await warmUp(ofWorld, atlas, course, { bundler, node });
  const listed: Listed[] = [];
  for (const cell of ofWorld) {
    progress(`list: ${nameOf(cell)}`);
    await atlas.setLatency(cell.latencyMs);
    const results = await race(entrants(cell, atlas.access), course, runs, { bundler, node, profileDir });
    listed.push({ cell, results });
  }
  return listed;
}

/** Each contender once, unmeasured and without latency: the simulator makes its answers, the disk has the bundles. */
async function warmUp(ofWorld: readonly Cell[], atlas: BenchAtlas, course: Course, options: TrialOptions) {
  const all = new Map<string, Entrant>();
  for (const cell of ofWorld) for (const entrant of entrants(cell, atlas.access)) all.set(entrant.name, entrant);
  await atlas.setLatency(0);
  await race([...all.values()], course, 1, options);
}

export const courseOn = (atlas: BenchAtlas): Course => ({
  // Steady is worth nothing where nothing happens: a reading that never looked would pass.
  before: (pass) => (pass.startsWith('steady') ? atlas.addNews() : atlas.removeNews()),
  counted: () => atlas.counted(),
  expected: () => atlas.expected(),
});

function byWorld(all: readonly Cell[]): Cell[][] {
  const worlds = new Map<string, Cell[]>();
  for (const cell of all) {
    const key = `${cell.size.clusters}x${cell.size.jobs}`;
    worlds.set(key, [...(worlds.get(key) ?? []), cell]);
  }
  return [...worlds.values()];
}
