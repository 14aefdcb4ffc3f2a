// functions/collector/list/read-list.ts: one list of restore jobs, read into the ledger as far down as something can have changed.
//
// An answer that does not fit what is known raises a doubt, and a reading with a doubt proves nothing: the caller reads the
// list to its end, or reports that it failed.
import type { KnownOfList } from './known-jobs.ts';
import { type ListReading, type Reading, raiseDoubt, resultOf, resumeAt } from './reading.ts';
import { recordPage } from './record-page.ts';
import { findVanished, noneOf } from './vanished-jobs.ts';

/** @throws AtlasError, LedgerError; what was recorded until then stays recorded, and is in `reading.counts`. */
export async function readList(reading: Reading): Promise<ListReading> {
  const { task, ports, window, watermark } = reading;
  const { full, list, resume, prefetched } = task;
  let known: KnownOfList | undefined;
  let ended = false;
  for await (const page of prefetched.pages()) {
    // Read the table only after the first page, so a missing list costs no read.
    if (full) known ??= await ports.known.ofList(list);
    const reachedSettled = await recordPage(reading, page, known);
    // The page is requested again: what was recorded of it is known by then.
    if (reading.cutPage) return cutShort(reading, page.pageNum, known);
    ended = page.last;
    if (page.short) raiseDoubt(reading, `${page.short.seen} of ${page.short.totalCount} jobs came, in two readings`);
    if (page.miscounted)
      raiseDoubt(reading, `Atlas says that ${page.miscounted} is how many there are, in two readings`);
    if (page.moved) raiseDoubt(reading, 'it shrank in each of two readings');
    if (page.last || (reachedSettled && window.descending && !page.oddlyCounted)) break;
    if (ports.outOfTime()) return cutShort(reading, page.pageNum + 1, known);
  }
  watermark.endOfList();
  if (known) await findVanished(reading, known, true);
  else checkAgainstCoverage(reading, ended);
  // Jobs that moved up between two parts may have been missed by both, unless the order shows that there were none.
  if (resume && !window.descending) reading.unproven = true;
  return resultOf(reading, known ? { complete: true, total: known.size + reading.unknown } : { complete: true });
}

async function cutShort(reading: Reading, page: number, known: KnownOfList | undefined): Promise<ListReading> {
  if (!known) checkAgainstCoverage(reading, false);
  else if (reading.window.descending) await findVanished(reading, known, false);
  return { ...resultOf(reading, { complete: false }), resume: resumeAt(reading, page) };
}

/** An incremental reading sees only the top of a list, which has to fit what was seen of it before. */
function checkAgainstCoverage(reading: Reading, ended: boolean) {
  const { window, fingerprints, task } = reading;
  if (!window.descending) raiseDoubt(reading, 'it is not newest first');
  const missing = Object.keys(fingerprints.stored).filter((id) => !window.has(id) && window.passed(id, ended));
  if (missing.length > 0) raiseDoubt(reading, `job ${missing[0]} was on it and is not any more`);
  const jobs = task.stored?.jobs ?? 0;
  // An earlier part may have met them.
  if (ended && jobs > 0 && !reading.metKnown && !task.resume) raiseDoubt(reading, noneOf(jobs));
}
