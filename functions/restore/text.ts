// functions/restore/text.ts: names and durations inside a sentence about a restore. Names may be hostile: they are kept short, and none can
// change how the rest reads.

/** Control characters, what reverses the direction of text, what takes no room, and half characters. */
const UNSEEN = /\p{C}/gu;
const BLANKS = /[\s\p{Zl}\p{Zp}]+/gu;

/** One line without control characters; each is shown as U+FFFD. @param max characters, the last an ellipsis where some are left out */
export function printable(text: string, max = 64): string {
  // A character has at most two code units, and nothing below makes two of one.
  const line = text
    .slice(0, max * 2 + 2)
    .replace(BLANKS, ' ')
    .replace(UNSEEN, '\ufffd');
  const characters = [...line];
  const short = text.length <= max * 2 + 2 && characters.length <= max;
  return short ? line : `${characters.slice(0, max - 1).join('')}…`;
}

const UNITS = {
  short: { s: ' s', min: ' min', h: ' h', d: ' d' },
  narrow: { s: 's', min: 'm', h: 'h', d: 'd' },
} as const;

export type SpanStyle = keyof typeof UNITS;

/** `45 s`, `12 min 30 s`, `1 h 05 min`, `2 d 3 h`. @param style as of `Intl.DurationFormat`; narrow, for columns: `12m 30s` */
export function span(seconds: number, style: SpanStyle = 'short'): string {
  const { s, min, h, d } = UNITS[style];
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole}${s}`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}${min} ${two(whole % 60)}${s}`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}${h} ${two(Math.floor((whole % 3_600) / 60))}${min}`;
  return `${Math.floor(whole / 86_400)}${d} ${Math.floor((whole % 86_400) / 3_600)}${h}`;
}

/** As `span`, without a smaller unit of which there is none, for limits and axes: `45 s`, `1 min`, `1 h 30 min`, `2 d`. */
export const shortSpan = (seconds: number): string => span(seconds).replace(/ 0+ (s|min|h)$/, '');

const ONE: Record<string, string> = { '1 s': 'second', '1 min': 'minute', '1 h': 'hour', '1 d': 'day' };

/** For after `every`: `20 s`, `minute`, `5 min`, `hour`. */
export const everySpan = (seconds: number): string => ONE[shortSpan(seconds)] ?? shortSpan(seconds);
