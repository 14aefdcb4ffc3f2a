// bin/commands/verify.ts: every history recomputed, to show what was changed or removed since it was recorded.
import { Command } from 'commander';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { DayRecount } from '../../functions/proof/days.ts';
import type { Verification } from '../../functions/proof/verify.ts';
import { integrityOf, verifyAll } from '../../functions/proof/verify-all.ts';
import { differingTotals } from '../actions/coverage-totals.ts';
import { projectIds } from '../options/flags.ts';
import { type JsonFlags, sourceOf, withLedger } from '../options/ledger-source.ts';
import { openLedger } from '../options/ledger-target.ts';
import { fieldLines } from '../output/field-lines.ts';
import type { Context } from '../process/context.ts';
import { CommandError, EXIT } from '../process/exit-codes.ts';
import { unlessRaised } from '../process/interrupt.ts';
import { sanitize, sanitizeJson } from '../process/sanitize.ts';
import type { Paint } from '../process/terminal.ts';

interface VerifyFlags extends JsonFlags {
  project?: string[];
}

const HELP = `
Each entry of a job's history holds the hash of the one before and stands for the job as it was then; coverage keeps how many
jobs were recorded. So a change or deletion made by anything but this program is detected.
Nothing is written. Whoever may write the table could recompute all hashes: keep exports elsewhere where that matters.

It reads the ledger itself (--table, --data), not an API.

Coverage, the table and its index are counted against each other; a project whose coverage was taken away shows, too, and so does a
job that lists would leave out, and a day whose counts are not those of its jobs, and what the coverage is said to add up to. --project reads nothing of other
projects, and leaves these two out.

Exit code: 0 everything matches, 9 something does not (each break is named), 3 everything there matches, but for some projects
it is not on record how many jobs there should be (an interrupted first collection), 1 the ledger could not be read, 2 wrong
usage.

Examples:
  $ restore-ledger verify
  $ restore-ledger verify --table restore-ledger --json | jq '.projects[] | select(.breakCount > 0)'
  $ restore-ledger verify --project 65a1b2c3d4e5f60718293a4b`;

export function verifyCommand(context: Context): Command {
  const command = new Command('verify')
    .description(
      'recompute the history of every restore job, and count them: was anything changed since it was recorded?',
    )
    .addOption(projectIds('--project <id>', 'of this project; can be given several times'))
    .option('--json', 'the result as one JSON document')
    .addHelpText('after', HELP);
  return withLedger(command).action((flags: VerifyFlags) => verify(flags, context));
}

async function verify({ project: projectIds, json, ...flags }: VerifyFlags, context: Context) {
  const { out, env, interrupt } = context;
  await using opened = await openLedger(sourceOf(flags, env, 'an API could not be trusted to verify itself'));
  const progress = context.progress();
  const days = new DayRecount();
  const all = listOf(verifyAll(opened.ledger, { projectIds, days, progress }));
  const results = await unlessRaised(interrupt.gently(), all).finally(() => progress.clear());
  const strange = results.find(
    ({ jobs, recorded, projectName }) =>
      projectIds && jobs === 0 && recorded === undefined && projectName === undefined,
  );
  if (strange) throw new CommandError(`nothing of project ${strange.projectId} is in the ledger: check the id`);
  const countsDiffer = projectIds ? [] : await days.differing(opened.ledger);
  const coverageDiffers = projectIds ? [] : await differingTotals(opened.ledger);
  const { unbroken, verified, ...sums } = integrityOf(results);
  const isBroken = !unbroken || countsDiffer.length + coverageDiffers.length > 0;
  const result = isBroken ? 'broken' : verified ? 'unbroken' : 'unverified';
  context.end(EXIT_CODES[result]);
  const document = { result, unbroken, verified, ...sums, countsDiffer, coverageDiffers, projects: results };
  await out.line(
    json ? sanitizeJson(document) : summary(result, { results, countsDiffer, coverageDiffers }, out.paint),
  );
}

/** unverified: nothing was changed, as far as the record goes. */
type Result = 'unbroken' | 'unverified' | 'broken';
const EXIT_CODES = { unbroken: EXIT.ok, unverified: EXIT.incomplete, broken: EXIT.historyBroken } as const;
const STYLES = { unbroken: 'green', unverified: 'yellow', broken: 'red' } as const;

const MAX_BREAKS = 50;

interface Found {
  results: readonly Verification[];
  /** Days whose kept counts are not those of their jobs. */
  countsDiffer: readonly string[];
  /** Numbers that the coverage does not add up to. */
  coverageDiffers: readonly string[];
}

function summary(result: Result, { results, countsDiffer, coverageDiffers }: Found, paint: Paint): string {
  const { projects, jobs, entries, folded, breakCount } = integrityOf(results);
  const repaired = results.flatMap(({ repairs = [] }) => repairs).reduce((sum, repair) => sum + repair.jobs, 0);
  const erased = results.reduce((sum, of) => sum + (of.erased ?? 0), 0);
  const fields = fieldLines(
    {
      result: paint(STYLES[result], result === 'unbroken' ? result : result.toUpperCase()),
      ...{ projects, jobs, entries },
      'not checked': folded > 0 ? `the middle of ${folded} histories, too long to keep` : undefined,
      erased: erased > 0 ? `a person's name, from ${erased} histories, which were tied together anew` : undefined,
      repaired: repaired > 0 ? `${repaired} jobs were missing once, and were recorded again` : undefined,
      breaks: breakCount || undefined,
    },
    paint,
  );
  const lines = [fields];
  const open = results.flatMap((of) => of.unverified.map((problem) => breakLine(of, { problem })));
  if (results.length === 0) open.push('  nothing is on record: run restore-ledger collect');
  if (open.length > 0) lines.push('', paint('yellow', 'Not verified:'), ...open.slice(0, MAX_BREAKS));
  if (result !== 'broken') return lines.join('\n');
  const shown = results.flatMap((of) => of.breaks.map((one) => breakLine(of, one))).slice(0, MAX_BREAKS);
  const left = breakCount - shown.length;
  if (left > 0) shown.push(`  and ${left} more: --json names the first thousand of each project`);
  for (const day of countsDiffer.slice(0, MAX_BREAKS))
    shown.push(`  ${day}: its counts are not those of its restores: restore-ledger reevaluate counts them again`);
  for (const name of coverageDiffers)
    shown.push(
      `  the coverage does not add up to what was counted (${name}): restore-ledger reevaluate counts it again`,
    );
  return [...lines, '', paint('red', 'Breaks:'), ...shown].join('\n');
}

function breakLine({ projectName, projectId }: Verification, one: Verification['breaks'][number]): string {
  const { jobId, revision, problem } = one;
  const what = [projectName === undefined ? `project ${projectId}` : `${projectName} (${projectId})`];
  if (jobId !== undefined) what.push(`job ${jobId}`);
  if (revision !== undefined) what.push(`revision ${revision}`);
  return `  ${sanitize(`${what.join(', ')}: ${problem}`)}`;
}
