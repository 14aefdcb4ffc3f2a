// functions/events/from/single-line.ts makes words for people: names and texts from outside, and times.
import { redactAnswer } from '../../restore/redact/redact.ts';
import { printable } from '../../restore/text.ts';

/** Longest name shown, in characters: Atlas allows 64. */
const MAX_NAME = 80;
/** More of a text is not looked at. */
const MAX_READ = 10_000;

/** One line of bounded length. URLs are taken out once more, though none should be left: mail and chat make links of them. */
export const singleLine = (text: string, most = MAX_NAME) =>
  printable(String(redactAnswer(text.slice(0, MAX_READ))), most);

/** `2026-11-23 12:00:05 UTC`; what is no time stays as it is. */
export function utc(iso: string): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? singleLine(iso) : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** With a full stop, since lines may be joined to one where a message is shown. */
export const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** `1 cluster`, `2 clusters`. */
export const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
