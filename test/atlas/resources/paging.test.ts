import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pages } from '../../../functions/atlas/resources/paging.ts';
import { all, failureOf } from '../clients.ts';

const idOf = (item: unknown) => item;

interface Server {
  /** What it gives at most, whatever is asked for. */
  clamp?: number;
  /** Without the count, no `next` is sent (docs/atlas.md#12-1). */
  counted?: boolean;
  /** Whether `self` says how many items a page has. */
  echoes?: boolean;
}

/** Serves `items` as Atlas does, by number; counts its answers. */
function server<T>(items: T[], asked: number, { clamp = 500, counted = true, echoes = true }: Server = {}) {
  const size = Math.min(asked, clamp);
  const state = { answers: 0 };
  const read = async (pageNum: number) => {
    state.answers += 1;
    const results = items.slice((pageNum - 1) * size, pageNum * size);
    const self = `https://cloud.mongodb.com/api/atlas/v2/x?pageNum=${pageNum}${echoes ? `&itemsPerPage=${size}` : ''}`;
    const next = counted && pageNum * size < items.length;
    return {
      results,
      links: [{ rel: 'self', href: self }, ...(next ? [{ rel: 'next', href: 'https://x.example' }] : [])],
    };
  };
  return { read, state };
}

const asIs = (element: unknown) => element;
const itemsOf = async (read: (pageNum: number) => Promise<unknown>, itemsPerPage: number, fromPage?: number) => {
  const found = await all(pages(read, asIs, { what: 'GET /x', itemsPerPage, fromPage }));
  return { found, items: found.flatMap(({ items }) => items) };
};

describe('a list', () => {
  test('of any length is read to its end, each item once, whatever the server clamps, counts or echoes', async () => {
    const shape = fc.record({ clamp: fc.integer({ min: 1, max: 12 }), counted: fc.boolean(), echoes: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 10 }),
        shape,
        async (length, asked, given) => {
          // A server that clamps must say so in one way or the other; where it says nothing, nobody can know.
          const shown = given.echoes || given.counted ? given : { ...given, clamp: asked };
          const all = Array.from({ length }, (_, id) => ({ id }));
          const { found, items } = await itemsOf(server(all, asked, shown).read, asked);
          expect(items).toEqual(all);
          expect(found.map(({ last }) => last)).toEqual([...Array(found.length - 1).fill(false), true]);
        },
      ),
    );
  });

  test('without a count is not ended by the missing `next` of a full page', async () => {
    const { read, state } = server([1, 2, 3, 4], 2, { counted: false });
    expect((await itemsOf(read, 2)).items).toEqual([1, 2, 3, 4]);
    expect(state.answers).toBe(3);
  });

  test('costs no call more than it has pages, when it is counted and the last is not full', async () => {
    const { read, state } = server([1, 2, 3], 2);
    await itemsOf(read, 2);
    expect(state.answers).toBe(2);
  });

  test('that nobody wants the rest of is not read on', async () => {
    const { read, state } = server([1, 2, 3, 4, 5, 6], 2);
    for await (const _ of pages(read, asIs, { what: 'GET /x', itemsPerPage: 2 })) break;
    expect(state.answers).toBe(1);
  });

  test('can be read from a later page on', async () => {
    const { found } = await itemsOf(server([1, 2, 3, 4, 5], 2).read, 2, 3);
    expect(found).toEqual([{ pageNum: 3, items: [5], last: true }]);
  });

  test('whose end is clamped to its last page ends there', async () => {
    const read = async () => ({ results: [1, 2], links: [] });
    expect((await itemsOf(read, 2)).items).toEqual([1, 2]);
  });

  test.each([
    ['full', [1, 2]],
    ['empty', []],
  ])('without end, one %s page for ever, is given up', async (_, results) => {
    const failure = await failureOf(itemsOf(async () => ({ results, links: [{ rel: 'next', href: 'x' }] }), 2));
    expect(failure).toMatchObject({ code: 'ATLAS_BAD_ANSWER', lasting: true });
  });

  test('without end, of ever new pages, is given up after 100,000', async () => {
    let id = 0;
    const read = async () => ({ results: [id++], links: [{ rel: 'next', href: 'x' }] });
    const pager = pages(read, asIs, { what: 'GET /x', itemsPerPage: 1 });
    const reading = (async () => {
      for await (const _ of pager);
    })();
    expect((await failureOf(reading)).message).toContain('100000 pages');
    expect(id).toBe(100_000);
  });

  test.each([null, [], 'text', 7, {}, { results: 'none' }, { results: { 0: 1 } }])(
    'is not what %j is',
    async (body) => {
      expect((await failureOf(itemsOf(async () => body, 2))).code).toBe('ATLAS_BAD_ANSWER');
    },
  );

  test.each([null, {}, 'x', [null, 7, 'x', { rel: 7 }, { rel: 'self', href: '::' }]])(
    'bears with %j for links',
    async (links) => {
      expect((await itemsOf(async () => ({ results: [1], links }), 2)).items).toEqual([1]);
    },
  );
});

