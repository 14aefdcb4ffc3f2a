import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pages } from '../../functions/atlas/pages.ts';
import { all, failureOf } from './clients.ts';

interface Server {
  /** What it gives at most, whatever is asked for. */
  clamp?: number;
  /** Without the count, no `next` is sent (FACTS 12.1). */
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
