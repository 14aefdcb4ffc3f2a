// bin/commands/maintenance/export.ts: a whole ledger as lines of JSON, to keep elsewhere or to import into another.

import { Command } from 'commander';
import { exported, inventoryOf, scopeItem } from '../../../functions/ledger/transfer/export.ts';
import { exportLines } from '../../../functions/ledger/transfer/lines.ts';
import { defined } from '../../../functions/platform/defined.ts';
import { counted } from '../../../functions/views/text.ts';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { openLedger } from '../../options/ledger-target.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { EXIT, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { unlessRaised } from '../../process/interrupt.ts';
import { OutputFile } from '../../process/output-file.ts';

interface ExportFlags extends SourceFlags, DocumentFlags {
  output?: string;
}

const CODES = exitCodes({
  0: 'done',
  1: 'the ledger could not be read or nobody read the output to its end',
  2: 'wrong usage',
  130: 'Ctrl-C: what was written then has no trailer',
});

const HELP = `
The export holds every job with its history and hash chain, the coverage, archived clusters, projects, scope and runs: a header, a line
each, and a trailer with counts and a digest, so that restore-ledger import refuses an export that was cut or changed. It is read while
collectors go on. It holds no URL and no credential, but it names people: keep it as you keep the ledger.

It reads the ledger itself (--table, --data), not an API. Reading all items of a table takes half a read unit for each 4 KB, twice.

${CODES}

Examples:
  $ restore-ledger export --output ledger.ndjson
  $ restore-ledger export --table restore-ledger | gzip > ledger.ndjson.gz
  $ restore-ledger export --data .ledger | restore-ledger import --table restore-ledger`;

export function exportCommand(context: Context): Command {
  const command = new Command('export')
    .description('write the whole ledger as NDJSON, to keep elsewhere or to import into another ledger')
    .option('--output <file>', 'to this file, once it is whole (default: stdout)')
    .addHelpText('after', HELP);
  return withLedger(withDocument(command, 'what was exported; needs --output')).action((flags: ExportFlags) =>
    exportAll(flags, context),
  );
}

async function exportAll({ output, ...flags }: ExportFlags, context: Context) {
  const { out, err, env, interrupt } = context;
  const choice = await rowChoice(flags);
  const isForPeople = (choice.format ?? 'table') === 'table';
  if (!isForPeople && output === undefined)
    throw new UsageError('--format: expected --output with it, as the export itself goes to stdout');
  // A part of an export is none.
  context.exitCodeWhenUnread = EXIT.failed;
  await using opened = await openLedger(sourceOf(flags, env, 'an API does not show all that a ledger holds'));
  await using file = output === undefined ? undefined : await OutputFile.open('--output', output);
  const progress = context.progress();
  const signal = interrupt.gently(() => progress.clear());
  let lines = 0;
  const write = file ? file.write : (text: string) => out.write(text);
  const done = await context.unlessInterrupted(
    async () => {
      const scope = await scopeItem(opened.table);
      progress.show('counting what there is');
      const inventory = await unlessRaised(signal, inventoryOf(opened.table));
      for await (const line of exportLines(exported(opened.table, scope, inventory), new Date().toISOString())) {
        signal.throwIfAborted();
        await write(line);
        lines += 1;
        progress.show(`exported ${lines} records`);
      }
      await file?.keep();
      progress.clear();
      return inventory;
    },
    () => `Stopped after ${lines} lines: without its trailer, no import takes them. Export again.`,
  );
  if (!done) return;
  const jobs = [...done.jobs.values()].reduce((sum, each) => sum + each, 0);
  const result = defined({ output, records: lines - 2, restoreJobs: jobs, leftOut: done.unknown });
  if (!isForPeople) return await showDocument(result, choice, context, async () => {});
  await err.line(`Exported ${counted(lines - 2, 'record')}, ${counted(jobs, 'restore job')} among them.`);
  if (done.unknown > 0) {
    await err.line(`Left out ${counted(done.unknown, 'item')} of kinds that this version doesn't know.`);
  }
}
