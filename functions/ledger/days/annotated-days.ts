// functions/ledger/days/annotated-days.ts: the days whose jobs somebody annotated, or took a name out of. Their counts stay what they are, so
// they are not marked (docs/decisions/0034-day-counts.md); who looks for what changed has to know of them all the same.
import { idBefore, lowestIdAt } from '../../restore/object-id.ts';
import { ANNOTATED_DAYS, annotatedDayKey, dayOf, jobSk, projectPk } from '../table/keys.ts';
import { everything, type Table } from '../table/table-port.ts';

/** The attributes of such an item beside its keys: a role can be held to these. */
export const ANNOTATED_DAY_ATTRIBUTES = ['at'] as const;

/** Before the job is written. Requests: 1 write. @param now in ms since the epoch @throws LedgerError */
export async function noteAnnotated(table: Pick<Table, 'update'>, jobId: string, now: number): Promise<void> {
  await table.update(annotatedDayKey(dayOf(jobId)), { set: { at: now }, blind: true }, {});
}

/** By the day of the request, when its jobs were annotated last, in ms since the epoch. Requests: 1 query a MB. */
export async function annotatedDays(table: Pick<Table, 'query'>): Promise<Map<string, number>> {
  const days = new Map<string, number>();
  for await (const { sk, at } of everything(table, { partition: ANNOTATED_DAYS, consistent: true }))
    days.set(String(sk), Number(at));
  return days;
}

/** Whether the project has a job of a day that was annotated since. Requests: 1 query a MB, and 1 for each of these days. */
export async function isAnnotatedSince(
  table: Pick<Table, 'query'>,
  projectId: string,
  sinceMs: number,
): Promise<boolean> {
  for (const [day, at] of await annotatedDays(table)) {
    if (at < sinceMs) continue;
    const between = [`${day}T00:00:00Z`, `${day}T24:00:00Z`].map((moment) => lowestIdAt(moment)) as [string, string];
    const range = { partition: projectPk(projectId), between: idsOf(between), limit: 1, fields: ['sk'] };
    if ((await table.query({ ...range, consistent: true })).items.length > 0) return true;
  }
  return false;
}

const idsOf = ([first, next]: readonly [string, string]) => [jobSk(first), jobSk(idBefore(next) ?? next)] as const;
