// bin/report/json.ts: the report for machines: one JSON document, written a project at a time.
import { sanitizeJson } from '../process/sanitize.ts';
import type { Evidence } from './report.ts';

export function* evidenceJson({ projects, ...head }: Evidence): Generator<string> {
  yield sanitizeJson(head).replace(/\n}$/, ',\n  "projects": [');
  for (const [index, project] of projects.entries()) {
    yield `${index === 0 ? '' : ','}\n    ${sanitizeJson(project).replaceAll('\n', '\n    ')}`;
  }
  yield `${projects.length === 0 ? '' : '\n  '}]\n}\n`;
}
