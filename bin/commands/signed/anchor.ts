// bin/commands/signed/anchor.ts: a signed statement of where all histories end, kept where the ledger's writers can't change it.

import { Command } from 'commander';
import { type Taken, takeAnchor } from '../../../functions/anchors/take-anchor.ts';
import { MAX_RETENTION_DAYS } from '../../../functions/ledger/let-go/retention-days.ts';
import { counted } from '../../../functions/views/text.ts';
import { openStore } from '../../options/anchor-store.ts';
import { wholeNumber } from '../../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { openLedger } from '../../options/ledger-target.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { chosenSigner, type SigningFlags, withSigningKey } from '../../options/signing.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { EXIT, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { sanitize } from '../../process/sanitize.ts';

interface AnchorFlags extends SourceFlags, DocumentFlags, SigningFlags {
  retentionDays?: number;
  output?: string;
}

const CODES = exitCodes({
  0: 'the day has its anchor',
  1: 'something could not be read or written',
  2: 'wrong usage',
  9: 'the day has its anchor, and histories were rewritten, broken or went missing since the one before (they are named)',
  10: 'an earlier anchor is not as it was signed, so none was taken',
  130: 'Ctrl-C: nothing is anchored, so run it again',
});

const HELP = `
An anchor is a signed statement of where the history of each restore job ends, and of how many jobs there are. A history that is rewritten
with a new hash chain passes verify, but not verify --against, as long as the anchor is where its author can't change it: in a bucket
with Object Lock, or on a disk that only others can write. Take one a day.

It also holds the announced restores, and what the retention deleted. Someone who can write the table could delete jobs and record that
the retention did it: where the anchors state the retention (--retention-days), a job that is too young for it is named as missing.

Each anchor holds the digest of the one before it. A day (UTC) has one: a second call on that day changes nothing. The first of a month
names all jobs, the others those that changed. Beside it are the jobs that changed, whole, to show what a history was. They hold names of
people, which nothing removes there.

It reads the ledger itself (--table, --data), not an API.

${CODES}

Examples:
  $ restore-ledger anchor --output /mnt/worm/anchors
  $ restore-ledger anchor --output s3://my-evidence/prod --table restore-ledger --signing-key arn:aws:kms:...`;

export function anchorCommand(context: Context): Command {
  const command = new Command('anchor')
    .description('sign where every history ends, so that one that is rewritten later is found')
    .option('--output <dir|s3://bucket/prefix>', 'where anchors are kept')
    .addOption(
      wholeNumber(
        '--retention-days <n>',
        'state that restore jobs are let go after so many days, 0: never (default: nothing is stated)',
        0,
        MAX_RETENTION_DAYS,
      ),
    )
    .addHelpText('after', HELP);
  return withSigningKey(withLedger(withDocument(command, 'the whole result'))).action((flags: AnchorFlags) =>
    anchor(flags, context),
  );
}

async function anchor({ output, signingKey, retentionDays, ...flags }: AnchorFlags, context: Context) {
  if (output === undefined) throw new UsageError('--output: expected where anchors are kept, got none');
  const choice = await rowChoice(flags);
  const where = sourceOf(flags, context.env, 'an API does not show all of a history');
  await using opened = await openLedger(where);
  const store = await openStore('--output', output, context.env);
  const signer = await chosenSigner({ ...(signingKey !== undefined && { signingKey }) }, where);
  const progress = context.progress();
  const signal = context.interrupt.gently(() => progress.clear());
  let jobs = 0;
  const ports = {
    ...{ ledger: opened.ledger, store, signer, now: Date.now, signal },
    onProject: (projectName: string, of: number) => {
      jobs += of;
      progress.show(sanitize(`read ${jobs} jobs, last of ${projectName}`));
    },
  };
  const ledgerName = 'tableName' in where ? where.tableName : where.dataDir;
  const taken = await context.unlessInterrupted(
    () => takeAnchor(ports, { ledgerName, retentionDays }).finally(() => progress.clear()),
    () => `Stopped after ${counted(jobs, 'restore job')}: there is no anchor of them. Run it again.`,
  );
  if (!taken) return;
  context.end(taken.findings.length > 0 ? EXIT.historyBroken : EXIT.ok);
  const table = () => context.out.line(linesOf(taken, store.place));
  await showDocument({ place: store.place, ...taken }, choice, context, table);
}

const FOUND = {
  rewritten: 'its history is another than the anchor before has',
  missing: 'the anchor before has it, and it is not there any more',
  broken: 'it is not what this program writes: its history, or record, does not fit together',
  altered: 'the announcement is another than the anchor before has, or not there any more',
} as const;

function linesOf({ state, name, day, totals, findings }: Taken, place: string): string {
  const { projects, jobs, changed } = totals;
  const what = `${counted(jobs, 'restore job')} of ${counted(projects, 'project')}`;
  const lines = [
    state === 'there'
      ? `${day} has its anchor already (${name} in ${place}).`
      : `Anchored ${what}, ${changed} of them new or changed: ${name} in ${place}`,
  ];
  for (const { projectId, jobId, expectedRestoreId, what: found } of findings) {
    const of = [`project ${projectId}`];
    if (jobId !== undefined) of.push(`job ${jobId}`);
    if (expectedRestoreId !== undefined) of.push(`announced restore ${expectedRestoreId}`);
    lines.push(`${of.join(', ')}: ${FOUND[found]}`);
  }
  const all = totals.rewritten + totals.missing + totals.broken + (totals.altered ?? 0);
  if (all > findings.length) lines.push(`and ${all - findings.length} more`);
  return lines.map(sanitize).join('\n');
}
