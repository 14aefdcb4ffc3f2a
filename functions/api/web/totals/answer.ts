// functions/api/web/totals/answer.ts: GET /totals: what `GET /summary` has by one field, under the filters of the restores' list.
import { GROUPINGS, type Grouping } from '../../../schema/words.ts';
import type { Html } from '../../../views/html/text.ts';
import { askedSummary, type SummaryReader } from '../../query/asked-summary.ts';
import { readAsked } from '../parts/job-filter.ts';
import { refusedName } from '../parts/place.ts';
import { namedOnce, readNames } from '../parts/project-names.ts';
import { totalsPage, wrongTotals } from './page.ts';

export interface TotalsPorts {
  ledger: SummaryReader;
  /** Milliseconds since the epoch. */
  now(): number;
}

const DEFAULT_GROUPING: Grouping = 'project';
/** Of a list alone. */
const OF_LISTS = ['order', 'sort', 'limit', 'cursor', 'before', 'groupBy'];

/** Requests: those of `GET /summary`, and 1 query for the names of projects, with 1 batch read where there are many. */
export async function totalsAnswer(
  { ledger, now }: TotalsPorts,
  given: URLSearchParams,
): Promise<{ page: Html; status: 200 | 400 | 409 }> {
  const at = now();
  const asked = given.get('groupBy') ?? DEFAULT_GROUPING;
  const groupBy = GROUPINGS.find((each) => each === asked);
  if (groupBy === undefined) return wrong(`groupBy: expected one of ${GROUPINGS.join(', ')}.`);
  const rest = new URLSearchParams(given);
  for (const name of OF_LISTS) rest.delete(name);
  const { parameters, problem } = readAsked(rest, at);
  if (problem) return wrong(wordsOf(problem));
  const projects = ['project', 'projectId', 'targetProject', 'targetProjectId'];
  const reader = namedOnce(ledger);
  try {
    const [summary, { names }] = await Promise.all([
      askedSummary(reader, new URLSearchParams([...parameters, ['groupBy', groupBy]]), at),
      readNames(reader, async () => projects.flatMap((name) => parameters.get(name) ?? [])),
    ]);
    return { page: totalsPage({ filters: parameters, groupBy, summary, names }, at), status: 200 };
  } catch (error) {
    const { text, status } = refusedName(error, '/totals', new URLSearchParams([...parameters, ['groupBy', groupBy]]));
    return wrong(text, status);
  }

  function wrong(text: string | Html, status: 400 | 409 = 400) {
    return { page: wrongTotals(text, at), status };
  }
}

const wordsOf = ({ filter, text }: { filter: string | undefined; text: string }) =>
  filter === undefined ? text : `${filter}: ${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
