// bin/process/duration.ts: moments and durations as people type them. Always UTC, as Atlas.
import { isoMoment } from '../../functions/platform/calendar.ts';

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?$/i;

export const MOMENT = 'a date (2026-11-23), a time in UTC (2026-11-23T12:00) or an age (30m, 12h, 7d, 2w)';

/** ISO 8601 in UTC; undefined where the text is no moment. A date is its first instant. */
export function moment(text: string, now: number): string | undefined {
  const age = msOf(text, /^(\d{1,5})([mhdw])$/);
  if (age !== undefined) return new Date(now - age).toISOString();
  if (DATE.test(text)) return isoMoment(text);
  const [, day, time, zone = 'Z'] = DATE_TIME.exec(text) ?? [];
  if (day === undefined) return undefined;
  return isoMoment(`${day}T${time}${zone.toUpperCase().replace(/(?<=\d\d)(?=\d\d$)/, ':')}`);
}

export const COMING =
  'a date (2026-11-23), a time in UTC (2026-11-23T12:00), or how far it is ahead (30m, 12h, 7d, 2w)';

/** ISO 8601 in UTC; undefined where the text is no moment. */
export function comingMoment(text: string, now: number): string | undefined {
  const ahead = msOf(text, /^(\d{1,5})([mhdw])$/);
  return ahead === undefined ? moment(text, now) : new Date(now + ahead).toISOString();
}

export const DURATION = 'a duration (90s, 15m, 2h) of at most a day';

/** In ms; undefined where the text is no duration. */
export function durationMs(text: string): number | undefined {
  const ms = msOf(text, /^(\d{1,5})([smh])$/);
  return ms !== undefined && ms <= 86_400_000 ? ms : undefined;
}

function msOf(text: string, pattern: RegExp): number | undefined {
  const [, count, unit = ''] = pattern.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}

/** `12:00:05` */
export const utcClock = (ms: number) => new Date(ms).toISOString().slice(11, 19);
