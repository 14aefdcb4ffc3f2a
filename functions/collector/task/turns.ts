// functions/collector/task/turns.ts: which of several sets of credentials is asked first for what: the one that was let in before.
import type { Atlas } from '../../atlas/model/atlas.ts';
import { AtlasError } from '../../atlas/model/errors.ts';

export class Turns {
  /** Indexes of those that were let in, by what is read. */
  readonly #letIn = new Map<string, number>();

  /** What one of them may not read is read with the next. @param all the preferred first */
  async firstOf<T>(all: readonly Atlas[], what: string, read: (atlas: Atlas) => Promise<T>): Promise<T> {
    const first = this.#letIn.get(what) ?? 0;
    let refusal: unknown;
    for (let tried = 0; tried < all.length; tried++) {
      const turn = (first + tried) % all.length;
      try {
        const answer = await read(all[turn] as Atlas);
        this.#letIn.set(what, turn);
        return answer;
      } catch (error) {
        refusal ??= error;
        // What the preferred ones say tells most; where another one fails in another way, that is how it is.
        if (!isRefusal(error)) throw tried === 0 ? error : refusal;
      }
    }
    throw refusal;
  }

  /** Once a page has come, the others do. */
  async *pages<T>(all: readonly Atlas[], what: string, read: (atlas: Atlas) => AsyncIterable<T>): AsyncGenerator<T> {
    const { first, rest } = await this.firstOf(all, what, async (atlas) => {
      const pages = read(atlas)[Symbol.asyncIterator]();
      return { first: await pages.next(), rest: pages };
    });
    try {
      for (let page = first; !page.done; page = await rest.next()) yield page.value;
    } finally {
      await rest.return?.();
    }
  }
}

/** Not let in: by role, organization, access list, or since the credentials are not valid any more. A plan is the same for all. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof AtlasError)) return false;
  const { code, errorCode = '' } = error;
  if (code === 'ATLAS_FORBIDDEN') return !/^(FEATURE_UNSUPPORTED|UNSUPPORTED_FOR_CURRENT_PLAN)$/.test(errorCode);
  return code === 'ATLAS_UNAUTHORIZED' || code === 'ATLAS_CREDENTIALS';
}