describe('a list that is read ahead', () => {
  const answerOf = (items: readonly number[], size: number, pageNum: number) => ({
    results: items.slice((pageNum - 1) * size, pageNum * size),
    totalCount: items.length,
    links: [{ rel: 'self', href: 'x' }, ...(pageNum * size < items.length ? [{ rel: 'next', href: 'x' }] : [])],
  });

  test('is asked for at once, but for its first page, and for no page more than it has', async () => {
    const items = Array.from({ length: 23 }, (_, id) => id);
    const [asked, rounds]: [number[], number[]] = [[], []];
    const read = async (pageNum: number) => {
      asked.push(pageNum);
      await new Promise((resolve) => setImmediate(resolve));
      rounds.push(asked.length);
      return answerOf(items, 5, pageNum);
    };
    const found = await all(pages(read, asIs, { what: 'GET /x', itemsPerPage: 5, ahead: 10, idOf }));
    expect(found.flatMap((page) => page.items)).toEqual(items);
    expect(asked).toEqual([1, 2, 3, 4, 5]);
    expect(rounds).toEqual([1, 5, 5, 5, 5]);
  });

  test('holds no more pages than it may, and asks for none ahead where it was not counted', async () => {
    const items = Array.from({ length: 58 }, (_, id) => id);
    for (const [totalCount, most] of [
      [58, 3],
      [undefined, 1],
    ] as const) {
      // Without a count or a size in its links, only an empty page shows the end.
      const pagesAsked = totalCount === undefined ? 13 : 12;
      let [asked, used, mostAhead] = [0, 0, 0];
      const read = async (pageNum: number) => {
        asked += 1;
        mostAhead = Math.max(mostAhead, asked - used);
        return { ...answerOf(items, 5, pageNum), totalCount };
      };
      for await (const _ of pages(read, asIs, { what: 'GET /x', itemsPerPage: 5, ahead: 2, idOf })) used += 1;
      expect([asked, mostAhead]).toEqual([pagesAsked, most]);
    }
  });

  test('is asked for at once after its first page where so many items are expected, though nothing counts them', async () => {
    const items = Array.from({ length: 23 }, (_, id) => id);
    for (const [expected, pagesAsked, rounds] of [
      [0, 6, [1, 2, 3, 4, 5, 6]],
      [4, 6, [1, 2, 3, 4, 5, 6]],
      [23, 6, [1, 5, 5, 5, 5, 6]],
      // The last of them is empty, and so is whatever follows.
      [40, 9, [1, 9, 9, 9, 9, 9, 9, 9, 9]],
    ] as const) {
      const seen: number[] = [];
      let asked = 0;
      const read = async (pageNum: number) => {
        asked += 1;
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(asked);
        return { results: items.slice((pageNum - 1) * 5, pageNum * 5) };
      };
      const found = await all(pages(read, asIs, { what: 'GET /x', itemsPerPage: 5, expected, idOf }));
      expect(found.flatMap((page) => page.items)).toEqual(items);
      expect([asked, seen]).toEqual([pagesAsked, rounds]);
    }
  });

  test('loses nothing where it grows meanwhile, in whatever order its pages are answered', async () => {
    const growths = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 0, max: 80 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 120 }),
        growths,
        async (scheduler, length, ahead, expected, grows) => {
          const size = 13; // more than it grows in all: a page that moves down by itself looks like no page at all
          let items = Array.from({ length }, (_, nth) => length - nth);
          const grow = (by: number) => {
            const newest = items[0] ?? 0;
            items = [...Array.from({ length: by }, (_, nth) => newest + by - nth), ...items];
          };
          for (const by of grows) void scheduler.schedule(Promise.resolve(), 'grows').then(() => grow(by));
          const read = async (pageNum: number) => {
            await scheduler.schedule(Promise.resolve(), `page ${pageNum} arrives`);
            const answer = answerOf(items, size, pageNum);
            await scheduler.schedule(Promise.resolve(), `page ${pageNum} comes back`);
            return answer;
          };
          const reading = all(pages(read, asIs, { what: 'GET /x', itemsPerPage: size, ahead, expected, idOf }));
          const found = (await scheduler.waitFor(reading)).flatMap((page) => page.items as number[]);
          expect([...new Set(found)].filter((id) => id <= length)).toEqual(
            Array.from({ length }, (_, nth) => length - nth),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is read in turn where pages repeat, so that a server that always repeats costs no more than was asked for once', async () => {
    const items = Array.from({ length: 101 }, (_, id) => id);
    let asked = 0;
    const read = async (pageNum: number) => {
      asked += 1;
      const from = Math.max(0, (pageNum - 1) * 4); // each page begins with the last item of the one before
      const next = from + 5 < items.length;
      return {
        results: items.slice(from, from + 5),
        totalCount: items.length,
        links: next ? [{ rel: 'next', href: 'x' }] : [],
      };
    };
    const found = await all(pages(read, asIs, { what: 'GET /x', itemsPerPage: 5, ahead: 8, idOf }));
    expect([...new Set(found.flatMap((page) => page.items))]).toEqual(items);
    expect(asked).toBeLessThanOrEqual(found.length + 8);
  });

  test('fails with the page that failed, in its turn, and leaves nothing under way', async () => {
    const items = Array.from({ length: 40 }, (_, id) => id);
    let under = 0;
    const read = async (pageNum: number) => {
      under += 1;
      await new Promise((resolve) => setTimeout(resolve, pageNum));
      under -= 1;
      if (pageNum === 3) throw new Error('page 3');
      return answerOf(items, 5, pageNum);
    };
    const came: number[] = [];
    const reading = (async () => {
      const options = { what: 'GET /x', itemsPerPage: 5, ahead: 10, idOf };
      for await (const { pageNum } of pages(read, asIs, options)) came.push(pageNum);
    })();
    await expect(reading).rejects.toThrow('page 3');
    expect([came, under]).toEqual([[1, 2], 0]);
  });
});

