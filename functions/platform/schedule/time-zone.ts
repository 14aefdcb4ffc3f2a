// functions/platform/schedule/time-zone.ts: what clocks show in a time zone, and when they show it. A reading of a clock is kept as
// the ms since the epoch at which a clock of UTC shows the same.

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

/** Offsets only change at a full quarter of an hour, and asking for one takes 20 µs. */
const QUARTER_MS = 15 * 60_000;
const offsets = new Map<string, number>();

/** What is to be added to UTC, in ms. @throws RangeError for a time zone that is not known */
export function offsetMs(at: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const quarter = Math.floor(at / QUARTER_MS) * QUARTER_MS;
  const key = `${timeZone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const { year, month, day, hour, minute, second } = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(quarter)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter;
  offsets.set(key, offset);
  return offset;
}

/** When a clock shows this, earliest first: never, where clocks go forward; twice, where they go back. */
export function instantsOf(shown: number, timeZone: string): number[] {
  const before = shown - offsetMs(shown - DAY_MS, timeZone);
  const after = shown - offsetMs(shown + DAY_MS, timeZone);
  const candidates = before === after ? [before] : [Math.min(before, after), Math.max(before, after)];
  return candidates.filter((at) => at + offsetMs(at, timeZone) === shown);
}
