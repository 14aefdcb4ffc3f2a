// test/soundness/play/questions.ts: questions to the product along the way, and what the oracle says of the answers.
import type { Row } from '../oracle.ts';
import { DAY_MS, HOUR_MS, isListed, type Span } from '../outside/world.ts';
import type { Random } from '../random.ts';
import { MINUTE_MS, type Playing } from './playing.ts';

export class Questions {
  readonly #play: Playing;
  /** Jobs that were in the table at some time, and should be. */
  #recorded = new Map<string, Row>();

  constructor(play: Playing) {
    this.#play = play;
  }

  /** One that begins after the first run and ends before the last, so that all of it can have been read since. */
  #provable(random: Random): Span | undefined {
    const { now } = this.#play.timeline;
    const runs = this.#play.history.steps.filter(
      (step) => step.do === 'run' && step.scope === undefined && step.at < now,
    );
    const [first, ...later] = runs.map(({ at }) => at);
    if (first === undefined || later.length === 0) return undefined;
    const ends = random.chance(0.6) ? (later.at(-1) as number) : random.pick(later);
    const to = ends - random.pick([0, 0, random.int(0, 40) * MINUTE_MS]);
    const from = random.pick([first + 5 * MINUTE_MS, to - random.int(10, 600) * MINUTE_MS]);
    return { from: Math.max(from, first + MINUTE_MS), to };
  }

  #anyPeriod(random: Random): Span {
    const { world, startsAt } = this.#play.history;
    const { now } = this.#play.timeline;
    const job = world.jobs.length > 0 ? random.pick(world.jobs) : undefined;
    const ofJob = (job?.requestedAt ?? now) + random.int(1, 90) * MINUTE_MS;
    const to = Math.min(now, random.pick([now, now - random.int(1, 300) * MINUTE_MS, ofJob]));
    const ago = [DAY_MS, random.int(1, 600) * MINUTE_MS, 60 * DAY_MS].map((ms) => to - ms);
    return { from: random.pick([...ago, startsAt, startsAt - 5 * DAY_MS]), to };
  }

  async ask(random: Random, periods: number) {
    const { startsAt } = this.#play.history;
    const now = this.#play.timeline.now;
    const table = await this.#play.rows();
    for (let i = 0; i < periods; i++) {
      const { from: since, to: until } = (random.chance(0.65) && this.#provable(random)) || this.#anyPeriod(random);
      if (since < until) await this.askPeriod(since, until, table);
    }
    if (now > startsAt && random.chance(0.05)) await this.askPeriod(now - HOUR_MS, now + DAY_MS, table);
    if (this.#play.tampered.size > 0 || random.chance(0.3)) await this.askVerify(table);
    await this.#askCoverage();
  }

  async askPeriod(since: number, until: number, table: ReadonlyMap<string, Row>) {
    const { state, gaps } = await this.#play.look((product) =>
      product.claim(new Date(since).toISOString(), new Date(until).toISOString()),
    );
    this.#play.stats.asked += 1;
    if (state !== 'complete') return { state, gaps };
    this.#play.stats.complete += 1;
    const early = [...this.#play.keeps].filter(([, { before }]) => Date.parse(before) > since);
    for (const [projectId, { before }] of early) {
      const project = this.#play.history.world.projects.find(({ id }) => id === projectId);
      if (project && project.createdAt < until)
        this.#play.violate(
          'complete, let go',
          `from ${new Date(since).toISOString()}: ${projectId} keeps from ${before}`,
        );
    }
    const about = { table, excused: this.#play.excused, endedRuns: await this.#endedRuns() };
    this.#play.note(this.#play.oracle.judgeComplete(since, until, this.#play.timeline.now, about));
    return { state, gaps };
  }

  async #endedRuns(): Promise<Set<string>> {
    const ended = new Set<string>();
    const killed = this.#play.log.entries.filter(({ process }) => !process.endedWell && process.isWhole);
    for (const runId of new Set(killed.map(({ process }) => process.runId))) {
      const outcome = await this.#play.look((product) => product.run(runId));
      if (outcome && outcome.status !== 'running') ended.add(runId);
    }
    return ended;
  }

  async askVerify(table: ReadonlyMap<string, Row>): Promise<boolean> {
    const { unbroken, jobs } = await this.#play.look((product) => product.verify());
    if (!unbroken) return false;
    const gone = [...this.#play.tampered].filter(
      (id) => !table.has(id) && !this.#play.excused.has(id) && !this.#play.forgotten.has(id),
    );
    if (gone.length > 0)
      this.#play.violate('verify unbroken, jobs gone', `${gone.join(', ')} were taken out of the table`);
    if (jobs < table.size)
      this.#play.violate(
        'verify unbroken, jobs not looked at',
        `it looked at ${jobs} of ${table.size} jobs of the table`,
      );
    return true;
  }

  async #askCoverage() {
    if (this.#play.isSkewed) return;
    for (const row of await this.#play.look((product) => product.coverage())) {
      const { projectId, clusterName, kind, says, readAt = '', attemptedAt = '' } = row;
      const what = `the ${kind} restores of ${clusterName}`;
      const reading = this.#play.log.entries.findLast(
        ({ endpoint: at, isHonest, isPartial: isPart }) =>
          (isHonest || isPart) &&
          at.what === 'jobs' &&
          at.projectId === projectId &&
          at.clusterName === clusterName &&
          at.kind === kind,
      );
      if (says === 'ok' && (reading === undefined || reading.at < Date.parse(readAt) - 1000))
        this.#play.violate('coverage ok, list not read', `${what} are said to be read at ${readAt}`);
      const at = Date.parse(attemptedAt);
      const isThere = [at, this.#play.timeline.now].every((each) =>
        this.#play.oracle.isThere(projectId, clusterName, kind, each),
      );
      if (says === 'none' && isThere)
        this.#play.violate('coverage none, list there', `${what}: there is no such list, it says`);
    }
  }

  /** What was recorded stays. */
  async checkTable() {
    const table = await this.#play.rows();
    for (const [id, { status }] of this.#recorded) {
      if (table.has(id) || this.#play.tampered.has(id)) continue;
      const job = this.#play.oracle.job(id);
      if (!job || !this.#play.isLetGo(job)) this.#play.violate('recorded job gone', id);
      else if (['PENDING', 'RUNNING', 'READY'].includes(status) && isListed(job, this.#play.timeline.now))
        this.#play.violate('open job let go', this.#play.oracle.describe(job));
      this.#play.deleted.add(id);
    }
    for (const id of table.keys()) {
      if (this.#play.deleted.has(id) && !this.#play.coverageLost) this.#play.violate('let-go job is back', id);
      this.#play.tampered.delete(id);
      this.#play.excused.delete(id);
    }
    this.#recorded = new Map(table);
  }
}
