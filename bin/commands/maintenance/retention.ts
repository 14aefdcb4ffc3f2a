// bin/commands/maintenance/retention.ts: a step of the retention of restore jobs, or what it would do.

import { Command } from 'commander';
import { MAX_RETENTION_DAYS, MIN_RETENTION_DAYS } from '../../../functions/ledger/let-go/retention-days.ts';
import { type RetainedOrFailed, retainAll } from '../../../functions/ledger/retention/retain-all.ts';
import { counted, utc } from '../../../functions/views/text.ts';
import { wholeNumber } from '../../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { openLedger } from '../../options/ledger-target.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { EXIT, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { sanitize } from '../../process/sanitize.ts';

interface RetentionFlags extends SourceFlags, DocumentFlags {
  days?: number;
  dryRun?: true;
}

const CODES = exitCodes({
  0: 'done',
  1: 'the ledger could not be read or written',
  2: 'wrong usage',
  3: 'the jobs of some projects are held',
  130: 'Ctrl-C',
});

const HELP = `
Restore jobs that were requested more than --days ago go in two steps. A call records that they go, with how many they are and a hash of
their histories; a call 20 hours later or more deletes them. Until then, a call with more --days keeps them. Run it once a day. A deployed
ledger does so by itself where its setting jobRetentionDays is set.

What went is not recorded again, though Atlas may still list it, and no period that reaches back to it is complete: its gap is
named let-go. Open jobs, the last completed restore of each list, and jobs that something else wrote to are kept. Nothing goes of a
project whose record doesn't add up: run verify.

It counts from when Atlas's projects were last listed, and writes to the ledger itself (--table, --data), not through an API.

${CODES}

Examples:
  $ restore-ledger retention --days 730 --dry-run
  $ restore-ledger retention --days 730`;

export function retentionCommand(context: Context): Command {
  const command = new Command('retention')
    .description('delete restore jobs that are past their retention, and keep a record of that')
    .addOption(
      wholeNumber(
        '--days <n>',
        `how long they are kept, ${MIN_RETENTION_DAYS} days at least`,
        MIN_RETENTION_DAYS,
        MAX_RETENTION_DAYS,
      ),
    )
    .option('--dry-run', 'only say what would be let go, and deleted')
    .addHelpText('after', HELP);
  return withLedger(withDocument(command, 'the whole result')).action((flags: RetentionFlags) =>
    retention(flags, context),
  );
}

async function retention({ days, ...flags }: RetentionFlags, context: Context) {
  const { dryRun: isDry, ...where } = flags;
  const dryRun = isDry ?? false;
  if (days === undefined) throw new UsageError('--days: expected a number of days, got none');
  const choice = await rowChoice(flags);
  await using opened = await openLedger(sourceOf(where, context.env, 'no API does this'), { write: !dryRun });
  const { table, ledger } = opened;
  const progress = context.progress();
  const signal = context.interrupt.gently(() => progress.clear());
  const ports = { table, ledger, deleter: await opened.deleter(), now: Date.now, isOutOfTime: () => signal.aborted };
  const projects: RetainedOrFailed[] = [];
  const farewell = () => 'Stopped. Run it again to go on.';
  await context.unlessInterrupted(async () => {
    for await (const one of retainAll(ports, { days, dryRun })) {
      projects.push(one);
      progress.show(sanitize(`${projects.length} projects, now ${one.projectName}`));
    }
    if (projects.some((one) => 'deleted' in one && one.deleted > 0) && !dryRun)
      await ledger.countDays(() => signal.aborted);
    progress.clear();
    signal.throwIfAborted();
  }, farewell);
  const failed = projects.some((one) => 'error' in one);
  const held = projects.some((one) => 'held' in one && one.held !== undefined);
  if (!signal.aborted) context.end(failed ? EXIT.failed : held ? EXIT.incomplete : EXIT.ok);
  const lines = linesOf(projects, dryRun).map(sanitize).join('\n');
  await showDocument({ days, dryRun, projects }, choice, context, () => context.out.line(lines));
}

function linesOf(projects: readonly RetainedOrFailed[], dryRun: boolean): string[] {
  const lines = projects.flatMap((one) => {
    if ('error' in one) return [`${one.projectName}: ${one.error}`];
    const { projectName, letGo, deleted, before, held } = one;
    const would = dryRun ? 'would be ' : '';
    return [
      deleted > 0 && `${projectName}: ${counted(deleted, 'restore job')} ${would}deleted`,
      letGo > 0 &&
        `${projectName}: ${counted(letGo, 'restore job')} ${would}let go, requested before ${utc(before ?? '')} UTC`,
      held !== undefined && `${projectName}: held, ${held}`,
    ].filter((line) => line !== false);
  });
  return lines.length > 0 ? lines : ['Nothing is due.'];
}
