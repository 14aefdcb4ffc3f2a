// bin/commands/annotate.ts: a restore job annotated: whether its data was checked, and what it was for.

import { Command, Option } from 'commander';
import { checkOfLine } from '../../functions/ledger/annotations/check-line.ts';
import type { AnnotationPatch } from '../../functions/ledger/annotations/patch.ts';
import { defined } from '../../functions/platform/defined.ts';
import { LIMITS } from '../../functions/schema/annotation-limits.ts';
import { PURPOSES, VALIDATION_STATUSES } from '../../functions/schema/words.ts';
import { annotationInShort, verdictWords } from '../../functions/views/annotations.ts';
import { jobId, oneOf, sentence } from '../options/flags.ts';
import { addSourceOptions, ledgerOf, resolveSource, type SourceFlags } from '../options/ledger-source.ts';
import { openLedger, type Target } from '../options/ledger-target.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../options/rows.ts';
import { showDocument } from '../output/rows.ts';
import type { Context } from '../process/context.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';
import { sanitize } from '../process/sanitize.ts';
import { MAX_NAME, whoAmI } from '../process/who-am-i.ts';
import { type WholeJob, withoutFingerprint } from '../remote/ledger-port.ts';

interface AnnotateFlags extends SourceFlags, DocumentFlags {
  validation?: string;
  message?: string;
  purpose?: string;
  ticket?: string;
  environment?: string;
  check?: string[];
  link?: string[];
  by?: string;
}

const CODES = exitCodes({
  0: 'done, or said already',
  1: 'there is no such job, it has no room for more, or the ledger could not be read or written',
  2: 'wrong usage',
});

const HELP = `
Each annotation is an entry of the job's history, with who made it and when. A correction adds another; what says nothing new adds none.
Texts are one line, without addresses and credentials; an empty one removes what was there. --check and --link replace all checks
and all links that were there. With --data and --table nobody checks who you are, so the annotation is marked as self-declared; with
--api it is in the name of the AWS identity, or of the token.

${CODES}

Examples:
  $ restore-ledger annotate 65a1b2c3d4e5f60718293a4b --validation successful --purpose drill --ticket OPS-4711
  $ restore-ledger annotate 65a1b2c3d4e5f60718293a4b --validation failed --message 'orders are missing' --check 'orders=1200:1187'
  $ restore-ledger annotate 65a1b2c3d4e5f60718293a4b --environment staging --link https://wiki.example.com/drills/12
  $ restore-ledger annotate 65a1b2c3d4e5f60718293a4b --ticket ''`;

export function annotateCommand(context: Context): Command {
  const command = new Command('annotate')
    .description('say whether the data of a restore was checked, and what the restore was for')
    .argument('<id>', 'of the job: 24 hex digits', jobId)
    .addOption(
      oneOf('--validation <status>', `how the check ended: ${VALIDATION_STATUSES.join(', ')}`, VALIDATION_STATUSES),
    )
    .option('--message <text>', 'about the validation; needs --validation')
    .option('--purpose <text>', `what for: ${PURPOSES.join(', ')}, or another text`)
    .option('--ticket <id>', 'where it was asked for or planned')
    .option('--environment <name>', 'where the data was restored to, in your words')
    .addOption(
      repeated(
        '--check <name=expected:got>',
        `a comparison of the restored data; with " : " where a value has a colon; at most ${LIMITS.checks}`,
      ),
    )
    .addOption(repeated('--link <address>', `an https address; at most ${LIMITS.links}`))
    .addOption(sentence('--by <name>', 'who says so, not with --api (default: your user name and host)', MAX_NAME))
    .addHelpText('after', HELP);
  return addSourceOptions(withDocument(command, 'the job as it is then')).action((id: string, flags: AnnotateFlags) =>
    annotate(id, flags, context),
  );
}

const repeated = (flags: string, description: string) =>
  new Option(flags, `${description}; may be given more than once`).argParser((text: string, before: string[] = []) => [
    ...before,
    text,
  ]);

async function annotate(id: string, flags: AnnotateFlags, context: Context) {
  const { format, json, query, by, ...rest } = flags;
  const choice = await rowChoice(defined({ format, json, query }));
  const patch = await patchOf(rest);
  const where = resolveSource(rest, context.env);
  if ('api' in where && by !== undefined)
    throw new UsageError('--by: expected --table or --data with it, got --api, which knows who calls it');
  const job = await ('api' in where
    ? (await ledgerOf(where.api, context)).annotate(id, patch)
    : annotateHere(where, id, patch, by ?? whoAmI(context)));
  await showDocument(withoutFingerprint(job), choice, context, () => context.out.line(sanitize(lineOf(job))));
}

/** @throws UsageError */
async function patchOf(flags: AnnotateFlags): Promise<AnnotationPatch> {
  const { validation: status, message, check, link } = flags;
  if (message !== undefined && status === undefined)
    throw new UsageError('--message: expected --validation with it, got none');
  const { annotationPatch, AnnotationProblem } = await import('../../functions/ledger/annotations/patch.ts');
  const text = (name: 'purpose' | 'ticket' | 'environment') =>
    flags[name] === undefined ? {} : { [name]: flags[name] === '' ? null : flags[name] };
  try {
    const patch = {
      ...(status && { validation: { status, ...(message && { message }) } }),
      ...text('purpose'),
      ...text('ticket'),
      ...text('environment'),
      ...(check && { checks: check.filter((line) => line !== '').map(checkOfLine) }),
      ...(link && { links: link.filter((line) => line !== '') }),
    };
    if (Object.keys(patch).length === 0)
      throw new UsageError(
        'expected at least one of --validation, --purpose, --ticket, --environment, --check and --link, got none',
      );
    return annotationPatch(patch);
  } catch (error) {
    throw error instanceof AnnotationProblem ? new UsageError(flagged(error.message)) : error;
  }
}

/** `links.0: expected ...` as `--link: expected ...` */
const flagged = (message: string) =>
  `--${message.replace(/^validation\.(?:status|message)/, 'message').replace(/^(check|link)s(?:\.\d+)?/, '$1')}`;

async function annotateHere(where: Target, id: string, patch: AnnotationPatch, name: string): Promise<WholeJob> {
  const [{ annotateJob, JobLetGo }, { AnnotationsFull }, { AnnotationProblem }, { newObjectId }] = await Promise.all([
    import('../../functions/ledger/annotations/annotate.ts'),
    import('../../functions/ledger/annotations/merge.ts'),
    import('../../functions/ledger/annotations/patch.ts'),
    import('../../functions/restore/object-id.ts'),
  ]);
  await using opened = await openLedger(where, { write: true });
  const job = await opened.ledger.job(id);
  if (!job) throw new CommandError(`no job ${id} is in the ledger: check the id, or run restore-ledger collect`);
  const at = new Date();
  const by = { kind: 'user', name, selfDeclared: true } as const;
  try {
    const signature = { by, at: at.toISOString(), runId: newObjectId(at) };
    return (await annotateJob(opened.table, job, patch, signature)).job;
  } catch (error) {
    const refusals = [AnnotationsFull, AnnotationProblem, JobLetGo];
    throw refusals.some((kind) => error instanceof kind) ? new CommandError((error as Error).message) : error;
  }
}

function lineOf({ jobId: id, validation, annotation, revision }: WholeJob): string {
  const words = [validation && verdictWords(validation), annotation && annotationInShort(annotation)];
  return `Job ${id}: ${words.filter(Boolean).join(', ') || 'no annotations'} (revision ${revision}).`;
}
