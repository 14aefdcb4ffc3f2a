// functions/atlas/resources/tally.ts: what one reading of a list has returned, checked against what Atlas says there is.

import { defined } from '../../platform/defined.ts';
import type { ItemsPage, Page } from '../model/page.ts';

export class Tally {
  readonly #ids = new Set<unknown>();
  /** Items without an id, each taken for one of its own. */
  #anonymous = 0;
  #pages = 0;
  /** Items of the longest page, and of the longest before the newest: a server that clamps in silence shows its size so. */
  #longest = 0;
  #longestBefore: number | undefined;
  /** Of the pages before the first one that was read. */
  #skipped = 0;
  /** What the first count said. What was added while the list was read is not missing from it. */
  #expected: number | undefined;
  #lastCount: number | undefined;
  #shrank = false;
  /** The page before had a `next`, which only a last page has not (docs/atlas.md#1-1). */
  #hadNext = false;
  #miscounted: string | undefined;

  /** @returns how many of its items are new to this reading, and how many had come with an earlier page */
  add(page: Page, { fromPage = 1 }: { fromPage?: number | undefined }): { fresh: number; known: number } {
    const { ids, totalCount, size, next } = page;
    this.#miscounted ??= page.miscounted;
    if (this.#hadNext && ids.length === 0) this.#shrank = true;
    this.#hadNext = next;
    if (this.#pages === 0) this.#skipped = (fromPage - 1) * (page.sized ? size : Math.min(size, ids.length || size));
    this.#longestBefore = this.#longest || undefined;
    this.#pages += 1;
    this.#longest = Math.max(this.#longest, ids.length);
    if (totalCount !== undefined) {
      // Pages that were full when they were read are not any more.
      if (totalCount < this.#skipped) this.#shrank = true;
      this.#expected ??= totalCount;
      if (totalCount < (this.#lastCount ?? 0)) this.#shrank = true;
      this.#lastCount = totalCount;
    }
    const known = ids.filter((id) => id !== undefined && this.#ids.has(id)).length;
    const before = this.#seen;
    for (const id of ids) {
      if (id === undefined) this.#anonymous += 1;
      else this.#ids.add(id);
    }
    return { fresh: this.#seen - before, known };
  }

  /** Whether a page without `next`, just added, shows the end of the list. */
  isEnd({ elements, size, sized, linked, totalCount }: Page, fresh: number): boolean {
    const isMissing = this.#isMissing;
    if (elements.length === 0) return this.#pages > 1 || !isMissing;
    if (elements.length >= size) return false;
    if (fresh === 0) return true;
    if (isMissing || elements.length >= (this.#longestBefore ?? size)) return false;
    // Where Atlas doesn't say how long a page is, its count is the only sign, and has to agree. A page without links isn't
    // like Atlas's at all, and may count its own items only: then only an empty page will do.
    return sized || (linked && totalCount !== undefined && this.#reached <= totalCount);
  }

  /** @param confirm doubt a list of several pages that was never counted */
  isDoubtful(confirm = false): boolean {
    const isOdd = this.#isMissing || this.#shrank || this.#miscounted !== undefined;
    return isOdd || (confirm && this.#expected === undefined && this.#pages > 1);
  }

  /**
   * At its end. @param first the reading before it. Items leave a list one at a time, so a list that has lost most of what it had a
   * moment ago is not credible either
   */
  shortcomingAfter(first: Tally): Pick<ItemsPage<unknown>, 'short' | 'moved' | 'miscounted'> {
    const shrank = this.#shrank || this.#seen * 2 < first.#seen;
    return defined({
      short: this.#isMissing ? { seen: this.#reached, totalCount: this.#expected ?? 0 } : undefined,
      moved: shrank || undefined,
      miscounted: this.#miscounted,
    });
  }

  /** The elements of a page of another reading that this one has not brought. Of those without an id, as many as are more. */
  unseen({ elements, ids }: Page): unknown[] {
    return elements.filter((_, nth) => {
      const id = ids[nth];
      if (id !== undefined) return !this.#ids.has(id);
      this.#anonymous -= 1;
      return this.#anonymous < 0;
    });
  }

  get #seen() {
    return this.#ids.size + this.#anonymous;
  }

  get #reached() {
    return this.#skipped + this.#seen;
  }

  get #isMissing() {
    return this.#reached < (this.#expected ?? 0);
  }
}
