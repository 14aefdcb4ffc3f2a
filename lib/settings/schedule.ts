// lib/settings/schedule.ts: schedule expressions, whether they are well formed and how far apart their runs are.
import { longestGapMinutes } from './cron.ts';

const MINUTES = { minute: 1, hour: 60, day: 1_440 } as const;
const RATE = /^rate\((\d{1,6}) (minute|hour|day)s?\)$/;
const CRON = /^cron\((\S+ ){5}\S+\)$/;

/** The expressions that EventBridge Scheduler repeats. Whether a cron field is right, only it can say. */
export function isSchedule(expression: string): boolean {
  return CRON.test(expression) || (minutesBetween(expression) ?? 0) > 0;
}

/** The longest time from one run to the next, in minutes; undefined where that is not known. */
export const longestMinutesBetween = (expression: string): number | undefined =>
  minutesBetween(expression) ?? longestGapMinutes(expression);

/** Minutes from one run to the next; undefined for cron, where they may differ. */
export function minutesBetween(expression: string): number | undefined {
  const [, count, unit] = RATE.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * MINUTES[unit as keyof typeof MINUTES];
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
