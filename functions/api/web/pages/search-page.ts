// functions/api/web/pages/search-page.ts: GET /search in a browser: what a text is the id or the name of.
import { html } from 'hono/html';
import { tableHead } from '../../../views/html/table.ts';
import { type Html, name, time } from '../../../views/html/text.ts';
import { counted } from '../../../views/text.ts';
import type { SearchHit, SearchResult } from '../../query/search.ts';
import { document } from '../html/layout.ts';

const KIND_LABEL: Record<SearchHit['kind'], string> = {
  job: 'Restore',
  snapshot: 'Snapshot',
  project: 'Project',
  cluster: 'Cluster',
  requester: 'Requested by',
  ticket: 'Ticket',
};

/** @param page.result absent: nothing was searched for */
export function searchPage(
  { q, tooLong, result }: { q: string; tooLong: boolean; result: SearchResult | undefined },
  now: number,
): Html {
  const body = html`<div class="top"><h1>Search</h1></div>
<section class="card"><form method="get" action="/search" role="search" aria-label="Search the ledger">
<div class="wide"><label for="q">The id of a restore or a snapshot; the name of a cluster, a project or a person; a ticket</label>
<input type="search" id="q" name="q" value="${q}" maxlength="200" autocomplete="off" spellcheck="false"></div>
<div class="wide acts"><button>Search</button></div></form>
${tooLong ? html`<p class="error" role="alert">Expected at most 200 characters.</p>` : ''}${result ? found(result) : ''}</section>`;
  return document({ title: q === '' ? 'Search' : `${q.slice(0, 60)} · Search`, body }, now);
}

function found({ hits, complete, searchedFrom }: SearchResult): Html {
  return html`${
    hits.length === 0
      ? html`<div class="empty"><h2>Nothing found${complete ? '' : ' in what was searched'}</h2></div>`
      : html`<table class="stack pack" role="table"><caption>${counted(hits.length, 'hit')}${complete ? '' : ', and there may be more'}</caption>
${tableHead(['What', 'Name', ['Restores', 'r nowrap'] as const])}<tbody role="rowgroup">
${hits.map(row)}</tbody></table>`
  }
${searchedFrom ? html`<p class="soft">Requesters, tickets and snapshots were searched in restores requested since ${time(searchedFrom)}. For older ones, use the filters of the <a href="/">list</a>, page by page.</p>` : ''}`;
}

const row = ({ kind, value, name: where, jobs, page }: SearchHit) =>
  html`<tr role="row"><td role="cell" class="end">${KIND_LABEL[kind]}</td>
<th role="rowheader" scope="row"><a href="${page}">${name(value)}</a>${where === undefined ? '' : html`<span class="sub">${name(where)}</span>`}</th>
<td role="cell" class="r nowrap${jobs === undefined ? ' void' : ''}" data-l="Restores">${jobs ?? '–'}</td></tr>
`;
