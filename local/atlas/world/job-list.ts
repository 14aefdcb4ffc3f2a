// local/atlas/world/job-list.ts: one list of restore jobs, newest first: those started while the world runs, then its
// history.
import type { SimJob } from '../model/job.ts';
import type { History } from './history.ts';

export class JobList {
  readonly #history: History;
  /** Started since, oldest first. */
  readonly #started: SimJob[] = [];
  /** Started since, and listed no more. */
  readonly #vanished: SimJob[] = [];
  /** Places in the history that are listed no more, ascending. */
  readonly #removed: number[] = [];

  constructor(history: History) {
    this.#history = history;
  }

  get count() {
    return this.#started.length + this.#history.count - this.#removed.length;
  }

  /** The jobs from `offset` on, `limit` of them at most. */
  slice(offset: number, limit: number): SimJob[] {
    const jobs: SimJob[] = [];
    for (let place = offset; place < Math.min(offset + limit, this.count); place++) jobs.push(this.#at(place));
    return jobs;
  }

  find(id: string): SimJob | undefined {
    const started = this.#started.find((job) => job.id === id);
    if (started) return started;
    const index = this.#history.indexOf(id);
    return index === -1 || this.#removed.includes(index) ? undefined : this.#history.at(index);
  }

  add(job: SimJob) {
    this.#started.push(job);
  }

  /** Takes a job off the list. Returns false when it was not on it. */
  remove(id: string): boolean {
    const place = this.#started.findIndex((job) => job.id === id);
    if (place !== -1) return this.#vanished.push(...this.#started.splice(place, 1)) > 0;
    const index = this.#history.indexOf(id);
    if (index === -1 || this.#removed.includes(index)) return false;
    this.#removed.push(index);
    this.#removed.sort((a, b) => a - b);
    return true;
  }

  /** Listed or not: what was requested in that time, both ends included, in ms since the epoch. In no order. */
  *requestedBetween(from: number, to: number): Generator<SimJob> {
    for (const job of this.startedEver()) if (job.requestedAt >= from && job.requestedAt <= to) yield job;
    yield* this.#history.between(from, to);
  }

  /** Listed or not: all but the history. */
  *startedEver(): Generator<SimJob> {
    yield* this.#started;
    yield* this.#vanished;
  }

  /** Listed or not: what of the history was requested in that time. */
  pastBetween(from: number, to: number): Iterable<SimJob> {
    return this.#history.between(from, to);
  }

  #at(place: number): SimJob {
    const started = this.#started[this.#started.length - 1 - place];
    if (started) return started;
    let index = place - this.#started.length;
    for (const removed of this.#removed) if (removed <= index) index++;
    return this.#history.at(index);
  }
}
