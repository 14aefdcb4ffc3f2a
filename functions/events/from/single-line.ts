// functions/events/from/single-line.ts: names, texts from outside and times in a line of plain text.
import { redactAnswer } from '../../restore/redact/redact.ts';
import { printable } from '../../restore/text.ts';
import { utc as plainUtc } from '../../views/text.ts';

/** Longest name shown, in characters: Atlas allows 64. */
const MAX_NAME = 80;
/** More of a text is not looked at. */
const MAX_READ = 10_000;

/** One line of bounded length. URLs are taken out once more, though none should be left: mail and chat make links of them. */
export const singleLine = (text: string, max = MAX_NAME) =>
  printable(String(redactAnswer(text.slice(0, MAX_READ))), max);

/** `2026-11-23 12:00:05 UTC`; what is no time stays as it is. */
export const utc = (iso: string) => (Number.isNaN(Date.parse(iso)) ? singleLine(iso) : `${plainUtc(iso)} UTC`);
