// functions/atlas/http/http-date.ts: a strict parser of the three date formats of HTTP (RFC 9110 5.6.7).

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)';
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT. Atlas writes days without the zero (docs/atlas.md#6).
  new RegExp(`^\\w{3}, (?<day>\\d{1,2}) (?<month>\\w{3}) (?<year>\\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^\\w{6,9}, (?<day>\\d{1,2})-(?<month>\\w{3})-(?<year>\\d\\d) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^\\w{3} (?<month>\\w{3}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/** Milliseconds since the epoch. @param nowMs decides the century of a two-digit year */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  for (const form of FORMS) {
    const { day = '', month = '', year = '', time = '' } = form.exec(text.trim())?.groups ?? {};
    const monthAt = MONTHS.indexOf(month.toLowerCase());
    if (monthAt < 0) continue;
    const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
    const at = new Date(0);
    at.setUTCFullYear(year.length === 2 ? fullYear(Number(year), nowMs) : Number(year), monthAt, Number(day));
    // A day that its month doesn't have would be one of the next.
    if (at.getUTCMonth() !== monthAt || hours > 23 || minutes > 59 || seconds > 60) return undefined;
    return at.setUTCHours(hours, minutes, seconds);
  }
  return undefined;
}

/** Never more than 50 years ahead, as the RFC has it. */
function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
