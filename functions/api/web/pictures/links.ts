// functions/api/web/pictures/links.ts: from a part of a picture to the restores it stands for.
import type { Flow } from '../../../views/pictures/flows.ts';
import type { Span } from '../../../views/pictures/spans.ts';
import { jobsHref } from '../parts/job-filter.ts';

/** As filters say it: a whole day is a day. */
const moment = (at: string) => (at.endsWith('T00:00:00.000Z') ? at.slice(0, 10) : at);

/** To the restores of a time, of these alone. */
export const spanHref = (given: Readonly<Record<string, string>> | URLSearchParams, { since, until }: Span): string => {
  const query = new URLSearchParams(given as Record<string, string>);
  query.delete('cursor');
  query.set('since', moment(since));
  query.set('until', moment(until));
  return jobsHref(query);
};

/** No filter asks for a target that is the restore's own project, or is not known. @param given those that the restores were asked for by */
export function flowHref(
  { from, to }: Flow,
  given: Readonly<Record<string, string>> | URLSearchParams,
): string | undefined {
  const query = new URLSearchParams(given as Record<string, string>);
  query.set('projectId', from.projectId);
  if (to.place === 'download') query.set('delivery', 'download');
  else if (to.place === 'project' && to.projectId !== undefined && to.projectId !== from.projectId) {
    query.set('targetProjectId', to.projectId);
  } else return undefined;
  return jobsHref(query);
}
