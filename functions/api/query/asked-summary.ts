// functions/api/query/asked-summary.ts: the summary that parameters ask for: as its days were counted, or counted from the jobs that fit.
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import { defined } from '../../platform/defined.ts';
import { GROUPINGS } from '../../schema/words.ts';
import { lastDays } from '../../views/pictures/spans.ts';
import { described, oneOf, readParameters } from '../http/parameters.ts';
import { LONGEST_DAYS, type Period } from '../http/period.ts';
import { badParameter } from '../http/problem.ts';
import { ID_FILTERS, JOB_FILTERS } from './job-filters.ts';
import { filterOf } from './jobs-query.ts';
import { type NamesReader, withNames } from './names.ts';
import { type Summary, summarize } from './summary.ts';
import { notKnownOf } from './tagged-clusters.ts';
import { totalsOf } from './totals.ts';

const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

export const SUMMARY_PARAMETERS = {
  groupBy: described(oneOf(GROUPINGS), 'Totals for each value of this field, too.'),
  ...JOB_FILTERS,
  ...ID_FILTERS,
};

export type SummaryReader = NamesReader & Pick<LedgerReader, 'dayCounts' | 'lookAtJobs' | 'projectNames'>;

/** @throws RequestProblem that names the parameter */
export async function askedSummary(ledger: SummaryReader, sent: URLSearchParams, now: number): Promise<Summary> {
  const { groupBy, ...given } = readParameters(sent, SUMMARY_PARAMETERS);
  const { filter, names } = filterOf(given, now);
  const { since, until, ...others } = filter;
  const period = periodOf({ since, until }, now);
  const isFiltered = [others, names].some((asked) => Object.keys(asked).length > 0);
  const areDays = [period.from, period.to].every((moment) => Date.parse(moment) % DAY_MS === 0);
  if (!isFiltered && groupBy === undefined && areDays) return summarize(ledger, period);
  const found = await withNames(ledger, others, names);
  return { ...(await totalsOf(ledger, period, defined({ filter: found, groupBy }))), ...notKnownOf(found) };
}

function periodOf({ since, until }: { since?: string | undefined; until?: string | undefined }, now: number): Period {
  const to = until ?? lastDays(1, now).until;
  const from = since ?? new Date(Date.parse(to) - DEFAULT_DAYS * DAY_MS).toISOString();
  if (from >= to) throw badParameter('since', 'expected a time before the end of today, or of `until`');
  if (Date.parse(to) - Date.parse(from) <= LONGEST_DAYS * DAY_MS) return { from, to };
  throw badParameter('since', `expected a period of at most ${LONGEST_DAYS} days`);
}
