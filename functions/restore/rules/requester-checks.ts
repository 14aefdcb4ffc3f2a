// functions/restore/rules/requester-checks.ts: the rules on who requested a restore, where that is known well enough.

import { ACTOR_KIND_TEXT, type FoundRequester, identities, surely } from '../requesters/requester.ts';
import { printable } from '../text.ts';
import type { Check } from './check.ts';

export const requesterNotListed: Check = (job, { rules: { expects } }) => {
  const requester = surely(job);
  if (expects === undefined || requester === undefined) return undefined;
  if (identities(requester.actor).some(expects)) return undefined;
  const why = `It was requested by ${nameOf(requester)}, who is not among the expected requesters.`;
  return { severity: 'critical', why };
};

/**
 * The ledger only reads. A restore requested with its key means that someone else has the key. Keys change: what was found of
 * an earlier one holds still.
 */
export const ownCredential: Check = (job, { principal }) => {
  const requester = surely(job);
  if (requester === undefined) return undefined;
  const own = principal !== undefined && identities(requester.actor).includes(principal);
  if (!own && !job.findings?.some(({ rule }) => rule === 'own-credential')) return undefined;
  const why = `It was requested with the credentials that this ledger reads with (${requester.grade} match), which request no restore.`;
  return { severity: 'critical', why };
};

/** Never without the grade. */
function nameOf({ actor, grade }: FoundRequester): string {
  const name = printable(actor.name ?? actor.id ?? 'someone without a name');
  const via = actor.via === undefined ? '' : ` by way of ${printable(actor.via)}`;
  return `${name}${via} (${ACTOR_KIND_TEXT[actor.kind]}, ${grade} match)`;
}