/** A server of numbers that changes while it is read: before each answer, `before` is told how many there were. */
function moving(start: readonly number[], size: number, before: (items: number[], nth: number) => number[]) {
  const state = { items: [...start], answers: 0 };
  const read = async (pageNum: number) => {
    state.items = before(state.items, state.answers++);
    const results = state.items.slice((pageNum - 1) * size, pageNum * size);
    const next = pageNum * size < state.items.length;
    const self = { rel: 'self', href: `https://x.example/?pageNum=${pageNum}&itemsPerPage=${size}` };
    return { results, totalCount: state.items.length, links: [self, ...(next ? [{ rel: 'next', href: 'x' }] : [])] };
  };
  return { read, state };
}

const numbers = (length: number) => Array.from({ length }, (_, nth) => length - nth);
const readWhole = async (read: (pageNum: number) => Promise<unknown>, itemsPerPage: number, more: object = {}) => {
  const found = await all(pages(read, asIs, { what: 'GET /x', itemsPerPage, idOf, ...more }));
  return { found, items: found.flatMap(({ items }) => items), end: found.at(-1) };
};

describe('a list of which Atlas counts more than it shows', () => {
  /** Gives `clamp` items a page whatever is asked for, and no links. */
  const clamping = (length: number, clamp: number, totalCount: number | undefined = length) => {
    const state = { answers: 0 };
    const read = async (pageNum: number) => {
      state.answers += 1;
      return { results: numbers(length).slice((pageNum - 1) * clamp, pageNum * clamp), totalCount };
    };
    return { read, state };
  };

  test('is read on, where a server clamps its pages in silence', async () => {
    const { read, state } = clamping(250, 100);
    const { items, end } = await readWhole(read, 500);
    expect(items).toEqual(numbers(250));
    expect(end).toMatchObject({ last: true, totalCount: 250 });
    expect(end?.short).toBeUndefined();
    expect(state.answers).toBe(4); // without links, only an empty page shows the end
  });

  test('is read to an empty page where there is no count and no size at all, or a count that is too small', async () => {
    for (const count of [undefined, 0, 100, Number.POSITIVE_INFINITY, -1, 'many' as never]) {
      expect((await readWhole(clamping(250, 100, count).read, 500)).items).toEqual(numbers(250));
    }
  });

  test('of any length, page size and count is never ended early, nor silently short', async () => {
    const lengths = fc.integer({ min: 0, max: 60 });
    const counts = fc.option(fc.integer({ min: 0, max: 80 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1, max: 12 }), counts, async (length, clamp, count) => {
        const { items, end } = await readWhole(clamping(length, clamp, count).read, 20);
        expect(items).toEqual(numbers(length));
        if ((count ?? 0) > length) expect(end?.short).toEqual({ seen: length, totalCount: count });
        else expect(end?.short).toBeUndefined();
      }),
    );
  });

  test('and shows the rest in its second reading is whole', async () => {
    let answers = 0;
    const read = async () => {
      const results = answers++ < 2 ? [] : [3, 2, 1];
      return { results, totalCount: 3, links: [{ rel: 'self', href: 'x?itemsPerPage=5' }] };
    };
    const { found, items } = await readWhole(read, 5);
    expect(items).toEqual([3, 2, 1]);
    expect(found.map(({ last }) => last)).toEqual([false, false, true]);
    expect(found.at(-1)?.short).toBeUndefined();
  });

  test.each([
    ['the same page for ever', async () => ({ results: [2, 1], totalCount: 43 }), 2],
    [
      'its items in ever another order',
      async (page: number) => ({ results: [page % 2, (page + 1) % 2], totalCount: 43 }),
      2,
    ],
    ['nothing at all', async () => ({ results: [], totalCount: 43 }), 0],
    ['one item twice', async () => ({ results: [7, 7], totalCount: 43 }), 1],
  ])('and shows %s is short', async (_, read, seen) => {
    let answers = 0;
    const counted = (page: number) => {
      answers += 1;
      return read(page);
    };
    expect((await readWhole(counted, 500)).end).toMatchObject({ last: true, short: { seen, totalCount: 43 } });
    expect(answers).toBe(4);
  });

  test('and goes in circles with a next page each time is given up', async () => {
    let answers = 0;
    const read = async (page: number) => {
      answers += 1;
      return { results: [page % 2], totalCount: 43, links: [{ rel: 'next', href: 'x' }] };
    };
    expect(await failureOf(readWhole(read, 500))).toMatchObject({ code: 'ATLAS_BAD_ANSWER', lasting: true });
    expect(answers).toBeLessThan(20);
  });

  test('is begun anew by whoever stops before its second reading', async () => {
    const read = async () => ({ results: [2, 1], totalCount: 3 });
    const { found } = await readWhole(read, 500);
    expect(found.map(({ pageNum, last }) => [pageNum, last])).toEqual([
      [1, false],
      [0, false],
      [1, false],
      [2, true],
    ]);
  });

  test('counts the pages before the one that it is read from', async () => {
    const whole = server(numbers(12), 5).read;
    const counted = async (pageNum: number) => ({ ...(await whole(pageNum)), totalCount: 12 });
    expect((await readWhole(counted, 5, { fromPage: 2 })).end).toEqual({
      pageNum: 3,
      items: [2, 1],
      last: true,
      totalCount: 12,
    });
  });
});

