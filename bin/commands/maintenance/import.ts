// bin/commands/maintenance/import.ts: an export, verified to its end and then written into a ledger.
import { Command } from 'commander';
import type { Break } from '../../../functions/ledger/model/hash-chain.ts';
import { type ImportResult, importRecords } from '../../../functions/ledger/transfer/import.ts';
import { OUTCOMES, type Outcome } from '../../../functions/ledger/transfer/merge.ts';
import type { RecordCounts } from '../../../functions/ledger/transfer/record.ts';
import { defined } from '../../../functions/platform/defined.ts';
import { counted } from '../../../functions/views/text.ts';
import { openExport, recordsOf, verified } from '../../actions/import.ts';
import { type JsonFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { addCreateOption, type CreateFlags, createIfAsked, openLedger } from '../../options/ledger-target.ts';
import { fieldLines } from '../../output/field-lines.ts';
import type { Context } from '../../process/context.ts';
import { CommandError, EXIT } from '../../process/exit-codes.ts';
import { sanitize, sanitizeJson } from '../../process/sanitize.ts';
import type { Paint } from '../../process/terminal.ts';

interface ImportFlags extends JsonFlags, CreateFlags {
  withBroken?: true;
}

const HELP = `
The whole export is verified first: counts and digest, the keys and fields of each record, the hash chain of each job. Nothing is
written from one that was cut or changed. Standard input is kept in a temporary file until then.

Then jobs are written before what claims something of them. A job that the ledger has with a longer history stays as it is, one with
a shorter history is brought up to date, and one with another history is refused by name: the ledger keeps its own, and the coverage of
that project is not imported. Coverage and projects of another origin than the ledger's own are kept, too, and named. So import before
the first collection where you can. Importing again changes nothing, and goes on where an import was stopped.

What is imported emits no events. Let restore-ledger collect --full and verify follow.

It writes to the ledger itself (--table, --data), not through an API.

Exit code: 0 done, 3 some jobs were refused (each is named), 9 histories in the export are broken, and nothing was written,
1 the export is not whole or the ledger could not be written, 2 wrong usage, 130 Ctrl-C, which keeps what was written.

Examples:
  $ restore-ledger import ledger.ndjson
  $ gunzip -c ledger.ndjson.gz | restore-ledger import --table restore-ledger --json
  $ restore-ledger export --data .ledger | restore-ledger import --table restore-ledger --create`;

export function importCommand(context: Context): Command {
  const command = new Command('import')
    .description('write an export into a ledger, once it is verified to its end')
    .argument('[file]', 'from restore-ledger export (default: stdin)')
    .option('--with-broken', 'import jobs whose history was broken before the export, as they are: verify names them')
    .option('--json', 'the result as one JSON document')
    .addHelpText('after', HELP);
  return addCreateOption(withLedger(command)).action((file: string | undefined, flags: ImportFlags) =>
    importAll(file, flags, context),
  );
}

const MAX_NAMED = 50;

async function importAll(
  path: string | undefined,
  { withBroken, json, create, ...flags }: ImportFlags,
  context: Context,
) {
  const { out, env, interrupt } = context;
  const where = sourceOf(flags, env, 'an API only reads');
  await using source = await openExport(path);
  const progress = context.progress();
  const signal = interrupt.gently(() => progress.clear());
  let written = 0;
  const result = await context.unlessInterrupted(
    async () => {
      const { records, breaks } = await verified(source, { progress, signal });
      if (breaks.length > 0 && !withBroken) await refuseBroken(breaks, context);
      await createIfAsked(defined({ create }), where, context);
      await using opened = await openLedger(where, { create: true });
      const onRecord = () => {
        written += 1;
        progress.show(`imported ${written} of ${records} records`);
      };
      const at = new Date().toISOString();
      return await importRecords(opened.table, recordsOf(source), { at, signal, onRecord }).finally(() =>
        progress.clear(),
      );
    },
    () => `Stopped after ${written} records. Import again to go on: what was written is found, and kept.`,
  );
  if (!result) return;
  context.end(result.refused.length > 0 ? EXIT.incomplete : EXIT.ok);
  await out.line(json ? sanitizeJson(result) : summary(result, out.paint));
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
];

function summary({ counts, refused, keptCoverage }: ImportResult, paint: Paint): string {
  const cell = (outcome: Outcome, number: number) =>
    outcome === 'refused' ? paint('red', `${number} ${outcome}`) : `${number} ${outcome}`;
  const rows = WORDS.map(([kind, word]) => {
    const cells = OUTCOMES.filter((outcome) => counts[outcome][kind] > 0);
    return [word, cells.map((outcome) => cell(outcome, counts[outcome][kind])).join(', ') || '0'];
  });
  const lines = [fieldLines(Object.fromEntries(rows), paint)];
  const list = (title: string, names: readonly string[]) => {
    if (names.length === 0) return;
    lines.push('', title, ...names.slice(0, MAX_NAMED).map((name) => `  ${sanitize(name)}`));
    if (names.length > MAX_NAMED) lines.push(`  and ${names.length - MAX_NAMED} more: --json names the first thousand`);
  };
  list(
    paint('red', "Refused, as the ledger's own history is another:"),
    refused.map(({ projectId, jobId }) => `project ${projectId}, job ${jobId}`),
  );
  list("Projects that keep the ledger's own coverage:", keptCoverage);
  return lines.join('\n');
}
