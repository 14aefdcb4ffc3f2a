// lib/settings/cron.ts: the longest time between two runs of an EventBridge Scheduler cron expression.

/** Three years, the middle one a leap year, and the day after: what comes once a year comes four times. */
const FROM = Date.UTC(2027, 0, 1);
const TO = Date.UTC(2030, 0, 2);
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** From 1. */
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

type Numbers = ReadonlySet<number>;
type DayTest = (day: Date) => boolean;

/**
 * The longest time between two runs, in minutes; undefined where that is not known: the expression isn't understood, or comes
 * round too seldom. The years are left out, as they only say when it ends; so is the hour by which clocks change.
 */
export function longestGapMinutes(expression: string): number | undefined {
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.toUpperCase().split(' ') ?? [];
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year] = fields;
  if (year === undefined || fields.length !== 6) return undefined;
  const [minutes, hours, months] = [numbersOf(minute, 0, 59), numbersOf(hour, 0, 23), numbersOf(month, 1, 12, MONTHS)];
  const isDay = dayTestOf(dayOfMonth, dayOfWeek);
  if (!minutes || !hours || !months || !isDay) return undefined;
  const times = sorted(hours).flatMap((h) => sorted(minutes).map((m) => h * 60 + m));

  let longest: number | undefined;
  let last: number | undefined;
  for (let at = FROM; at < TO; at += DAY_MS) {
    const day = new Date(at);
    if (!months.has(day.getUTCMonth() + 1) || !isDay(day)) continue;
    for (const time of times) {
      const run = ((at - FROM) / DAY_MS) * DAY_MINUTES + time;
      if (last !== undefined) longest = Math.max(longest ?? 0, run - last);
      last = run;
    }
  }
  return longest;
}

const sorted = (numbers: Numbers) => [...numbers].sort((a, b) => a - b);

/** Lists, ranges and steps. */
function numbersOf(field: string, min: number, max: number, names: readonly string[] = []): Numbers | undefined {
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const [, whole, from, to, step] = /^(?:(\*)|([0-9A-Z]+)(?:-([0-9A-Z]+))?)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const first = whole === undefined ? numberOf(from, min, max, names) : min;
    // `5/15` goes on to the end, `5` does not.
    const end = to ?? (whole === undefined && step === undefined ? from : String(max));
    const final = numberOf(end, min, max, names);
    const by = Number(step ?? 1);
    if (first === undefined || final === undefined || first > final || by < 1) return undefined;
    for (let number = first; number <= final; number += by) numbers.add(number);
  }
  return numbers;
}

function numberOf(text: string | undefined, min: number, max: number, names: readonly string[]): number | undefined {
  if (text === undefined) return undefined;
  const named = names.indexOf(text);
  const number = named >= 0 ? named + min : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

/** One of the two is `?`, or `*`. */
function dayTestOf(dayOfMonth: string, dayOfWeek: string): DayTest | undefined {
  const isAny = (field: string) => field === '?' || field === '*';
  if (isAny(dayOfWeek)) return isAny(dayOfMonth) ? () => true : ofMonth(dayOfMonth);
  return isAny(dayOfMonth) ? ofWeek(dayOfWeek) : undefined;
}

/** `1,15`, `L` for the last day, `15W` for the weekday nearest to it in its month, `LW`. */
function ofMonth(field: string): DayTest | undefined {
  if (field === 'L') return (day) => day.getUTCDate() === lastOf(day);
  const [, near] = /^(L|\d{1,2})W$/.exec(field) ?? [];
  if (near !== undefined)
    return (day) => day.getUTCDate() === weekdayNear(day, near === 'L' ? lastOf(day) : Number(near));
  const numbers = numbersOf(field, 1, 31);
  return numbers && ((day) => numbers.has(day.getUTCDate()));
}

/** `MON-FRI`, `6L` for the last Friday of a month, `2#1` for its first Monday. */
function ofWeek(field: string): DayTest | undefined {
  const [, weekday, nth] = /^([1-7]|[A-Z]{3})(L|#[1-5])$/.exec(field) ?? [];
  if (weekday !== undefined && nth !== undefined) {
    const number = numberOf(weekday, 1, 7, WEEKDAYS);
    return number === undefined ? undefined : (day) => weekdayOf(day) === number && isNth(day, nth);
  }
  const numbers = numbersOf(field, 1, 7, WEEKDAYS);
  return numbers && ((day) => numbers.has(weekdayOf(day)));
}

const weekdayOf = (day: Date) => day.getUTCDay() + 1;
const lastOf = (day: Date) => new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
const isNth = (day: Date, nth: string) =>
  nth === 'L' ? day.getUTCDate() + 7 > lastOf(day) : Math.ceil(day.getUTCDate() / 7) === Number(nth.slice(1));

/** Never in another month. */
function weekdayNear(day: Date, date: number): number {
  const last = lastOf(day);
  if (date > last) return 0;
  const weekday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), date)).getUTCDay();
  if (weekday === 6) return date === 1 ? 3 : date - 1;
  if (weekday === 0) return date === last ? date - 2 : date + 1;
  return date;
}
