// functions/platform/calendar.ts: ISO 8601 days and moments that the calendar has.

const ISO =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;
/** As most of Atlas's times are. */
const UTC_SECOND = /T\d\d:\d\d:\d\dZ$/;
const WITH_SECONDS = /T\d\d:\d\d:\d\d/;

/** ISO 8601 in UTC with milliseconds; a day is its first instant. Undefined for anything else, and for a moment without its zone. */
export function isoMoment(text: string): string | undefined {
  const [, date, day] = ISO.exec(text) ?? [];
  // Date.parse takes 2026-02-30 for 2 March.
  if (date === undefined || (Number(day) > 28 && new Date(date).getUTCDate() !== Number(day))) return undefined;
  if (UTC_SECOND.test(text)) return `${text.slice(0, -1)}.000Z`;
  const iso = new Date(text).toISOString();
  return /^\d/.test(iso) ? iso : undefined; // a zone can carry it out of the years that sort as texts
}

/** The same for an RFC 3339 date-time only: no day alone, and no time without its seconds. */
export const isoDateTime = (text: string) => (WITH_SECONDS.test(text) ? isoMoment(text) : undefined);
