// local/atlas/base/kind.ts: the kinds of restore jobs

export type Kind = (typeof KINDS)[number];
/** The Atlas API that lists a job. */

export const KINDS = ['dedicated', 'flex', 'serverless', 'collection'] as const;
