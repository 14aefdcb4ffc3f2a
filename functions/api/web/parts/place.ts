// functions/api/web/parts/place.ts: the project and the cluster that an address names, and the page that says why it names neither.
import { html } from 'hono/html';
import { type Html, name, visible } from '../../../views/html/text.ts';
import { clusterHref, clustersHref } from '../../../views/paths.ts';
import { readParameters, text } from '../../http/parameters.ts';
import { type Candidate, RequestProblem } from '../../http/problem.ts';
import { CLUSTER, PROJECT } from '../../query/job-filters.ts';
import { type AskedPlace, type NamesReader, placeAsked } from '../../query/names.ts';
import { messagePage } from '../html/layout.ts';
import { type FilterProblem, fromStart } from './job-filter.ts';

/** An id that is none is not found, as one of nothing is. */
const PLACE_PARAMETERS = {
  project: PROJECT,
  cluster: CLUSTER,
  projectId: text('the id of a project'),
  clusterName: text('the name of a cluster'),
};

type Place = Pick<AskedPlace, 'projectId' | 'clusterName'>;

/** Requests: none for ids; else those of the names. @returns where no one place is named, why */
export async function readPlace(ledger: NamesReader, given: URLSearchParams): Promise<Place | RequestProblem> {
  try {
    return await placeAsked(ledger, readParameters(given, PLACE_PARAMETERS));
  } catch (error) {
    if (error instanceof RequestProblem) return error;
    throw error;
  }
}

/** With links to what an ambiguous name may stand for. */
export function refusedPlace(
  { problem: { status, field = 'address', candidates = [] }, message }: RequestProblem,
  now: number,
): { page: Html; status: 400 | 409 } {
  const list = candidateList(candidates, ({ projectId, clusterName }) =>
    clusterName === undefined ? clustersHref(projectId) : clusterHref(projectId, clusterName),
  );
  const page = messagePage('This address can’t be used', visible(`${field}: ${message}.`), now, list);
  return { page, status: status === 409 ? 409 : 400 };
}

/** What an ambiguous name of a filter may stand for, each with the same address by its ids. */
export const candidatesOf = (
  { filter = '', candidates = [] }: Pick<FilterProblem, 'filter' | 'candidates'>,
  path: string,
  parameters: URLSearchParams,
): Html | '' =>
  candidateList(candidates, ({ projectId, clusterName }) => {
    const query = fromStart(parameters);
    for (const name of [filter, ...(clusterName === undefined ? [] : ['project'])]) query.delete(name);
    query.set(filter === 'targetProject' ? 'targetProjectId' : 'projectId', projectId);
    if (clusterName !== undefined) query.set('clusterName', clusterName);
    return `${path}?${query}`;
  });

/** A name of a page's address that is refused: why, and the status of the page. */
export class RefusedName {
  readonly text: Html;
  readonly status: 400 | 409;

  constructor(text: Html, status: 400 | 409) {
    this.text = text;
    this.status = status;
  }
}

/** Of a page without a form, that a name of its address is refused. @throws what is no refusal */
export function refusedName(error: unknown, path: string, parameters: URLSearchParams): RefusedName {
  if (!(error instanceof RequestProblem)) throw error;
  const { field: filter, candidates } = error.problem;
  const list = candidatesOf({ filter, candidates }, path, parameters);
  return new RefusedName(html`${filter}: ${visible(error.message)}. ${list}`, candidates ? 409 : 400);
}

function candidateList(candidates: readonly Candidate[], hrefOf: (candidate: Candidate) => string | undefined) {
  const links = candidates.map((candidate) => html`<li>${candidateLink(candidate, hrefOf(candidate))}</li>`);
  return links.length === 0 ? '' : html`<ul class="plain">${links}</ul>`;
}

function candidateLink({ projectId, projectName, clusterName }: Candidate, href: string | undefined): Html {
  const words = html`${name(projectName)}${clusterName === undefined ? '' : html` / ${name(clusterName)}`}`;
  return html`${href === undefined ? words : html`<a href="${href}">${words}</a>`} <span class="soft small">project ${projectId}</span>`;
}
