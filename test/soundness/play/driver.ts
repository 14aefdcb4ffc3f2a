// test/soundness/play/driver.ts: the course of a history: runs over the world, and questions all along the way.
import type { History, Step } from '../history.ts';
import type { Violation } from '../oracle.ts';
import { HOUR_MS } from '../outside/world.ts';
import { Random } from '../random.ts';
import { Calm } from './calm.ts';
import { Network } from './network.ts';
import { Others } from './others.ts';
import { iso, MINUTE_MS, Playing, type Stats } from './playing.ts';
import { Questions } from './questions.ts';
import { Runs } from './runs.ts';

export interface Played {
  violations: Violation[];
  /** What happened, a line each. */
  lines: string[];
  stats: Stats;
}

export interface PlayOptions {
  /** Rules whose breaches are not told, to see those behind them. */
  ignored?: ReadonlySet<string>;
}

/** A history ends with the first breach of a rule: what comes after may follow from it. */
export async function play(history: History, options: PlayOptions = {}): Promise<Played> {
  const random = new Random(`${history.seed} jitter`);
  const original = Math.random;
  Math.random = random.next; // the product spreads its waits by chance
  try {
    return await new Driver(history, options).play();
  } finally {
    Math.random = original;
  }
}

class Driver {
  readonly #play: Playing;
  readonly #runs: Runs;
  readonly #questions: Questions;
  readonly #others: Others;

  constructor(history: History, { ignored = new Set() }: PlayOptions) {
    this.#play = new Playing(history, ignored);
    this.#runs = new Runs(this.#play, new Network(this.#play));
    this.#questions = new Questions(this.#play);
    this.#others = new Others(this.#play);
  }

  async play(): Promise<Played> {
    this.#describe();
    await this.#questions.ask(new Random(`${this.#play.history.seed} first`), 1);
    let before: Step | undefined;
    for (const step of this.#play.history.steps) {
      await this.#runs.drain(step.at);
      this.#play.timeline.advanceTo(step.at);
      await this.#askAfter(before, step);
      before = step;
      await this.#take(step);
      await this.#questions.ask(new Random(`${step.seed} ask`), step.do === 'run' ? 3 : 2);
      await this.#questions.checkTable();
      if (this.#play.violations.length > 0) break;
    }
    if (this.#play.violations.length === 0) await new Calm(this.#play, this.#runs, this.#questions).calm();
    return { violations: this.#play.violations, lines: this.#play.lines, stats: this.#play.stats };
  }

  /** A reading that counts as later than it was covers what came after it, once that time has come. */
  async #askAfter(before: Step | undefined, { at, seed }: Step) {
    if (before?.do !== 'run' || (before.dateAheadMs ?? 0) <= 0) return;
    const random = new Random(`${seed} before`);
    const until = Math.min(at, before.at + random.int(5, 110) * MINUTE_MS);
    const since = Math.max(this.#play.history.startsAt, until - random.int(1, 30) * HOUR_MS);
    if (since < until) await this.#questions.askPeriod(since, until, await this.#play.rows());
  }

  async #take(step: Step) {
    if (step.do === 'run') {
      await this.#runs.run(step);
      for (const id of this.#play.uncounted) this.#play.forgotten.add(id);
      this.#play.uncounted = new Set();
    }
    if (step.do === 'retain') await this.#runs.retain(step);
    if (step.do === 'vanish') await this.#others.vanish(step);
    if (step.do === 'tamper') await this.#others.tamper(step);
    await this.#play.readKeeps();
  }

  #describe() {
    const { world, profile, faults } = this.#play.history;
    const { order, mostItems, serverless } = world;
    this.#play.line(`a ${profile} history; lists: ${order}, at most ${mostItems} a page; serverless is ${serverless}`);
    for (const cluster of world.clusters) {
      const project = world.projects.find(({ id }) => id === cluster.projectId);
      const life = cluster.stages.map(
        ({ tier, from, to }) => `${tier} ${iso(from)} to ${Number.isFinite(to) ? iso(to) : '...'}`,
      );
      this.#play.line(`cluster ${project?.name}/${cluster.name}: ${life.join(', ')}`);
    }
    for (const { name, on = 'the store', from, to, list = '', clusterName = '', times } of faults) {
      this.#play.line(
        `fault ${name} at ${on} ${list} ${clusterName}, ${iso(from)} to ${iso(to)}, ${times} times at most`,
      );
    }
  }
}
