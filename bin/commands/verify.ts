// bin/commands/verify.ts: every history recomputed, to show what was changed or removed since it was recorded.

import { Command } from 'commander';
import type { Anchored } from '../../functions/anchors/anchored.ts';
import { AnchorComparison } from '../../functions/anchors/check.ts';
import { checkAnnouncements } from '../../functions/anchors/check-announcements.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { DayRecount } from '../../functions/proof/days.ts';
import type { Verification } from '../../functions/proof/verify/verify.ts';
import { integrityOf, verifyAll } from '../../functions/proof/verify/verify-all.ts';
import { differingTotals } from '../actions/coverage-totals.ts';
import { type SourceFlags, sourceOf, withLedger } from '../options/ledger-source.ts';
import { openLedger } from '../options/ledger-target.ts';
import { projectIdsOf, projects, projectsIn } from '../options/projects.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../options/rows.ts';
import { publicKeys, readPublicKeys } from '../options/signing.ts';
import {
  anchorFields,
  anchorGaps,
  type Compared,
  differingAnnouncementLine,
  differingLine,
} from '../output/anchor-lines.ts';
import { fieldLines } from '../output/field-lines.ts';
import { showDocument } from '../output/rows.ts';
import type { Context } from '../process/context.ts';
import { CommandError, EXIT, UsageError } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';
import { unlessRaised } from '../process/interrupt.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';
import type { Paint } from '../process/terminal.ts';

interface VerifyFlags extends SourceFlags, DocumentFlags {
  project?: string[];
  against?: string;
  publicKey?: string[];
}

const CODES = exitCodes({
  0: 'everything matches',
  1: 'the ledger or the anchors could not be read',
  2: 'wrong usage',
  3: "everything there matches, but something can't be told: for some projects it is not on record how many jobs there should be (an interrupted first collection), or of anchors a day or a trusted key is missing",
  9: 'something does not match (each break is named)',
  10: 'an anchor is not as it was signed',
  11: 'it is signed by a key that is not trusted',
  130: 'Ctrl-C',
});

const HELP = `
Each entry of a job's history holds the hash of the one before and stands for the job as it was then, and coverage keeps how many jobs
were recorded. So a change or deletion by anything but this program is detected. Nothing is written. Someone who can write the table
could recompute all hashes. So --against compares each history with the anchors that restore-ledger anchor signed, which are kept where
nobody can change them, and names the jobs whose history was rewritten. It says what was recorded after the last anchor, and so is in none.
Without --public-key, it takes the key that lies beside the anchors: the result is then unverified at best.

It reads the ledger itself (--table, --data), not an API.

It compares how many jobs the coverage, the table and its index have. It finds a project whose coverage was removed and a job that lists
would leave out; without --project, also a day whose counts are not those of its jobs, and wrong totals of the coverage.

${CODES}

Examples:
  $ restore-ledger verify
  $ restore-ledger verify --table restore-ledger --json | jq '.projects[] | select(.breakCount > 0)'
  $ restore-ledger verify --project 65a1b2c3d4e5f60718293a4b
  $ restore-ledger verify --against /mnt/worm/anchors --public-key ledger.pem`;

export function verifyCommand(context: Context): Command {
  const command = new Command('verify')
    .description('recompute all histories and count all jobs: was anything changed since it was recorded?')
    .addOption(projects('--project <id or name>', 'of this project; can be given several times'))
    .option('--against <dir|s3://bucket/prefix>', 'compare the histories with the anchors there, too')
    .addOption(publicKeys())
    .addHelpText('after', HELP);
  return withLedger(withDocument(command, 'the whole result')).action((flags: VerifyFlags) => verify(flags, context));
}

