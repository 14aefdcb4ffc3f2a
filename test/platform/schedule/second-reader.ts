// test/platform/schedule/second-reader.ts: cron expressions read once more, minute by minute, without a line of the reader under test.

interface Field {
  name: string;
  min: number;
  max: number;
  names: string[];
  steps: boolean;
}
const of = (name: string, min: number, max: number, names: string[] = [], steps = true): Field => ({
  ...{ name, min, max, names, steps },
});
const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const FIELDS = [
  of('minutes', 0, 59),
  of('hours', 0, 23),
  of('day-of-month', 1, 31),
  of('month', 1, 12, MONTHS),
  of('day-of-week', 1, 7, DAYS, false),
  of('year', 1970, 2199),
];
const [DATE, WEEKDAY] = [2, 4];

/** Names as numbers. */
const digits = (text: string, { names, min }: Field) =>
  names.reduce(
    (result, name, index) => result.replaceAll(new RegExp(`(?<![A-Z])${name}(?![A-KM-Z])`, 'g'), `${index + min}`),
    text,
  );

function isPart(part: string, { min, max, steps }: Field): boolean {
  const [value = '', step, ...more] = part.split('/');
  if (more.length > 0) return false;
  if (step !== undefined && (!steps || !/^\d{1,4}$/.test(step) || +step < 1 || +step > max)) return false;
  if (value === '*') return true;
  const ends = value.split('-');
  const isNumber = (text: string) => /^\d{1,4}$/.test(text) && +text >= min && +text <= max;
  return ends.length <= 2 && ends.every(isNumber) && Number(ends[0]) <= Number(ends.at(-1));
}

function isField(text: string, field: Field, index: number): boolean {
  const plain = digits(text, field);
  if (text === '?') return index === DATE || index === WEEKDAY;
  if (index === DATE && /^(L|LW|([1-9]|0[1-9]|[12]\d|3[01])W)$/.test(plain)) return true;
  if (index === WEEKDAY && /^(L|0{0,3}[1-7]L|0{0,3}[1-7]#[1-5])$/.test(plain)) return true;
  const parts = plain.split(',');
  return parts.every((part) => isPart(part, field) && (parts.length === 1 || !part.includes('*')));
}

/** The name of the first field that is wrong; '' if it is right. */
export function wrongField(fields: readonly string[]): string {
  const questions = [DATE, WEEKDAY].filter((index) => fields[index] === '?').length;
  for (const [index, field] of FIELDS.entries()) {
    // The two kinds of day are compared before either is read.
    if (index === DATE && questions !== 1) return 'day-of-month and day-of-week';
    if (!isField(fields[index] ?? '', field, index)) return field.name;
    if (index === DATE && fields[DATE] === '?' && !isField(fields[WEEKDAY] ?? '', FIELDS[WEEKDAY] as Field, WEEKDAY))
      return 'day-of-week';
  }
  return '';
}

/** As clocks show it. */
export interface Shown {
  year: number;
  month: number;
  date: number;
  hour: number;
  minute: number;
}

function fits(text: string, value: number, field: Field): boolean {
  return digits(text, field)
    .split(',')
    .some((part) => {
      const [range = '', step] = part.split('/');
      const [from, to] = range === '*' ? [field.min, field.max] : range.split('-').map(Number);
      const last = to ?? (step === undefined ? (from ?? 0) : field.max);
      return value >= (from ?? 0) && value <= last && (value - (from ?? 0)) % Number(step ?? 1) === 0;
    });
}

const weekday = ({ year, month }: Shown, date: number) => new Date(Date.UTC(year, month - 1, date)).getUTCDay() + 1;
const datesOf = ({ year, month }: Shown) =>
  Array.from({ length: 31 }, (_, index) => index + 1).filter(
    (date) => new Date(Date.UTC(year, month - 1, date)).getUTCMonth() === month - 1,
  );

function fitsDate(text: string, shown: Shown): boolean {
  const dates = datesOf(shown);
  const last = dates.at(-1) ?? 0;
  if (text === 'L') return shown.date === last;
  if (text.endsWith('W')) {
    const wanted = text === 'LW' ? last : Number.parseInt(text, 10);
    if (wanted > last) return false;
    const working = dates.filter((date) => ![1, 7].includes(weekday(shown, date)));
    return working.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] === shown.date;
  }
  return fits(text, shown.date, FIELDS[DATE] as Field);
}

function fitsWeekday(text: string, shown: Shown): boolean {
  const plain = digits(text, FIELDS[WEEKDAY] as Field);
  const today = weekday(shown, shown.date);
  if (plain === 'L') return today === 7;
  const [, day, nth] = /^(\d+)(?:L|#(\d))$/.exec(plain) ?? [];
  if (day === undefined) return fits(text, today, FIELDS[WEEKDAY] as Field);
  const same = datesOf(shown).filter((date) => weekday(shown, date) === Number(day));
  return (nth === undefined ? same.at(-1) : same[Number(nth) - 1]) === shown.date;
}

/** @param fields six right ones */
export function reader(fields: readonly string[]): (shown: Shown) => boolean {
  const [, , date = '', , day = ''] = fields;
  const chosen = (index: number) => {
    const field = FIELDS[index] as Field;
    const values = Array.from({ length: field.max + 1 }, (_, value) => value);
    return new Set(values.filter((value) => value >= field.min && fits(fields[index] ?? '', value, field)));
  };
  const [minutes, hours, months, years] = [0, 1, 3, 5].map(chosen) as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const days = new Map<string, boolean>();
  const isDay = (shown: Shown) => {
    const key = `${shown.year}-${shown.month}-${shown.date}`;
    const known = days.get(key) ?? (day === '?' ? fitsDate(date, shown) : fitsWeekday(day, shown));
    days.set(key, known);
    return known;
  };
  return (shown) =>
    minutes.has(shown.minute) &&
    hours.has(shown.hour) &&
    months.has(shown.month) &&
    years.has(shown.year) &&
    isDay(shown);
}

const MINUTE_MS = 60_000;
const QUARTER = 15;

/** What clocks show at each minute of some days. They change at a full quarter of an hour. */
export function minutesOf(from: string, days: number, timeZone: string): { at: number; shown: Shown }[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const start = Date.parse(from);
  return Array.from({ length: (days * 1_440) / QUARTER }, (_, quarter) => {
    const at = start + quarter * QUARTER * MINUTE_MS;
    const [year = 0, month = 0, date = 0, hour = 0, minute = 0] = format.format(at).split(/\D/).map(Number); // 2027-03-28 03:00
    return Array.from({ length: QUARTER }, (_, index) => ({
      at: at + index * MINUTE_MS,
      shown: { year, month, date, hour, minute: minute + index },
    }));
  }).flat();
}
