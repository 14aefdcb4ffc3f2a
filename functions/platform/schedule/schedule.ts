// functions/platform/schedule/schedule.ts: schedule expressions of EventBridge Scheduler, as far as they repeat.
import { dayTest } from './cron-day.ts';
import { HOURS, MINUTES, MONTH, numbersOf, ScheduleError, YEAR } from './cron-field.ts';

export interface Cron {
  /** In minutes since midnight, ascending. */
  readonly times: readonly number[];
  /** @param day its date by the UTC getters, whatever the time zone */
  isDay(day: Date): boolean;
  readonly years: { readonly first: number; readonly last: number };
  readonly timeZone: string;
}

export type Schedule = { readonly everyMinutes: number } | Cron;

const UNIT_MINUTES = { minute: 1, hour: 60, day: 1_440 } as const;

/** Of the API's `ScheduleExpression`. */
const MAX_CHARACTERS = 256;

/**
 * The documentation is silent about `rate(1 minutes)`, about ranges that descend and about more than one space between fields:
 * they are refused.
 * @throws ScheduleError with the field that is wrong
 */
export function parseSchedule(expression: string, timeZone = 'UTC'): Schedule {
  if (expression.length > MAX_CHARACTERS)
    throw new ScheduleError(`expected at most ${MAX_CHARACTERS} characters, got ${expression.length}`);
  const [, kind, content] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === undefined || content === undefined)
    throw new ScheduleError('expected rate(...) or cron(...) without spaces around it');
  return kind === 'rate' ? { everyMinutes: rateMinutes(content) } : cronOf(content, timeZone);
}

function rateMinutes(content: string): number {
  const [, count = '', unit, plural] = /^(\d{1,6}) (minute|hour|day)(s?)$/.exec(content) ?? [];
  if (unit === undefined)
    throw new ScheduleError(
      `rate: expected a number, a space and minutes, hours or days, got ${JSON.stringify(content)}`,
    );
  if (!/^[1-9]/.test(count))
    throw new ScheduleError(`rate: expected a number from 1 without leading zeros, got ${count}`);
  if ((count === '1') === (plural === 's'))
    throw new ScheduleError(`rate: expected ${count} ${unit}${count === '1' ? '' : 's'}, got ${content}`);
  return Number(count) * UNIT_MINUTES[unit as keyof typeof UNIT_MINUTES];
}

function cronOf(content: string, timeZone: string): Cron {
  const fields = content.toUpperCase().split(' ');
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if (fields.length !== 6 || fields.includes('')) {
    const count = content.split(' ').filter((field) => field !== '').length;
    const got = count === 6 ? 'other spaces' : `${count}`;
    throw new ScheduleError(`cron: expected six fields with one space between them, got ${got}`);
  }
  const minutes = sorted(numbersOf(MINUTES, minute));
  const hours = sorted(numbersOf(HOURS, hour));
  const isChosen = dayTest(dayOfMonth, dayOfWeek);
  const months = numbersOf(MONTH, month);
  const years = numbersOf(YEAR, year);
  const [first = YEAR.min, last = first] = [Math.min(...years), Math.max(...years)];
  return {
    times: hours.flatMap((h) => minutes.map((m) => h * 60 + m)),
    isDay: (day) => months.has(day.getUTCMonth() + 1) && years.has(day.getUTCFullYear()) && isChosen(day),
    years: { first, last },
    timeZone,
  };
}

const sorted = (numbers: ReadonlySet<number>) => [...numbers].sort((a, b) => a - b);
