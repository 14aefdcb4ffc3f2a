import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf, documentPaths, linksOf, readDocument } from './markdown.ts';

describe.each(documentPaths())('%s', (path) => {
  test('has links that lead somewhere', () => {
    const wrong = linksOf(readDocument(path)).flatMap((link) => problemOf(link, path) ?? []);
    expect(wrong).toEqual([]);
  });
});

/** Other sites are not asked. */
function problemOf(link: string, from: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [file = '', anchor] = decodeURI(link).split('#');
  const target = file === '' ? from : normalize(join(dirname(from), file));
  if (target.startsWith('..')) return `${link}: is outside the repository`;
  if (!existsSync(target)) return `${link}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  return anchorsOf(readDocument(target)).has(anchor) ? undefined : `${link}: ${target} has no heading for it`;
}

describe('the check itself', () => {
  test('finds links outside code, and resolves them as GitHub does', () => {
    const markdown =
      '# Who asked?\n## `--api` and "x"\n## Twice\n## Twice\n[a](b.md#c) `[d](e)`\n```sh\n[f](g)\n```\n![h](i.webp)';
    expect(linksOf(markdown)).toEqual(['b.md#c', 'i.webp']);
    expect([...anchorsOf(markdown)]).toEqual(['who-asked', '--api-and-x', 'twice', 'twice-1']);
    expect(problemOf('#nothing', 'README.md')).toContain('has no heading');
    expect(problemOf('docs/nothing.md', 'README.md')).toContain('there is no');
  });
});
