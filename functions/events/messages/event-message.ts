// functions/events/messages/event-message.ts: the message of an event that is about no job in the ledger: its own text, with a link.
import { clustersHref } from '../../views/paths.ts';
import type { IncomingEvent } from './incoming.ts';
import type { Message } from './message.ts';
import { subjectOf } from './subject.ts';

/** @param apiUrl without a slash at its end */
export function eventMessage({ detail }: IncomingEvent, apiUrl: string | undefined): Message {
  const { severity, message, projectId } = detail;
  const [title = ''] = message.split('\n');
  const link = apiUrl === undefined ? '' : `\n${apiUrl}${clustersHref(projectId)}`;
  return { subject: subjectOf(severity, title), text: `${message}${link}` };
}
