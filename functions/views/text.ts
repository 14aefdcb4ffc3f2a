// functions/views/text.ts: how times, numbers and counts read, wherever they are shown. Times are in UTC.
import { type SpanStyle, span } from '../restore/text.ts';

const LENGTH = { day: 10, minute: 16, second: 19 };

/** `2026-11-23 12:00:05`; what is no time stays as it is. */
export function utc(iso: string, to: keyof typeof LENGTH = 'second'): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : new Date(ms).toISOString().slice(0, LENGTH[to]).replace('T', ' ');
}

/** `just now`, `5 min ago`, `3 h ago`, `12 days ago`; what is no time stays as it is. */
export function ago(iso: string, now: number): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 45) return 'just now';
  if (seconds < 120 * 60) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

/** Between two times; nothing where one is missing or no time. */
export function spanBetween(from: string | undefined, to: string | undefined, style?: SpanStyle): string | undefined {
  const seconds = (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;
  return seconds >= 0 ? span(seconds, style) : undefined;
}

/** `1,234` */
export const number = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 restore`, `2 restores`, `1,234 entries`. */
export const counted = (n: number, thing: string) =>
  `${number(n)} ${n === 1 ? thing : /[^aeiou]y$/.test(thing) ? `${thing.slice(0, -1)}ies` : `${thing}s`}`;

/** `a, b and 3 more`. @param of how many there are, those shown included */
export const listed = (shown: readonly string[], of: number, separator = ', ') =>
  `${shown.join(separator)}${of > shown.length ? ` and ${number(of - shown.length)} more` : ''}`;
