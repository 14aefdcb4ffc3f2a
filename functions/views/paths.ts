// functions/views/paths.ts: paths of the pages that the API serves, for links from page to page and from messages.

/** Of one job. */
export const jobHref = (jobId: string) => `/jobs/${encodeURIComponent(jobId)}`;

/** Of the clusters of a project, or of all. */
export const clustersHref = (projectId?: string) =>
  projectId === undefined ? '/clusters' : `/clusters?projectId=${encodeURIComponent(projectId)}`;
