// test/soundness/process.ts: one run of the program, with a clock of its own, that can be killed at any point.
import type { Timeline } from './timeline.ts';

/** One that takes longer in all hangs, whatever it waits for. */
export const MAX_RUN_MS = 2 * 3_600_000;
/** One that asks for more goes round in circles: the largest honest run of these worlds takes some hundreds. */
export const MAX_CALLS = 20_000;

export type Ending = 'killed' | 'hangs';

export class Process {
  readonly name: string;
  readonly startedAt: number;
  readonly skewMs: number;
  calls = 0;
  /** Set once it is no more. */
  dead: Ending | undefined;
  /** Resolves when it dies. */
  readonly died: Promise<Ending>;
  /** Dies at this call. */
  killAt: number | undefined;
  /** Told of each call, before it is made. */
  onCall: (calls: number) => void = () => {};
  readonly #timeline: Timeline;
  #die: (ending: Ending) => void = () => {};

  constructor(name: string, timeline: Timeline, skewMs = 0) {
    this.name = name;
    this.#timeline = timeline;
    this.startedAt = timeline.now;
    this.skewMs = skewMs;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /** As the machine's clock shows it. */
  now = () => this.#timeline.now + this.skewMs;

  /** What the program waits for; never comes back once it is dead. */
  sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (this.#timeline.now + ms - this.startedAt > MAX_RUN_MS) this.kill('hangs');
    if (this.dead) return never();
    await this.#timeline.sleep(ms, this, signal);
  };

  /**
   * Counts a call and gives it the time it takes.
   * @returns false where the process dies in it: what it asked for may have reached the other side
   */
  async enter(latencyMs: number): Promise<boolean> {
    if (this.dead) return never();
    this.calls += 1;
    this.onCall(this.calls);
    if (this.calls > MAX_CALLS) {
      this.kill('hangs');
      return never();
    }
    if (this.calls === this.killAt) {
      this.kill('killed');
      return false;
    }
    if (latencyMs > 0) await this.#timeline.sleep(latencyMs, this);
    return this.dead ? never() : true;
  }

  kill(ending: Ending) {
    if (this.dead) return;
    this.dead = ending;
    this.#timeline.forget(this);
    this.#die(ending);
  }

  /** It is over: nothing it left behind goes on. */
  end() {
    this.dead ??= 'killed';
    this.#timeline.forget(this);
  }
}

export const never = () => new Promise<never>(() => {});
