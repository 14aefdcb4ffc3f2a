// functions/report/model/zoned.ts: a time as the clocks of a time zone show it.
import { offsetMs } from '../../platform/schedule/time-zone.ts';

/** `2026-10-25 02:30 +01:00`: with the offset, as clocks that go back show some times twice. @throws RangeError for an unknown zone */
export function zoned(iso: string, timeZone: string): string {
  const at = Date.parse(iso);
  const offset = offsetMs(at, timeZone);
  const shown = new Date(at + offset).toISOString().slice(0, 16).replace('T', ' ');
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${shown} ${offset < 0 ? '-' : '+'}${hour}:${minute}`;
}
