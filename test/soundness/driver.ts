// test/soundness/driver.ts plays a history: the product's runs over the world, and questions to it all along the way.

import type { FaultSpec, History, RunStep, Step, Tampered } from './history.ts';
import { CONTINUITY_MS } from './limits.ts';
import { type Asker, type Entry, isListOf, Log } from './log.ts';
import { Oracle, type Row, type Rule, type Violation } from './oracle.ts';
import { Atlas, type Endpoint, endpointOf, type ListBody } from './outside/atlas.ts';
import { type AnswerFault, type Asked, bodyText, generatorOf, isPartial, type Outcome } from './outside/faults.ts';
import { type Item, MemoryTable, type StoreFault } from './outside/store.ts';
import {
  createdAt,
  DAY_MS,
  deletedAt,
  HOUR_MS,
  idOfSecond,
  isListed,
  isVisible,
  type Job,
  type Span,
} from './outside/world.ts';
import { type Ending, Process } from './process.ts';
import {
  isCoverageItem,
  isJobItem,
  isStoreError,
  type Machine,
  Product,
  projectOf,
  type RunOutcome,
  tableDefinition,
} from './product.ts';
import { Random } from './random.ts';
import { Timeline } from './timeline.ts';

const MINUTE_MS = 60_000;

export interface Played {
  violations: Violation[];
  /** What happened, a line each. */
  lines: string[];
  stats: Stats;
}

export interface Stats {
  histories: number;
  runs: number;
  requests: number;
  storeCalls: number;
  kills: number;
  /** How often each fault was met. */
  faults: Record<string, number>;
  /** Periods that were asked about, those called complete, and those of histories without faults that had to be. */
  asked: number;
  complete: number;
  due: number;
  dueComplete: number;
}

export const noStats = (): Stats => ({
  histories: 0,
  runs: 0,
  requests: 0,
  storeCalls: 0,
  kills: 0,
  faults: {},
  asked: 0,
  complete: 0,
  due: 0,
  dueComplete: 0,
});

interface Message {
  body: string;
  at: number;
  run: RunInHand;
  receives: number;
}

interface RunInHand {
  runId: string;
  step: RunStep;
  startedAt: number;
  judged: boolean;
  number: number;
}

