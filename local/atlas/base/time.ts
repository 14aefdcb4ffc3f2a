// local/atlas/base/time.ts: spans of time in milliseconds, and Atlas's timestamps.

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The day spelled last: the times of one list lie close together, and a Date for each was a tenth of all work. */
let spelled = { day: 0, text: '1970-01-01T' };

/** `2026-08-10T03:03:29Z`: UTC to the second, as in every recorded body. */
export function timestamp(ms: number): string {
  const day = Math.floor(ms / DAY);
  if (day !== spelled.day) spelled = { day, text: new Date(day * DAY).toISOString().slice(0, 11) };
  const seconds = Math.floor((ms - day * DAY) / SECOND);
  const minutes = Math.floor(seconds / 60);
  return `${spelled.text}${pair(Math.floor(minutes / 60))}:${pair(minutes % 60)}:${pair(seconds % 60)}Z`;
}

const pair = (value: number) => (value < 10 ? `0${value}` : String(value));
