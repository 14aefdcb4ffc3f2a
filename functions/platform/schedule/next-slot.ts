// functions/platform/schedule/next-slot.ts: when a schedule next starts a run.
import type { Cron, Schedule } from './schedule.ts';
import { instantsOf, offsetMs } from './time-zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** No clock changes by more. */
const CHANGE_MS = 3 * 3_600_000;

export interface Since {
  /** When the schedule, or a run by it, began; ms since the epoch. */
  begun: number;
  /** @default begun */
  ended?: number;
}

/**
 * The first slot after `ended`, in ms since the epoch; undefined if there is none. Where clocks go back, Scheduler runs a time that
 * comes twice once, and does not say which time: the slot counts as over at the second.
 */
export function nextSlot(schedule: Schedule, { begun, ended = begun }: Since): number | undefined {
  if (!('everyMinutes' in schedule)) return nextCronSlot(schedule, ended);
  const everyMs = schedule.everyMinutes * MINUTE_MS;
  return begun + (Math.floor((ended - begun) / everyMs) + 1) * everyMs;
}

function nextCronSlot({ times, isDay, years, timeZone }: Cron, after: number): number | undefined {
  const shown = after + offsetMs(after, timeZone);
  const first = Math.max(Math.floor(shown / DAY_MS) * DAY_MS, Date.UTC(years.first, 0, 1));
  const end = Date.UTC(years.last + 1, 0, 1);
  for (let midnight = first; midnight < end; midnight += DAY_MS) {
    if (!isDay(new Date(midnight))) continue;
    for (const time of times) {
      const slot = midnight + time * MINUTE_MS;
      if (slot < shown - CHANGE_MS) continue;
      const instants = instantsOf(slot, timeZone);
      const [earliest] = instants;
      if (earliest !== undefined && earliest > after) return instants.at(-1);
    }
  }
  return undefined;
}
