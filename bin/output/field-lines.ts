// bin/output/field-lines.ts: `name   value` lines for people.
import type { Paint } from '../process/terminal.ts';

export function fieldLines(fields: Readonly<Record<string, string | number | undefined>>, paint: Paint): string {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  const width = Math.max(14, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${value}`).join('\n');
}
