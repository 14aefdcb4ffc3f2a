// functions/restore/rules/source-checks.ts: the rules on which cluster's backup is restored.

import { printable } from '../text.ts';
import type { Check } from './check.ts';

/** Of any kind and to anywhere, from the request on. */
export const requested: Check = ({ projectId, projectName = projectId, clusterName, delivery }, { rules }) => {
  const pattern = rules.watchedBy(projectName, clusterName);
  if (pattern === undefined) return undefined;
  const what = delivery === 'download' ? 'download' : 'restore';
  const cluster = `${printable(projectName)}/${printable(clusterName)}`;
  return { severity: 'warning', why: `A ${what} of ${cluster} was requested, which fits ${printable(pattern)}.` };
};

/** Whoever may be the one who announced it gets the benefit of the doubt, until the requester is known. */
export const unannounced: Check = (job, { rules, mayBeAnnounced }) => {
  const { projectId, projectName = projectId, clusterName, delivery, announcement, findings = [] } = job;
  const pattern = rules.announcedBy(projectName, clusterName);
  if (pattern === undefined || announcement) return undefined;
  const isAnnounced = mayBeAnnounced?.(job) ?? !findings.some(({ rule }) => rule === 'unannounced');
  if (isAnnounced) return undefined;
  const what = delivery === 'download' ? 'download' : 'restore';
  const cluster = `${printable(projectName)}/${printable(clusterName)}`;
  const why = `Nobody announced this ${what} of ${cluster} as it was requested, and ${printable(pattern)} asks for that.`;
  return { severity: 'critical', why };
};
