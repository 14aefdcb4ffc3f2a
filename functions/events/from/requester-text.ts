// functions/events/from/requester-text.ts: who requested a restore, in a line of plain text.
import type { JobSummary } from '../../ledger/model/ledger.ts';
import { type Actor, isFound } from '../../restore/requesters/requester.ts';
import { actorKind, actorName, hedge, requesterUnknown } from '../../views/requester-text.ts';
import { singleLine } from './single-line.ts';

/** `requested by ci-bot (exact)`; nothing where nobody has looked yet. */
export function requesterText({ requester, kind }: Pick<JobSummary, 'requester' | 'kind'>): string | undefined {
  if (!requester) return undefined;
  if (!isFound(requester)) return `requester ${requesterUnknown(requester, kind)}`;
  const { actor, grade } = requester;
  return `${hedge(grade)}requested by ${nameOf(actor)} (${grade})`;
}

function nameOf(actor: Actor): string {
  const { name, id, via } = actor;
  const who = name === undefined && id !== undefined ? `${actorKind(actor)} ${id}` : actorName(actor);
  return via === undefined ? singleLine(who) : `${singleLine(who)} through ${singleLine(via)}`;
}
