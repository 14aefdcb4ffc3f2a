// functions/report/html/zone.ts: the times of the report in a chosen time zone, beside UTC.
import { zoned } from '../model/zoned.ts';

/** Adds to each time what clocks of the zone show then. Nothing for UTC. */
export type InZone = (markup: string) => string;

/** As `time` in functions/views/html/text.ts writes it: names are escaped, so none can look like it. */
const TIME = /<time datetime="([^"]+)">([^<]*)<\/time>/g;

/** What it made it leaves alone, so that it may be applied to a part of the report twice. */
export function inZone(timeZone: string): InZone {
  if (timeZone === 'UTC') return (markup) => markup;
  return (markup) =>
    markup.replace(TIME, (whole, iso: string, utc: string) =>
      Number.isNaN(Date.parse(iso))
        ? whole
        : `<time class="utc" datetime="${iso}">${utc}</time> <span class="zone">(${zoned(iso, timeZone)})</span>`,
    );
}
