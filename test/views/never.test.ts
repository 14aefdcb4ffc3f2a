// Never restored is said of a cluster only where that is known: on the page and on the command line alike.
import { expect, test } from 'vitest';
import { type DrillRow, drillColumns } from '../../bin/output/drill-rows.ts';
import { lastRestoreCells } from '../../functions/api/web/parts/drill-part.ts';
import type { EvidenceGrade } from '../../functions/schema/words.ts';

test.each<[EvidenceGrade | 'not known' | undefined, string, string]>([
  ['never', 'never', 'never'],
  ['not known', '–', 'not known'],
  [undefined, '–', ''],
])('without a last restore, of a cluster whose evidence is %s', async (grade, onPage, inTable) => {
  const about = { projectId: 'a'.repeat(24), projectName: 'Payments', clusterName: 'orders' };
  const row = { ...about, state: 'due', ...(grade && { evidence: { grade } }) } as DrillRow;
  const [, , last] = drillColumns(0, [row]);
  expect(last?.cell(row)).toBe(inTable);
  const health = { ...about, drill: { state: 'due' }, readAt: '2026-11-23T12:00:00.000Z', evidence: row.evidence };
  const cells = String(await lastRestoreCells(health as never, 0));
  expect(/data-l="Last restore">(?:<span[^>]*>)?([^<]*)/.exec(cells)?.[1]).toBe(onPage);
});
