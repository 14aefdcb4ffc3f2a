// bin/actions/watch.ts: one restore job followed to its end, poll by poll.

import { systemClock } from '../../functions/platform/clock.ts';
import { isOpen } from '../../functions/restore/job.ts';
import { span } from '../../functions/restore/text.ts';
import type { Status } from '../../functions/schema/words.ts';
import { JOB_COLUMNS, jobCells } from '../../functions/views/csv/job-csv.ts';
import { deliveryWords } from '../../functions/views/target.ts';
import { utc } from '../../functions/views/text.ts';
import { styleOf } from '../output/job-table.ts';
import { type RowChoice, showDocument } from '../output/rows.ts';
import type { Context } from '../process/context.ts';
import { utcClock } from '../process/duration.ts';
import { CommandError, EXIT, type ExitCode, Interrupted } from '../process/exit-codes.ts';
import { unlessRaised } from '../process/interrupt.ts';
import { sanitize } from '../process/sanitize.ts';
import type { Paint } from '../process/terminal.ts';
import { type ShownJob, withoutFingerprint } from '../remote/ledger-port.ts';

export interface Watched {
  id: string;
  known?: ShownJob | undefined;
  /** The job, or why it could not be read this time. @throws what a retry would not change */
  look(): Promise<{ job: ShownJob } | { failure: Error }>;
}

export interface Pace {
  interval: number;
  /** Seconds after which it gives up. @default never */
  timeout?: number;
}

const EXIT_CODES: Record<Status, ExitCode> = {
  PENDING: EXIT.failed,
  RUNNING: EXIT.failed,
  READY: EXIT.ok,
  COMPLETED: EXIT.ok,
  FAILED: EXIT.jobFailed,
  CANCELLED: EXIT.jobCancelled,
  EXPIRED: EXIT.jobExpired,
  UNKNOWN: EXIT.jobUnknown,
};
/** Failures in a row before it gives up; the client has retried each call several times already. */
const MAX_FAILURES = 5;

/** The exit code. @throws CommandError, and what `look` throws */
export async function follow(
  watched: Watched,
  { interval, timeout = Number.POSITIVE_INFINITY, choice = {} }: Pace & { choice?: RowChoice },
  context: Context,
) {
  // Whoever stops reading has not seen the end, so it must not look like a success.
  context.exitCodeWhenUnread = EXIT.failed;
  const isForPeople = (choice.format ?? 'table') === 'table';
  const changes = isForPeople ? context.out : context.err;
  const signal = context.interrupt.gently();
  const endsAt = Date.now() + timeout * 1000;
  let known = watched.known;
  let shown: ShownJob | undefined;
  try {
    for (let failures = 0; ; ) {
      const looked = await unlessRaised(signal, watched.look());
      if ('job' in looked) {
        failures = 0;
        known = looked.job;
        if (shown?.revision !== known.revision) await changes.line(lineOf(known, shown, changes.paint));
        shown = known;
        if (!isOpen(known.status) || known.status === 'READY') {
          if (!isForPeople)
            await showDocument(withoutFingerprint(known), choice, context, async () => {}, {
              columns: JOB_COLUMNS,
              cells: jobCells(known),
            });
          return EXIT_CODES[known.status];
        }
      } else {
        failures += 1;
        if (failures >= MAX_FAILURES) throw looked.failure;
        await context.err.line(
          `${utcClock(Date.now())}  no answer, trying again (${failures} of ${MAX_FAILURES}): ${sanitize(looked.failure.message)}`,
        );
      }
      const leftMs = endsAt - Date.now();
      if (leftMs <= 0) throw timedOut(watched.id, known, timeout);
      await systemClock.sleep(Math.min(interval * 1000, leftMs), signal);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    await context.err.line(`Stopped. The job goes on${known ? `; it was ${known.status}` : ''}.`);
    return error.exitCode;
  }
}

const timedOut = (id: string, known: ShownJob | undefined, seconds: number) =>
  new CommandError(
    `job ${id} is ${known ? `still ${known.status}` : 'not known to have ended'} after ${seconds} s; it goes on, watch it again or raise --timeout`,
    { exitCode: EXIT.timedOut },
  );

function lineOf(job: ShownJob, before: ShownJob | undefined, paint: Paint): string {
  const status = paint(styleOf(job.status), job.status.padEnd(9));
  const about = before ? changeOf(job, before) : aboutOf(job);
  return `${paint('dim', utcClock(Date.now()))}  ${status}  ${sanitize(about)}`.trimEnd();
}

function aboutOf(job: ShownJob): string {
  const { kind, projectName, projectId, clusterName: cluster, requestedAt } = job;
  return `${kind} restore of ${projectName ?? projectId}/${cluster}, ${deliveryWords(job, new Map())}, requested ${utc(requestedAt)} UTC${endOf(job)}`;
}

const changeOf = (job: ShownJob, before: ShownJob) =>
  `${job.status === before.status ? 'details changed' : `was ${before.status}`}${endOf(job)}`;

const endOf = ({ durationSeconds, errorMessage }: ShownJob) =>
  `${durationSeconds === undefined ? '' : `, took ${span(durationSeconds)}`}${errorMessage === undefined ? '' : `: ${errorMessage}`}`;
