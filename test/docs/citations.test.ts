// Citations of docs/atlas.md, in code and documents, have targets.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENT = 'docs/atlas.md';
/** Its examples are not citations. */
const THIS_FILE = 'test/docs/citations.test.ts';
/** `docs/atlas.md#1-3`; several are `docs/atlas.md#1-3, #1-4`, a range is `docs/atlas.md#1-2 to #1-5`. */
const CITATION = /\batlas\.md(?:#[\w-]+(?:(?:,| and| to) (?=#\d))?)+/g;
/** How the facts were cited while they were not in the repository. */
const UNTRACKED = /\bFACT[S]\b/;

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && path !== 'package-lock.json' && !/\.(?:png|jpe?g|gif|ico|woff2?)$/.test(path));

const anchorsIn = (text: string) => [...text.matchAll(/#([\w-]+)/g)].map(([, anchor = '']) => anchor);
const targets = [...read(DOCUMENT).matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id = '']) => id);

/** Each anchor that a text cites, as `file:line #anchor`. */
const citationsIn = (path: string) =>
  read(path)
    .split('\n')
    .flatMap((line, nth) =>
      [...line.matchAll(CITATION)]
        .flatMap(([cited]) => anchorsIn(cited))
        .map((anchor) => ({ at: `${path}:${nth + 1}`, anchor })),
    );

describe('the facts in docs/atlas.md', () => {
  test('have anchors that are unique, and the links among them lead somewhere', () => {
    expect(targets.length).toBeGreaterThan(30);
    expect(targets.filter((id, nth) => targets.indexOf(id) !== nth)).toEqual([]);
    const links = [...read(DOCUMENT).matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.filter((anchor) => !targets.includes(anchor))).toEqual([]);
  });

  test('are cited, and every citation has a target', () => {
    const citations = files.filter((path) => path !== THIS_FILE).flatMap(citationsIn);
    expect(citations.length).toBeGreaterThan(100);
    expect(citations.filter(({ anchor }) => !targets.includes(anchor))).toEqual([]);
  });

  test('are cited by anchor, not by the name of a file that is not here', () => {
    const lines = files.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, nth) => (UNTRACKED.test(line) ? [`${path}:${nth + 1}`] : [])),
    );
    expect(lines).toEqual([]);
  });

  test('have sources: every link by name is defined', () => {
    const text = read(DOCUMENT);
    const defined = new Set([...text.matchAll(/^\[([^\]]+)\]: https:/gm)].map(([, name]) => name));
    const used = [...text.matchAll(/\[([A-Za-z][\w ]+)\](?![[(:])/g)].map(([, name]) => name);
    const inCode = new Set(['name', 'groupId', 'path']);
    expect(used.filter((name) => !defined.has(name) && !inCode.has(name ?? ''))).toEqual([]);
    expect([...defined].filter((name) => !text.includes(`[${name}]`))).toEqual([]);
  });
});
