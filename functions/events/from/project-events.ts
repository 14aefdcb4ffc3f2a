// functions/events/from/project-events.ts: the events of one write of a known project: no credentials see it any more, or they do again.
import type { KnownProject } from '../../ledger/model/known-project.ts';
import { sentence } from '../../platform/text.ts';
import { counted, listed } from '../../views/text.ts';
import type { LedgerEvent, ProjectNotVisible } from '../model/event.ts';
import { type EventOf, enveloped } from './envelope.ts';
import { singleLine, utc } from './single-line.ts';

/** Of these, a message names the first. */
const MAX_NAMED = 3;

/** @param before absent for a project that was not known */
export function projectEvents(before: KnownProject | undefined, after: KnownProject): LedgerEvent[] {
  const [wasLost, isLost] = [before !== undefined && lostSince(before), lostSince(after)];
  if (!wasLost && isLost) return [lostEvent(after, isLost)];
  return wasLost && !isLost ? [overEvent(after, wasLost)] : [];
}

/** Whether it is missing, and since when. */
const lostSince = ({ notVisibleSince, retired }: KnownProject) => (retired === undefined ? notVisibleSince : undefined);

function lostEvent(known: KnownProject, since: string): LedgerEvent {
  const name = singleLine(known.projectName);
  const accounts = Object.keys(known.accounts);
  const named = accounts.slice(0, MAX_NAMED).map((account) => singleLine(account));
  const by = named.length === 0 ? '' : ` Last seen by ${listed(named, accounts.length)}.`;
  const message = `${name}: no credentials see this project any more, since ${utc(since)}: its restores are not recorded.${by}\nGive the credentials a role in it again, exclude it, or retire it.`;
  return eventOf(known, { severity: 'warning', state: 'lost', since, message });
}

function overEvent(known: KnownProject, since: string): LedgerEvent {
  const [ended, words] = howItEnded(known);
  const hours = Math.max(0, Math.floor((Date.parse(changedAt(known) ?? since) - Date.parse(since)) / 3_600_000));
  const span = hours < 48 ? counted(hours, 'hour') : counted(Math.floor(hours / 24), 'day');
  const message = `${singleLine(known.projectName)}: the project ${words} It was not visible since ${utc(since)}, for ${span}.`;
  return eventOf(known, { severity: 'info', state: 'over', since, ended, message });
}

function howItEnded({ retired, excludedSince }: KnownProject): [NonNullable<ProjectNotVisible['ended']>, string] {
  if (retired) {
    const reason = sentence(singleLine(retired.reason, 300));
    return ['retired', `was taken out of scope by ${singleLine(retired.by)}: ${reason}`];
  }
  return excludedSince === undefined ? ['visible', 'is visible again.'] : ['excluded', 'is excluded by the settings.'];
}

type Own = Pick<ProjectNotVisible, 'severity' | 'state' | 'since' | 'ended' | 'message'>;

function eventOf(known: KnownProject, own: Own): LedgerEvent {
  const { projectId, projectName, revision, accounts } = known;
  return enveloped<EventOf<ProjectNotVisible>>('Project Not Visible', {
    id: `${projectId}:${revision}:not-visible`,
    at: changedAt(known) ?? own.since,
    ...own,
    accounts: Object.keys(accounts),
    projectId,
    projectName,
  });
}

const changedAt = ({ changes }: KnownProject) => changes.at(-1)?.at;
