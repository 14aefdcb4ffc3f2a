// bin/process/duration.ts: moments and durations as people give them, and as they are shown. Always UTC, as Atlas.
import { isoMoment } from '../../functions/platform/calendar.ts';

export { span } from '../../functions/restore/text.ts';
export { utc } from '../../functions/views/text.ts';

const RELATIVE = /^(\d{1,5})([mhdw])$/;
const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?$/i;

export const MOMENT = 'a date (2026-11-23), a time in UTC (2026-11-23T12:00) or an age (30m, 12h, 7d, 2w)';

/** ISO 8601 in UTC, or nothing for what is no moment. A date is its first instant. */
export function moment(text: string, now: number): string | undefined {
  const [, count, unit] = RELATIVE.exec(text) ?? [];
  if (count !== undefined && unit !== undefined)
    return new Date(now - Number(count) * (UNIT_MS[unit] ?? 0)).toISOString();
  if (DATE.test(text)) return isoMoment(text);
  const [, day, time, zone = 'Z'] = DATE_TIME.exec(text) ?? [];
  return day === undefined
    ? undefined
    : isoMoment(`${day}T${time}${zone.toUpperCase().replace(/(?<=\d\d)(?=\d\d$)/, ':')}`);
}

export const DURATION = 'a duration (90s, 15m, 2h) of at most a day';

/** Nothing for what is none. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const ms = Number(count) * (unit === 's' ? 1_000 : (UNIT_MS[unit] ?? 0));
  return ms <= 86_400_000 ? ms : undefined;
}

/** `12:00:05` */
export const utcClock = (ms: number) => new Date(ms).toISOString().slice(11, 19);
