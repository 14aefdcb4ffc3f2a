// functions/events/from/project-events.ts makes the events of one write of a known project: that no credentials see it any more, and
// that this is over.
import type { KnownProject } from '../../ledger/model/known-project.ts';
import { counted, listed, sentence } from '../../views/text.ts';
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
  const { projectName, accounts } = known;
  const names = Object.keys(accounts);
  const named = names.slice(0, MAX_NAMED).map((name) => singleLine(name));
  const by = named.length === 0 ? '' : ` Last seen by ${listed(named, names.length)}.`;
  return eventOf(known, {
    ...{ severity: 'warning', state: 'lost', since, accounts: names },
    message: `${singleLine(projectName)}: no credentials see this project any more, since ${utc(since)}: its restores are not recorded.${by}\nGive the credentials a role in it again, exclude it, or retire it.`,
  });
}

function overEvent(known: KnownProject, since: string): LedgerEvent {
  const { projectName, accounts, retired, excludedSince } = known;
  const [ended, words] = retired
    ? ([
        'retired',
        `was taken out of scope by ${singleLine(retired.by)}: ${sentence(singleLine(retired.reason, 300))}`,
      ] as const)
    : excludedSince === undefined
      ? (['visible', 'is visible again.'] as const)
      : (['excluded', 'is excluded by the settings.'] as const);
  return eventOf(known, {
    ...{ severity: 'info', state: 'over', since, ended, accounts: Object.keys(accounts) },
    message: `${singleLine(projectName)}: the project ${words} It was not visible since ${utc(since)}, for ${spanOf(since, known)}.`,
  });
}

type Told = Pick<ProjectNotVisible, 'severity' | 'state' | 'since' | 'ended' | 'accounts' | 'message'>;

function eventOf(known: KnownProject, told: Told): LedgerEvent {
  const { projectId, projectName, revision } = known;
  return enveloped<EventOf<ProjectNotVisible>>('Project Not Visible', {
    ...{
      id: `${projectId}:${revision}:not-visible`,
      at: changedAt(known) ?? told.since,
      ...told,
      projectId,
      projectName,
    },
  });
}

const changedAt = ({ changes }: KnownProject) => changes.at(-1)?.at;

function spanOf(since: string, known: KnownProject): string {
  const hours = Math.max(0, Math.floor((Date.parse(changedAt(known) ?? since) - Date.parse(since)) / 3_600_000));
  return hours < 48 ? counted(hours, 'hour') : counted(Math.floor(hours / 24), 'day');
}
