// bin/process/duration.ts reads moments as people give them and shows times as people read them. Always UTC, as Atlas.
import { isoMoment } from '../../functions/platform/calendar.ts';

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

/** `2026-11-23 12:00:05`, for what Atlas or the ledger sent; what is no time stays as it is. */
export const utc = (iso: string) =>
  Number.isNaN(Date.parse(iso)) ? iso : new Date(iso).toISOString().slice(0, 19).replace('T', ' ');

/** `12:00:05` */
export const utcClock = (ms: number) => new Date(ms).toISOString().slice(11, 19);

/** `45s`, `12m 30s`, `1h 05m`, `2d 3h`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3600)}h`;
}

/** `just now`, `42s ago`, `12m ago`, `5h ago`, `3d ago`. */
export function ago(iso: string, now: number): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 120) return `${seconds}s ago`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h ago`;
  return `${Math.floor(seconds / 86_400)}d ago`;
}
