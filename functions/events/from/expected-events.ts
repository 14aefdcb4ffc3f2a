// functions/events/from/expected-events.ts: the events of one write of an announced restore: it did not come.
import { defined } from '../../platform/defined.ts';
import type { ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import { expectedWords, withState } from '../../views/expected.ts';
import { counted } from '../../views/text.ts';
import type { ExpectedRestoreMissed, LedgerEvent } from '../model/event.ts';
import { type EventOf, enveloped } from './envelope.ts';
import { singleLine, utc } from './single-line.ts';

/** @param before absent where it was not there */
export function expectedEvents(before: ExpectedRestore | undefined, after: ExpectedRestore): LedgerEvent[] {
  const { expectedRestoreId, projectId, projectName = projectId, missedAt } = after;
  if (missedAt === undefined || before?.missedAt !== undefined) return [];
  const event = enveloped<EventOf<ExpectedRestoreMissed>>('Expected Restore Missed', {
    id: `${expectedRestoreId}:missed`,
    severity: 'warning',
    at: missedAt,
    message: messageOf(after),
    projectId,
    projectName,
    expectedRestore: { ...withState(after, 'missed'), state: 'missed' },
  });
  return [event];
}

function messageOf(expected: ExpectedRestore): string {
  const { restores, jobs, from, until, by, purpose, ticket } = expected;
  const came = jobs.length === 0 ? 'None came' : `${jobs.length} of ${counted(restores, 'restore')} came`;
  const about = Object.entries(defined({ purpose, ticket })).map(([name, text]) => `, ${name} ${singleLine(text)}`);
  return `${singleLine(expectedWords(expected), 400)}: an announced restore did not come.\n${came} between ${utc(from)} and ${utc(until)}; announced by ${singleLine(by.name)}${about.join('')}.`;
}
