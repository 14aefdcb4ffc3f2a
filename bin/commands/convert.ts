// bin/commands/convert.ts: a directory of an earlier version copied into the file that holds the ledger now.
import { Command } from 'commander';
import { DEFAULT_DATA_DIR } from '../options/ledger-target.ts';
import type { Context } from '../process/context.ts';

const HELP = `
The old files stay as they are; once collect and verify are content, everything but ledger.sqlite can be deleted. Jobs that
a kill or a full disk had left in an index only are brought back, and counted.

Exit code: 0 converted, 1 there was nothing to convert, or it could not be.

Examples:
  $ restore-ledger convert
  $ restore-ledger convert --data /var/lib/ledger`;

export function convertCommand({ out }: Context): Command {
  return new Command('convert')
    .description('copy a --data directory of an earlier version into the file that the ledger is kept in now')
    .option('--data <dir>', 'the directory', DEFAULT_DATA_DIR)
    .addHelpText('after', HELP)
    .action(async ({ data }: { data: string }) => {
      const { convert } = await import('../../local/sqlite/convert.ts');
      const { items, rescued } = await convert(data);
      const more = rescued === 0 ? '' : `, ${rescued} of which only an index had`;
      await out.line(`${data} is converted: ${items} items${more}. Its old files are still there.`);
    });
}
