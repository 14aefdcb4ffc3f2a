// bin/commands/job.ts: one restore job with its history.
import { Command } from 'commander';
import { jobId } from '../options/flags.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../options/rows.ts';
import { type RulesFlags, withObjectives } from '../options/rules.ts';
import { showWholeJob } from '../output/job/whole-job.ts';
import type { Context } from '../process/context.ts';
import { CommandError } from '../process/exit-codes.ts';

type JobFlags = SourceFlags & DocumentFlags & RulesFlags;

const HELP = `
Examples:
  $ restore-ledger job 65a1b2c3d4e5f60718293a4b
  $ restore-ledger job 65a1b2c3d4e5f60718293a4b -o yaml
  $ restore-ledger job 65a1b2c3d4e5f60718293a4b --query 'changes[].[at, status]'`;

export function jobCommand(context: Context): Command {
  const command = new Command('job')
    .description('show one restore job with its history')
    .argument('<id>', 'of the job: 24 hex digits', jobId)
    .addHelpText('after', HELP);
  return withObjectives(addSourceOptions(withDocument(command))).action((id: string, flags: JobFlags) =>
    showJob(id, flags, context),
  );
}

async function showJob(id: string, flags: JobFlags, context: Context) {
  const choice = await rowChoice(flags);
  await using opened = await openToRead(flags, context);
  const job = await opened.ledger.job(id);
  if (!job) throw new CommandError(`no job ${id} is in the ledger: check the id, or run restore-ledger collect`);
  await showWholeJob(job, opened.ledger, choice, context);
}
