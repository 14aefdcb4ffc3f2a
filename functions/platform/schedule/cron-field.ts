// functions/platform/schedule/cron-field.ts: one field of a cron expression of EventBridge Scheduler.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based

/** An expression that EventBridge Scheduler would refuse. The message names the field. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

export interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Instead of numbers, from `min`. */
  readonly names?: readonly string[];
  /** @default true */
  readonly hasSteps?: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export const MINUTES: Field = { name: 'minutes', min: 0, max: 59 };
export const HOURS: Field = { name: 'hours', min: 0, max: 23 };
export const DAY_OF_MONTH: Field = { name: 'day-of-month', min: 1, max: 31 };
export const MONTH: Field = { name: 'month', min: 1, max: 12, names: MONTHS };
export const DAY_OF_WEEK: Field = { name: 'day-of-week', min: 1, max: 7, names: WEEKDAYS, hasSteps: false };
export const YEAR: Field = { name: 'year', min: 1970, max: 2199 };

/** The numbers of a list of values, ranges and steps. @throws ScheduleError */
export function numbersOf(field: Field, text: string): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const part of text.split(',')) for (const number of numbersOfPart(field, part, text)) numbers.add(number);
  return numbers;
}

function* numbersOfPart(field: Field, part: string, text: string) {
  const { name, min, max, hasSteps = true } = field;
  const parts = /^(?:(\*)|([0-9A-Z]+)(?:-([0-9A-Z]+))?)(?:\/(\d{1,4}))?$/.exec(part);
  if (!parts) throw new ScheduleError(`${name}: expected a value, a range or a step, got ${JSON.stringify(part)}`);
  const [, star, from = '', to, step] = parts;
  if (star !== undefined && part !== text) throw new ScheduleError(`${name}: expected * alone, got ${text}`);
  if (step !== undefined && !hasSteps) throw new ScheduleError(`${name}: expected no step, got ${part}: list the days`);
  const by = Number(step ?? 1);
  if (by < 1 || by > max) throw new ScheduleError(`${name}: expected a step from 1 to ${max}, got ${part}`);
  const first = star === undefined ? numberOf(field, from) : min;
  // `5/15` goes on to the end, `5` does not.
  const isOpen = star !== undefined || step !== undefined;
  const last = to !== undefined ? numberOf(field, to) : isOpen ? max : first;
  if (first > last) throw new ScheduleError(`${name}: expected a range that ascends, got ${part}`);
  for (let number = first; number <= last; number += by) yield number;
}

/** @throws ScheduleError */
export function numberOf({ name, min, max, names = [] }: Field, text: string): number {
  const index = names.indexOf(text);
  const number = index >= 0 ? index + min : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  const orNames = names.length > 0 ? ` or ${names[0]} to ${names.at(-1)}` : '';
  throw new ScheduleError(`${name}: expected ${min} to ${max}${orNames}, got ${JSON.stringify(text)}`);
}
