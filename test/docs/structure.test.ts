// The shape of the source tree: small folders, imports in one direction.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOTS = ['functions', 'bin', 'lib', 'local', 'bench'];
const MAX_FILES = 15;

const files = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, name)),
).sort();
/** Types included. */
const imports = new Map(
  files.map((file) => {
    const specifiers = [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+\.ts)'/g)];
    return [file, specifiers.map(([, path = '']) => normalize(join(dirname(file), path)))];
  }),
);
const edges = [...imports].flatMap(([from, targets]) => targets.map((to) => [from, to] as const));
const between = (placeOf: (file: string) => string) =>
  edges.map(([from, to]) => [placeOf(from), placeOf(to)] as const).filter(([from, to]) => from !== to);
/** What stands directly under a root: `functions/ledger`, `lib/outputs.ts`. */
const topOf = (file: string) => file.split('/', 2).join('/');

/** Of a graph, each circle as the nodes on it. */
function circles(graph: Iterable<readonly [string, string]>): string[][] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of graph) next.set(from, (next.get(from) ?? new Set()).add(to));
  const reach = new Map<string, Set<string>>();
  for (const start of next.keys()) {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      open.push(...(next.get(node) ?? []));
    }
    reach.set(start, seen);
  }
  const circular = [...reach].filter(([node, seen]) => seen.has(node)).map(([node]) => node);
  const groups = circular.map((node) =>
    circular.filter((other) => reach.get(node)?.has(other) && reach.get(other)?.has(node)),
  );
  return [...new Map(groups.map((group) => [group.join(), group])).values()];
}

describe('the source tree', () => {
  test('is read', () => expect(files.length).toBeGreaterThan(300));

  test(`has no folder of more than ${MAX_FILES} files`, () => {
    const folders = [...new Set(files.map((file) => dirname(file)))];
    const size = (folder: string) => files.filter((file) => dirname(file) === folder).length;
    expect(folders.filter((folder) => size(folder) > MAX_FILES)).toEqual([]);
  });

  test('has no circle of files, types included', () => expect(circles(edges)).toEqual([]));

  test('has no circle of folders, nor two that import each other', () => expect(circles(between(dirname))).toEqual([]));

  test('has no circle of top folders, whatever is in them', () => expect(circles(between(topOf))).toEqual([]));

  test.each([
    ['functions', ['lib', 'local', 'bin', 'bench']],
    ['local', ['bin', 'lib', 'bench']],
    ['lib', ['local', 'bin', 'bench']],
    ['bin', ['bench']],
  ])('%s/ imports nothing of %j', (root, others) => {
    const wrong = edges.filter(
      ([from, to]) => from.startsWith(`${root}/`) && others.some((other) => to.startsWith(`${other}/`)),
    );
    expect(wrong).toEqual([]);
  });
});