/** Deliveries of one message, before it goes to the dead-letter queue. */
const MAX_RECEIVES = 3;
const VISIBILITY_MS = 15 * MINUTE_MS;
const AT_ONCE_MS = 2_000;

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19);

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
  readonly #history: History;
  readonly #ignored: ReadonlySet<string>;
  readonly #timeline: Timeline;
  readonly #table: MemoryTable;
  readonly #atlas: Atlas;
  readonly #log = new Log();
  readonly #oracle: Oracle;
  readonly #violations: Violation[] = [];
  readonly #lines: string[] = [];
  readonly #stats = { ...noStats(), histories: 1 };
  #messages: Message[] = [];
  #runs: RunInHand[] = [];
  /** What is left of each fault. */
  readonly #left: Map<FaultSpec, number>;
  /** Jobs that were in the table at some time, and should be. */
  #recorded = new Set<string>();
  /** Taken out by somebody else, and not come back. */
  readonly #tampered = new Set<string>();
  /** Those of them that nobody could have noticed. */
  readonly #excused = new Set<string>();
  /** Those that went with the coverage that counted them: once another one is written, nothing tells of them any more. */
  #uncounted = new Set<string>();
  /** What was recorded before can't be verified any more. */
  #coverageLost = false;
  /** Jobs were written over: what Atlas no longer lists nobody can put right. */
  #isForged = false;
  readonly #forgotten = new Set<string>();
  #storeFailed = false;
  /** The jobs of the table, for as long as it stays as it is. */
  #read: { version: number; rows: ReadonlyMap<string, Row> } | undefined;
  #lastRunWasWhole = false;
  #isSkewed = false;

  constructor(history: History, { ignored = new Set() }: PlayOptions) {
    this.#history = history;
    this.#ignored = ignored;
    this.#timeline = new Timeline(history.startsAt - HOUR_MS);
    this.#table = new MemoryTable(tableDefinition(), () => this.#timeline.now);
    this.#atlas = new Atlas(history.world);
    this.#oracle = new Oracle(history.world, this.#log, history.accounts);
    this.#left = new Map(history.faults.map((fault) => [fault, fault.times]));
  }

  async play(): Promise<Played> {
    this.#describe();
    await this.#ask(new Random(`${this.#history.seed} first`), 1);
    for (const step of this.#history.steps) {
      await this.#drain(step.at);
      this.#timeline.advanceTo(step.at);
      await this.#take(step);
      await this.#ask(new Random(`${step.seed} ask`), step.do === 'run' ? 3 : 2);
      await this.#checkTable();
      if (this.#violations.length > 0) break;
    }
    if (this.#violations.length === 0) await this.#calm();
    return { violations: this.#violations, lines: this.#lines, stats: this.#stats };
  }

  async #take(step: Step) {
    if (step.do === 'run') {
      await this.#run(step);
      for (const id of this.#uncounted) this.#forgotten.add(id);
      this.#uncounted = new Set();
    }
    if (step.do === 'vanish') await this.#vanish(step);
    if (step.do === 'tamper') await this.#tamper(step);
  }

  // Runs.

  async #run(step: RunStep): Promise<RunInHand> {
    const now = this.#timeline.now;
    const random = new Random(step.seed);
    const runId = idOfSecond(now + step.skewMs, random.hex(16));
    const run: RunInHand = { runId, step, startedAt: now, judged: false, number: this.#stats.runs };
    if (step.skewMs !== 0) this.#isSkewed = true;
    this.#line(describeRun(step));
    if (step.how === 'functions') await this.#planned(run, random);
    else if (step.overlapMs === undefined) await this.#command(run, random);
    else {
      const other = { ...run, runId: idOfSecond(now + step.skewMs, random.hex(16)) };
      const later = this.#timeline
        .sleep(step.overlapMs, {})
        .then(() => this.#command(other, new Random(step.seed + 1), true));
      await Promise.all([this.#command(run, random), later]);
    }
    return run;
  }

  async #command(run: RunInHand, random: Random, isOther = false) {
    const { step, runId } = run;
    const { full, scope, accounts } = step;
    const startedAt = this.#timeline.now;
    const { process, asker, machine } = this.#start(run, random, isOther ? {} : { killAtCall: step.killAtCall });
    const interrupt = new AbortController();
    if (step.interruptAtCall !== undefined && !isOther) {
      process.onCall = (calls) => {
        if (calls === step.interruptAtCall) interrupt.abort(new Error('interrupted'));
      };
    }
    const product = new Product(machine, accounts);
    const request = { runId, full, ...(scope ? { scope } : {}) };
    const ended = await this.#whatCameOf(process, product.command(request, interrupt.signal));
    process.end();
    this.#stats.runs += 1;
    this.#lastRunWasWhole = false;
    if (ended === 'killed' || ended === 'hangs') return;
    if ('error' in ended) {
      if (!interrupt.signal.aborted) this.#noteError(ended.error);
      this.#line(`  ended with ${nameOf(ended.error)}`);
      return;
    }
    asker.endedWell = true;
    this.#lastRunWasWhole = scope === undefined && ended.value.status === 'complete';
    this.#line(`  ended ${ended.value.status}`);
    const judged = { runId, startedAt, endedAt: this.#timeline.now, full, accounts, ...ended.value };
    this.#note(this.#oracle.proveRun({ ...judged, ...(scope ? { scope } : {}) }, await this.#rows(), this.#tampered));
  }

  async #planned(run: RunInHand, random: Random) {
    const { runId, step } = run;
    const { full, scope } = step;
    this.#runs.push(run);
    const killAtCall = step.killAtCall !== undefined && step.killAtCall < 10 ? { killAtCall: step.killAtCall } : {};
    const { process, asker, machine } = this.#start(run, random, killAtCall);
    const product = new Product(machine, step.accounts);
    const enqueue = (bodies: string[]) => this.#queue(bodies, run, 0, random);
    const ended = await this.#whatCameOf(process, product.plan({ runId, full, ...(scope ? { scope } : {}) }, enqueue));
    process.end();
    this.#stats.runs += 1;
    this.#lastRunWasWhole = false;
    if (ended !== 'killed' && ended !== 'hangs') {
      if ('error' in ended) this.#noteError(ended.error);
      else asker.endedWell = true;
    }
    await this.#proveRuns();
    await this.#drain(this.#timeline.now + 5 * MINUTE_MS);
  }

  #queue(bodies: readonly string[], run: RunInHand, delayMs: number, random: Random) {
    const wild = this.#history.profile === 'wild' && run.step.at < this.#history.calmAt;
    for (const body of bodies) {
      const message = { body, at: this.#timeline.now + delayMs, run, receives: 0 };
      if (wild && random.chance(0.04)) this.#line('  a message is lost');
      else this.#messages.push(message);
      if (wild && random.chance(0.06)) this.#messages.push({ ...message, at: message.at + random.int(0, 20) * 1000 });
    }
  }

  async #drain(until: number) {
    for (let most = 200; most > 0; most--) {
      const [next] = this.#messages.sort((a, b) => a.at - b.at);
      if (!next || next.at > until) return;
      // What is due at about the same time is worked on side by side.
      const due = this.#messages.filter(({ at }) => at <= next.at + AT_ONCE_MS).slice(0, 4);
      this.#messages = this.#messages.filter((message) => !due.includes(message));
      this.#timeline.advanceTo(next.at);
      await Promise.all(due.map((message) => this.#deliver(message)));
      await this.#proveRuns();
      if (this.#violations.length > 0) return;
    }
  }

  async #deliver(message: Message) {
    const { run } = message;
    await this.#timeline.sleep(message.at - this.#timeline.now, {});
    const random = new Random(`${run.step.seed} ${message.at} ${message.receives}`);
    const wild = this.#history.profile === 'wild' && run.step.at < this.#history.calmAt;
    const killAtCall = wild && random.chance(0.06) ? { killAtCall: random.int(1, 60) } : {};
    const { process, asker, machine } = this.#start(run, random, killAtCall);
    const endsAt = this.#timeline.now + (wild && random.chance(0.1) ? random.int(15_100, 17_000) : VISIBILITY_MS);
    const timeLeftMs = () => endsAt - this.#timeline.now;
    const product = new Product(machine, run.step.accounts);
    const later = (body: string, delayMs: number) => this.#queue([body], run, delayMs, random);
    const ended = await this.#whatCameOf(process, product.carryOut(message.body, timeLeftMs, later));
    process.end();
    if (ended !== 'killed' && ended !== 'hangs' && !('error' in ended)) {
      asker.endedWell = true;
      return;
    }
    if (ended !== 'killed' && ended !== 'hangs' && 'error' in ended) this.#noteError(ended.error);
    if (message.receives + 1 >= MAX_RECEIVES) return this.#line('  a message goes to the dead-letter queue');
    this.#messages.push({ ...message, at: this.#timeline.now + VISIBILITY_MS, receives: message.receives + 1 });
  }

  /** Runs of the functions end when their last part comes in. */
  async #proveRuns() {
    for (const run of this.#runs.filter(({ judged }) => !judged)) {
      const { runId, step, startedAt } = run;
      const outcome = await this.#look((product) => product.run(runId));
      if (!outcome || outcome.status === 'running') continue;
      run.judged = true;
      this.#lastRunWasWhole = step.scope === undefined && outcome.status === 'complete';
      this.#line(`  run ${run.number} ended ${outcome.status}`);
      const { full, accounts, scope } = step;
      const judged = { runId, startedAt, endedAt: this.#timeline.now, full, accounts, ...outcome };
      this.#note(this.#oracle.proveRun({ ...judged, ...(scope ? { scope } : {}) }, await this.#rows(), this.#tampered));
    }
  }

  #start(run: RunInHand, random: Random, { killAtCall }: { killAtCall?: number | undefined }) {
    const { step, runId } = run;
    const process = new Process(`run ${run.number}`, this.#timeline, step.skewMs);
    if (killAtCall !== undefined) process.killAt = killAtCall;
    const asker: Asker = { process, runId, isWhole: step.scope === undefined, endedWell: false };
    const machine: Machine = {
      process,
      table: this.#table,
      conditions: { random, fault: () => this.#storeFault(random) },
      send: (account, { method, url }, timeoutMs) => this.#send({ asker, account, random }, method, url, timeoutMs),
    };
    return { process, asker, machine };
  }

  async #whatCameOf<T>(process: Process, work: Promise<T>): Promise<Ending | { value: T } | { error: unknown }> {
    const settled = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const ended = await Promise.race([settled, process.died]);
    if (ended === 'killed') {
      this.#stats.kills += 1;
      this.#line(`  killed at call ${process.calls}`);
    }
    if (ended === 'hangs') this.#violate('hang', `${process.name} began at ${iso(process.startedAt)} and does not end`);
    return ended;
  }

  #noteError(error: unknown) {
    if (isStoreError(error) && this.#storeFailed) return;
    const { stack = String(error) } = error instanceof Error ? error : {};
    this.#violate('crash', stack.split('\n').slice(0, 3).join(' | '));
  }

  // The outside of the product.

  #storeFault(random: Random): StoreFault | undefined {
    const fault = this.#active((each) => each.on === undefined, random);
    if (fault) this.#storeFailed = true;
    return fault?.name as StoreFault | undefined;
  }

  #active(fits: (fault: FaultSpec) => boolean, random: Random): FaultSpec | undefined {
    const { now } = this.#timeline;
    const fault = this.#history.faults.find(
      (each) =>
        now >= each.from && now < each.to && (this.#left.get(each) ?? 0) > 0 && fits(each) && random.chance(each.rate),
    );
    return fault;
  }

  #met(fault: FaultSpec, where: string) {
    this.#left.set(fault, (this.#left.get(fault) ?? 0) - 1);
    this.#stats.faults[fault.name] = (this.#stats.faults[fault.name] ?? 0) + 1;
    this.#line(`  ${where} answers: ${fault.name}`);
  }

  async #send(
    { asker, account, random }: { asker: Asker; account: string; random: Random },
    method: string,
    url: URL,
    timeoutMs: number,
  ) {
    const { process } = asker;
    const alive = await process.enter(random.int(5, 250));
    if (!alive) return new Promise<never>(() => {});
    this.#stats.requests += 1;
    const endpoint = endpointOf(method, url.pathname);
    const { now } = this.#timeline;
    const honest = this.#atlas.answer(endpoint, url, account, now);
    const shown = jobsIn(honest.body, this.#oracle);
    const fault = this.#active((each) => hits(each, endpoint), random);
    let outcome: Outcome = { answer: honest };
    if (fault) {
      const asked: Asked = {
        ...{ endpoint, target: url, now, random, shown },
        isKnown: endpoint.what === 'jobs' && this.#knows(endpoint.projectId, endpoint.clusterName, endpoint.kind),
        pageBefore: () => {
          const before = new URL(url);
          const page = Number(url.searchParams.get('pageNum'));
          before.searchParams.set('pageNum', String(page - 1));
          return page > 1 ? this.#atlas.answer(endpoint, before, account, now) : undefined;
        },
      };
      const spoiled = generatorOf(fault.name as AnswerFault).spoil(honest, asked);
      if (spoiled) {
        this.#met(fault, `${method} ${url.pathname}`);
        outcome = spoiled;
      }
    }
    const { answer, waitMs = 0 } = outcome;
    if (waitMs > 0) await process.sleep(Math.min(waitMs, timeoutMs));
    if (answer === 'none' || waitMs > timeoutMs) return 'none' as const;
    const isSpoiled = fault !== undefined && answer !== honest;
    const generator = isSpoiled ? generatorOf(fault.name as AnswerFault) : undefined;
    if (generator?.odd) for (const { id } of shown) this.#log.distorted.add(id);
    if (isList(answer.body) && answer.status === 200) {
      this.#log.entries.push(
        entryOf(answer.body, this.#oracle, {
          ...{ at: now, process: asker, account, endpoint },
          isHonest: !isSpoiled || generator?.harmless === true || generator?.odd === true || isTop(fault, endpoint),
          isPartial: isSpoiled && isPartial(fault.name as AnswerFault),
        }),
      );
    }
    const headers = { ...answer.headers, date: new Date(now).toUTCString() };
    return { status: answer.status, headers, body: bodyText(answer.body) };
  }

  /** A job of the list, which Atlas would still give by its id: only that can contradict a list that Atlas shows as empty. */
  #knows(projectId: string, clusterName: string, kind: string): boolean {
    for (const item of this.#table.items()) {
      if (!isJobItem(item.sk?.S ?? '') || projectOf(item.pk?.S ?? '') !== projectId) continue;
      const job = this.#oracle.job((item.sk?.S ?? '').slice(4));
      if (job?.cluster.name === clusterName && job.kind === kind && isListed(job, this.#timeline.now)) return true;
    }
    return false;
  }

  // Questions.

  /** Asks in a process of its own, with a right clock and a store that works. */
  async #look<T>(question: (product: Product) => Promise<T>): Promise<T> {
    const process = new Process('a question', this.#timeline);
    const machine: Machine = {
      process,
      table: this.#table,
      conditions: { random: new Random('quiet'), fault: () => undefined },
      send: async () => 'none',
    };
    await using product = new Product(machine, []);
    const answer = await question(product);
    process.end();
    return answer;
  }

  async #rows(): Promise<ReadonlyMap<string, Row>> {
    if (this.#read?.version === this.#table.version) return this.#read.rows;
    const { version } = this.#table;
    const rows = await this.#look(async (product) => {
      const rows = new Map<string, Row>();
      for (const { id } of this.#history.world.projects) {
        for await (const row of product.jobs(id)) rows.set(row.jobId, row);
      }
      return rows;
    });
    this.#read = { version, rows };
    return rows;
  }

  /** One that begins after the first run and ends before the last, so that all of it can have been read since. */
  #provable(random: Random): Span | undefined {
    const { now } = this.#timeline;
    const runs = this.#history.steps.filter((step) => step.do === 'run' && step.scope === undefined && step.at < now);
    const [first, ...later] = runs.map(({ at }) => at);
    if (first === undefined || later.length === 0) return undefined;
    const ends = random.chance(0.6) ? (later.at(-1) as number) : random.pick(later);
    const to = ends - random.pick([0, 0, random.int(0, 40) * MINUTE_MS]);
    const from = random.pick([first + 5 * MINUTE_MS, to - random.int(10, 600) * MINUTE_MS]);
    return { from: Math.max(from, first + MINUTE_MS), to };
  }

  #anyPeriod(random: Random): Span {
    const { world, startsAt } = this.#history;
    const { now } = this.#timeline;
    const job = world.jobs.length > 0 ? random.pick(world.jobs) : undefined;
    const ofJob = (job?.requestedAt ?? now) + random.int(1, 90) * MINUTE_MS;
    const to = Math.min(now, random.pick([now, now - random.int(1, 300) * MINUTE_MS, ofJob]));
    const ago = [DAY_MS, random.int(1, 600) * MINUTE_MS, 60 * DAY_MS].map((ms) => to - ms);
    return { from: random.pick([...ago, startsAt, startsAt - 5 * DAY_MS]), to };
  }

  async #ask(random: Random, periods: number) {
    const { startsAt } = this.#history;
    const now = this.#timeline.now;
    const table = await this.#rows();
    for (let i = 0; i < periods; i++) {
      const { from: since, to: until } = (random.chance(0.65) && this.#provable(random)) || this.#anyPeriod(random);
      if (since < until) await this.#askPeriod(since, until, table);
    }
    if (now > startsAt && random.chance(0.05)) await this.#askPeriod(now - HOUR_MS, now + DAY_MS, table);
    if (this.#tampered.size > 0 || random.chance(0.3)) await this.#askVerify(table);
    await this.#askCoverage();
  }

  async #askPeriod(since: number, until: number, table: ReadonlyMap<string, Row>) {
    const { state, gaps } = await this.#look((product) =>
      product.claim(new Date(since).toISOString(), new Date(until).toISOString()),
    );
    this.#stats.asked += 1;
    if (state !== 'complete') return { state, gaps };
    this.#stats.complete += 1;
    const about = { table, excused: this.#excused, endedRuns: await this.#endedRuns() };
    this.#note(this.#oracle.judgeComplete(since, until, this.#timeline.now, about));
    return { state, gaps };
  }

  async #endedRuns(): Promise<Set<string>> {
    const ended = new Set<string>();
    const killed = this.#log.entries.filter(({ process }) => !process.endedWell && process.isWhole);
    for (const runId of new Set(killed.map(({ process }) => process.runId))) {
      const outcome = await this.#look((product) => product.run(runId));
      if (outcome && outcome.status !== 'running') ended.add(runId);
    }
    return ended;
  }

  async #askVerify(table: ReadonlyMap<string, Row>): Promise<boolean> {
    const { unbroken, jobs } = await this.#look((product) => product.verify());
    if (!unbroken) return false;
    const gone = [...this.#tampered].filter(
      (id) => !table.has(id) && !this.#excused.has(id) && !this.#forgotten.has(id),
    );
    if (gone.length > 0) this.#violate('verify unbroken, jobs gone', `${gone.join(', ')} were taken out of the table`);
    if (jobs < table.size)
      this.#violate('verify unbroken, jobs not looked at', `it looked at ${jobs} of ${table.size} jobs of the table`);
    return true;
  }

  async #askCoverage() {
    if (this.#isSkewed) return;
    for (const row of await this.#look((product) => product.coverage())) {
      const { projectId, clusterName, kind, says, readAt = '', attemptedAt = '' } = row;
      const what = `the ${kind} restores of ${clusterName}`;
      const reading = this.#log.entries.findLast(
        ({ endpoint: at, isHonest, isPartial: isPart }) =>
          (isHonest || isPart) &&
          at.what === 'jobs' &&
          at.projectId === projectId &&
          at.clusterName === clusterName &&
          at.kind === kind,
      );
      if (says === 'ok' && (reading === undefined || reading.at < Date.parse(readAt) - 1000))
        this.#violate('coverage ok, list not read', `${what} are said to be read at ${readAt}`);
      const at = Date.parse(attemptedAt);
      const isThere = [at, this.#timeline.now].every((each) =>
        this.#oracle.isThere(projectId, clusterName, kind, each),
      );
      if (says === 'none' && isThere)
        this.#violate('coverage none, list there', `${what}: there is no such list, it says`);
    }
  }

  /** What was recorded stays. */
  async #checkTable() {
    const table = await this.#rows();
    for (const id of this.#recorded) {
      if (!table.has(id) && !this.#tampered.has(id)) this.#violate('recorded job gone', id);
    }
    for (const id of table.keys()) {
      this.#tampered.delete(id);
      this.#excused.delete(id);
    }
    this.#recorded = new Set(table.keys());
  }

  // What others do.

  async #vanish({ seed, jobs }: { seed: number; jobs: number }) {
    const now = this.#timeline.now;
    const table = await this.#rows();
    const there = this.#history.world.jobs.filter((job) => table.has(job.id) && isListed(job, now));
    for (const job of new Random(seed).shuffled(there).slice(0, jobs)) {
      job.vanishedAt = now;
      this.#line(`Atlas no longer lists the ${this.#oracle.describe(job)}`);
    }
  }

  async #tamper({ seed, what }: { seed: number; what: Tampered }) {
    const random = new Random(seed);
    const projectId = random.pick(this.#history.world.projects).id;
    const items = [...this.#table.items()].filter(({ pk }) => projectOf(pk?.S ?? '') === projectId);
    const jobs = items.filter(({ sk }) => isJobItem(sk?.S ?? ''));
    if (what === 'status') return this.#forge(random, jobs);
    const gone = what === 'coverage' ? [] : what === 'jobs' ? random.shuffled(jobs).slice(0, random.int(1, 3)) : jobs;
    for (const item of gone) {
      const id = (item.sk?.S ?? '').slice(4);
      this.#table.remove(item);
      this.#tampered.add(id);
      // What the coverage can't have counted, and what it has, once it is gone itself.
      if (!this.#lastRunWasWhole) this.#excused.add(id);
      if (what !== 'jobs') this.#uncounted.add(id);
    }
    if (what !== 'jobs') {
      this.#coverageLost = true;
      for (const item of items) {
        if (what === 'project' || isCoverageItem(item.sk?.S ?? '')) this.#table.remove(item);
      }
    }
    this.#line(`somebody deletes ${gone.length} jobs${what === 'jobs' ? '' : ' and the coverage'} of ${projectId}`);
  }

  #forge(random: Random, jobs: Iterable<Item>) {
    this.#isForged = true;
    for (const item of random.shuffled([...jobs]).slice(0, random.int(1, 3))) {
      const status = { S: item.status?.S === 'COMPLETED' ? 'FAILED' : 'COMPLETED' };
      this.#table.write({ ...item, status }, undefined);
      this.#line(`somebody writes ${status.S} into the job ${(item.sk?.S ?? '').slice(4)}`);
    }
  }

  // The end: nothing goes wrong any more.

  async #calm() {
    const { calmAt, accounts, seed, steps } = this.#history;
    const how = steps.find((step) => step.do === 'run')?.how ?? 'command';
    const run = async (at: number, full: boolean) => {
      await this.#drain(at);
      this.#timeline.advanceTo(at);
      const step: RunStep = {
        do: 'run',
        at,
        seed: new Random(`${seed} ${at}`).int(0, 2 ** 31),
        how,
        full,
        accounts,
        skewMs: 0,
      };
      const before = this.#timeline.now;
      await this.#run(step);
      await this.#drain(at + 20 * MINUTE_MS);
      return { before, after: this.#timeline.now, isWhole: this.#lastRunWasWhole };
    };
    await this.#drain(calmAt);
    this.#timeline.advanceTo(calmAt);
    this.#line('from here on nothing goes wrong');
    const ended = await this.#look((product) => product.endOthers(accounts));
    for (const name of ended) this.#line(`a person ends the credentials ${name}`);
    const first = await run(calmAt + HOUR_MS, true);
    await run(calmAt + 2 * HOUR_MS, false);
    const second = await run(calmAt + 4 * HOUR_MS, true);
    await this.#ask(new Random(`${seed} end`), 3);
    await this.#checkTable();
    if (this.#violations.length > 0) return;
    await this.#expectComplete(first, second);
  }

  async #expectComplete(first: { after: number }, second: { before: number; after: number; isWhole: boolean }) {
    const { world, accounts, calmAt, profile } = this.#history;
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
    if (isLost || isDenied || isMoving || isOdd || this.#tampered.size > 0 || this.#isForged) return;
    const table = await this.#rows();
    if (!second.isWhole && odd.length === 0)
      this.#violate('liveness: run', 'the second full run after the last fault is not complete');
    const due = async (rule: Rule, since: number, to: number) => {
      this.#stats.due += 1;
      const { state, gaps } = await this.#askPeriod(since, to, table);
      if (state === 'complete') this.#stats.dueComplete += 1;
      else {
        const text = `${iso(since)} to ${iso(to)} is ${state}: ${gaps.slice(0, 4).join('; ')}`;
        this.#violate(rule, text, `${state} ${gaps[0]?.split(':')[0] ?? ''}`);
      }
    };
    // Of a world without clusters nothing can be known.
    if (!world.clusters.some((cluster) => createdAt(cluster) < first.after && deletedAt(cluster) > until)) return;
    await due('liveness: period', first.after, second.before);
    const isVerified = await this.#askVerify(table);
    if (!isVerified && !this.#coverageLost) this.#violate('liveness: verify', 'verify says broken');
    const since = this.#watchedSince();
    if (profile !== 'wild' && since !== undefined) await due('liveness: old period', since, calmAt);
  }

  /** From when on everything was read, and the lists of clusters often enough. */
  #watchedSince(): number | undefined {
    const { world, startsAt } = this.#history;
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
        const times = this.#log.entries.filter((entry) => isListOf(entry, id, tier)).map(({ at }) => at);
        if (times.some((at, i) => i > 0 && at - (times[i - 1] as number) > CONTINUITY_MS - 2 * HOUR_MS))
          return undefined;
        since = Math.max(since, times[0] ?? Number.POSITIVE_INFINITY);
      }
    }
    for (const cluster of world.clusters) {
      const times = this.#log.entries.filter(
        ({ endpoint, isHonest, process }) =>
          isHonest && process.endedWell && endpoint.what === 'jobs' && endpoint.clusterName === cluster.name,
      );
      if (cluster.stages.some(({ tier }) => tier !== 'free'))
        since = Math.max(since, times[0]?.at ?? Number.POSITIVE_INFINITY);
    }
    return Number.isFinite(since) ? since + HOUR_MS : undefined;
  }

  #describe() {
    const { world, profile, faults } = this.#history;
    const { order, mostItems, serverless } = world;
    this.#line(`a ${profile} history; lists: ${order}, at most ${mostItems} a page; serverless is ${serverless}`);
    for (const cluster of world.clusters) {
      const project = world.projects.find(({ id }) => id === cluster.projectId);
      const life = cluster.stages.map(
        ({ tier, from, to }) => `${tier} ${iso(from)} to ${Number.isFinite(to) ? iso(to) : '...'}`,
      );
      this.#line(`cluster ${project?.name}/${cluster.name}: ${life.join(', ')}`);
    }
    for (const { name, on = 'the store', from, to, list = '', clusterName = '', times } of faults) {
      this.#line(`fault ${name} at ${on} ${list} ${clusterName}, ${iso(from)} to ${iso(to)}, ${times} times at most`);
    }
  }

  #note(violations: readonly Violation[]) {
    for (const { rule, text } of violations) this.#violate(rule, text);
  }

  #violate(rule: Rule, text: string, reason?: string) {
    if (this.#ignored.has(rule)) return;
    this.#violations.push({ rule, at: this.#timeline.now, text, ...(reason === undefined ? {} : { reason }) });
    this.#line(`VIOLATION ${rule}: ${text}`);
  }

  #line(text: string) {
    this.#lines.push(`${iso(this.#timeline.now)}  ${text}`);
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

