// bench/harness/document.ts puts what was measured into docs/performance.md, between a part's own two marks. All else stays.
import { readFileSync, writeFileSync } from 'node:fs';

const DOCUMENT = new URL('../../docs/performance.md', import.meta.url);

/** @param part `list` is written between `<!-- bench:list -->` and `<!-- /bench:list -->`; where there are none, at the end */
export function writeSection(part: string, markdown: string, document = DOCUMENT) {
  writeFileSync(document, withSection(readFileSync(document, 'utf8'), part, markdown));
}

export function withSection(text: string, part: string, markdown: string): string {
  const [begin, end] = [`<!-- bench:${part} -->`, `<!-- /bench:${part} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if ((from === -1) !== (to === -1) || to < from) {
    throw new Error(`docs/performance.md has only one of ${begin} and ${end}, or in the wrong order: put both back`);
  }
  const section = `${begin}\n\n${markdown.trim()}\n\n${end}`;
  if (from === -1) return `${text.trimEnd()}\n\n${section}\n`;
  return text.slice(0, from) + section + text.slice(to + end.length);
}
