// lib/settings/schedule.ts: the schedule setting, and how far apart its runs are.
import { ScheduleError } from '../../functions/platform/schedule/cron-field.ts';
import { nextSlot } from '../../functions/platform/schedule/next-slot.ts';
import { type Cron, parseSchedule } from '../../functions/platform/schedule/schedule.ts';
import { instantsOf, offsetMs } from '../../functions/platform/schedule/time-zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Twelve years, the same at every synthesis: what comes every leap year comes three times. */
const FROM = Date.UTC(2027, 0, 1);
const TO = Date.UTC(2039, 0, 1);

export interface Gaps {
  readonly shortestMinutes: number;
  readonly longestMinutes: number;
}

/** @returns true, or what is wrong */
export function isSchedule(expression: string): true | string {
  try {
    if (nextSlot(parseSchedule(expression), { begun: Date.now() }) !== undefined) return true;
    return 'cron: expected a date that is still to come, got none';
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}

/** Names only: newer versions of Node also take offsets such as +02:00, which EventBridge Scheduler doesn't. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** The longest time from one run to the next, in minutes; undefined where that is not known. */
export const longestMinutesBetween = (expression: string, timeZone?: string): number | undefined =>
  gapsOf(expression, timeZone)?.longestMinutes;

/** Between runs; undefined where that is not known: the expression is wrong, or comes less than twice in the next years. */
export function gapsOf(expression: string, timeZone?: string): Gaps | undefined {
  try {
    const schedule = parseSchedule(expression, timeZone);
    if (!('everyMinutes' in schedule)) return cronGaps(schedule);
    return { shortestMinutes: schedule.everyMinutes, longestMinutes: schedule.everyMinutes };
  } catch (error) {
    if (error instanceof ScheduleError) return undefined;
    throw error;
  }
}

function cronGaps(cron: Cron): Gaps | undefined {
  const gaps: number[] = [];
  let last: number | undefined;
  let isUsual = false;
  for (let midnight = FROM; midnight < TO; midnight += DAY_MS) {
    if (!cron.isDay(new Date(midnight))) continue;
    const { slots, isWhole } = slotsOfDay(cron, midnight);
    isUsual ||= isWhole;
    const [first = 0, final = first] = [slots[0], slots.at(-1)];
    if (slots.length === 0) continue;
    if (last !== undefined) gaps.push(first - last);
    if (!isWhole) gaps.push(...differences(slots));
    last = final;
  }
  // All days without a change of clocks are alike.
  if (isUsual) gaps.push(...differences(cron.times).map((minutes) => minutes * MINUTE_MS));
  if (gaps.length === 0) return undefined;
  const [shortest, longest] = gaps.reduce(([min, max], gap) => [Math.min(min, gap), Math.max(max, gap)], [
    Number.POSITIVE_INFINITY,
    0,
  ] as [number, number]);
  return { shortestMinutes: shortest / MINUTE_MS, longestMinutes: longest / MINUTE_MS };
}

const differences = (ascending: readonly number[]) =>
  ascending.slice(1).map((value, index) => value - (ascending[index] ?? value));

/** @returns on a day without a change of clocks the first and the last slot, else each */
function slotsOfDay({ times, timeZone }: Cron, midnight: number) {
  const shown = (time = 0) => midnight + time * MINUTE_MS;
  const [before = 0, after] = [midnight - DAY_MS, midnight + 2 * DAY_MS].map((at) => offsetMs(at, timeZone));
  if (before === after) return { slots: [shown(times[0]) - before, shown(times.at(-1)) - before], isWhole: true };
  const slots = times.flatMap((time) => instantsOf(shown(time), timeZone).slice(0, 1));
  return { slots, isWhole: false };
}
