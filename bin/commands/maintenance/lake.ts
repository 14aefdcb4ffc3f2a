// bin/commands/maintenance/lake.ts: the changes of each day as Parquet, for questions in SQL.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { FILE, folderOf } from '../../../functions/lake/layout.ts';
import { defined } from '../../../functions/platform/defined.ts';
import { counted } from '../../../functions/views/text.ts';
import { checkPeriod, time } from '../../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { openLedger } from '../../options/ledger-target.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { chosenObjectives, type RulesFlags, withObjectives } from '../../options/rules.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { CommandError, EXIT, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { unlessRaised } from '../../process/interrupt.ts';
import { OutputFile, reasonOf } from '../../process/output-file.ts';
import { sanitize } from '../../process/sanitize.ts';

interface LakeFlags extends SourceFlags, DocumentFlags, RulesFlags {
  output?: string;
  since?: string;
  until?: string;
}

const CODES = exitCodes({
  0: 'done',
  1: 'the ledger could not be read or a file not be written',
  2: 'wrong usage',
  3: "the history of some jobs can't be read, so they are left out by name",
  130: 'Ctrl-C',
});

const HELP = `
Writes DIR/day=2026-11-28/${FILE} for each day: a row for each change of a restore job that the ledger recorded on that day, in UTC, with
the job as it was after it. DuckDB, Athena, Spark and pandas read such folders as one table; docs/lake.md has its columns and six
questions in SQL. It names people, as the ledger does; it never holds a download URL.

Writing a day again replaces its file; the same histories give the same bytes. A day that is not over holds what there was so far.
A change that reaches the ledger late, by import or from a spoke, belongs to the day of the change: write that day again.

It reads the ledger itself (--table, --data), not an API: only the jobs of days that somebody wrote to since --since, and without it, all.
A deployed ledger does so by itself where its setting lakeBucket is set.

${CODES}

Examples:
  $ restore-ledger lake --output lake
  $ restore-ledger lake --output lake --since 3d
  $ duckdb -c "FROM read_parquet('lake/*/*.parquet') SELECT day, count(*) GROUP BY ALL ORDER BY ALL"`;

export function lakeCommand(context: Context): Command {
  const command = new Command('lake')
    .description('write the changes of each day as Parquet, to query in SQL')
    .option('--output <dir>', 'the directory that the files of the days are written to')
    .addOption(time('--since <time>', "the first day is this moment's (default: the first day with a change)"))
    .addOption(time('--until <time>', 'days that begin before this moment (default: now)'))
    .addHelpText('after', HELP);
  return withObjectives(withLedger(withDocument(command, 'the whole result'))).action((flags: LakeFlags) =>
    lake(flags, context),
  );
}

type Written = { output: string; days: number; changes: number; unfinishedDay?: string };

async function lake({ output, since, until, rules, ...flags }: LakeFlags, context: Context) {
  if (!output) throw new UsageError('--output: expected a directory, got none');
  checkPeriod({ since, until });
  const choice = await rowChoice(flags);
  const source = sourceOf(flags, context.env, 'an API does not show whole histories of all jobs');
  const objectives = await chosenObjectives(rules === undefined ? {} : { rules }, context.env);
  await using opened = await openLedger(source);
  // With a library that no other command needs.
  const [{ writeDays }, { firstDay }, { dayAt, daysFrom }] = await Promise.all([
    import('../../../functions/lake/write-days.ts'),
    import('../../../functions/lake/changed-jobs.ts'),
    import('../../../functions/lake/days.ts'),
  ]);
  const now = Date.now();
  const progress = context.progress();
  const signal = context.interrupt.gently(() => progress.clear());
  let [written, changes] = [0, 0];
  const leftOut: { projectId: string; jobId: string; why: string }[] = [];
  const last = dayAt(Math.min(until === undefined ? now : Date.parse(until) - 1, now));
  const done = await context.unlessInterrupted(
    async () => {
      const first = since?.slice(0, 10) ?? (await unlessRaised(signal, firstDay(opened.table)));
      const days = first === undefined ? [] : daysFrom(first, last);
      const write = (day: string, file: Uint8Array) => writeFile(output, day, file);
      const ports = { table: opened.table, write, objectives, isOutOfTime: () => signal.aborted };
      for await (const step of writeDays(ports, days)) {
        if ('unread' in step) throw new CommandError('no run of this version has recorded anything yet: run collect');
        if ('leftOut' in step) {
          const { projectId, jobId, why } = step.leftOut;
          leftOut.push({ projectId, jobId, why });
          await context.err.line(sanitize(`Left out: job ${jobId} of project ${projectId}: ${why}.`));
          continue;
        }
        written += 1;
        changes += step.written.changes;
        progress.show(`${written} of ${days.length} days written`);
        signal.throwIfAborted();
      }
      progress.clear();
      signal.throwIfAborted();
      return days;
    },
    () => `Stopped after ${counted(written, 'day')}: run it again.`,
  );
  if (!done) return;
  if (leftOut.length > 0) context.end(EXIT.incomplete);
  const [from, to] = [done[0], done.at(-1)];
  /** Its file holds what there was so far. */
  const unfinishedDay = to === dayAt(now) ? to : undefined;
  const result = { output, days: written, changes, ...defined({ from, to, unfinishedDay }), leftOut };
  await showDocument(result, choice, context, () => context.out.line(linesOf(result)));
}

function linesOf({ output, days, changes, unfinishedDay }: Written): string {
  if (days === 0) return 'The ledger holds no restore job: nothing is written.';
  const lines = [`Wrote ${counted(changes, 'change')} of ${counted(days, 'day')} to ${sanitize(output)}.`];
  if (unfinishedDay) lines.push(`${unfinishedDay} is not over in UTC: its file holds what there was so far.`);
  return lines.join('\n');
}

async function writeFile(folder: string, day: string, file: Uint8Array) {
  const place = join(folder, folderOf(day));
  try {
    await mkdir(place, { recursive: true });
  } catch (error) {
    throw new CommandError(`--output ${folder}: expected a directory that can be written to, got ${reasonOf(error)}`);
  }
  await using part = await OutputFile.open('--output', join(place, FILE));
  await part.write(file);
  await part.keep();
}
