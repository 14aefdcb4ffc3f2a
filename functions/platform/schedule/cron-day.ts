// functions/platform/schedule/cron-day.ts: the days that a cron expression chooses, by day of the month or of the week.
import { DAY_OF_MONTH, DAY_OF_WEEK, numberOf, numbersOf, ScheduleError } from './cron-field.ts';

/** @param day its date by the UTC getters, whatever the time zone */
export type DayTest = (day: Date) => boolean;

/** @throws ScheduleError unless exactly one of the two is `?` */
export function dayTest(dayOfMonth: string, dayOfWeek: string): DayTest {
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    const got = `${dayOfMonth} and ${dayOfWeek}`;
    throw new ScheduleError(`day-of-month and day-of-week: expected ? in exactly one of them, got ${got}`);
  }
  return dayOfMonth === '?' ? weekdayTest(dayOfWeek) : dateTest(dayOfMonth);
}

/** `1,15`, `L` for the last day, `15W` for the weekday nearest to the 15th in its month, `LW` for the last weekday. */
function dateTest(text: string): DayTest {
  if (text === 'L') return (day) => day.getUTCDate() === lastDateOf(day);
  if (text === 'LW') return (day) => day.getUTCDate() === weekdayNear(day, lastDateOf(day));
  const [, near] = /^(\d{1,2})W$/.exec(text) ?? [];
  if (near !== undefined) {
    const date = numberOf(DAY_OF_MONTH, near);
    return (day) => day.getUTCDate() === weekdayNear(day, date);
  }
  const dates = numbersOf(DAY_OF_MONTH, text);
  return (day) => dates.has(day.getUTCDate());
}

/** `MON-FRI`, `L` for Saturday, `6L` for the last Friday of a month, `2#1` for its first Monday. */
function weekdayTest(text: string): DayTest {
  if (text === 'L') return (day) => weekdayOf(day) === DAY_OF_WEEK.max;
  const [, weekday, nth] = /^([0-9A-Z]+)(L|#[1-5])$/.exec(text) ?? [];
  if (weekday !== undefined && nth !== undefined) {
    const number = numberOf(DAY_OF_WEEK, weekday);
    return (day) => weekdayOf(day) === number && isNth(day, nth);
  }
  const weekdays = numbersOf(DAY_OF_WEEK, text);
  return (day) => weekdays.has(weekdayOf(day));
}

/** From 1, which is Sunday. */
const weekdayOf = (day: Date) => day.getUTCDay() + 1;
const lastDateOf = (day: Date) => new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
const isNth = (day: Date, nth: string) =>
  nth === 'L' ? day.getUTCDate() + 7 > lastDateOf(day) : Math.ceil(day.getUTCDate() / 7) === Number(nth.slice(1));

/** Never in another month. */
function weekdayNear(day: Date, date: number): number {
  const last = lastDateOf(day);
  if (date > last) return 0;
  const weekday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), date)).getUTCDay();
  if (weekday === 6) return date === 1 ? 3 : date - 1;
  if (weekday === 0) return date === last ? date - 2 : date + 1;
  return date;
}
