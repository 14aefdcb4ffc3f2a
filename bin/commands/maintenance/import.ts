// bin/commands/maintenance/import.ts: an export, verified to its end and then written into a ledger.

import { Command } from 'commander';
import { hubOf } from '../../../functions/ledger/hub/spokes.ts';
import type { Break } from '../../../functions/ledger/model/hash-chain.ts';
import { SCOPE_KEY } from '../../../functions/ledger/table/keys.ts';
import { type ImportResult, importRecords } from '../../../functions/ledger/transfer/import.ts';
import { OUTCOMES, type Outcome } from '../../../functions/ledger/transfer/merge.ts';
import type { RecordCounts } from '../../../functions/ledger/transfer/record.ts';
import { defined } from '../../../functions/platform/defined.ts';
import { type Backfilled, backfill } from '../../../functions/relay/backfill.ts';
import { counted } from '../../../functions/views/text.ts';
import { openExport, recordsOf, verified } from '../../actions/import.ts';
import { spoke } from '../../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { addCreateOption, type CreateFlags, createIfAsked, openLedger } from '../../options/ledger-target.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { fieldLines } from '../../output/field-lines.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { CommandError, EXIT, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { sanitize } from '../../process/sanitize.ts';
import type { Paint } from '../../process/terminal.ts';

interface ImportFlags extends SourceFlags, DocumentFlags, CreateFlags {
  withBroken?: true;
  spoke?: string;
}

const CODES = exitCodes({
  0: 'done',
  1: 'the export is not whole or the ledger could not be written',
  2: 'wrong usage',
  3: 'some jobs were refused (each is named) or dropped',
  9: 'histories in the export are broken, and nothing was written',
  130: 'Ctrl-C, which keeps what was written',
});

const HELP = `
The whole export is verified first: counts and digest, the keys and fields of each record, the hash chain of each job. Nothing is
written from one that was cut or changed. Standard input is kept in a temporary file until then.

Then jobs are written before what claims something of them. A job that the ledger has with a longer history stays as it is, one with
a shorter history is brought up to date, and one with another history is refused by name: the ledger keeps its own, and the coverage of
that project is not imported. Coverage and projects of another origin than the ledger's own are kept, too, and named. So import before
the first collection where you can. Importing again changes nothing, and goes on where an import was stopped.

Into a hub (--spoke), only jobs and archived clusters are taken; jobs of a project that is another spoke's are dropped, and one of which
the hub has another history is refused by name: both end with exit code 3. The rest comes with the spoke's next runs, and verify compares.

What is imported emits no events. Let restore-ledger collect --full and verify follow.

It writes to the ledger itself (--table, --data), not through an API.

${CODES}

Examples:
  $ restore-ledger import ledger.ndjson
  $ gunzip -c ledger.ndjson.gz | restore-ledger import --table restore-ledger --json
  $ restore-ledger export --data .ledger | restore-ledger import --table restore-ledger --create`;

export function importCommand(context: Context): Command {
  const command = new Command('import')
    .description('write an export into a ledger, once it is verified to its end')
    .argument('[file]', 'from restore-ledger export (default: stdin)')
    .option('--with-broken', 'import jobs whose history was broken before the export, as they are: verify names them')
    .addOption(spoke('--spoke <name>', 'jobs of this spoke into a hub: ACCOUNT/REGION/STACK'))
    .addHelpText('after', HELP);
  return addCreateOption(withLedger(withDocument(command, 'the whole result'))).action(
    (file: string | undefined, flags: ImportFlags) => importAll(file, flags, context),
  );
}

const MAX_NAMED = 50;