function describeRun(step: RunStep): string {
  const { how, full, accounts, skewMs, scope, killAtCall, interruptAtCall, overlapMs } = step;
  const words = [
    `${full ? 'a full run' : 'a run'} by ${how} as ${accounts.join(' and ')}`,
    scope ? `of ${scope.clusterName ?? 'one project'}` : '',
    skewMs === 0 ? '' : `clock ${Math.round(skewMs / MINUTE_MS)} min ahead`,
    killAtCall === undefined ? '' : `to be killed at call ${killAtCall}`,
    interruptAtCall === undefined ? '' : `to be interrupted at call ${interruptAtCall}`,
    overlapMs === undefined ? '' : `another one ${overlapMs} ms later`,
  ];
  return words.filter((word) => word !== '').join(', ');
}

function hits({ on, list, clusterName, projectId }: FaultSpec, endpoint: Endpoint): boolean {
  if (on !== endpoint.what) return false;
  const at = endpoint as { projectId?: string; clusterName?: string; list?: string; kind?: string };
  return (
    (list === undefined || list === (at.list ?? at.kind)) &&
    (projectId === undefined || projectId === at.projectId) &&
    (clusterName === undefined || clusterName === at.clusterName)
  );
}

/** The top of a list of restore jobs is all that a reading wants that ends at what it knows; what it lacks is held against it as jobs. */
const isTop = ({ name }: FaultSpec, { what }: Endpoint) => name === 'fewer than counted' && what === 'jobs';

const isList = (body: unknown): body is ListBody =>
  typeof body === 'object' && body !== null && Array.isArray((body as Partial<ListBody>).results);

const idsIn = (body: ListBody): Set<string> =>
  new Set(body.results.flatMap((each) => (typeof each?.id === 'string' ? [each.id] : [])));

const jobsIn = (body: unknown, oracle: Oracle): Job[] =>
  isList(body) ? [...idsIn(body)].flatMap((id) => oracle.job(id) ?? []) : [];

function entryOf(body: ListBody, oracle: Oracle, about: Omit<Entry, 'projects' | 'clusters' | 'jobs'>): Entry {
  const ids = idsIn(body);
  const none = new Set<string>();
  return {
    ...about,
    projects: about.endpoint.what === 'projects' ? ids : none,
    clusters: about.endpoint.what === 'clusters' ? ids : none,
    jobs: about.endpoint.what === 'jobs' ? jobsIn(body, oracle) : [],
  };
}

export type { RunOutcome };