async function verify({ project: given, against, publicKey, ...flags }: VerifyFlags, context: Context) {
  const { out, env, interrupt } = context;
  if (publicKey && against === undefined) throw new UsageError('--public-key: expected --against with it, got none');
  const choice = await rowChoice(flags);
  await using opened = await openLedger(sourceOf(flags, env, 'an API could not be trusted to verify itself'));
  const projectIds = given && (await projectIdsOf(given, projectsIn(opened.ledger)));
  const progress = context.progress();
  const signal = interrupt.gently();
  const done = () => progress.clear();
  // First, so that what it holds was recorded before the ledger is read.
  const archive =
    against === undefined
      ? undefined
      : await unlessRaised(signal, archiveAt(against, publicKey, context, progress)).finally(done);
  const anchored = archive && new AnchorComparison(archive.anchored, Date.now());
  const days = new DayRecount();
  const all = listOf(verifyAll(opened.ledger, { projectIds, days, anchored, progress }));
  const results = await unlessRaised(signal, all).finally(done);
  const strange = results.find(
    ({ jobs, recorded, projectName }) =>
      projectIds && jobs === 0 && recorded === undefined && projectName === undefined,
  );
  const announcements =
    archive &&
    (await unlessRaised(
      signal,
      checkAnnouncements(opened.ledger, archive.anchored, announcing(results, archive, projectIds)),
    ));
  const anchors = archive &&
    anchored &&
    announcements && { ...archive.archive, ...anchored.result(projectIds), announcements };
  const anchoredDiffering = anchors ? differingIn(anchors) : 0;
  if (strange && anchoredDiffering === 0)
    throw new CommandError(`nothing of project ${strange.projectId} is in the ledger: check the id`);
  const countsDiffer = projectIds ? [] : await unlessRaised(signal, days.differing(opened.ledger));
  const coverageDiffers = projectIds ? [] : await unlessRaised(signal, differingTotals(opened.ledger));
  const { unbroken, verified, ...sums } = integrityOf(results);
  const isBroken = !unbroken || countsDiffer.length + coverageDiffers.length + anchoredDiffering > 0;
  const isKnown = verified && (!anchors || anchorGaps(anchors).length === 0);
  const result = isBroken ? 'broken' : isKnown ? 'unbroken' : 'unverified';
  context.end(EXIT_CODES[result]);
  const found = { countsDiffer, coverageDiffers, ...(anchors && { anchors }) };
  const document = { result, unbroken, verified, ...sums, ...found, projects: results };
  const table = () => out.line(summary(result, { results, ...found }, out.paint));
  await showDocument(document, choice, context, table);
}

async function archiveAt(place: string, files: readonly string[] = [], { env }: Context, progress: Progress) {
  const [{ readArchive }, { openStore }, keys] = await Promise.all([
    import('../../functions/anchors/archive.ts'),
    import('../options/anchor-store.ts'),
    readPublicKeys(files),
  ]);
  const onAnchor = (name: string) => progress.show(sanitize(`checked ${name}`));
  return readArchive(await openStore('--against', place, env), { keys, now: Date.now(), onAnchor });
}

const differingIn = ({ differingCount, announcements }: Compared) => differingCount + announcements.differingCount;

/** Every project that may have announced restores, or had some. */
const announcing = (
  results: readonly Verification[],
  { anchored }: { anchored: Anchored },
  asked: readonly string[] | undefined,
) => new Set(asked ?? [...results.map(({ projectId }) => projectId), ...anchored.announcements.keys()]);

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
  /** Absent: there is nothing to compare with. */
  anchors?: Compared;
}

function summary(result: Result, { results, countsDiffer, coverageDiffers, anchors }: Found, paint: Paint): string {
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
      breaks: breakCount + (anchors ? differingIn(anchors) : 0) || undefined,
      ...(anchors && sanitized(anchorFields(anchors))),
    },
    paint,
  );
  const lines = [fields];
  const open = results.flatMap((of) => of.unverified.map((problem) => breakLine(of, { problem })));
  if (anchors) open.push(...anchorGaps(anchors).map((gap) => `  ${sanitize(gap)}`));
  if (results.length === 0) open.push('  nothing is on record: run restore-ledger collect');
  if (open.length > 0) lines.push('', paint('yellow', 'Not verified:'), ...open.slice(0, MAX_BREAKS));
  if (result !== 'broken') return lines.join('\n');
  const shown = results.flatMap((of) => of.breaks.map((one) => breakLine(of, one))).slice(0, MAX_BREAKS);
  for (const one of anchors?.differing.slice(0, MAX_BREAKS) ?? []) shown.push(`  ${sanitize(differingLine(one))}`);
  for (const one of anchors?.announcements.differing.slice(0, MAX_BREAKS) ?? [])
    shown.push(`  ${sanitize(differingAnnouncementLine(one))}`);
  const left = breakCount + (anchors ? differingIn(anchors) : 0) - shown.length;
  if (left > 0) shown.push(`  and ${left} more: --json names the first thousand of each project`);
  for (const day of countsDiffer.slice(0, MAX_BREAKS))
    shown.push(`  ${day}: its counts are not those of its restores: restore-ledger reevaluate counts them again`);
  for (const name of coverageDiffers)
    shown.push(
      `  the coverage does not add up to what was counted (${name}): restore-ledger reevaluate counts it again`,
    );
  return [...lines, '', paint('red', 'Breaks:'), ...shown].join('\n');
}

const sanitized = (fields: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value && sanitize(value)]));

function breakLine({ projectName, projectId }: Verification, one: Verification['breaks'][number]): string {
  const { jobId, revision, problem } = one;
  const what = [projectName === undefined ? `project ${projectId}` : `${projectName} (${projectId})`];
  if (jobId !== undefined) what.push(`job ${jobId}`);
  if (revision !== undefined) what.push(`revision ${revision}`);
  return `  ${sanitize(`${what.join(', ')}: ${problem}`)}`;
}