async function importAll(
  path: string | undefined,
  { withBroken, create, spoke: spokeName, ...flags }: ImportFlags,
  context: Context,
) {
  const { out, env, interrupt } = context;
  const choice = await rowChoice(flags);
  const where = sourceOf(flags, env, 'no API does this');
  const progress = context.progress();
  const onStdin = () => progress.show('waiting for an export on stdin');
  await using source = await openExport(path, onStdin).finally(() => progress.clear());
  const signal = interrupt.gently(() => progress.clear());
  let written = 0;
  const result = await context.unlessInterrupted(
    async () => {
      const { records: count, breaks } = await verified(source, { progress, signal });
      if (breaks.length > 0 && !withBroken) await refuseBroken(breaks, context);
      await createIfAsked(defined({ create }), where, context);
      await using opened = await openLedger(where, { create: true });
      const onRecord = () => {
        written += 1;
        progress.show(`imported ${written} of ${count} records`);
      };
      const hub = hubOf(await opened.table.get(SCOPE_KEY));
      if (hub && spokeName === undefined)
        throw new UsageError('--spoke: expected the spoke that the export is from, as the ledger is a hub');
      if (!hub && spokeName !== undefined)
        throw new UsageError('--spoke: expected a hub, got a ledger that collects by itself');
      const records = recordsOf(source);
      const imported =
        spokeName === undefined
          ? importRecords(opened.table, records, { at: new Date().toISOString(), signal, onRecord })
          : backfill(opened.table, records, { ...hub, spoke: spokeName, now: Date.now, signal, onRecord });
      return await imported.finally(() => progress.clear());
    },
    () => `Stopped after ${written} records. Import again to go on: what was written is found, and kept.`,
  );
  if (!result) return;
  if ('dropped' in result) {
    context.end(result.dropped > 0 || result.refused > 0 ? EXIT.incomplete : EXIT.ok);
    return await showDocument(result, choice, context, () => out.line(backfillSummary(result, out.paint)));
  }
  context.end(result.refused.length > 0 ? EXIT.incomplete : EXIT.ok);
  await showDocument(result, choice, context, () => out.line(summary(result, out.paint)));
}

function backfillSummary({ records, dropped, refused, refusedJobs, left }: Backfilled, paint: Paint): string {
  const fields = {
    taken: `${records} jobs and archived clusters`,
    dropped: dropped === 0 ? undefined : `${dropped} of projects that are another spoke's`,
    refused: refused === 0 ? undefined : paint('red', counted(refused, 'job')),
    left: `${left} other records, which the spoke's next runs send`,
  };
  const named = namedLines(
    paint('red', "Refused, as the hub's own history is another, or as they have not the form of a job:"),
    refusedJobs.map(jobName),
  );
  return [fieldLines(fields, paint), ...named].join('\n');
}

async function refuseBroken(breaks: readonly Break[], { err }: Context): Promise<never> {
  for (const { jobId, problem } of breaks.slice(0, MAX_NAMED)) await err.line(sanitize(`job ${jobId}: ${problem}`));
  const message = `${counted(breaks.length, 'break')} in the histories of the export, and nothing was written: restore-ledger verify names them in the ledger that it is from; --with-broken imports these jobs as they are`;
  throw new CommandError(message, { exitCode: EXIT.historyBroken });
}

const WORDS: [keyof RecordCounts, string][] = [
  ['job', 'jobs'],
  ['coverage', 'coverage'],
  ['cluster', 'archived'],
  ['project', 'projects'],
  ['run', 'run items'],
  ['scope', 'scope'],
  ['expected', 'announced'],
];

function summary({ counts, refused, keptCoverage }: ImportResult, paint: Paint): string {
  const cell = (outcome: Outcome, number: number) =>
    outcome === 'refused' ? paint('red', `${number} ${outcome}`) : `${number} ${outcome}`;
  const rows = WORDS.map(([kind, word]) => {
    const cells = OUTCOMES.filter((outcome) => counts[outcome][kind] > 0);
    return [word, cells.map((outcome) => cell(outcome, counts[outcome][kind])).join(', ') || '0'];
  });
  const lines = [fieldLines(Object.fromEntries(rows), paint)];
  lines.push(...namedLines(paint('red', "Refused, as the ledger's own history is another:"), refused.map(jobName)));
  lines.push(...namedLines("Projects that keep the ledger's own coverage:", keptCoverage));
  return lines.join('\n');
}

const jobName = ({ projectId, jobId }: { projectId: string; jobId: string }) => `project ${projectId}, job ${jobId}`;

function namedLines(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const lines = ['', title, ...names.slice(0, MAX_NAMED).map((name) => `  ${sanitize(name)}`)];
  if (names.length > MAX_NAMED) lines.push(`  and ${names.length - MAX_NAMED} more: --json names the first thousand`);
  return lines;
}
