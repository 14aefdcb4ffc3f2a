// functions/schema/annotation-limits.ts: how long the texts and lists of an annotation may be.

/** Most characters of each text, and most elements of each list. */
export const LIMITS = {
  message: 1_000,
  purpose: 100,
  ticket: 200,
  environment: 100,
  checks: 20,
  checkName: 100,
  checkValue: 200,
  links: 10,
  link: 500,
  clusterName: 64,
  requester: 200,
  restores: 100,
} as const;
