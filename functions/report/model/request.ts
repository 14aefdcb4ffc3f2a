// functions/report/model/request.ts: what can be asked of a report.
import type { FrameworkId } from './framework.ts';
import type { Period } from './report.ts';

export const EVIDENCE_FORMATS = ['html', 'json', 'csv', 'pdf'] as const;
export type EvidenceFormat = (typeof EVIDENCE_FORMATS)[number];

export const MEDIA_TYPES: Readonly<Record<EvidenceFormat, string>> = {
  html: 'text/html',
  json: 'application/json',
  csv: 'text/csv',
  pdf: 'application/pdf',
};

/** Of a file. A PDF is no text, though all of it is ASCII. */
export const contentTypeOf = (format: EvidenceFormat) =>
  format === 'pdf' ? MEDIA_TYPES.pdf : `${MEDIA_TYPES[format]}; charset=utf-8`;

/** Plain values, so that it can be sent to wherever the report is made. */
export interface EvidenceRequest {
  period: Period;
  format: EvidenceFormat;
  /** Of the times that people read, beside UTC. @default 'UTC' */
  timeZone?: string;
  /** Of these projects, and of clusters of this name in them. @default everything */
  only?: { projectIds: string[]; clusterName?: string };
  /** By the controls of these, too. @default none */
  frameworks?: FrameworkId[];
  /** Recompute all histories. @default false */
  verify?: boolean;
}

const DEFAULT_PERIOD_MS = 90 * 86_400_000;
/** Pictures have a place for each day. Atlas is younger than that. */
const MAX_PERIOD_YEARS = 20;
export const MAX_PERIOD = `a period of at most ${MAX_PERIOD_YEARS} years`;
export const isTooLong = ({ since, until }: Pick<Period, 'since' | 'until'>) =>
  Date.parse(until) - Date.parse(since) > MAX_PERIOD_YEARS * 366 * 86_400_000;

/** @param asked ISO 8601 in UTC. @default the 90 days before `now` */
export function periodOf({ since, until }: Partial<Record<'since' | 'until', string | undefined>>, now: Date): Period {
  const end = until ?? now.toISOString();
  const begin = since ?? new Date(Date.parse(end) - DEFAULT_PERIOD_MS).toISOString();
  return { since: begin, until: end, ended: end < now.toISOString() };
}

/** Of a period that has not begun, nothing can be said. */
export const BEGUN = 'a time that has come';
export const hasBegun = ({ since }: Pick<Period, 'since'>, now: Date) => since <= now.toISOString();

/** `restore-evidence-2026-10-01-to-2026-11-01.html` */
export const fileNameOf = ({ period: { since, until }, format }: Pick<EvidenceRequest, 'period' | 'format'>) =>
  `restore-evidence-${since.slice(0, 10)}-to-${until.slice(0, 10)}.${format}`;
