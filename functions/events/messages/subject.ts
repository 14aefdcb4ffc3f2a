// functions/events/messages/subject.ts: the subject of a message, as SNS takes one.
import type { Severity } from '../../schema/words.ts';

/** SNS takes fewer than 100 characters (Publish, 2026-11). */
const MAX_SUBJECT = 99;
const MARKS = /\p{M}/gu;
/** SNS refuses what isn't ASCII, and control characters. */
const OTHERS = /[^ -~]/g;

/** `[warning] prod-eu/Cluster0: download`. Letters lose their accents; what has no place in ASCII is a question mark. */
export function subjectOf(severity: Severity, about: string): string {
  const text = `[${severity}] ${about}`
    .normalize('NFKD')
    .replace(MARKS, '')
    .replaceAll('…', '...')
    .replace(OTHERS, '?');
  return text.length <= MAX_SUBJECT ? text : `${text.slice(0, MAX_SUBJECT - 3).trimEnd()}...`;
}
