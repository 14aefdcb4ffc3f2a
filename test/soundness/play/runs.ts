// test/soundness/play/runs.ts: runs of the product: the command line, and the functions with their queue.
import type { RetainStep, RunStep } from '../history.ts';
import type { Asker } from '../log.ts';
import { idOfSecond } from '../outside/world.ts';
import { type Ending, Process } from '../process.ts';
import { isStoreError, type Machine, Product } from '../product.ts';
import { Random } from '../random.ts';
import type { Network } from './network.ts';
import { iso, MINUTE_MS, type Playing } from './playing.ts';

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
  checked: boolean;
  number: number;
}

/** Deliveries of one message, before it goes to the dead-letter queue. */
const MAX_RECEIVES = 3;
const VISIBILITY_MS = 15 * MINUTE_MS;
const AT_ONCE_MS = 2_000;

export class Runs {
  readonly #play: Playing;
  readonly #network: Network;
  #messages: Message[] = [];
  #runs: RunInHand[] = [];

  constructor(play: Playing, network: Network) {
    this.#play = play;
    this.#network = network;
  }

  async run(step: RunStep): Promise<RunInHand> {
    const now = this.#play.timeline.now;
    const random = new Random(step.seed);
    const runId = idOfSecond(now + step.skewMs, random.hex(16));
    const run: RunInHand = { runId, step, startedAt: now, checked: false, number: this.#play.stats.runs };
    if (step.skewMs !== 0) this.#play.isSkewed = true;
    this.#play.line(describeRun(step));
    const retaining = step.retainMs === undefined ? undefined : this.#retainLater(step, step.retainMs);
    await this.#run(run, random);
    await retaining;
    return run;
  }

  async #retainLater({ seed }: RunStep, ms: number) {
    await this.#play.timeline.sleep(ms, {});
    await this.retain({ do: 'retain', at: this.#play.timeline.now, seed });
  }

  /** Jobs past their retention are let go, or deleted. */
  async retain({ seed, killAtCall }: RetainStep) {
    const random = new Random(`${seed} retain`);
    const process = new Process('retention', this.#play.timeline);
    if (killAtCall !== undefined) process.killAt = killAtCall;
    const machine: Machine = {
      process,
      table: this.#play.table,
      conditions: { random, fault: () => this.#network.storeFault(random) },
      send: async () => 'none',
    };
    await using product = new Product(machine, []);
    const ended = await this.#whatCameOf(process, product.retain(this.#play.history.keepDays ?? Infinity));
    process.end();
    if (ended === 'killed' || ended === 'hangs') return;
    if ('error' in ended) this.#noteError(ended.error);
    else if (ended.value > 0) this.#play.line(`retention: ${ended.value} jobs let go, or deleted`);
    await this.#play.readKeeps();
  }

  async #run(run: RunInHand, random: Random) {
    const { step } = run;
    const now = this.#play.timeline.now;
    if (step.how === 'functions') await this.#planned(run, random);
    else if (step.overlapMs === undefined) await this.#command(run, random);
    else {
      const other = { ...run, runId: idOfSecond(now + step.skewMs, random.hex(16)) };
      const later = this.#play.timeline
        .sleep(step.overlapMs, {})
        .then(() => this.#command(other, new Random(step.seed + 1), true));
      await Promise.all([this.#command(run, random), later]);
    }
  }

  async #command(run: RunInHand, random: Random, isOther = false) {
    const { step, runId } = run;
    const { full, scope, accounts } = step;
    const startedAt = this.#play.timeline.now;
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
    this.#play.stats.runs += 1;
    this.#play.lastRunWasWhole = false;
    if (ended === 'killed' || ended === 'hangs') return;
    if ('error' in ended) {
      if (!interrupt.signal.aborted) this.#noteError(ended.error);
      this.#play.line(`  ended with ${nameOf(ended.error)}`);
      return;
    }
    asker.endedWell = true;
    this.#play.lastRunWasWhole = scope === undefined && ended.value.status === 'complete';
    this.#play.line(`  ended ${ended.value.status}`);
    const checked = { runId, startedAt, endedAt: this.#play.timeline.now, full, accounts, ...ended.value };
    this.#play.note(
      this.#play.oracle.proveRun(
        { ...checked, ...(scope ? { scope } : {}) },
        await this.#play.rows(),
        this.#play.tampered,
      ),
    );
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
    this.#play.stats.runs += 1;
    this.#play.lastRunWasWhole = false;
    if (ended !== 'killed' && ended !== 'hangs') {
      if ('error' in ended) this.#noteError(ended.error);
      else asker.endedWell = true;
    }
    await this.#proveRuns();
    await this.drain(this.#play.timeline.now + 5 * MINUTE_MS);
  }

  #queue(bodies: readonly string[], run: RunInHand, delayMs: number, random: Random) {
    const wild = this.#play.history.profile === 'wild' && run.step.at < this.#play.history.calmAt;
    for (const body of bodies) {
      const message = { body, at: this.#play.timeline.now + delayMs, run, receives: 0 };
      if (wild && random.chance(0.04)) this.#play.line('  a message is lost');
      else this.#messages.push(message);
      if (wild && random.chance(0.06)) this.#messages.push({ ...message, at: message.at + random.int(0, 20) * 1000 });
    }
  }

  async drain(until: number) {
    for (let most = 200; most > 0; most--) {
      const [next] = this.#messages.sort((a, b) => a.at - b.at);
      if (!next || next.at > until) return;
      // What is due at about the same time is worked on side by side.
      const due = this.#messages.filter(({ at }) => at <= next.at + AT_ONCE_MS).slice(0, 4);
      this.#messages = this.#messages.filter((message) => !due.includes(message));
      this.#play.timeline.advanceTo(next.at);
      await Promise.all(due.map((message) => this.#deliver(message)));
      await this.#proveRuns();
      if (this.#play.violations.length > 0) return;
    }
  }

  async #deliver(message: Message) {
    const { run } = message;
    await this.#play.timeline.sleep(message.at - this.#play.timeline.now, {});
    const random = new Random(`${run.step.seed} ${message.at} ${message.receives}`);
    const wild = this.#play.history.profile === 'wild' && run.step.at < this.#play.history.calmAt;
    const killAtCall = wild && random.chance(0.06) ? { killAtCall: random.int(1, 60) } : {};
    const { process, asker, machine } = this.#start(run, random, killAtCall);
    const endsAt = this.#play.timeline.now + (wild && random.chance(0.1) ? random.int(15_100, 17_000) : VISIBILITY_MS);
    const timeLeftMs = () => endsAt - this.#play.timeline.now;
    const product = new Product(machine, run.step.accounts);
    const later = (body: string, delayMs: number) => this.#queue([body], run, delayMs, random);
    const ended = await this.#whatCameOf(process, product.carryOut(message.body, timeLeftMs, later));
    process.end();
    if (ended !== 'killed' && ended !== 'hangs' && !('error' in ended)) {
      asker.endedWell = true;
      return;
    }
    if (ended !== 'killed' && ended !== 'hangs' && 'error' in ended) this.#noteError(ended.error);
    if (message.receives + 1 >= MAX_RECEIVES) return this.#play.line('  a message goes to the dead-letter queue');
    this.#messages.push({ ...message, at: this.#play.timeline.now + VISIBILITY_MS, receives: message.receives + 1 });
  }

  /** Runs of the functions end when their last part comes in. */
  async #proveRuns() {
    for (const run of this.#runs.filter(({ checked }) => !checked)) {
      const { runId, step, startedAt } = run;
      const outcome = await this.#play.look((product) => product.run(runId));
      if (!outcome || outcome.status === 'running') continue;
      run.checked = true;
      this.#play.lastRunWasWhole = step.scope === undefined && outcome.status === 'complete';
      this.#play.line(`  run ${run.number} ended ${outcome.status}`);
      const { full, accounts, scope } = step;
      const checked = { runId, startedAt, endedAt: this.#play.timeline.now, full, accounts, ...outcome };
      this.#play.note(
        this.#play.oracle.proveRun(
          { ...checked, ...(scope ? { scope } : {}) },
          await this.#play.rows(),
          this.#play.tampered,
        ),
      );
    }
  }

  #start(run: RunInHand, random: Random, { killAtCall }: { killAtCall?: number | undefined }) {
    const { step, runId } = run;
    const process = new Process(`run ${run.number}`, this.#play.timeline, step.skewMs);
    if (killAtCall !== undefined) process.killAt = killAtCall;
    const asker: Asker = { process, runId, isWhole: step.scope === undefined, endedWell: false };
    const machine: Machine = {
      process,
      table: this.#play.table,
      conditions: { random, fault: () => this.#network.storeFault(random) },
      send: (account, { method, url }, timeoutMs) =>
        this.#network.send({ asker, account, random, dateAheadMs: step.dateAheadMs }, method, url, timeoutMs),
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
      this.#play.stats.kills += 1;
      this.#play.line(`  killed at call ${process.calls}`);
    }
    if (ended === 'hangs')
      this.#play.violate('hang', `${process.name} began at ${iso(process.startedAt)} and does not end`);
    return ended;
  }

  #noteError(error: unknown) {
    if (isStoreError(error) && this.#play.storeFailed) return;
    const { stack = String(error) } = error instanceof Error ? error : {};
    this.#play.violate('crash', stack.split('\n').slice(0, 3).join(' | '));
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

function describeRun(step: RunStep): string {
  const { how, full, accounts, skewMs, dateAheadMs = 0, scope, killAtCall, interruptAtCall, overlapMs } = step;
  const words = [
    `${full ? 'a full run' : 'a run'} by ${how} as ${accounts.join(' and ')}`,
    scope ? `of ${scope.clusterName ?? 'one project'}` : '',
    skewMs === 0 ? '' : `clock ${Math.round(skewMs / MINUTE_MS)} min ahead`,
    dateAheadMs === 0 ? '' : `Date ${Math.round(dateAheadMs / MINUTE_MS)} min ahead`,
    killAtCall === undefined ? '' : `to be killed at call ${killAtCall}`,
    interruptAtCall === undefined ? '' : `to be interrupted at call ${interruptAtCall}`,
    overlapMs === undefined ? '' : `another one ${overlapMs} ms later`,
  ];
  return words.filter((word) => word !== '').join(', ');
}
