// bench/harness/targets.ts says which targets were met, for people.

import { markdownTable } from './markdown.ts';
import { isMet, type Target } from './part.ts';

export const targetTable = (targets: readonly Target[]): string =>
  markdownTable(
    [
      { title: 'target', cell: ({ what }) => what },
      { title: 'at most', cell: ({ limit }) => limit.toFixed(2), align: 'right' },
      { title: 'measured', cell: ({ measured }) => measured.toFixed(2), align: 'right' },
      { title: '', cell: (target) => verdict(target) },
    ],
    targets,
  );

function verdict(target: Target): string {
  if (isMet(target)) return 'met';
  return `missed by ${((target.measured / target.limit - 1) * 100).toFixed(0)} %`;
}