describe('a list that shrinks while it is read', () => {
  test('is read once more, so that what moved up past the page being read is found', async () => {
    const { read } = moving(numbers(16), 5, (items, nth) => (nth === 1 ? items.slice(3) : items));
    const { items, end } = await readWhole(read, 5);
    expect(new Set(items)).toEqual(new Set(numbers(16)));
    expect(items).toHaveLength(16);
    expect(end).toMatchObject({ last: true });
    expect(end?.moved).toBeUndefined();
    expect(end?.short).toBeUndefined();
  });

  test('each time says so', async () => {
    const { read } = moving(numbers(40), 5, (items) => items.slice(1));
    expect((await readWhole(read, 5)).end).toMatchObject({ last: true, moved: true });
  });

  test('at any time, by any items, and grows as well, loses none that was there all along, or says so', async () => {
    const changes = fc.array(fc.record({ grow: fc.nat(2), drop: fc.array(fc.nat(40), { maxLength: 2 }) }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 3, max: 8 }),
        changes,
        async (length, size, list) => {
          let newest = length;
          // Growth and loss between the same two pages cancel out, and no count shows it: one or the other.
          const { read, state } = moving(numbers(length), size, (items, nth) => {
            const { grow = 0, drop = [] } = nth === 0 ? {} : (list[nth - 1] ?? {});
            if (drop.length > 0) return items.filter((_, at) => !drop.includes(at));
            return [...Array.from({ length: grow }, () => ++newest).reverse(), ...items];
          });
          const { items, end } = await readWhole(read, size);
          if (end?.moved || end?.short) return;
          for (const item of state.items) if (item <= length) expect(items).toContain(item);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is read twice in any case where it was never counted, if that is asked for', async () => {
    const { read } = moving(numbers(16), 5, (items, nth) => (nth === 1 ? items.slice(3) : items));
    const uncounted = async (pageNum: number) => ({ ...(await read(pageNum)), totalCount: undefined });
    expect(new Set((await readWhole(uncounted, 5, { confirm: true })).items)).toEqual(new Set(numbers(16)));
    let answers = 0;
    const single = async () => {
      answers += 1;
      return { results: [1], links: [{ rel: 'self', href: 'x?itemsPerPage=5' }] };
    };
    await readWhole(single, 5, { confirm: true });
    expect(answers).toBe(1);
  });
});
