// functions/api/web/pictures/looks.ts: how the values of each dimension are called in pictures, and what fills them.
import type { Severity } from '../../../schema/words.ts';
import { DELIVERY_LABEL, KIND_LABEL, severityLook } from '../../../views/html/badge.ts';
import { visible } from '../../../views/html/text.ts';
import { OTHER, type OverTime, type TimeDimension } from '../../../views/pictures/over-time.ts';
import { counted, number } from '../../../views/text.ts';
import { ruleLabel } from '../parts/finding-badge.ts';

export const DIMENSION_LABEL: Record<TimeDimension, string> = {
  outcome: 'Outcome',
  kind: 'Kind',
  delivery: 'Delivery',
  severity: 'Worst finding',
  rule: 'Findings',
};

const OUTCOME: Record<string, readonly [label: string, look: string]> = {
  completed: ['Completed', 'fill-ok'],
  open: ['Open', 'fill-now'],
  off: ['Cancelled, expired or unknown', 'fill-off'],
  failed: ['Failed', 'fill-bad'],
};
const SEVERITY: Record<string, string> = { info: 'fill-now', warning: 'fill-c2', critical: 'fill-bad' };

export function valueLabel(dimension: TimeDimension, value: string): string {
  if (value === OTHER) return 'Other';
  const labels: Record<TimeDimension, string | undefined> = {
    outcome: OUTCOME[value]?.[0],
    kind: (KIND_LABEL as Record<string, string>)[value],
    delivery: (DELIVERY_LABEL as Record<string, string>)[value],
    severity: severityLook(value as Severity).label,
    rule: String(ruleLabel(value)),
  };
  return labels[dimension] ?? visible(value);
}

export function valueLook(dimension: TimeDimension, value: string, index: number): string {
  if (value === OTHER) return 'fill-off';
  const own = dimension === 'outcome' ? OUTCOME[value]?.[1] : dimension === 'severity' ? SEVERITY[value] : undefined;
  return own ?? `fill-c${(index % 5) + 1}`;
}

/** `1,234 restores: 1,200 completed, 34 failed.` */
export function overTimeWords({ dimension, series, columns, overlapping }: OverTime): string {
  const restores = columns.reduce((sum, column) => sum + column.restores, 0);
  const parts = series.flatMap((value, i) => {
    const n = columns.reduce((sum, { counts }) => sum + (counts[i] ?? 0), 0);
    return n > 0 ? `${number(n)} ${valueLabel(dimension, value).toLowerCase()}` : [];
  });
  const beside = parts.length > 0 ? `${overlapping ? ', with findings' : ''}: ${parts.join(', ')}` : '';
  return `${counted(restores, 'restore')}${beside}.`;
}
