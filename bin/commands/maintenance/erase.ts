// bin/commands/maintenance/erase.ts: a person's name taken out of every job, with who decided it and why.

import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { type Erased, eraseEverywhere, identitiesOf } from '../../../functions/ledger/erasure/erase-everywhere.ts';
import { isMentioned } from '../../../functions/ledger/erasure/erase-name.ts';
import { newObjectId } from '../../../functions/restore/object-id.ts';
import { counted } from '../../../functions/views/text.ts';
import { sentence } from '../../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { openLedger } from '../../options/ledger-target.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { EXIT, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { sanitize } from '../../process/sanitize.ts';
import { whoAmI } from '../../process/who-am-i.ts';

interface EraseFlags extends SourceFlags, DocumentFlags {
  requester?: string;
  as?: string;
  reason?: string;
  by?: string;
  dryRun?: true;
}

const MAX_NAME = 200;
/** A sentence or two. In characters. */
const MAX_REASON = 500;

const CODES = exitCodes({
  0: 'done',
  1: 'the ledger could not be read or written',
  2: 'wrong usage',
  9: 'some histories are broken and still name the person',
  130: 'Ctrl-C: run it again with the same --as',
});

const HELP = `
The name of a requester, the ids that Atlas sent with it, and the other names that stand with one of these ids in any job, and so on,
are replaced by a random pseudonym: in each job, its findings, its annotations and its history. Texts keep a name of one or two
characters where it is one of several words. The hash chain covers names, so the histories are tied together anew, and say so: an entry
holds who erased it, when, why, and the hash of the last entry before, by which an archive of events or an export can be compared.
verify counts such histories. A history that is broken already is left as it is, with the name, and named.

It can't reach what left the ledger: events, messages, logs, exports, copies, the page's readers, and backups, of which point-in-time
recovery keeps 35 days. Atlas itself keeps its events. A ledger in a directory may hold former pages in its file: export it, and import
it into a new one. A later restore by the same person is recorded with the name; erase it with the same --as.

Where expectedRequesters are set, reevaluate finds the pseudonym unlisted. If the person is expected there, choose the pseudonym by --as
and add it to expectedRequesters first. An export from before is refused by import as another history for each job that changed between
the export and the erase.

It writes to the ledger itself (--table, --data), not through an API.

${CODES}

Examples:
  $ restore-ledger erase --requester ada@example.com --reason 'request 4711' --dry-run
  $ restore-ledger erase --requester ada@example.com --reason 'request 4711'
  $ restore-ledger erase --requester ada@example.com --reason 'request 4711' --as erased-6f1c0a9be2d4`;

export function eraseCommand(context: Context): Command {
  const command = new Command('erase')
    .description("take a person's name out of every restore job and its history")
    .addOption(sentence('--requester <name>', 'user name, public key or id of the requester; needs --reason', MAX_NAME))
    .addOption(sentence('--as <pseudonym>', 'what stands for it from now on (default: a random one)', MAX_NAME))
    .addOption(sentence('--reason <text>', 'kept on record; must not name the person', MAX_REASON))
    .addOption(sentence('--by <name>', 'who decided it (default: your user name and host)', MAX_NAME))
    .option('--dry-run', 'only say how many jobs name the person')
    .addHelpText('after', HELP);
  return withLedger(withDocument(command, 'the whole result')).action((flags: EraseFlags) => erase(flags, context));
}

async function erase(flags: EraseFlags, context: Context) {
  const { requester, reason, as: pseudonym = `erased-${randomBytes(6).toString('hex')}`, by, ...where } = flags;
  const dryRun = flags.dryRun ?? false;
  if (requester === undefined) throw new UsageError('--requester: expected a name, got none');
  if (reason === undefined) throw new UsageError('--reason: expected a reason, got none: it stays on record');
  const choice = await rowChoice(flags);
  const decision = { pseudonym, by: by ?? whoAmI(context), reason };
  refuseNaming(decision, [requester]);
  await using opened = await openLedger(sourceOf(where, context.env, 'no API does this'), { write: !dryRun });
  const progress = context.progress();
  const signal = context.interrupt.gently(() => progress.clear());
  let looked = 0;
  const ports = {
    signal,
    onJob: () => {
      looked += 1;
      progress.show(`looked at ${looked} restore jobs`);
    },
  };
  const result = await context.unlessInterrupted(
    async () => {
      const identities = await identitiesOf(opened.table, requester, ports).finally(() => progress.clear());
      refuseNaming(decision, [...identities]);
      looked = 0;
      const now = new Date();
      const erasure = { identities, at: now.toISOString(), runId: newObjectId(now), ...decision };
      return await eraseEverywhere(opened.table, erasure, { ...ports, dryRun }).finally(() => progress.clear());
    },
    () => `Stopped. Run it again with --as ${pseudonym} to go on.`,
  );
  if (!result) return;
  context.end(result.broken.length > 0 ? EXIT.historyBroken : EXIT.ok);
  const table = () => context.out.line(sanitizeLines(result, pseudonym, dryRun));
  await showDocument({ pseudonym, dryRun, ...result }, choice, context, table);
}

/** What stays on record must not hold what is erased. */
function refuseNaming(decision: Record<'pseudonym' | 'by' | 'reason', string>, identities: readonly string[]): void {
  const naming = Object.entries(decision).find(([, text]) =>
    identities.some((identity) => isMentioned(text, identity)),
  );
  if (!naming) return;
  const [name] = naming;
  throw new UsageError(`--${name === 'pseudonym' ? 'as' : name}: expected a text that does not name the person`);
}

function sanitizeLines({ jobs, erased, expected, broken }: Erased, pseudonym: string, dryRun: boolean): string {
  const did = dryRun ? `would be erased from ${erased}` : `is erased from ${erased}`;
  const lines = [
    `The name ${did} of ${counted(jobs, 'restore job')}${dryRun ? '' : `, where it is now ${pseudonym}`}.`,
  ];
  if (expected > 0) lines.push(`So it ${dryRun ? 'would be' : 'is'} from ${counted(expected, 'announced restore')}.`);
  if (broken.length > 0) lines.push('Left, as their histories are broken (restore-ledger verify):');
  lines.push(...broken.map(({ projectId, jobId }) => `  project ${projectId}, job ${jobId}`));
  return lines.map(sanitize).join('\n');
}
