// functions/platform/calendar.ts reads days and moments that people and programs give: ISO 8601, and only those that the calendar has.
// Date.parse takes 2026-02-30 for 2 March, and 24:00 for the next day.

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:(Z)|[+-](\d\d):(\d\d)))?$/;

/** ISO 8601 in UTC with milliseconds; a day is its first instant. Nothing for what is none, and for a moment without its zone. */
export function isoMoment(text: string): string | undefined {
  const [, ...parts] = ISO.exec(text) ?? [];
  const [year, month, day, hour = 0, minute = 0, second = 0, , zoneHour = 0, zoneMinute = 0] = parts.map((part) =>
    part === undefined ? undefined : Number(part),
  );
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  const isTime = hour <= 23 && minute <= 59 && second <= 59 && zoneHour <= 23 && zoneMinute <= 59;
  if (!isDay || !isTime) return undefined;
  const iso = new Date(text).toISOString();
  return /^\d{4}-/.test(iso) ? iso : undefined; // a zone can carry it out of the years that sort as texts
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
