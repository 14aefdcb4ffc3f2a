// test/soundness/play/calm.ts: the end of a history: nothing goes wrong any more, and everything has to be complete again.
import type { RunStep } from '../history.ts';
import { CONTINUITY_MS } from '../limits.ts';
import { isListOf } from '../log.ts';
import type { Rule } from '../oracle.ts';
import { createdAt, DAY_MS, deletedAt, HOUR_MS, isVisible } from '../outside/world.ts';
import { Random } from '../random.ts';
import { iso, MINUTE_MS, type Playing } from './playing.ts';
import type { Questions } from './questions.ts';
import type { Runs } from './runs.ts';

export class Calm {
  readonly #play: Playing;
  readonly #runs: Runs;
  readonly #questions: Questions;

  constructor(play: Playing, runs: Runs, questions: Questions) {
    this.#play = play;
    this.#runs = runs;
    this.#questions = questions;
  }

  async calm() {
    const { calmAt, accounts, seed, steps } = this.#play.history;
    const how = steps.find((step) => step.do === 'run')?.how ?? 'command';
    const run = async (at: number, full: boolean) => {
      await this.#runs.drain(at);
      this.#play.timeline.advanceTo(at);
      const step: RunStep = {
        do: 'run',
        at,
        seed: new Random(`${seed} ${at}`).int(0, 2 ** 31),
        how,
        full,
        accounts,
        skewMs: 0,
      };
      const before = this.#play.timeline.now;
      await this.#runs.run(step);
      await this.#runs.drain(at + 20 * MINUTE_MS);
      return { before, after: this.#play.timeline.now, isWhole: this.#play.lastRunWasWhole };
    };
    await this.#runs.drain(calmAt);
    this.#play.timeline.advanceTo(calmAt);
    this.#play.line('from here on nothing goes wrong');
    const ended = await this.#play.look((product) => product.endOthers(accounts));
    for (const name of ended) this.#play.line(`a person ends the credentials ${name}`);
    const first = await run(calmAt + HOUR_MS, true);
    await run(calmAt + 2 * HOUR_MS, false);
    const second = await run(calmAt + 4 * HOUR_MS, true);
    await this.#questions.ask(new Random(`${seed} end`), 3);
    await this.#questions.checkTable();
    if (this.#play.violations.length > 0) return;
    await this.#expectComplete(first, second);
  }

  async #expectComplete(first: { after: number }, second: { before: number; after: number; isWhole: boolean }) {
    const { world, accounts, calmAt, profile } = this.#play.history;
    const until = second.after;
    const isLost = world.projects.some((project) => !accounts.some((account) => isVisible(project, account, until)));
    const isDenied = Object.keys(world.denied).length > 0;
    const ends = world.clusters.flatMap(({ stages, retainedUntil = 0 }) => [
      ...stages.map(({ to }) => to),
      retainedUntil,
    ]);
    const isMoving = ends.some((at) => at >= calmAt && at <= until);
    const odd = world.jobs.filter(({ odd: fields, visibleAt }) => fields && visibleAt <= until);
    const isOdd = odd.some(({ requestedAt }) => requestedAt >= first.after - DAY_MS);
    if (isLost || isDenied || isMoving || isOdd || this.#play.tampered.size > 0 || this.#play.isForged) return;
    const table = await this.#play.rows();
    if (!second.isWhole && odd.length === 0)
      this.#play.violate('liveness: run', 'the second full run after the last fault is not complete');
    const due = async (rule: Rule, since: number, to: number) => {
      this.#play.stats.due += 1;
      const { state, gaps } = await this.#questions.askPeriod(since, to, table);
      if (state === 'complete') this.#play.stats.dueComplete += 1;
      else {
        const text = `${iso(since)} to ${iso(to)} is ${state}: ${gaps.slice(0, 4).join('; ')}`;
        this.#play.violate(rule, text, `${state} ${gaps[0]?.split(':')[0] ?? ''}`);
      }
    };
    // Of a world without clusters nothing can be known.
    if (!world.clusters.some((cluster) => createdAt(cluster) < first.after && deletedAt(cluster) > until)) return;
    await due('liveness: period', first.after, second.before);
    const isVerified = await this.#questions.askVerify(table);
    if (!isVerified && !this.#play.coverageLost) this.#play.violate('liveness: verify', 'verify says broken');
    const kept = [...this.#play.keeps.values()].map(({ before }) => Date.parse(before));
    const watched = this.#watchedSince();
    const since = watched === undefined ? undefined : Math.max(watched, ...kept);
    if (profile !== 'wild' && since !== undefined) await due('liveness: old period', since, calmAt);
  }

  /** From when on everything was read, and the lists of clusters often enough. */
  #watchedSince(): number | undefined {
    const { world, startsAt } = this.#play.history;
    if (world.projects.some((project) => project.createdAt > startsAt - DAY_MS)) return undefined;
    if (world.clusters.some((cluster) => createdAt(cluster) > startsAt - DAY_MS || deletedAt(cluster) < Infinity))
      return undefined;
    let since = 0;
    for (const { id } of world.projects) {
      for (const tier of [
        'dedicated',
        'flex',
        ...(world.serverless === 'alive' ? (['serverless'] as const) : []),
      ] as const) {
        const times = this.#play.log.entries.filter((entry) => isListOf(entry, id, tier)).map(({ at }) => at);
        if (times.some((at, i) => i > 0 && at - (times[i - 1] as number) > CONTINUITY_MS - 2 * HOUR_MS))
          return undefined;
        since = Math.max(since, times[0] ?? Number.POSITIVE_INFINITY);
      }
    }
    for (const cluster of world.clusters) {
      const times = this.#play.log.entries.filter(
        ({ endpoint, isHonest, process }) =>
          isHonest && process.endedWell && endpoint.what === 'jobs' && endpoint.clusterName === cluster.name,
      );
      if (cluster.stages.some(({ tier }) => tier !== 'free'))
        since = Math.max(since, times[0]?.at ?? Number.POSITIVE_INFINITY);
    }
    return Number.isFinite(since) ? since + HOUR_MS : undefined;
  }
}
