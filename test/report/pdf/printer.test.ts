import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SHAPES } from '../../../functions/views/html/badge.ts';
import { name } from '../../../functions/views/html/text.ts';
import { printed, readPrinted } from './print.ts';

const table = (rows: readonly string[], look = 'stack') =>
  `<table class="${look}"><caption>Rows</caption><thead><tr><th scope="col">Name</th><th scope="col">Text</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
const row = (head: string, text: string) => `<tr><th scope="row">${head}</th><td>${text}</td></tr>`;
const solid = (text: string) => text.replaceAll(/\s/g, '');

test('no text is lost, whatever element it is in, nor where a part of the markup ends', () => {
  const markup = `<main>loose<section><h2 id="a">Heading</h2><blockquote>quoted <i>within</i></blockquote><p>one<br>two</p>
<ul><li>item</li></ul><dl><div><dt>Count</dt><dd>12</dd></div></dl>${table([row('r1', '<p>first</p><ul><li>second</li></ul>')])}</section></main>`;
  const expected = [
    'loose',
    'Heading',
    'quoted within',
    'one',
    'two',
    'item',
    'Count',
    '12',
    'Name',
    'r1',
    'first',
    'second',
  ];
  const { text } = readPrinted(markup);
  for (const each of expected) expect(text).toContain(each);
  fc.assert(
    fc.property(fc.nat({ max: markup.length }), (at) => {
      expect(readPrinted(markup.slice(0, at), markup.slice(at)).text).toBe(text);
    }),
    { numRuns: 12 },
  );
});

test('every character of a hostile name shows, by its code point where the font lacks it', () => {
  const hostile =
    '</td><script>\u202eevil\u0007 東京 Łódź Ελλάδα Приват e\u0301 a\u0327\u0336 \u{1f4a9}\u200d\u2003\ud800';
  const { text } = readPrinted(table([row(String(name(hostile, 200)), 'x')]));
  expect(solid(text)).toContain('</td><script>‹U+202E›evil‹U+0007›‹U+6771›‹U+4EAC›ŁódźΕλλάδαПриватé');
  for (const shown of ['‹U+0327›', '‹U+0336›', '‹U+1F4A9›', '‹U+200D›']) expect(text).toContain(shown);
  expect(text).not.toContain('no character');
});

test('a name of a thousand characters is broken into lines, all of it, within its column', () => {
  const long = Array.from({ length: 1_000 }, (_, n) => String.fromCharCode(97 + (n % 26))).join('');
  const { text, pages } = readPrinted(table([row(long, 'short')]));
  expect(solid(text)).toContain(long);
  expect(pages).toHaveLength(1);
});

test('a row that is longer than a page goes on on the next; heads are on every page, and tagged once', () => {
  const lines = Array.from({ length: 150 }, (_, n) => `<p>line ${n}.</p>`);
  const { pages, text, tags } = readPrinted(table([row('long', lines.join('')), row('after', 'end')]));
  expect(pages.length).toBeGreaterThan(2);
  for (let n = 0; n < 150; n++) expect(text.split(`line ${n}.`)).toHaveLength(2);
  for (const page of pages) expect(page).toContain('Name');
  expect(tags.filter((tag) => tag === 'Table')).toHaveLength(1);
  expect(tags.filter((tag) => tag === 'TH')).toHaveLength(2 + pages.length - 1 + 2);
});

test('a table of many rows has each of them once', () => {
  const rows = Array.from({ length: 500 }, (_, n) => row(`row-${n}.`, `text ${n}`));
  const { text, tags } = readPrinted(table(rows));
  for (let n = 0; n < 500; n++) expect(text.split(` row-${n}. `)).toHaveLength(2);
  expect(tags.filter((tag) => tag === 'TR')).toHaveLength(501);
});

test('headings are bookmarks, and links lead to anchors that are there', () => {
  const read = readPrinted(
    '<section><h2 id="first">First</h2><p><a href="#c-1">to it</a></p></section><section><h2>Sécond</h2><h3 id="c-1">Below</h3></section>',
  );
  expect(read.bookmarks).toEqual(['First', 'Sécond', 'Below']);
  expect(read.links).toEqual(new Set(['c-1']));
  expect(read.destinations).toEqual(new Set(['first', 'c-1']));
});

test('what a mark says is text, and its shape a drawing', () => {
  const mark = '<span class="mark ok"><svg class="i" aria-hidden="true"><use href="#check"/></svg>Covered</span>';
  const [plain, marked] = ['<span class="mark ok">Covered</span>', mark].map((each) =>
    printed(`${SHAPES}<p>${each}</p>`),
  );
  expect(readPrinted(`${SHAPES}<p>${mark}</p>`).text).toBe('Covered');
  expect(marked?.length).toBeGreaterThan((plain?.length ?? 0) + 50);
});

test('the same HTML makes the same bytes', () => {
  const markup = table([row('a', 'b'), row('東', 'Ω')]);
  expect(printed(markup)).toBe(printed(markup));
});
