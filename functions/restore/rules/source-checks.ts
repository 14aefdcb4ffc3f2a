// functions/restore/rules/source-checks.ts: the rules on which cluster's backup is restored.

import { printable } from '../text.ts';
import type { Check } from './check.ts';
import type { FittedPattern } from './compile-rules.ts';

/** Of any kind and to anywhere, from the request on. */
export const requested: Check = (job, { rules, tagsOf }) => {
  const { projectId, projectName = projectId, clusterName, delivery } = job;
  const pattern = rules.watchedBy({ projectName, clusterName, tags: tagsOf?.(job) });
  if (pattern === undefined) return undefined;
  const what = delivery === 'download' ? 'download' : 'restore';
  const cluster = `${printable(projectName)}/${printable(clusterName)}`;
  return {
    severity: 'warning',
    why: `A ${what} of ${cluster} was requested, which ${pattern.isNotKnown ? 'may fit' : 'fits'} ${printable(pattern.text)}${unknownTags(pattern)}.`,
  };
};

/** Whoever may be the one who announced it gets the benefit of the doubt, until the requester is known. */
export const unannounced: Check = (job, { rules, mayBeAnnounced, tagsOf }) => {
  const { projectId, projectName = projectId, clusterName, delivery, announcement, findings = [] } = job;
  const pattern = rules.announcedBy({ projectName, clusterName, tags: tagsOf?.(job) });
  if (pattern === undefined || announcement) return undefined;
  const isAnnounced = mayBeAnnounced?.(job) ?? !findings.some(({ rule }) => rule === 'unannounced');
  if (isAnnounced) return undefined;
  const what = delivery === 'download' ? 'download' : 'restore';
  const cluster = `${printable(projectName)}/${printable(clusterName)}`;
  const why = `Nobody announced this ${what} of ${cluster} as it was requested, and ${printable(pattern.text)} ${pattern.isNotKnown ? 'may ask' : 'asks'} for that${unknownTags(pattern)}.`;
  return { severity: 'critical', why };
};

const unknownTags = ({ isNotKnown }: FittedPattern) => (isNotKnown ? ': the tags of the cluster are not known' : '');
