// bin/options/profile.ts: what a profile may hold.

/** Where the ledger is: a profile names one of these. */
export const PLACES = ['api', 'table', 'data'] as const;
/** Of an API's address, of no use without it. */
export const OF_THE_API = ['api-auth', 'api-region'] as const;
export const FLAGS = [...PLACES, ...OF_THE_API, 'rules'] as const;
/** The one place of credentials is AWS's own files, which these point to. */
export const VARIABLES = ['AWS_PROFILE', 'AWS_REGION'] as const;

export type Profile = Partial<Record<(typeof FLAGS)[number] | (typeof VARIABLES)[number], string>>;
