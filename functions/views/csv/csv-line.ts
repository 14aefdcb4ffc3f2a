// functions/views/csv/csv-line.ts: CSV that is safe to open in a spreadsheet. By hand, as a package would be larger than all of this function, for one escape.

/** What spreadsheets take for the start of a formula, full-width forms too (OWASP: CSV injection). */
const FORMULA = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;
/** A `;` separates cells where the comma is the decimal mark: unquoted, what follows it would be a cell of its own. */
const QUOTED = /[",;\r\n\t]/;

export const csvLine = (cells: readonly unknown[]) => `${cells.map(cell).join(',')}\r\n`;

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
