// bin/commands/formats.ts writes job summaries for programs: JSON, JSON lines, CSV. Each row goes out as it comes.
import { JOB_SUMMARY_FIELDS } from '../../functions/ledger/table.ts';
import { plain, plainJson } from './plain.ts';
import { type ShownJob, withoutFingerprint } from './readable-ledger.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** What a format writes before, for each, and after all jobs. */
export interface Writer {
  begin: string;
  row(job: ShownJob, index: number): string;
  end(count: number): string;
}

export async function writerOf(format: Exclude<Format, 'table'>): Promise<Writer> {
  if (format === 'csv') return csv();
  if (format === 'ndjson')
    return { begin: '', row: (job) => `${plainJson(withoutFingerprint(job), 0)}\n`, end: () => '' };
  const indented = (job: ShownJob) => plainJson(withoutFingerprint(job)).replaceAll('\n', '\n  ');
  return {
    begin: '[',
    row: (job, index) => `${index === 0 ? '' : ','}\n  ${indented(job)}`,
    end: (count) => (count === 0 ? ']\n' : '\n]\n'),
  };
}

const COLUMNS = JOB_SUMMARY_FIELDS.filter((name): name is keyof ShownJob => name !== 'fingerprint');

async function csv(): Promise<Writer> {
  const { stringify } = await import('csv-stringify/sync');
  // A cell must not become a formula where a spreadsheet opens the file; nor may a part of one, where it splits at ";".
  const line = (cells: (string | number)[]) => stringify([cells], { escape_formulas: true, quoted_match: /[;]/ });
  const cellOf = (value: unknown) => (typeof value === 'number' ? value : plain(String(value ?? '')));
  return {
    begin: line(COLUMNS),
    row: (job) => line(COLUMNS.map((name) => cellOf(job[name]))),
    end: () => '',
  };
}
