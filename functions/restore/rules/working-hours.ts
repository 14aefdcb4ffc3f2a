// functions/restore/rules/working-hours.ts: working hours by a time zone's clocks.

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const HOURS = /^([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)$/i;
const DAY_MINUTES = 1_440;

/** A stretch of every one of some days. */
export interface DailyHours {
  /** By number, Sunday is 0. */
  days: ReadonlySet<number>;
  /** Minutes after midnight; the first is in, the last is not. `to` at or before `from` is on the next day. */
  from: number;
  to: number;
}

/** What the clocks of the zone show. */
export interface LocalTime {
  weekday: number;
  /** After midnight. */
  minute: number;
  /** `Sat 2026-08-08 at 03:12`. */
  text: string;
}

export interface WorkingHours {
  /** As written. */
  texts: readonly string[];
  timeZone: string;
  /** @param at ISO 8601 */
  read(at: string): { inside: boolean; local: LocalTime };
}

/** Reads `Mon-Fri 07:00-19:00`, `Sat 10:00-12:00`, or over midnight `Mon-Fri 22:00-06:00`, which belongs to the day it begins. */
export function dailyHours(text: string): DailyHours | undefined {
  const [, first, last = first, ...clock] = HOURS.exec(text) ?? [];
  const days = daysBetween(dayNumber(first), dayNumber(last));
  const [from, to] = [minuteOf(clock[0], clock[1]), minuteOf(clock[2], clock[3])];
  // Nothing from 07:00 to 07:00, or all day: only 00:00-24:00 says which.
  if (days === undefined || from === undefined || to === undefined || from === to || from === DAY_MINUTES)
    return undefined;
  return { days, from, to };
}

/** Whether the runtime knows the zone. Offsets are refused where it takes them: they have no summer time. */
export function isTimeZone(name: string): boolean {
  if (name === 'UTC') return true; // the default: to make a format for it takes longer than to read all the rules
  if (!/^[a-z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** @throws RangeError for a zone that `isTimeZone` refuses */
export function workingHours(texts: readonly string[], all: readonly DailyHours[], timeZone: string): WorkingHours {
  const localTime = clockOf(timeZone);
  return {
    texts,
    timeZone,
    read(at) {
      const local = localTime(at);
      return { inside: all.some((hours) => covers(hours, local)), local };
    },
  };
}

function covers({ days, from, to }: DailyHours, { weekday, minute }: LocalTime): boolean {
  if (from < to) return days.has(weekday) && from <= minute && minute < to;
  return (days.has(weekday) && from <= minute) || (days.has((weekday + 6) % 7) && minute < to);
}

function clockOf(timeZone: string): (at: string) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
    const { weekday = '', year, month, day, hour, minute } = parts;
    return {
      weekday: dayNumber(weekday),
      minute: Number(hour) * 60 + Number(minute),
      text: `${weekday} ${year}-${month}-${day} at ${hour}:${minute}`,
    };
  };
}

const dayNumber = (name = '') => DAYS.findIndex((day) => day.toLowerCase() === name.toLowerCase());

/** Both included, over the end of the week where the last comes before the first. */
function daysBetween(first: number, last: number): ReadonlySet<number> | undefined {
  if (first < 0 || last < 0) return undefined;
  const count = ((last - first + 7) % 7) + 1;
  return new Set(Array.from({ length: count }, (_, day) => (first + day) % 7));
}

function minuteOf(hour = '', minute = ''): number | undefined {
  const minutes = Number(hour) * 60 + Number(minute);
  return hour !== '' && Number(minute) < 60 && minutes <= DAY_MINUTES ? minutes : undefined;
}
