// bin/commands/watch.ts: one restore job followed to its end, each change recorded.

import { Command } from 'commander';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { defined } from '../../functions/platform/defined.ts';
import type { Source } from '../../functions/restore/job.ts';
import { KINDS, type Kind } from '../../functions/schema/words.ts';
import { follow, type Pace } from '../actions/watch.ts';
import { type Accounts, atlasAccounts } from '../options/credentials.ts';
import { amount, clusterName, jobId, oneOf } from '../options/flags.ts';
import { addSourceOptions, ledgerOf, resolveSource, type SourceFlags } from '../options/ledger-source.ts';
import { openLedger, type Target } from '../options/ledger-target.ts';
import { project, projectIdOf, projectsInAtlas } from '../options/projects.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../options/rows.ts';
import { chosenRules, type RulesFlags, refuseBesideApi, withRules } from '../options/rules.ts';
import { EventFeed, type FeedFlags, withEventsOption } from '../output/event-feed.ts';
import { EventPrinter } from '../output/event-lines.ts';
import type { RowChoice } from '../output/rows.ts';
import type { Context } from '../process/context.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';
import { Progress } from '../process/progress.ts';

interface WatchFlags extends SourceFlags, DocumentFlags, RulesFlags, FeedFlags, Pace {
  project?: string;
  cluster?: string;
  kind?: Kind;
}

const CODES = exitCodes({
  0: 'the job is COMPLETED, or READY for a download',
  1: 'the job, Atlas, the ledger or the API could not be read',
  2: 'wrong usage',
  4: 'the job is FAILED',
  5: 'the job is CANCELLED',
  6: 'the job is EXPIRED',
  7: 'the job is UNKNOWN',
  124: 'the job has not settled before --timeout',
  130: 'Ctrl-C',
});

const HELP = `
${CODES}

Findings are recorded with each change, and shown on stderr. With -o json and the like, so are the changes, and the job as it is at the
end goes to stdout.

With --api no Atlas credentials are needed and nothing is recorded from here: the collector behind it does both. A deployed
collector reads the lists of running jobs about once a minute.

Examples:
  $ restore-ledger watch 65a1b2c3d4e5f60718293a4b && ./verify-restored-data
  $ restore-ledger watch 65a1b2c3d4e5f60718293a4b --project Payments --cluster Cluster0 --kind dedicated --interval 30`;

export function watchCommand(context: Context): Command {
  const command = new Command('watch')
    .description('follow one restore job to its end, recording each change')
    .argument('<id>', 'of the job: 24 hex digits', jobId)
    .addOption(project('--project <id or name>', 'of the job; with --cluster and --kind, where the ledger lacks it'))
    .addOption(clusterName('--cluster <name>', 'see --project'))
    .addOption(oneOf('--kind <kind>', `see --project; ${KINDS.join(', ')}`, KINDS))
    .addOption(amount('--interval <seconds>', 'time between polls', 0.1, 86_400).default(10))
    .addOption(amount('--timeout <seconds>', 'give up after this time (default: never)', 0, 8_640_000))
    .addHelpText('after', HELP);
  withEventsOption(withRules(addSourceOptions(withDocument(command, 'the job as it is at the end'))));
  return command.action((id: string, flags: WatchFlags) => watch(id, flags, context));
}

async function watch(id: string, flags: WatchFlags, context: Context) {
  const choice = await rowChoice(flags);
  const where = resolveSource(flags, context.env);
  const asked = placeOf(flags);
  if (!('api' in where)) return await watchHere(id, where, { asked, choice, flags }, context);
  refuseBesideApi(flags);
  if (asked) throw new UsageError("--project, --cluster and --kind can't be used with --api");
  const { watchRemotely } = await import('../actions/watch-remote.ts');
  context.exitCode = await follow(
    watchRemotely(id, await ledgerOf(where.api, context), context),
    { ...flags, choice },
    context,
  );
}

type Place = { source: Source; kind: Kind };

/** A job that the ledger lacks is of a project that it may not know either. */
async function withId({ source, kind }: Place, accounts: Accounts): Promise<Place> {
  const projectId = await projectIdOf(source.projectId, projectsInAtlas(accounts));
  return { source: { ...source, ...defined({ projectId }) }, kind };
}

async function watchHere(
  id: string,
  where: Target,
  { asked, choice, flags }: { asked: Place | undefined; choice: RowChoice; flags: WatchFlags },
  context: Context,
): Promise<void> {
  const { rules } = await chosenRules(flags, context.env);
  await using accounts = await atlasAccounts(context);
  const place = asked && (await withId(asked, accounts));
  await using feed = await EventFeed.open(flags, new EventPrinter(context.err, new Progress(context.err)).show);
  const usingLedger = async <T>(use: (ledger: Ledger) => Promise<T>, create = true) => {
    await using opened = await openLedger(where, { create });
    return await use(await feed.of(opened.ledger));
  };
  const stored = await usingLedger((ledger) => ledger.job(id), place !== undefined);
  const found = stored ? { source: sourceOf(stored), kind: stored.kind } : place;
  if (!found) {
    throw new CommandError(
      `no job ${id} is in the ledger: run restore-ledger collect, or say where it is with --project, --cluster and --kind`,
    );
  }
  const atlas = await accounts.thatSees(found.source.projectId);
  const { watchLocally } = await import('../actions/watch-local.ts');
  const watched = watchLocally({ id, ...found, stored, atlas, rules, usingLedger, context });
  context.exitCode = await follow(watched, { ...flags, choice }, context);
  await feed.check();
}

function placeOf({ project, cluster, kind }: WatchFlags): Place | undefined {
  const given = { '--project': project, '--cluster': cluster, '--kind': kind };
  const missing = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === 3) return undefined;
  if (project !== undefined && cluster !== undefined && kind !== undefined) {
    return { source: { projectId: project, clusterName: cluster }, kind };
  }
  throw new UsageError(
    `${missing.join(' and ')}: expected --project, --cluster and --kind together, got ${3 - missing.length} of them`,
  );
}

const sourceOf = ({ projectId, projectName, clusterName, clusterId }: Source): Source =>
  defined({ projectId, clusterName, projectName, clusterId });
