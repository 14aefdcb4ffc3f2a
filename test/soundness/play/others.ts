// test/soundness/play/others.ts: what others do meanwhile: jobs vanish from Atlas, items are deleted or forged.
import type { Tampered } from '../history.ts';
import type { Item } from '../outside/store.ts';
import { isListed } from '../outside/world.ts';
import { isCoverageItem, isJobItem, projectOf } from '../product.ts';
import { Random } from '../random.ts';
import type { Playing } from './playing.ts';

export class Others {
  readonly #play: Playing;

  constructor(play: Playing) {
    this.#play = play;
  }

  async vanish({ seed, jobs }: { seed: number; jobs: number }) {
    const now = this.#play.timeline.now;
    const table = await this.#play.rows();
    const there = this.#play.history.world.jobs.filter((job) => table.has(job.id) && isListed(job, now));
    for (const job of new Random(seed).shuffled(there).slice(0, jobs)) {
      job.vanishedAt = now;
      this.#play.line(`Atlas no longer lists the ${this.#play.oracle.describe(job)}`);
    }
  }

  async tamper({ seed, what }: { seed: number; what: Tampered }) {
    const random = new Random(seed);
    const projectId = random.pick(this.#play.history.world.projects).id;
    const items = [...this.#play.table.items()].filter(({ pk }) => projectOf(pk?.S ?? '') === projectId);
    const jobs = items.filter(({ sk }) => isJobItem(sk?.S ?? ''));
    if (what === 'status') return this.#forge(random, jobs);
    const gone = what === 'coverage' ? [] : what === 'jobs' ? random.shuffled(jobs).slice(0, random.int(1, 3)) : jobs;
    for (const item of gone) {
      const id = (item.sk?.S ?? '').slice(4);
      this.#play.table.remove(item);
      this.#play.tampered.add(id);
      // What the coverage can't have counted, and what it has, once it is gone itself.
      const job = this.#play.oracle.job(id);
      if (!this.#play.lastRunWasWhole || (job && this.#play.isLetGo(job))) this.#play.excused.add(id);
      if (what !== 'jobs') this.#play.uncounted.add(id);
    }
    if (what !== 'jobs') {
      this.#play.coverageLost = true;
      for (const item of items) {
        if (what === 'project' || isCoverageItem(item.sk?.S ?? '')) this.#play.table.remove(item);
      }
    }
    this.#play.line(
      `somebody deletes ${gone.length} jobs${what === 'jobs' ? '' : ' and the coverage'} of ${projectId}`,
    );
  }

  #forge(random: Random, jobs: Iterable<Item>) {
    this.#play.isForged = true;
    for (const item of random.shuffled([...jobs]).slice(0, random.int(1, 3))) {
      const status = { S: item.status?.S === 'COMPLETED' ? 'FAILED' : 'COMPLETED' };
      this.#play.table.write({ ...item, status }, undefined);
      this.#play.line(`somebody writes ${status.S} into the job ${(item.sk?.S ?? '').slice(4)}`);
    }
  }
}
