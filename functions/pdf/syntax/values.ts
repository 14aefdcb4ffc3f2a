// functions/pdf/syntax/values.ts: numbers, texts and colours as PDF writes them.

/** To a hundredth of a point. */
export const real = (n: number): string => String(Math.round(n * 100) / 100);

export const hex16 = (n: number): string => n.toString(16).padStart(4, '0');

/** A text of any characters, as UTF-16. */
export const textString = (text: string): string =>
  `<feff${Buffer.from(text.toWellFormed(), 'utf16le').swap16().toString('hex')}>`;

export const reference = (id: number): string => `${id} 0 R`;

/** `D:20261129120000Z` */
export const date = (iso: string): string => `(D:${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z)`;

/** @param color `#1857b8` or `#fff` */
export function rgb(color: string): string {
  const digits = color.slice(1);
  const full = digits.length === 3 ? digits.replaceAll(/./g, '$&$&') : digits;
  return [0, 2, 4].map((at) => real3(Number.parseInt(full.slice(at, at + 2), 16) / 255)).join(' ');
}

const real3 = (n: number) => String(Math.round(n * 1_000) / 1_000);
