// bin/commands/verify.ts recomputes every history in the ledger: has anything been changed, or gone, since it was recorded?
import { Command } from 'commander';
import type { Verification } from '../../functions/proof/verify.ts';
import { integrityOf, verifyAll } from '../actions/verify.ts';
import { projectIds } from '../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../options/ledger-source.ts';
import { openLedger } from '../options/ledger-target.ts';
import type { Context } from '../process/context.ts';
import { CommandError, EXIT } from '../process/exit-codes.ts';
import { unlessRaised } from '../process/interrupt.ts';
import { Progress } from '../process/progress.ts';
import { sanitize, sanitizeJson } from '../process/sanitize.ts';
import type { Paint } from '../process/terminal.ts';

interface VerifyFlags extends SourceFlags {
  project?: string[];
  json?: true;
}

const WHY = 'an API could not be trusted to verify itself';

export function verifyCommand(context: Context): Command {
  const command = new Command('verify')
    .description(
      'recompute the history of every restore job, and count them: was anything changed since it was recorded?',
    )
    .addOption(projectIds('--project <id>', 'of this project; can be given several times'))
    .option('--json', 'the result as one JSON document')
    .addHelpText(
      'after',
      `
Each entry of a job's history holds the hash of the one before and stands for the job as it was then; coverage keeps how many
jobs were recorded. So a job, an entry or a whole job that was changed or taken away by anything but this program shows.
Nothing is written. Whoever may write the table could recompute all hashes: keep exports elsewhere where that matters.

It reads the ledger itself (--table, --data), not an API.

Coverage, the table and its index are counted against each other; a project whose coverage was taken away shows, too.

Exit code: 0 all fits, 9 something does not (each break is named), 3 all that is there fits, but of some projects it is not on
record how many jobs there should be (an interrupted first collection), 1 the ledger could not be read, 2 wrong usage.

Examples:
  $ restore-ledger verify
  $ restore-ledger verify --table restore-ledger --json | jq '.projects[] | select(.breakCount > 0)'
  $ restore-ledger verify --project 65a1b2c3d4e5f60718293a4b`,
    );
  return withLedger(command).action((flags: VerifyFlags) => verify(flags, context));
}

async function verify(flags: VerifyFlags, context: Context) {
  const { out, err, env, interrupt, verbose } = context;
  const where = sourceOf(flags, env, WHY);
  await using opened = await openLedger(where, { create: false });
  const progress = new Progress(err, { on: !verbose });
  const results: Verification[] = [];
  try {
    const all = verifyAll(opened.ledger, { projectIds: flags.project, progress });
    const collected = (async () => {
      for await (const result of all) results.push(result);
    })();
    await unlessRaised(interrupt.gently(), collected);
  } finally {
    progress.clear();
  }
  const strange = results.find(
    ({ jobs, recorded, projectName }) =>
      flags.project !== undefined && jobs === 0 && recorded === undefined && projectName === undefined,
  );
  if (strange) throw new CommandError(`nothing of project ${strange.projectId} is in the ledger: check the id`);
  const { unbroken, verified } = integrityOf(results);
  context.exitCode = verified ? EXIT.ok : unbroken ? EXIT.incomplete : EXIT.historyBroken;
  context.exitCodeWhenUnread = context.exitCode;
  await out.line(flags.json ? sanitizeJson(documentOf(results)) : summary(results, out.paint));
}

const documentOf = (results: readonly Verification[]) => {
  const { unbroken, ...sums } = integrityOf(results);
  return { result: resultOf(results), unbroken, ...sums, projects: results };
};

/** unverified: nothing was changed, as far as there is something on record to hold it against. */
function resultOf(results: readonly Verification[]): 'unbroken' | 'unverified' | 'broken' {
  const { unbroken, verified } = integrityOf(results);
  return verified ? 'unbroken' : unbroken ? 'unverified' : 'broken';
}

const RESULT_STYLE = { unbroken: 'green', unverified: 'yellow', broken: 'red' } as const;

/** More are in --json. */
const MAX_BREAKS = 50;

function summary(results: readonly Verification[], paint: Paint): string {
  const result = resultOf(results);
  const { unbroken, projects, jobs, entries, folded, breakCount } = integrityOf(results);
  const repaired = results.flatMap(({ repairs = [] }) => repairs).reduce((sum, { jobs }) => sum + jobs, 0);
  const rows: [string, string | number][] = [
    ['result', paint(RESULT_STYLE[result], result === 'unbroken' ? result : result.toUpperCase())],
    ['projects', projects],
    ['jobs', jobs],
    ['entries', entries],
    ...(folded > 0 ? [['not checked', `the middle of ${folded} histories, too long to keep`] as [string, string]] : []),
    ...(repaired > 0
      ? [['repaired', `${repaired} jobs were missing once, and were recorded again`] as [string, string]]
      : []),
    ...(breakCount > 0 ? [['breaks', breakCount] as [string, number]] : []),
  ];
  const lines = rows.map(([name, value]) => `${paint('dim', name.padEnd(14))}  ${value}`);
  const open = results.flatMap((of) => of.unverified.map((text) => `  ${breakLine(of, { problem: text })}`));
  if (results.length === 0) open.push('  nothing is on record: run restore-ledger collect');
  if (open.length > 0) lines.push('', paint('yellow', 'Not verified:'), ...open.slice(0, MAX_BREAKS));
  if (unbroken) return lines.join('\n');
  const breaks = results.flatMap((result) => result.breaks.map((one) => breakLine(result, one)));
  const shown = breaks.slice(0, MAX_BREAKS).map((line) => `  ${line}`);
  const left = breakCount - shown.length;
  const more = left > 0 ? [`  and ${left} more: --json names the first thousand of each project`] : [];
  return [...lines, '', paint('red', 'Breaks:'), ...shown, ...more].join('\n');
}

function breakLine({ projectName, projectId }: Verification, one: Verification['breaks'][number]): string {
  const { jobId, revision, problem } = one;
  const what = [
    projectName === undefined ? `project ${projectId}` : `${projectName} (${projectId})`,
    ...(jobId === undefined ? [] : [`job ${jobId}`]),
    ...(revision === undefined ? [] : [`revision ${revision}`]),
  ];
  return sanitize(`${what.join(', ')}: ${problem}`);
}
