// functions/views/paths.ts: paths of the pages that the API serves, for links from page to page and from messages.

/** Of one announced restore. */
export const expectedHref = (expectedRestoreId: string) => `/expected?id=${encodeURIComponent(expectedRestoreId)}`;

/** Of one job. */
export const jobHref = (jobId: string) => `/jobs/${encodeURIComponent(jobId)}`;

/** Of the restores that parameters of GET /restore-jobs ask for. */
export function restoresHref(parameters: URLSearchParams | Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(parameters).toString();
  return query === '' ? '/' : `/?${query}`;
}

/** Of the clusters of a project, or of all. */
export const clustersHref = (projectId?: string) =>
  projectId === undefined ? '/clusters' : `/clusters?projectId=${encodeURIComponent(projectId)}`;

/** The longest name that a filter takes. */
const MAX_NAME = 200;

/** Of one cluster; nothing where no filter takes its name. */
export const clusterHref = (projectId: string, clusterName: string): string | undefined =>
  clusterName.length > MAX_NAME ? undefined : `/clusters?${new URLSearchParams({ projectId, clusterName })}`;

/** Of one requester, by what names them; of all, without. Nothing where an address can't hold the name. */
export const requesterHref = (key: { kind?: string; id?: string; name?: string } = {}): string | undefined => {
  const query = String(new URLSearchParams(key));
  return Object.values(key).some((value) => value.length > MAX_NAME) ? undefined : `/requesters${query && `?${query}`}`;
};
