// functions/atlas/http/adaptive-concurrency.ts: the number of requests under way at once, learnt from their answers.

import { type Clock, systemClock } from '../../platform/clock.ts';
import { AtlasError } from '../model/errors.ts';
import { MAX_CONCURRENCY } from './max-concurrency.ts';
import { CLIENT_CLOSED, nameOf } from './pending-answer.ts';
import type { Transport, TransportAnswer, TransportRequest } from './transport.ts';

export interface AdaptiveConcurrencyOptions {
  /** Requests under way at once. @default 256 */
  max?: number | undefined;
  /** @default the machine's */
  clock?: Clock | undefined;
}

/** What HTTP/2 servers usually take on one connection. */
const START = 100;
const MIN = 4;
/** Added by each answer in time until the first sign of strain: the number grows fivefold in a round. */
const FAST_GROWTH = 4;
/** Added by each answer in time after that: a quarter more in a round. */
const SLOW_GROWTH = 0.25;
/** Factor at a sign of strain. */
const SHRINK = 0.7;
/** An answer is late at this many times the best latency of its kind, and this many ms more: noise and our own work. */
const LATE_FACTOR = 2;
const LATE_MS = 150;
/** Kinds of requests whose best latency is known. Atlas has a dozen. */
const MAX_KINDS = 100;
/** A timer beyond this would fire at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Grows the number of requests under way while answers come in time, shrinks it when many are late or refused (429), as
 * TCP does with its window. Requests beyond it wait; projects take turns.
 */
export class AdaptiveConcurrency implements Transport {
  readonly #transport: Transport;
  readonly #max: number;
  readonly #clock: Clock;
  readonly #bestMs = new Map<string, number>();
  /** By project, in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #limit: number;
  #active = 0;
  #strained = false;
  /** A round is as many answers as the limit was when it began. `peak`: the most requests that were under way. */
  #round!: { total: number; left: number; late: number; peak: number };

  constructor(transport: Transport, { max = MAX_CONCURRENCY, clock = systemClock }: AdaptiveConcurrencyOptions = {}) {
    this.#transport = transport;
    this.#max = max;
    this.#limit = Math.min(START, max);
    this.#clock = clock;
    this.#beginRound();
  }

  /** Requests that may be under way at once now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  async send(request: TransportRequest): Promise<TransportAnswer> {
    const calledMs = this.#clock.now();
    if (this.#active >= this.limit) await this.#turn(request);
    else this.#active += 1;
    try {
      const waitedMs = this.#clock.now() - calledMs;
      const timeoutMs = Math.min(request.timeoutMs, timeLeftOf(request) - waitedMs);
      if (timeoutMs <= 0) throw notSent(request, waitedMs);
      return await this.#sendNow({ ...request, timeoutMs });
    } finally {
      this.#active -= 1;
      this.#admit();
    }
  }

  async #sendNow(request: TransportRequest): Promise<TransportAnswer> {
    this.#round.peak = Math.max(this.#round.peak, this.#active);
    const startedMs = this.#clock.now();
    let status: number | undefined;
    try {
      const answer = await this.#transport.send(request);
      status = answer.status;
      return answer;
    } finally {
      this.#learn(kindOf(request.url), this.#clock.now() - startedMs, status);
    }
  }

  close() {
    return this.#transport.close();
  }

  /** Waits until the request is let in. @throws AtlasError where its time ends first, or nobody waits for it any more */
  #turn(request: TransportRequest): Promise<void> {
    const { url, signal } = request;
    const project = projectOf(url);
    const timeLeftMs = timeLeftOf(request);
    return new Promise<void>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const enter = () => {
        stop();
        resolve();
      };
      const giveUp = (error: AtlasError) => {
        stop();
        const queue = this.#waiting.get(project)?.filter((each) => each !== enter) ?? [];
        if (queue.length > 0) this.#waiting.set(project, queue);
        else this.#waiting.delete(project);
        reject(error);
      };
      const onAbort = () =>
        giveUp(new AtlasError('ATLAS_UNAVAILABLE', `${nameOf(request)} ${CLIENT_CLOSED}`, { lasting: true }));
      const outOfTime = () => giveUp(notSent(request, timeLeftMs));
      const timer = timeLeftMs <= MAX_TIMER_MS ? setTimeout(outOfTime, timeLeftMs) : undefined;
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(project, [...(this.#waiting.get(project) ?? []), enter]);
      if (signal?.aborted) onAbort();
    });
  }

  #admit() {
    while (this.#active < this.limit) {
      const [next] = this.#waiting;
      if (!next) return;
      const [project, queue] = next;
      this.#waiting.delete(project);
      const enter = queue.shift();
      if (queue.length > 0) this.#waiting.set(project, queue); // at the end: the others come first
      this.#active += 1;
      enter?.();
    }
  }

  /** @param status undefined without an answer */
  #learn(kind: string, latencyMs: number, status: number | undefined) {
    const bestMs = Math.min(this.#bestMs.get(kind) ?? latencyMs, latencyMs);
    const refused = status === undefined || status === 429 || status >= 500;
    const late = refused || latencyMs > bestMs * LATE_FACTOR + LATE_MS;
    // A refusal takes no work, so its latency says nothing of an answer's.
    if (!refused && (this.#bestMs.has(kind) || this.#bestMs.size < MAX_KINDS)) this.#bestMs.set(kind, bestMs);
    const round = this.#round;
    round.left -= 1;
    if (late) round.late += 1;
    // More than are in use proves nothing.
    else if (round.peak * 2 > this.#limit) {
      this.#limit = Math.min(this.#max, this.#limit + (this.#strained ? SLOW_GROWTH : FAST_GROWTH));
    }
    if (round.late * 2 > round.total) this.#shrink();
    else if (round.left <= 0) this.#beginRound();
  }

  #shrink() {
    this.#strained = true;
    // Late with so few under way: that is not strain, Atlas is slower than it was.
    if (this.#limit <= MIN) this.#bestMs.clear();
    else this.#limit = Math.max(MIN, this.#limit * SHRINK);
    this.#beginRound();
  }

  #beginRound() {
    const total = this.limit;
    this.#round = { left: total, late: 0, total, peak: this.#active };
  }
}

const timeLeftOf = ({ timeLeftMs, timeoutMs }: TransportRequest) => timeLeftMs ?? timeoutMs;

function notSent(request: TransportRequest, waitedMs: number) {
  const waited = `others were under way for ${Math.ceil(waitedMs)} ms`;
  return new AtlasError('ATLAS_UNAVAILABLE', `${nameOf(request)} was not sent: ${waited}`);
}

const projectOf = ({ pathname }: URL): string => /\/groups\/([^/]+)/.exec(pathname)?.[1] ?? '';

/** The last part of the path that is a word and no id: answers of one kind take alike. */
const kindOf = ({ pathname }: URL): string => pathname.replace(/\/[0-9a-f]{24}$/, '/{id}').replace(/^.*\//, '');
