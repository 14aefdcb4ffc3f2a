// bench/ledger/collection.ts surrounds the passes of a collection: what has happened in Atlas before each, what the table was asked,
// and whether it holds what Atlas has.
import type { BenchAtlas } from '../atlas/atlas.ts';
import type { BenchDynamo } from '../dynamo/dynamo.ts';
import { checkAnswer } from '../harness/answer.ts';
import type { Course } from '../harness/trial.ts';

const UNIT_BYTES = 4_096;

export class Collection implements Course {
  readonly #atlas: BenchAtlas;
  readonly #dynamo: BenchDynamo;
  /** Of one read of each project's coverage. */
  coverageUnits = 0;

  constructor(atlas: BenchAtlas, dynamo: BenchDynamo) {
    this.#atlas = atlas;
    this.#dynamo = dynamo;
  }

  async before(pass: string) {
    if (pass === 'news') return this.#atlas.addNews();
    if (pass === 'first' || pass === 'every run') {
      await this.#atlas.removeNews();
      await this.#dynamo.reset();
    }
  }

  /** Atlas's side by its own names, the table's after `table `. */
  async counted() {
    const { requests, bytesReceived, ...rest } = await this.#dynamo.counted();
    const { requests: atlasRequests } = await this.#atlas.counted();
    return { ...rest, atlasRequests, tableRequests: requests, tableBytes: bytesReceived };
  }

  async expected(pass: string) {
    const expected = await this.#atlas.expected();
    const held = await this.#dynamo.jobs();
    // A contender without a table leaves it empty, and says itself what it found.
    if (held.count > 0) checkAnswer(`the table after ${pass}`, held, expected);
    const bytes = await this.#dynamo.coverageBytes();
    if (bytes.length > 0) this.coverageUnits = bytes.reduce((sum, each) => sum + Math.ceil(each / UNIT_BYTES), 0);
    return expected;
  }
}
