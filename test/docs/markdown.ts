// test/docs/markdown.ts: the repository's documents, and their blocks of code, links and anchors.
import { readdirSync, readFileSync } from 'node:fs';

export const documentPaths = (): string[] =>
  [...readdirSync('.'), ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`)]
    .filter((path) => path.endsWith('.md'))
    .sort();

export const readDocument = (path: string) => readFileSync(path, 'utf8');

export interface CodeBlock {
  language: string;
  text: string;
  /** The heading above it; the document's own for what is above the first section. */
  section: string;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  let section = '';
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$|^#+ (.*)$/gm)].flatMap(([, language, text = '', heading]) => {
    if (heading !== undefined) section = heading;
    return language === undefined ? [] : [{ language, text, section }];
  });
}

export const withoutBlocks = (markdown: string) => markdown.replaceAll(/^```[\s\S]*?^```$/gm, '');

export const withoutCode = (markdown: string) =>
  withoutBlocks(markdown).replaceAll(/(?<!\]\(|`)`[^`\n]+`/g, (code) => code.replaceAll(/[[\]]/g, ' '));

/** Targets of links and pictures. */
export const linksOf = (markdown: string): string[] =>
  [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)|(?:href|src)="([^"]+)"/gm)].map(
    ([, inline, reference, html]) => inline ?? reference ?? html ?? '',
  );

/** Of headings as GitHub makes them, and of elements with an id. */
export function anchorsOf(markdown: string): Set<string> {
  const text = withoutBlocks(markdown);
  const seen = new Map<string, number>();
  const slugs = [...text.matchAll(/^#+ +(.*?)\s*$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const nth = seen.get(slug) ?? 0;
    seen.set(slug, nth + 1);
    return nth === 0 ? slug : `${slug}-${nth}`;
  });
  return new Set([...slugs, ...[...text.matchAll(/<\w+ (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id)]);
}

const slugOf = (heading: string) =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]*>/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
