// functions/lake/asked.ts: days that somebody asks to be written again. Pure.
import * as z from 'zod/mini';
import { isoMoment } from '../platform/calendar.ts';
import { dayAt, daysFrom, MAX_DAYS } from './days.ts';

const day = z.string().check(z.refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isoMoment(text) !== undefined));
const shape = z.object({ since: z.optional(day), until: z.optional(day) });

/**
 * Undefined where nobody asks. @param event `{"since":"2026-11-01","until":"2026-11-07"}`, both included; one alone is that day
 * @throws RangeError that says what was expected
 */
export function askedDays(event: unknown, now: number): string[] | undefined {
  const { success, data } = z.safeParse(shape, event ?? {});
  if (!success) throw new RangeError('since, until: expected days such as 2026-11-28, got something else');
  const { since = data.until, until = since } = data;
  if (since === undefined || until === undefined) return undefined;
  if (until < since) throw new RangeError(`until: expected ${since} or a later day, got ${until}`);
  if (until >= dayAt(now))
    throw new RangeError(`until: expected a day before ${dayAt(now)}, which is not over, got ${until}`);
  const days = daysFrom(since, until);
  if (days[0] !== since) throw new RangeError(`since: expected at most ${MAX_DAYS} days before until, got ${since}`);
  return days;
}
