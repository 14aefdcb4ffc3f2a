// functions/restore/rules/source-checks.ts: the rule on which cluster's backup is restored.

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
